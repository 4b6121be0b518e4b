"""Leases: what one process may do for all until a moment of the database's time. Nobody waits for one."""

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from gateway.store.connection import Connection
from gateway.store.tables import leases

PROCESS = "process/"  # a process that is there
_LEASE = insert(leases)
TAKE = _LEASE.on_conflict_do_update(
    index_elements=["name"],
    set_={"owner": _LEASE.excluded.owner, "until_ms": _LEASE.excluded.until_ms},
    where=sa.or_(
        leases.c.until_ms <= bindparam("now_ms", type_=sa.BigInteger), leases.c.owner == bindparam("owner_")
    ),
)
FREE = sa.delete(leases).where(leases.c.name == bindparam("name_"), leases.c.owner == bindparam("owner_"))
SWEEP = sa.delete(leases).where(leases.c.until_ms < bindparam("before_ms"))
HELD = sa.select(leases.c.name).where(leases.c.until_ms > bindparam("now_ms"))


def take(connection: Connection, name: str, owner: str, *, now_ms: int, until_ms: int) -> bool:
    """Take or prolong a lease; False while another owner has it."""
    row = {"name": name, "owner": owner, "until_ms": until_ms, "now_ms": now_ms, "owner_": owner}
    return connection.run(TAKE, row) == 1


def free(connection: Connection, name: str, owner: str) -> None:
    connection.put(FREE, {"name_": name, "owner_": owner})


def held(connection: Connection, now_ms: int) -> list[str]:
    """Names of all leases that are not over."""
    return [row[0] for row in connection.rows(HELD, {"now_ms": now_ms})]


def sweep(connection: Connection, before_ms: int) -> None:
    """Forget what was over before `before_ms`."""
    connection.put(SWEEP, {"before_ms": before_ms})
