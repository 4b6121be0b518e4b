"""A store of each kind whose time a test sets, and cases in it as commit 2 leaves them."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest_asyncio
import sqlalchemy as sa

from audit import log
from audit.tables import ENTRIES
from gateway.deadlines.watching import EVERY_MS, Watch
from gateway.exchange.following import follow
from gateway.model import Exchange
from gateway.settings.agreements import Agreement
from gateway.store import cases, exchanges, watched
from gateway.store.cases import Case
from gateway.store.database import connect, open_engine
from gateway.store.events import Told
from gateway.store.store import Store, Transaction
from mappings.china_time import CHINA
from tests.databases import address as address
from tests.waiting import LONGEST_S

AGREEMENT = {
    "agreement": "jia-yi", "title": "甲乙通办协议", "document": "甲乙通办〔2026〕1号",
    "between": [["330282"], ["440232"]], "modes": ["collect_for"], "valid_from": "2026-01-01",
    "sign_within": {"days": 2},
}  # fmt: skip
OF_CASE = (
    sa.select(ENTRIES.c.body).where(ENTRIES.c.case_id == sa.bindparam("case")).order_by(ENTRIES.c.position)
)


def ms(text: str) -> int:
    """China time."""
    return int(datetime.fromisoformat(text).replace(tzinfo=CHINA).timestamp() * 1000)


@dataclass(slots=True)
class Office:
    """A database at a moment that the test chooses, and the watch of a gateway on it."""

    store: Store
    now: list[int]
    agreements: tuple[Agreement, ...] = (Agreement.model_validate(AGREEMENT),)
    made: list[str] = field(default_factory=list)

    def watch(self, owner: str = "one") -> Watch:
        """Of a gateway that has just started."""
        return Watch(self.store, self.agreements, owner, lambda: self.now[0])

    async def at(self, text: str, watch: Watch | None = None) -> None:
        """It is that moment, and everything is looked at that is due."""
        self.now[0] = ms(text)
        async with asyncio.timeout(LONGEST_S):
            await self._looked(watch or self.watch())

    async def _looked(self, watch: Watch) -> None:
        while await self.store.read(lambda connection: watched.due(connection, self.now[0], 1)):
            self.now[0] += EVERY_MS
            await watch.look()

    async def case(self, number: str, handed: str, **said: Any) -> str:
        """A case that was received and handed over then; its id."""
        case_id, at_ms = number.rjust(26, "0"), ms(handed)
        case = Case(
            case_id, "guichi", f"person-{number}", said.get("item", ""), "440232", "330282", at_ms, 1, at_ms
        )
        exchange = Exchange(
            f"X{case_id[1:]}", case_id, "write", "case.submit", "guichi", "k1", said.get("platform", "sim-gd"),
            "330282", "440232", "", "collect_for", "", case.item, "", "", "jia-yi", "", f"LN{number}", f"T{number}",
            "delivered", "send", 1, 1, "", 0, "", "", at_ms, at_ms, at_ms,
        )  # fmt: skip

        def work(tx: Transaction) -> None:
            cases.add(tx.connection, case)
            exchanges.admit(tx.connection, exchange)
            watched.look(tx.connection, case_id, tx.now_ms)

        await self.store.write(work)
        return case_id

    async def tell(self, case_id: str, kind: str, at: str, **more: str) -> None:
        self.now[0] = max(self.now[0], ms(at))
        told = Told(kind, ms(at), "sim-gd", more.pop("number", ""), seen_ms=self.now[0], **more)  # type: ignore[arg-type]
        await self.store.write(follow(case_id, [told]))

    async def entries(self, case_id: str) -> list[dict[str, Any]]:
        rows = await self.store.read(lambda connection: connection.rows(OF_CASE, {"case": case_id}))
        return [json.loads(body) for (body,) in rows]

    async def warned(self, case_id: str) -> list[tuple[str, ...]]:
        """(kind, clock, last day) of everything that was told of limits."""
        told = [each for each in await self.entries(case_id) if "clock" in each]
        return [(each["kind"], each["clock"], each.get("due_on", each.get("why"))) for each in told]


@pytest_asyncio.fixture
async def office(address: str) -> AsyncIterator[Office]:
    now = [ms("2026-11-02T09:00")]
    engine = open_engine(
        address, log.append, log.holds, connect=connect, clock_ms=lambda: now[0], heard=lambda _: now[0]
    )
    store = Store(engine)
    store.start()
    yield Office(store, now)
    await store.stop()
