"""Statements about releases (发布): bundles by digest, and which of them is in force."""

import zlib
from collections.abc import Mapping

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


def put(connection: Connection, digest: str, files: Mapping[str, str], at_ms: int) -> None:
    bundle = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
    connection.run(PUT, {"digest": digest, "bundle": bundle, "stored_ms": at_ms})


def files_of(connection: Connection, digest: str) -> dict[str, str] | None:
    row = connection.row(BUNDLE, {"digest": digest})
    files: dict[str, str] | None = orjson.loads(zlib.decompress(row[0])) if row else None
    return files


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
