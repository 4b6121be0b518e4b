"""The table of aligned materials, on the trunk's metadata. Dates are ISO text; empty is open or every one."""

import sqlalchemy as sa

from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


# Columns stand in the order of gateway.needs.stands.Stands.
stands = sa.Table(
    "material_alignments",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("there_division"),
    _text("there_item"),  # normalised; "" for every item of the division
    _text("there_code"),
    _text("here_division"),  # "" for every place
    _text("means"),
    _text("here_code"),  # of the file, the licence, the data; "" for any
    _text("valid_from"),
    _text("valid_to"),
    _text("source"),  # on whose word: a document, a person's confirmation
    sa.Index("ix_material_alignments_there", "there_division", "there_item"),
)
