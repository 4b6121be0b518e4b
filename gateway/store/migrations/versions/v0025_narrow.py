"""An exchange without a code or a cause is in no index of codes or causes: it left them again when it was taken"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("code", "cause"):
        op.drop_index(f"ix_exchanges_{name}_case_id", "exchanges")
        where = sa.text(f"state <> 'delivered' AND {name} <> ''")
        op.create_index(
            f"ix_exchanges_{name}_case_id", "exchanges", [name, "case_id"],
            sqlite_where=where, postgresql_where=where,
        )  # fmt: skip
