"""Clocks of cases, and events on their way to callers"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_events", sa.Column("due_on", sa.Text(), server_default="", nullable=False))
    op.add_column("case_events", sa.Column("reason", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "watched_cases",
        sa.Column("case_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("due_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_watched_cases")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_watched_cases_due_ms", "watched_cases", ["due_ms"])
    op.create_table(
        "case_clocks",
        sa.Column("case_id", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("start_on", sa.Text(), server_default="", nullable=False),
        sa.Column("due_on", sa.Text(), server_default="", nullable=False),
        sa.Column("warn_on", sa.Text(), server_default="", nullable=False),
        sa.Column("colour", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("case_id", "name", name=op.f("pk_case_clocks")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_case_clocks_warn_on", "case_clocks", ["warn_on"])
    # every case that is open is looked at by the first process that starts
    op.execute("INSERT INTO watched_cases (case_id, due_ms) SELECT id, 1 FROM cases WHERE open = 1")
    op.create_table(
        "webhook_letters",
        sa.Column("caller", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("epoch", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("case_id", sa.Text(), server_default="", nullable=False),
        sa.Column("due_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("since_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("cause", sa.Text(), server_default="", nullable=False),
        sa.Column("dead", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("caller", "position", name=op.f("pk_webhook_letters")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_webhook_letters_caller_due_ms", "webhook_letters", ["caller", "due_ms"])
    op.create_index(
        "ix_webhook_letters_caller_case_id_position", "webhook_letters", ["caller", "case_id", "position"]
    )
