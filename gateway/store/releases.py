"""Statements about releases (发布): bundles by digest, and which of them is in force."""

import zlib
from collections.abc import Mapping
from typing import NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import activations, releases

PUT = insert(releases).on_conflict_do_nothing()
BUNDLE = sa.select(releases.c.bundle).where(releases.c.digest == bindparam("digest"))
IN_FORCE = sa.select(activations.c.place, activations.c.digest).order_by(activations.c.place.desc()).limit(1)
ACTIVATE = insert(activations).on_conflict_do_nothing()
STORED = sa.select(releases.c.digest)
LAST_ACTIVATION = (
    sa.select(activations.c.actor, activations.c.at_ms)
    .where(activations.c.digest == bindparam("digest"), activations.c.at_ms <= bindparam("until_ms"))
    .order_by(activations.c.place.desc())
    .limit(1)
)
ACTIVATED_BY = sa.select(activations.c.digest).where(activations.c.actor == bindparam("actor")).distinct()
FOR_EVER_MS = 2**62


class Activation(NamedTuple):
    """Who put a release in force, and when (epoch ms)."""

    actor: str
    at_ms: int


def pack(files: Mapping[str, str]) -> bytes:
    return zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))


def unpack(bundle: bytes) -> dict[str, str]:
    files: dict[str, str] = orjson.loads(zlib.decompress(bundle))
    return files


def put(connection: Connection, digest: str, files: Mapping[str, str], at_ms: int) -> None:
    connection.run(PUT, {"digest": digest, "bundle": pack(files), "stored_ms": at_ms})


def files_of(connection: Connection, digest: str) -> dict[str, str] | None:
    row = connection.row(BUNDLE, {"digest": digest})
    return unpack(row[0]) if row else None


def active(connection: Connection) -> str | None:
    return in_force(connection)[1]


def in_force(connection: Connection) -> tuple[int, str | None]:
    """(place of the last activation, its digest); (0, None) while there is none."""
    row = connection.row(IN_FORCE)
    return (row[0], row[1]) if row else (0, None)


def activate(connection: Connection, digest: str, *, place: int, actor: str, why: str, at_ms: int) -> bool:
    """Activate as number `place`; False if another process has taken that place meanwhile."""
    row = {"place": place, "digest": digest, "actor": actor, "why": why, "at_ms": at_ms}
    return connection.run(ACTIVATE, row) == 1


def stored(connection: Connection) -> list[str]:
    return [row[0] for row in connection.rows(STORED)]


def activated_by(connection: Connection, actor: str) -> list[str]:
    """Digests of all releases that somebody ever put in force."""
    return [row[0] for row in connection.rows(ACTIVATED_BY, {"actor": actor})]


def activation_of(connection: Connection, digest: str, until_ms: int = FOR_EVER_MS) -> Activation | None:
    """The last time by `until_ms` that a release was put in force; None if it never was."""
    row = connection.row(LAST_ACTIVATION, {"digest": digest, "until_ms": until_ms})
    return Activation._make(row) if row else None
