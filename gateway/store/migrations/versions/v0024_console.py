"""Lists of limits go on in the order of their last days; what sends cases back is found alone"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

TOLD_BACK = "cause = '' AND kind IN ('correction_needed', 'returned', 'not_accepted')"


def upgrade() -> None:
    op.drop_index("ix_case_clocks_warn_on", "case_clocks")
    op.create_index("ix_case_clocks_due_on", "case_clocks", ["due_on", "case_id", "name"])
    op.create_index(
        "ix_case_events_back", "case_events", ["case_id"],
        sqlite_where=sa.text(TOLD_BACK), postgresql_where=sa.text(TOLD_BACK),
    )  # fmt: skip
