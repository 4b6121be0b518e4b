"""Suggestions and what persons said of them, on the trunk's metadata."""

import sqlalchemy as sa

from gateway.store.tables import metadata


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default="")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0")


# decision: "" open (or confirmed by a first of two persons), confirmed, refused. Times are epoch ms, 0 for none.
suggestions = sa.Table(
    "suggestions",
    metadata,
    sa.Column("here_division", sa.Text, primary_key=True),
    sa.Column("there_division", sa.Text, primary_key=True),
    sa.Column("here_code", sa.Text, primary_key=True),
    sa.Column("there_code", sa.Text, primary_key=True),
    _number("permille"),  # the probability, in thousandths
    _text("why_zh"),
    _text("why_en"),
    _number("made_ms"),
    _text("decision"),
    _text("first_by"),
    _number("first_ms"),
    _text("second_by"),
    _number("second_ms"),
    _text("alignment"),  # id of the declared row that a confirmation became
    # partial: what is open, as the console lists it
    sa.Index(
        "ix_suggestions_open",
        "permille",
        "here_division",
        "there_division",
        "here_code",
        "there_code",
        sqlite_where=sa.text("decision = ''"),
        postgresql_where=sa.text("decision = ''"),
    ),
)
