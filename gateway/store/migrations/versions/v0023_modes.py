"""Joint cases and their parts, parcels and what became of them, passes for another place's site"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
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
        "joints",
        _key("id"),
        *map(_text, ("caller", "standing")),
        *map(_number, ("admitted_ms", "changed_ms")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joints")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "joint_parts",
        _key("joint_id"),
        sa.Column("part", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("case_id"),
        sa.PrimaryKeyConstraint("joint_id", "part", name=op.f("pk_joint_parts")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_joint_parts_case_id", "joint_parts", ["case_id"], unique=True)
    op.create_table(
        "parcel_events",
        _key("case_id"),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        *map(_text, ("carrier", "number", "kind", "direction")),
        _number("at_ms"),
        _text("source"),
        _number("seen_ms"),
        _text("contents"),
        sa.PrimaryKeyConstraint("case_id", "place", name=op.f("pk_parcel_events")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "visits",
        _key("id"),
        *map(_text, ("caller", "platform")),
        *map(_number, ("expires_ms", "used_ms")),
        *map(_text, ("case_id", "key_id")),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visits")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_visits_expires_ms", "visits", ["expires_ms"])
