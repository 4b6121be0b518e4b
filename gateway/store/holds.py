"""Statements about legal holds (保全): cases and persons of whom nothing may be erased, and by which document."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import metadata

CASE, PERSON = "case", "person"
holds = sa.Table(
    "holds",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),  # a case's id, or a person's keyed digest
    sa.Column("document", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False, server_default=""),  # case, person
    sa.Column("ground", sa.Text, nullable=False, server_default=""),
    sa.Column("actor", sa.Text, nullable=False, server_default=""),
    sa.Column("at_ms", sa.BigInteger, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
_H = holds.c


class Hold(NamedTuple):
    """One hold. subject: a case's id, or a person's keyed digest; document: on whose ground (文号)."""

    kind: str
    subject: str
    ground: str
    document: str
    actor: str
    at_ms: int


PLACE = insert(holds).on_conflict_do_nothing()
LIFT = sa.delete(holds).where(_H.subject == bindparam("subject_"), _H.document == bindparam("document_"))
_ALL = sa.select(*(_H[name] for name in Hold._fields))
LIST = _ALL.order_by(_H.at_ms, _H.subject, _H.document)
OF = (
    _ALL.where(sa.or_(_H.subject == bindparam("case_id"), _H.subject == bindparam("person")))
    .order_by(_H.document)
    .limit(1)
)
ANY_PERSON = _ALL.where(_H.kind == PERSON).order_by(_H.document).limit(1)


def place(connection: Connection, hold: Hold) -> bool:
    """False if the same document holds it already."""
    return connection.run(PLACE, hold._asdict()) == 1


def lift(connection: Connection, subject: str, document: str) -> bool:
    """False if that document does not hold it."""
    return connection.run(LIFT, {"subject_": subject, "document_": document}) == 1


def everything(connection: Connection) -> list[Hold]:
    return [Hold._make(row) for row in connection.rows(LIST)]


def holding(connection: Connection, case_id: str, person: str) -> Hold | None:
    """What forbids to erase anything of the case, or what belongs to no case (case_id is empty).

    Whose the latter is cannot be known without opening it: it is held as long as anybody is.
    """
    found = connection.row(OF, {"case_id": case_id, "person": person}) if case_id else None
    row = found or (None if case_id else connection.row(ANY_PERSON))
    return Hold._make(row) if row else None
