"""PostgreSQL answers from an index whatever it is asked, with thousands of rows and fresh statistics."""

from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
import pytest_asyncio
import sqlalchemy as sa
from psycopg import sql
from psycopg.rows import scalar_row
from sqlalchemy.sql.expression import ClauseElement

from gateway.store import exchanges
from gateway.store.database import open_connection
from gateway.store.postgres_driver import postgres_dialect
from tests.bench.fill import fill
from tests.bench.rows import Pattern, pattern
from tests.fakes.fixtures import case
from tests.faults.places import Place, submitted
from tests.gateway.test_schema import statements
from tests.postgres import Server, running

COPIES, GROUP, STILL_OPEN = 10_000, 20, 40
GROWING = ("exchanges", "cases", "case_numbers", "history", "bodies", "body_keys", "idempotency",
           "audit_entries", "audit_batches", "audit_checkpoints")  # fmt: skip
WHOLE = {  # statement -> why it may read a whole table
    "audit.heads._EPOCHS": "asked only for what stands behind a checkpoint, which is little",
    "gateway.store.exchanges.PLATFORMS": "asked once, when the log says that the database is an older one",
    "gateway.store.exchanges._ALL": "a part of statements, each with a condition",
    "gateway.store.erased._CONTENT": "a part of statements, each with a condition",
    "gateway.store.health.BY_OPERATION": "of the newest exchanges alone: read whole where they are much of it",
}
# what is put together when it is asked
BUILT = [pytest.param(exchanges.soonest_of(3), id="gateway.store.exchanges.soonest_of")]
Stored = tuple[psycopg.Connection[str], dict[str, Any]]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running(fsync="off") as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def stored(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stored]:
    """A connection to a filled database, and values that are in it, by the names of parameters."""
    place = Place(tmp_path_factory.mktemp("plans"), server)
    place.write()
    async with place.platforms("sim-gx"), place.gateway() as gateway:
        await submitted(gateway, case("gx-person"))
    with closing(open_connection(place.database)) as connection:
        fill(connection, COPIES, group=GROUP)
        like = pattern(connection)
    with psycopg.connect(place.database, autocommit=True, row_factory=scalar_row) as asking:
        asking.execute(
            "UPDATE exchanges SET state = 'deferred', ended_ms = 0, due_ms = admitted_ms"
            f" WHERE id IN (SELECT id FROM exchanges ORDER BY id DESC LIMIT {STILL_OPEN})"
        )
        asking.execute(
            "INSERT INTO audit_checkpoints (size, previous, note, at_ms)"
            " SELECT -serial, 0, note, 0 FROM generate_series(1, 5000) AS serial,"
            " (SELECT note FROM audit_checkpoints LIMIT 1) AS one"
        )
        asking.execute("VACUUM ANALYZE")
        yield asking, _values(like)


def _values(like: Pattern) -> dict[str, Any]:
    exchange, (caller, operation, key, _) = like.exchange, like.idempotent
    return {
        **exchange._asdict(), **like.case._asdict(), "id": exchange.id, "case_id": exchange.case_id,
        "id_": exchange.id, "attempt_was": 1, "state_was": "sending", "step_was": "send", "due_was": 0,
        "exchange_id": exchange.id, "number": exchange.ours, "owner": "tongban", "caller": caller,
        "operation": operation, "key": key, "now_ms": exchange.admitted_ms, "most": 100, "name": "message",
        "since": exchange.id, "until": exchange.id + "Z", "before_ms": exchange.admitted_ms,
        "position": COPIES, "first": COPIES, "end": COPIES + 256, "size": COPIES,
    }  # fmt: skip


@pytest.mark.parametrize("plan", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("statement", [*statements(), *BUILT])
def test_no_statement_reads_a_table_that_grows_from_end_to_end(
    stored: Stored, statement: ClauseElement, plan: str, request: pytest.FixtureRequest
) -> None:
    connection, values = stored
    found = [f"Seq Scan on {table}" for table in GROWING]
    told = _explained(connection, statement, values, plan)
    read_whole = [line for line in told if any(f"{each} " in f"{line} " for each in found)]
    name = request.node.callspec.id.removesuffix(f"-{plan}").removeprefix(f"{plan}-")
    assert read_whole == [] or name in WHOLE, "\n".join(told)


def _explained(
    connection: psycopg.Connection[str], statement: ClauseElement, values: dict[str, Any], plan: str
) -> list[str]:
    """The plan of a prepared statement: for these values, or for any that may come."""
    compiled = statement.compile(dialect=postgres_dialect())
    names: list[str] = list(getattr(compiled, "positiontup", None) or [])
    text = str(compiled)
    own = compiled.params
    given = [_value(name, own, values, compiled) for name in names]
    connection.execute(f"SET plan_cache_mode = {plan}")
    connection.execute(f"PREPARE asked AS {text}")
    try:
        filled = sql.SQL(", ").join(map(sql.Literal, given))
        run = sql.SQL("EXPLAIN EXECUTE asked({})") if given else sql.SQL("EXPLAIN EXECUTE asked{}")
        return connection.execute(run.format(filled)).fetchall()
    finally:
        connection.execute("DEALLOCATE asked")


def _value(name: str, own: Any, values: dict[str, Any], compiled: Any) -> Any:
    """What the statement holds itself, what is in the database, or nothing of the right kind."""
    if own.get(name) is not None:
        return own[name]
    kind = compiled.binds[name].type
    empty: Any = b"" if isinstance(kind, sa.LargeBinary) else 0 if isinstance(kind, sa.Integer) else ""
    found = values.get(name, empty)
    return found if isinstance(found, type(empty)) else empty
