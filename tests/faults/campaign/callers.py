"""Callers as they should be: whoever is not answered asks again under the same Idempotency-Key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from gateway.cases.later import CORRECT, SUPPLEMENT, WITHDRAW
from tests.faults.campaign.people import PATHS, TEMPLATES, Errand, Later, People, comes_later
from tests.faults.test_kill import KEYS

ACKNOWLEDGED = {200: "withdrawn", 201: "delivered", 202: "open"}
NOT_ADMITTED = frozenset({"case_over", "nothing_asked", "operation_not_offered"})
NOT_YET = frozenset({"write_open", "case_unconfirmed"})
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
            if self.chance.random() < 0.4:
                await self.goes_on(self.chance.choice(self.errands[-4:]))

    async def goes_on(self, errand: Errand) -> None:
        """Something comes to a case: what was owed, a correction where one is needed, its withdrawal."""
        if not errand.case or errand.platform not in TEMPLATES:
            return
        operation = await self._next(errand)
        if operation is None:
            return
        later = comes_later(errand, operation)
        for _ in range(20):
            await self.write(errand, later)
            if later.told or self.resting.is_set():
                return
            await asyncio.sleep(self.chance.uniform(0, 2 * PAUSE_S))

    async def _next(self, errand: Errand) -> str | None:
        status, case = await self._ask(errand, "GET", f"/v1/cases/{errand.case}", SLOWEST_S)
        if status == 200 and case["state"] == "correction_needed":
            return CORRECT
        if errand.owes and not errand.later:
            return SUPPLEMENT
        return WITHDRAW if self.chance.random() < 0.5 else None

    async def write(self, errand: Errand, later: Later) -> None:
        """One try of what comes later."""
        later.tries += 1
        headers = {"Idempotency-Key": later.key, "Prefer": f"wait={self.chance.choice((0, 0, 1))}"}
        path = f"/v1/cases/{errand.case}/{PATHS[later.operation]}"
        status, document = await self._ask(errand, "POST", path, self._patience_s(), headers, later.body)
        if document and document.get("code") in NOT_ADMITTED:
            later.told = str(document["code"])
        elif not document or document.get("code") not in NOT_YET:
            self._hear(later, status, document)

    def _patience_s(self) -> float:
        """Sometimes it is given up half-way, as by a browser tab that is closed."""
        return self.chance.uniform(0.01, 0.4) if self.chance.random() < 0.1 else SLOWEST_S

    async def submit(self, errand: Errand, wait_s: float | None = None) -> None:
        """One try."""
        wait = self.chance.choice((0, 0, 1, 2, 5)) if wait_s is None else wait_s
        patience_s = self._patience_s() if wait_s is None else SLOWEST_S
        errand.tries += 1
        headers = {"Idempotency-Key": errand.key, "Prefer": f"wait={wait:g}"}
        status, document = await self._ask(errand, "POST", "/v1/cases", patience_s, headers, errand.document)
        self._hear(errand, status, document)
        if status in ACKNOWLEDGED:
            errand.case = document["case"]

    async def look(self, errand: Errand) -> None:
        """GET what was acknowledged earlier: it is there for ever."""
        for exchange_id in tuple(errand.ids):
            status, document = await self._ask(errand, "GET", f"/v1/exchanges/{exchange_id}", SLOWEST_S)
            if status == 200 and document["exchange"] != exchange_id:
                errand.strange.append(f"{exchange_id} is shown as {document['exchange']}")
            elif status not in {200, 429} and 0 < status < 500:
                errand.strange.append(f"{exchange_id} was acknowledged, and GET says {status}")

    def _hear(self, errand: Errand | Later, status: int, document: Any) -> None:
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
