"""Results of cases, those that are still to be fetched, and since when a followed case is decided"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.add_column("followed_cases", _number("decided_ms"))
    op.create_table(
        "case_results",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        *map(_text, ("exchange_id", "name", "digest", "source", "state")),
        *map(_number, ("at_ms", "seen_ms")),
        *map(_text, ("record", "corrects", "reason", "finding")),
        _number("documents"),
        sa.PrimaryKeyConstraint("case_id", "place", name=op.f("pk_case_results")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "wanted_results",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        _text("exchange_id"),
        _number("due_ms"),
        _text("owner"),
        *map(_number, ("since_ms", "tries")),
        _text("cause"),
        sa.PrimaryKeyConstraint("case_id", "platform", name=op.f("pk_wanted_results")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_wanted_results_due", "wanted_results", ["platform", "due_ms"])
