"""Tables of the catalogue, on the trunk's metadata. Dates are ISO text; empty is open or not given."""

import sqlalchemy as sa

from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


items = sa.Table(
    "items",
    metadata,
    sa.Column("division", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),  # normalised
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    _text("kind"),
    _text("name"),
    _text("basic_code"),
    _text("implementation_code"),
    _text("handling_code"),
    _text("local_code"),  # as its owner writes it
    _text("type"),
    _text("level"),
    _text("unit"),
    _text("unit_name"),
    _text("service_objects"),  # joined by ^
    _text("state"),
    _text("valid_from"),
    _text("valid_to"),
    _text("superseded_by"),
    _text("local_key"),  # local_code normalised, for look-up
    _text("source"),  # which list of the division has said it last; empty where there is one only
    _text("situation"),  # 情形 of a handling item, as its owner writes it
    _text("local_catalog_code"),  # 地方目录编码, as its owner writes it
    # the division first: a list is brought in place by place, and so are its entries here
    sa.Index("ix_items_division_basic_code", "division", "basic_code"),
    sa.Index("ix_items_local_key_division", "local_key", "division"),
)
alignments = sa.Table(
    "alignments",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("here_division"),
    _text("here_code"),
    _text("there_division"),
    _text("there_code"),
    _text("valid_from"),
    _text("valid_to"),
    _text("source"),  # on whose word: a document, an agreement, a person's confirmation
    _text("here_situation"),
    _text("there_situation"),
    _text("confirmed_by"),  # persons, where it was a suggestion
    # also the orders in which findings walk through the table from either side
    sa.Index("ix_alignments_here", "here_code", "there_division", "here_division"),
    sa.Index("ix_alignments_there", "there_code", "here_division", "there_division"),
)
