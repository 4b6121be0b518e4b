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
ACTIVE = sa.select(activations.c.digest).order_by(activations.c.place.desc()).limit(1)
LAST_PLACE = sa.select(sa.func.max(activations.c.place))
ACTIVATE = sa.insert(activations)
STORED = sa.select(releases.c.digest)


def put(connection: Connection, digest: str, files: Mapping[str, str], at_ms: int) -> None:
    bundle = zlib.compress(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS))
    connection.run(PUT, {"digest": digest, "bundle": bundle, "stored_ms": at_ms})


def files_of(connection: Connection, digest: str) -> dict[str, str] | None:
    row = connection.row(BUNDLE, {"digest": digest})
    files: dict[str, str] | None = orjson.loads(zlib.decompress(row[0])) if row else None
    return files


def active(connection: Connection) -> str | None:
    row = connection.row(ACTIVE)
    return row[0] if row else None


def activate(connection: Connection, digest: str, *, actor: str, why: str, at_ms: int) -> None:
    row = connection.row(LAST_PLACE)
    place = 1 + (row[0] or 0) if row else 1
    connection.run(ACTIVATE, {"place": place, "digest": digest, "actor": actor, "why": why, "at_ms": at_ms})


def stored(connection: Connection) -> list[str]:
    return [row[0] for row in connection.rows(STORED)]
