"""A store of each kind at a time that a test sets, a log with events of two callers, a caller that hears."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio

from adapters.transport import HttpTransport
from audit import log
from audit.entries import Entry
from gateway.settings.callers import Caller, Rights
from gateway.settings.conf import Settings
from gateway.settings.hooks import SecretSource, Webhook
from gateway.settings.installation import Installation
from gateway.store import cases, letters
from gateway.store.cases import Case
from gateway.store.database import connect, open_engine
from gateway.store.letters import Letter
from gateway.store.store import Store, Transaction
from gateway.webhooks.courier import Courier
from tests.databases import address as address
from tests.webhooks.receiver import SECRET, Receiver

NAME = "test.tongban.example/log"
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Post:
    """One gateway's courier on a database whose time the test sets, and the caller `guichi` that hears."""

    store: Store
    transport: HttpTransport
    receiver: Receiver
    folder: Path
    now: list[int]
    patience_hours: float = 24

    @property
    def hook(self) -> Webhook:
        return Webhook(
            url=self.receiver.address, secret=SecretSource(file=Path("secret")), timeout_s=2, first_s=10,
            most_s=HOUR_MS / 1000, patience_hours=self.patience_hours,
        )  # fmt: skip

    def courier(self, owner: str = "one") -> Courier:
        caller = Caller(
            caller="guichi", title="模拟", speaks_for=(), keys=(), rights=Rights(), webhook=self.hook
        )
        settings = Settings(self.folder, Installation(name=NAME), {"guichi": caller})
        return Courier(settings, self.store, self.transport, lambda: self.now[0], origin=NAME, owner=owner)

    async def happens(self, *cases_: str, caller: str = "guichi") -> None:
        """One event of each of these cases, each in a commit of its own."""
        for each in cases_:
            await self.store.write(lambda tx, each=each: _event(tx, each, caller))

    async def rounds(self, courier: Courier | None = None, *, most: int = 50) -> None:
        """Rounds until there is nothing to do at this moment."""
        courier = courier or self.courier()
        for _ in range(most):
            if not await courier.round("guichi", self.hook):
                return
        raise AssertionError("it never comes to rest")

    async def left(self) -> list[Letter]:
        return await self.store.read(lambda connection: letters.listed(connection, "guichi", 999, dead=False))

    def later(self, hours: float) -> None:
        self.now[0] += int(hours * HOUR_MS)


def _event(tx: Transaction, number: str, caller: str) -> None:
    case_id = number.rjust(26, "0")
    if cases.by_id(tx.connection, case_id) is None:
        cases.add(tx.connection, Case(case_id, caller, case_id, "", "440232", "330282", 1, 1, 1))
    tx.record(Entry("case.event", tx.now_ms, {"case": case_id, "event": "signed", "state": "signed"}))


@pytest_asyncio.fixture
async def post(address: str, tmp_path: Path) -> AsyncIterator[Post]:
    now = [1_800_000_000_000]
    (tmp_path / "secret").write_text(SECRET + "\n")
    engine = open_engine(
        address, log.append, log.holds, connect=connect, clock_ms=lambda: now[0], heard=lambda _: now[0]
    )
    store = Store(engine)
    store.start()
    async with HttpTransport() as transport, Receiver().running() as receiver:
        made = Post(store, transport, receiver, tmp_path, now)
        await made.happens("before")
        await made.rounds()  # from now on it is told
        yield made
        if receiver.hold is not None:
            receiver.hold.set()
    await store.stop()
    await asyncio.sleep(0)
