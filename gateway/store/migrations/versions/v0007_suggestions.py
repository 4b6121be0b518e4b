"""Suggestions of which items may be one, and what persons said of them"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestions",
        sa.Column("here_division", sa.Text(), nullable=False),
        sa.Column("there_division", sa.Text(), nullable=False),
        sa.Column("here_code", sa.Text(), nullable=False),
        sa.Column("there_code", sa.Text(), nullable=False),
        sa.Column("permille", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("why_zh", sa.Text(), server_default="", nullable=False),
        sa.Column("why_en", sa.Text(), server_default="", nullable=False),
        sa.Column("made_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("decision", sa.Text(), server_default="", nullable=False),
        sa.Column("first_by", sa.Text(), server_default="", nullable=False),
        sa.Column("first_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("second_by", sa.Text(), server_default="", nullable=False),
        sa.Column("second_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("alignment", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint(
            "here_division", "there_division", "here_code", "there_code", name=op.f("pk_suggestions")
        ),
    )
