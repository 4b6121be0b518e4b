"""What the tests of reconciliation share: orders, lost answers, and what a platform is made to remember."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from gateway.boot import Gateway
from gateway.clock import china_day
from gateway.model import Exchange
from gateway.reconcile.day import Order, Reconciled, reconcile
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import Simulator
from tests.faults.ledgers import ask
from tests.faults.places import Place, submitted

CASES = {"sim-gd": "gd-organization", "sim-gx": "gx-person", "sim-bare": "gd-person"}


def tell(simulator: Simulator, **facts: object) -> None:
    simulator.programme.add(step(facts, simulator.dialect.behaviours, 0))


async def sent(gateway: Gateway, platform: str, key: str = "key-0001", name: str = "") -> Exchange:
    """A case that is submitted to a platform, and what became of it."""
    return await submitted(gateway, case(name or CASES[platform]), key)


async def held(gateway: Gateway, simulator: Simulator, platform: str, do: str = "take_then_drop") -> Exchange:
    """A case whose answer was lost, and that nobody could be asked about."""
    tell(simulator, do=do)
    if platform == "sim-gx":
        tell(simulator, do="status", code=502, operation="case.progress", times=0)
    found = await sent(gateway, platform)
    simulator.programme.clear()
    assert found.state == "held"
    return found


def day_of(exchange: Exchange) -> date:
    return china_day(exchange.admitted_ms)


async def reconciled(gateway: Gateway, platform: str, day: date, **more: Any) -> Reconciled:
    return await reconcile(gateway, Order(platform, day, "li.w", **more), lambda done, total: None)


def kinds(done: Reconciled) -> list[str]:
    return [each.kind for each in done.differences]


def takes(simulator: Simulator, number: str, *, division: str = "440232") -> str:
    """The platform has a case of this number, wherever it came from; its number for it."""
    kept: Mapping[str, object] = {"division": division, "item": ""}
    return simulator.ledger.take(0, number, f"LN{division}{{n:08d}}", kept)


def entries_of(place: Place, kind: str) -> list[dict[str, Any]]:
    found = ask(place.database, "select body from audit_entries where kind = ? order by position", kind)
    return [orjson.loads(body) for (body,) in found]


def written(folder: Path, *rows: str, charset: str = "utf-8", name: str = "list.csv") -> Path:
    file = folder / name
    file.write_bytes("\r\n".join(rows).encode(charset))
    return file
