"""Statements about bodies, their keys and material files: everything that can be erased."""

from collections.abc import Iterable, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy import bindparam

from gateway.store.connection import Connection
from gateway.store.tables import bodies, body_keys, exchanges, materials
from gateway.store.vault import DataKey

INSERT_KEY = sa.insert(body_keys)
KEY = sa.select(body_keys.c.key_id, body_keys.c.wrapped).where(body_keys.c.exchange_id == bindparam("id"))
KEYS_IN_USE = (
    sa.select(body_keys.c.key_id)
    .join(exchanges, exchanges.c.id == body_keys.c.exchange_id)
    .where(sa.text("due_ms > 0"))
    .distinct()
)
NEWEST_KEY = sa.select(body_keys.c.key_id).order_by(body_keys.c.exchange_id.desc()).limit(1)
INSERT_BODY = sa.insert(bodies)
BODY = sa.select(bodies.c.sealed).where(
    bodies.c.exchange_id == bindparam("id"), bodies.c.name == bindparam("name")
)
NAMES = sa.select(bodies.c.name).where(bodies.c.exchange_id == bindparam("id")).order_by(bodies.c.name)
INSERT_MATERIAL = sa.insert(materials)
MATERIAL = sa.select(materials.c.digest, materials.c.size).where(
    materials.c.exchange_id == bindparam("id"), materials.c.file_id == bindparam("file_id")
)


def add_key(connection: Connection, exchange_id: str, key: DataKey) -> None:
    connection.put(INSERT_KEY, {"exchange_id": exchange_id, "key_id": key.key_id, "wrapped": key.wrapped})


def wrapped_key(connection: Connection, exchange_id: str) -> tuple[str, bytes] | None:
    """(id of the wrapping key, wrapped data key), or None once erased."""
    row = connection.row(KEY, {"id": exchange_id})
    return (row[0], row[1]) if row else None


def keys_in_use(connection: Connection) -> set[str]:
    """Ids of the wrapping keys without which what is open, or what came last, cannot be read."""
    return {row[0] for statement in (KEYS_IN_USE, NEWEST_KEY) for row in connection.rows(statement)}


def add(connection: Connection, exchange_id: str, sealed: Mapping[str, bytes]) -> None:
    rows = [{"exchange_id": exchange_id, "name": name, "sealed": body} for name, body in sealed.items()]
    connection.run_many(INSERT_BODY, rows)


def sealed(connection: Connection, exchange_id: str, name: str) -> bytes | None:
    row = connection.row(BODY, {"id": exchange_id, "name": name})
    return row[0] if row else None


def keys_and_sealed(
    connection: Connection, named: Iterable[tuple[str, str]]
) -> list[tuple[tuple[str, bytes], bytes] | None]:
    """Of each exchange its wrapped key and the body of this name; None where one is not there."""
    asked = [
        (connection.ask(KEY, {"id": each}), connection.ask(BODY, {"id": each, "name": name}))
        for each, name in named
    ]
    found = [(key(), body()) for key, body in asked]
    return [((*key[0],), body[0][0]) if key and body else None for key, body in found]


def names(connection: Connection, exchange_id: str) -> list[str]:
    return [row[0] for row in connection.rows(NAMES, {"id": exchange_id})]


def add_materials(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    connection.run_many(INSERT_MATERIAL, rows)


def material(connection: Connection, exchange_id: str, file_id: str) -> tuple[str, int] | None:
    """(digest of the ciphertext, size of it in bytes)"""
    row = connection.row(MATERIAL, {"id": exchange_id, "file_id": file_id})
    return (row[0], row[1]) if row else None
