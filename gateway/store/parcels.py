"""Statements about parcels (寄件) of cases: what happened to each, in the order in which it became known."""

from collections.abc import Sequence

import orjson
import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.cases.parcels import Content, Told
from gateway.store.connection import Connection
from gateway.store.tables import metadata

parcel_events = sa.Table(
    "parcel_events",
    metadata,
    sa.Column("case_id", sa.Text, primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("carrier", sa.Text, nullable=False, server_default=""),
    sa.Column("number", sa.Text, nullable=False, server_default=""),
    sa.Column("kind", sa.Text, nullable=False, server_default=""),
    sa.Column("direction", sa.Text, nullable=False, server_default=""),
    sa.Column("at_ms", sa.BigInteger, nullable=False, server_default="0"),  # by the clock of its source
    sa.Column("source", sa.Text, nullable=False, server_default=""),
    sa.Column("seen_ms", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("contents", sa.Text, nullable=False, server_default=""),  # JSON: [[code, form, count], …]
    sqlite_with_rowid=False,
)
_P = parcel_events.c
INSERT = sa.insert(parcel_events)
OF_CASE = (
    sa.select(*(_P[name] for name in Told._fields))
    .where(_P.case_id == bindparam("case_id"))
    .order_by(_P.place)
)


def of_case(connection: Connection, case_id: str) -> list[Told]:
    """In the order in which they became known."""
    return [
        Told._make(row)._replace(contents=tuple(Content(*each) for each in orjson.loads(row[-1])))
        for row in connection.rows(OF_CASE, {"case_id": case_id})
    ]


def add(connection: Connection, case_id: str, place: int, told: Sequence[Told]) -> None:
    """Behind the `place` that are there already; the case is locked."""
    rows = [
        {
            "case_id": case_id, "place": number, **each._asdict(),
            "contents": orjson.dumps([tuple(one) for one in each.contents]).decode(),
        }
        for number, each in enumerate(told, place + 1)
    ]  # fmt: skip
    connection.run_many(INSERT, rows)
