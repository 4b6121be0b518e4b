"""The local catalogue's code of an item; who confirmed an alignment that was a suggestion"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# Who it was is known from the suggestion that became the row; what a row's source says in words decides nothing.
_CONFIRMED = """
UPDATE alignments SET confirmed_by = (
    SELECT s.first_by || CASE WHEN s.second_by = '' THEN '' ELSE ', ' || s.second_by END
    FROM suggestions s WHERE s.alignment = alignments.id AND s.decision = 'confirmed'
)
WHERE id IN (SELECT alignment FROM suggestions WHERE decision = 'confirmed')
"""


def upgrade() -> None:
    for table, name in (("items", "local_catalog_code"), ("alignments", "confirmed_by")):
        op.add_column(table, sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.execute(_CONFIRMED)
