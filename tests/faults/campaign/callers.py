"""Callers as they should be: whoever is not answered asks again under the same Idempotency-Key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from tests.faults.campaign.people import Errand, People
from tests.faults.test_kill import KEYS

ACKNOWLEDGED = {201: "delivered", 202: "open"}
SLOWEST_S = 9  # whoever hears nothing for so long hangs up
PAUSE_S = 0.15


@dataclass(slots=True)
class Caller:
    """One window: case after case, while `addresses` come and go."""

    session: ClientSession
    addresses: Callable[[], list[str]]
    people: People
    chance: Random
    doom: Callable[[Errand], None]
    errands: list[Errand] = field(default_factory=list)
    resting: asyncio.Event = field(default_factory=asyncio.Event)

    async def work(self) -> None:
        """Until it is told to rest."""
        while not self.resting.is_set():
            errand = self.people.next()
            if errand.doomed:
                self.doom(errand)
            self.errands.append(errand)
            while not errand.told and not self.resting.is_set():
                await self.submit(errand)
                await asyncio.sleep(self.chance.uniform(0, 2 * PAUSE_S))
            if self.chance.random() < 0.3:
                await self.look(self.chance.choice(self.errands))

    async def submit(self, errand: Errand, wait_s: float | None = None) -> None:
        """One try; sometimes it is given up half-way, as by a browser tab that is closed."""
        wait = self.chance.choice((0, 0, 1, 2, 5)) if wait_s is None else wait_s
        patience_s = (
            self.chance.uniform(0.01, 0.4) if wait_s is None and self.chance.random() < 0.1 else SLOWEST_S
        )
        errand.tries += 1
        headers = {"Idempotency-Key": errand.key, "Prefer": f"wait={wait:g}"}
        status, document = await self._ask(errand, "POST", "/v1/cases", patience_s, headers, errand.document)
        self._hear(errand, status, document)

    async def look(self, errand: Errand) -> None:
        """GET what was acknowledged earlier: it is there for ever."""
        for exchange_id in tuple(errand.ids):
            status, document = await self._ask(errand, "GET", f"/v1/exchanges/{exchange_id}", SLOWEST_S)
            if status == 200 and document["exchange"] != exchange_id:
                errand.strange.append(f"{exchange_id} is shown as {document['exchange']}")
            elif status not in {200, 429} and 0 < status < 500:
                errand.strange.append(f"{exchange_id} was acknowledged, and GET says {status}")

    def _hear(self, errand: Errand, status: int, document: Any) -> None:
        if status in ACKNOWLEDGED:
            errand.ids.add(document["exchange"])
            errand.told = ACKNOWLEDGED[status]
        elif status == 422 and document.get("code") == "platform_refused":
            errand.ids.add(document["exchange"])
            errand.told = "refused"
        elif status != 429 and 0 < status < 500:
            errand.strange.append(f"{status} {document.get('code')} {document.get('stage')}")
            errand.told = "strange"

    async def _ask(
        self, errand: Errand, method: str, path: str, patience_s: float, headers: Any = None, body: Any = None
    ) -> tuple[int, Any]:
        """(status, document); 0 where there was no answer."""
        addresses = self.addresses()
        if not addresses:
            return 0, {}
        sent = {"Authorization": f"Bearer {KEYS[errand.caller]}", **(headers or {})}
        url = self.chance.choice(addresses) + path
        timeout = ClientTimeout(total=patience_s)
        try:
            async with self.session.request(method, url, json=body, headers=sent, timeout=timeout) as answer:
                return answer.status, await answer.json(content_type=None)
        except (ClientError, OSError, TimeoutError, ValueError):
            return 0, {}
