"""Accounts of people, their sessions at the console, and sign-ins that failed"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.create_table(
        "accounts",
        _key("name"),
        *map(_text, ("role", "divisions", "units", "until_on", "password")),
        *map(_number, ("disabled", "made_ms", "changed_ms")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "console_sessions",
        _key("digest"),
        _text("account"),
        *map(_number, ("began_ms", "seen_ms")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_console_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_console_sessions_account", "console_sessions", ["account"])
    op.create_table(
        "sign_in_attempts",
        _key("mark"),
        *map(_number, ("failures", "last_ms")),
        sa.PrimaryKeyConstraint("mark", name=op.f("pk_sign_in_attempts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sign_in_attempts_last_ms", "sign_in_attempts", ["last_ms"])
