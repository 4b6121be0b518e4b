"""Under which agreement an exchange passes, and how many cases passed on a day"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("exchanges", sa.Column("agreement", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "passages",
        sa.Column("agreement", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("batch", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("agreement", "batch", "day", name=op.f("pk_passages")),
        sqlite_with_rowid=False,
    )
