"""Statements about what belongs to a credential: its session secret and its circuit."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import circuits, secrets

_SECRET = insert(secrets)
PUT_SECRET = _SECRET.on_conflict_do_update(
    index_elements=["credential"],
    set_={"sealed": _SECRET.excluded.sealed, "expires_ms": _SECRET.excluded.expires_ms},
)
SECRET = sa.select(secrets.c.sealed, secrets.c.expires_ms).where(
    secrets.c.credential == bindparam("credential")
)
SPOIL = sa.delete(secrets).where(secrets.c.credential == bindparam("credential_"))
_CIRCUIT = insert(circuits)
PUT_CIRCUIT = _CIRCUIT.on_conflict_do_update(
    index_elements=["credential"],
    set_={name: _CIRCUIT.excluded[name] for name in ("state", "cause", "until_ms")},
)
CIRCUITS = sa.select(circuits.c.credential, circuits.c.state, circuits.c.cause, circuits.c.until_ms)


def put_secret(connection: Connection, credential: str, sealed: bytes, expires_ms: int) -> None:
    connection.put(PUT_SECRET, {"credential": credential, "sealed": sealed, "expires_ms": expires_ms})


def secret(connection: Connection, credential: str) -> tuple[bytes, int] | None:
    row = connection.row(SECRET, {"credential": credential})
    return (row[0], row[1]) if row else None


def spoil(connection: Connection, credential: str) -> None:
    connection.put(SPOIL, {"credential_": credential})


def put_circuit(connection: Connection, credential: str, *, state: str, cause: str, until_ms: int) -> None:
    row = {"credential": credential, "state": state, "cause": cause, "until_ms": until_ms}
    connection.put(PUT_CIRCUIT, row)


def circuits_of(connection: Connection) -> dict[str, tuple[str, str, int]]:
    """credential -> (state, cause, until_ms)"""
    return {row[0]: (row[1], row[2], row[3]) for row in connection.rows(CIRCUITS)}
