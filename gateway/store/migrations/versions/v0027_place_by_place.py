"""Items by basic code stand place by place, as lists are brought in: each place writes where it wrote before"""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_items_basic_code_division", "items")
    op.create_index("ix_items_division_basic_code", "items", ["division", "basic_code"])
