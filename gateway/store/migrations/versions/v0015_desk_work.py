"""Work lists of desks"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "desk_work",
        sa.Column("exchange_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Text(), server_default="", nullable=False),
        sa.Column("platform", sa.Text(), server_default="", nullable=False),
        sa.Column("unit", sa.Text(), server_default="", nullable=False),
        sa.Column("operation", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.Text(), server_default="", nullable=False),
        sa.Column("placed_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("done_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", name=op.f("pk_desk_work")),
        sqlite_with_rowid=False,
    )
    open_ = sa.text("done_ms = 0")
    op.create_index(
        "ix_desk_work_open",
        "desk_work",
        ["unit", "placed_ms"],
        sqlite_where=open_,
        postgresql_where=open_,
    )
    op.create_index("ix_desk_work_number", "desk_work", ["number"])
    op.create_index("ix_desk_work_case_id", "desk_work", ["case_id"])
