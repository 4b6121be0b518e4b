"""Situations (情形) of items and of declared alignments"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("situation", sa.Text(), server_default="", nullable=False))
    for name in ("here_situation", "there_situation"):
        op.add_column("alignments", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.drop_index("ix_alignments_here_code", "alignments")
    op.drop_index("ix_alignments_there_code", "alignments")
    op.create_index("ix_alignments_here", "alignments", ["here_code", "there_division", "here_division"])
    op.create_index("ix_alignments_there", "alignments", ["there_code", "here_division", "there_division"])
