"""What many processes share: leases, permits of quotas, marks"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.Text(), server_default="", nullable=False),
        sa.Column("until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "marks",
        sa.Column("name", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("value", sa.Text(), server_default="", nullable=False),
        sa.Column("at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_marks")),
    )
    op.create_table(
        "quotas",
        sa.Column("credential", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("following", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("credential", name=op.f("pk_quotas")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "permits",
        sa.Column("credential", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("over_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("credential", "place", name=op.f("pk_permits")),
        sqlite_with_rowid=False,
    )
    _carry_over_sent()


def _carry_over_sent() -> None:
    """What left within the last day counts for the quotas: an upgrade gives nobody more than was agreed."""
    op.execute("""
        INSERT INTO permits (credential, place, over_ms)
        SELECT e.platform, row_number() OVER (PARTITION BY e.platform ORDER BY h.at_ms, h.exchange_id, h.place) - 1,
               h.at_ms
        FROM history h JOIN exchanges e ON e.id = h.exchange_id
        WHERE h.attempt > 0 AND h.kind <> 'not_sent'
          AND h.at_ms > (SELECT max(at_ms) - 86400000 FROM history)
    """)
    op.execute("""
        INSERT INTO quotas (credential, following) SELECT credential, count(*) FROM permits GROUP BY credential
    """)
