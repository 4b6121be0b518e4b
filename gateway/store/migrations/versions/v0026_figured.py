"""What figures ask of what went otherwise than well stands in its index: they read no row of it"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INDICES = (
    (
        "exchanges",
        "ix_exchanges_state_case_id",
        (
            "state",
            "case_id",
            "id",
            "kind",
            "operation",
            "platform",
            "here",
            "division",
            "code",
            "admitted_ms",
        ),
        "state <> 'delivered'",
    ),
    (
        "case_events",
        "ix_case_events_back",
        ("case_id", "kind", "reason", "cause"),
        "cause = '' AND kind IN ('correction_needed', 'returned', 'not_accepted')",
    ),
)


def upgrade() -> None:
    for table, name, columns, which in INDICES:
        op.drop_index(name, table)
        where = sa.text(which)
        op.create_index(name, table, list(columns), sqlite_where=where, postgresql_where=where)
