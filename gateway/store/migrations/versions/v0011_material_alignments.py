"""What stands for the materials that are required over there"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "material_alignments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("there_division", sa.Text(), server_default="", nullable=False),
        sa.Column("there_item", sa.Text(), server_default="", nullable=False),
        sa.Column("there_code", sa.Text(), server_default="", nullable=False),
        sa.Column("here_division", sa.Text(), server_default="", nullable=False),
        sa.Column("means", sa.Text(), server_default="", nullable=False),
        sa.Column("here_code", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_from", sa.Text(), server_default="", nullable=False),
        sa.Column("valid_to", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_alignments")),
    )
    op.create_index(
        "ix_material_alignments_there",
        "material_alignments",
        ["there_division", "there_item"],
        unique=False,
    )
