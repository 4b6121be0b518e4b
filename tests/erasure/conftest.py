"""An installation with cases that were really delivered, papers and all, some of which are over."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from gateway.boot import Gateway
from gateway.boot import boot as boot_gateway
from gateway.settings.conf import load
from gateway.store import cases
from gateway.world import World
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.replay.conftest import delivered, new_place, place, store

__all__ = ["delivered", "new_place", "place", "store"]
DAY_MS = 86_400_000


def in_days(days: float) -> Callable[[], int]:
    return lambda: int(time.time() * 1000 + days * DAY_MS)


@asynccontextmanager
async def later(place: Place, days: float = 0) -> AsyncIterator[Gateway]:
    """The installation some days later, its worker asleep."""
    gateway = boot_gateway(load(place.conf), World(clock_ms=in_days(days)))
    gateway.open()
    try:
        yield gateway
    finally:
        await gateway.close()


async def over(gateway: Gateway, case_id: str) -> None:
    await gateway.store.write(lambda tx: cases.close(tx.connection, case_id))


async def walk(gateway: Gateway) -> int:
    """How many contents were erased in one walk."""
    count = await gateway.ageing.step(gateway.clock_ms())
    while gateway.ageing._behind:
        count += await gateway.ageing.step(gateway.clock_ms())
    return count


def cases_of(place: Place) -> list[str]:
    return [row[0] for row in ask(place.database, "select id from cases order by id")]


def left(place: Place, case_id: str) -> dict[str, int]:
    """How many rows of each kind a case still has."""
    of_case = "(select id from exchanges where case_id = ?)"
    return {
        table: int(
            ask(place.database, f"select count(*) from {table} where exchange_id in {of_case}", case_id)[0][0]
        )
        for table in ("body_keys", "bodies", "materials")
    }
