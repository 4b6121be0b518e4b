"""Search by every key: the name's digest and indexes; unmaskings; accounts of an identity provider"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

UNTAKEN = "state <> 'delivered'"


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default="", nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def upgrade() -> None:
    op.add_column("cases", _text("name"))
    op.create_index("ix_cases_caller_id", "cases", ["caller", "id"])
    op.create_index("ix_cases_item_id", "cases", ["item", "id"])
    op.create_index("ix_cases_here_id_division", "cases", ["here", "id", "division"])
    op.create_index("ix_cases_division_id_here", "cases", ["division", "id", "here"])
    op.create_index(
        "ix_cases_name_id", "cases", ["name", "id"],
        sqlite_where=sa.text("name <> ''"), postgresql_where=sa.text("name <> ''"),
    )  # fmt: skip
    for name in ("state", "code", "cause"):
        op.create_index(
            f"ix_exchanges_{name}_case_id", "exchanges", [name, "case_id"],
            sqlite_where=sa.text(UNTAKEN), postgresql_where=sa.text(UNTAKEN),
        )  # fmt: skip
    op.add_column("accounts", _text("subject"))
    op.create_index(
        "ix_accounts_subject", "accounts", ["subject"], unique=True,
        sqlite_where=sa.text("subject <> ''"), postgresql_where=sa.text("subject <> ''"),
    )  # fmt: skip
    op.create_table(
        "sign_ins_elsewhere",
        _key("digest"),
        *map(_text, ("nonce", "verifier")),
        *map(_number, ("begun_ms",)),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_ins_elsewhere")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_sign_ins_elsewhere_begun_ms", "sign_ins_elsewhere", ["begun_ms"])
    op.create_table(
        "unmaskings",
        _key("id"),
        *map(_text, ("case_id", "exchange_id", "account")),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        *map(_number, ("asked_ms",)),
        *map(_text, ("answered_by",)),
        *map(_number, ("granted", "answered_ms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unmaskings")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_unmaskings_case_id_account", "unmaskings", ["case_id", "account"])
    op.create_index(
        "ix_unmaskings_open", "unmaskings", ["id"],
        sqlite_where=sa.text("answered_ms = 0"), postgresql_where=sa.text("answered_ms = 0"),
    )  # fmt: skip
