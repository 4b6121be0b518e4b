"""The table of guides, on the trunk's metadata. Only `as_of_ms` of a row ever changes."""

import sqlalchemy as sa

from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


guides = sa.Table(
    "guides",
    metadata,
    sa.Column("division", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),  # normalised
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),  # 1, 2, 3 … as they came
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
    _text("valid_from"),
    _text("valid_to"),
    sa.Column("first_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("as_of_ms", sa.BigInteger, nullable=False, server_default="0"),
    _text("source"),
    _text("elements"),  # canonical JSON, keys in order
)
