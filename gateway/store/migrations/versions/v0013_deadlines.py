"""Clocks of cases, and events on their way to callers"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case_events", sa.Column("due_on", sa.Text(), server_default="", nullable=False))
