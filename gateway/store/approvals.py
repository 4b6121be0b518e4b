"""Statements about approvals (审批), and about what was put in force without one. Rows are only ever added."""

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.releases import pack, unpack
from gateway.store.tables import approvals, follow_ups

ADD = insert(approvals).on_conflict_do_nothing()
_A = approvals.c
ALL = sa.select(_A.platform, _A.declaration, _A.actor, _A.document, _A.at_ms).order_by(
    _A.at_ms, _A.platform, _A.declaration, _A.actor, _A.document
)
BUNDLE = (
    sa.select(_A.bundle)
    .where(_A.platform == bindparam("platform"), _A.declaration == bindparam("declaration"))
    .limit(1)
)
OWE = insert(follow_ups).on_conflict_do_nothing()
_F = follow_ups.c
OWED = sa.select(_F.place, _F.platform, _F.declaration, _F.actor, _F.due_ms, _F.at_ms).order_by(
    _F.due_ms, _F.place, _F.platform
)


class Approval(NamedTuple):
    """Somebody has approved exactly this declaration of a platform, under the number of a signed document."""

    platform: str
    declaration: str  # digest
    actor: str
    document: str
    at_ms: int


class FollowUp(NamedTuple):
    """A declaration that an emergency put in force unapproved, by `actor`: an approval is owed before due_ms."""

    place: int  # of the activation
    platform: str
    declaration: str
    actor: str
    due_ms: int
    at_ms: int


def add(connection: Connection, approval: Approval, files: Mapping[str, str]) -> bool:
    """False if it was recorded before; then nothing changes."""
    return connection.run(ADD, {**approval._asdict(), "bundle": pack(files)}) == 1


def every(connection: Connection) -> list[Approval]:
    """The oldest first."""
    return [Approval(*row) for row in connection.rows(ALL)]


def files_of(connection: Connection, platform: str, declaration: str) -> dict[str, str] | None:
    """What was approved, by path with the platform's name; None if it never was."""
    row = connection.row(BUNDLE, {"platform": platform, "declaration": declaration})
    return unpack(row[0]) if row else None


def owe(connection: Connection, follow_up: FollowUp) -> None:
    connection.run(OWE, follow_up._asdict())


def follow_ups_ever(connection: Connection) -> list[FollowUp]:
    """All that there ever were, the nearest day first."""
    return [FollowUp(*row) for row in connection.rows(OWED)]
