"""What a scenario plays on, and the register of scenarios: one for each stable code."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scenario plays on: the shared gateway, an unused key, and a folder for one of its own."""

    service: Running
    key: str
    folder: Path

    async def submit(self, **values: Any) -> Answer:
        """A good case of somebody new, with these values changed."""
        return await self.service.submit(changed(case_of_somebody(), **values), self.key)

    async def later(
        self, submitted: Answer, what: str, body: Any, more: str = "later", **headers: str
    ) -> Answer:
        """What comes to a case that was submitted, under a key of its own."""
        path, key = f"{submitted.document['links']['case']}/{what}", f"{self.key}-{more}"
        return await self.service.ask("POST", path, body=body, Idempotency_Key=key, **headers)

    async def read(self, data: bytes, **headers: str) -> Answer:
        return await self.service.ask("POST", "/v1/cases", data=data, Idempotency_Key=self.key, **headers)

    async def progress(self, **step: Any) -> Answer:
        """The progress of a case that was taken, while the platform does `step`."""
        submitted = await self.submit()
        await self.service.tell("sim-gd", operation="case.progress", **step)
        return await self.service.ask("GET", f"{submitted.document['links']['case']}/progress")


Scenario = Callable[[Stage], Awaitable[Answer]]
SCENARIOS: dict[str, Scenario] = {}


def provokes(code: str) -> Callable[[Scenario], Scenario]:
    def note(scenario: Scenario) -> Scenario:
        SCENARIOS[code] = scenario
        return scenario

    return note
