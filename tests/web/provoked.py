"""How each stable code comes about, against a running gateway: one scenario for each row of gateway.errors."""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from gateway.boot import World
from gateway.errors import Refusal
from gateway.exchange import said
from gateway.store.connection import connect_sqlite
from gateway.web.problems import MEDIA, document_of
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, eventually, serving


@dataclass(frozen=True, slots=True)
class Stage:
    """What a scenario plays on: the shared gateway, an unused key, and a folder for one of its own."""

    service: Running
    key: str
    folder: Path

    async def submit(self, **values: Any) -> Answer:
        """A good case of somebody new, with these values changed."""
        return await self.service.submit(changed(case_of_somebody(), **values), self.key)

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


_BODIES: Mapping[str, tuple[bytes, dict[str, str]]] = {
    "too_large": (b" " * 300_000, {}),
    "wrong_media_type": (b"<case/>", {"Content_Type": "text/xml"}),
    "wrong_charset": ("{\"note\": \"中\"}".encode("gbk"), {}),
    "body_unreadable": (b"no gzip", {"Content_Encoding": "gzip"}),
    "not_json": (b"{,}", {}),
    "not_an_object": (b"[]", {}),
    "duplicate_key": (b'{"note": "", "note": ""}', {}),
    "too_deep": (b'{"form": ' + b"[" * 30 + b"]" * 30 + b"}", {}),
    "number_inexact": (b'{"form": {"a": 1.00000000000000000001}}', {}),
}  # fmt: skip
_CASES: Mapping[str, dict[str, Any]] = {
    "invalid_case": {"purpose": None},
    "unmappable": {"form__project_type": "9"},
    "item_unknown": {"item__code": "T-NOWHERE"},
    "item_not_aligned": {"item__code": "T-ALONE"},
    "item_cancelled": {"item__code": "T-CANCELLED"},
    "item_suspended": {"item__code": "T-SUSPENDED"},
    "item_not_yet_valid": {"item__code": "T-LATER"},
    "item_ambiguous": {"item__code": "11341702MB1A0231794000117054000"},
    "division_not_served": {"division": "440234"},
    "operation_not_offered": {"division": "440235"},
    "route_ambiguous": {"division": "440236"},
    "forbidden_sender": {"receiving__division": "341703"},
}
_BOUNDED: Mapping[str, dict[str, Any]] = {
    "forbidden_division": {"division": "440233"},
    "forbidden_item": {},
}


def _of_body(data: bytes, headers: dict[str, str]) -> Scenario:
    return lambda stage: stage.read(data, **headers)


def _of_case(values: dict[str, Any]) -> Scenario:
    return lambda stage: stage.submit(**values)


def _of_bounded(values: dict[str, Any]) -> Scenario:
    return lambda stage: stage.service.ask(
        "POST",
        "/v1/cases",
        caller="bounded",
        body=changed(case_of_somebody(), **values),
        Idempotency_Key=stage.key,
    )


SCENARIOS |= {code: _of_body(data, headers) for code, (data, headers) in _BODIES.items()}
SCENARIOS |= {code: _of_case(values) for code, values in _CASES.items()}
SCENARIOS |= {code: _of_bounded(values) for code, values in _BOUNDED.items()}


@provokes("bad_parameter")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/cases")


@provokes("idempotency_key_missing")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("POST", "/v1/cases", body=case_of_somebody())


@provokes("idempotency_key_bad")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("POST", "/v1/cases", body=case_of_somebody(), Idempotency_Key="short")


@provokes("idempotency_conflict")
async def _(stage: Stage) -> Answer:
    await stage.submit()
    return await stage.submit()


@provokes("unauthenticated")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/platforms", caller=None)


@provokes("forbidden_operation")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/platforms", caller="nobody")


@provokes("not_found")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")


@provokes("malformed_request")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", f"/v1/items?name={'a' * 9000}")


@provokes("no_route")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v2/cases")


@provokes("wrong_method")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("DELETE", "/v1/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")


@provokes("case_open")
async def _(stage: Stage) -> Answer:
    case = case_of_somebody()
    await stage.service.submit(case, stage.key)
    return await stage.service.submit(case, f"{stage.key}-again")


@provokes("platform_refused")
async def _(stage: Stage) -> Answer:
    await stage.service.tell("sim-gd", do="refuse", code="5010", reason="不符合受理条件")
    return await stage.submit()


@provokes("platform_unavailable")
async def _(stage: Stage) -> Answer:
    return await stage.progress(do="busy")


@provokes("platform_garbled")
async def _(stage: Stage) -> Answer:
    return await stage.progress(do="garbage")


@provokes("erased")
async def _(stage: Stage) -> Answer:
    submitted = await stage.submit()
    exchange = submitted.document["exchange"]
    await stage.service.gateway.store.write(
        lambda tx: tx.connection._driver.execute("DELETE FROM body_keys WHERE exchange_id = ?", (exchange,))
    )
    return await stage.service.ask("GET", f"{submitted.document['links']['case']}/progress")


@provokes("numbers_exhausted")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder) as own:
        await own.submit(case_of_somebody(), "the-first-of-the-day")
        await own.gateway.store.write(
            lambda tx: tx.connection._driver.execute("UPDATE sequences SET following = 10000")
        )
        own.gateway.preparation._sequences._blocks.clear()  # as after a restart
        return await own.submit(case_of_somebody(), stage.key)


@provokes("not_active")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder, release=False) as own:
        return await own.ask("GET", "/v1/platforms")


@provokes("overloaded")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder, open_requests="1") as own:
        await own.tell("sim-gd", do="stall", seconds=3)
        first = asyncio.create_task(own.submit(case_of_somebody(), stage.key))
        await eventually(lambda: own.counts()["sim-gd"]["arrivals"] > 1)
        second = await own.ask("GET", "/v1/platforms")
        await first
        return second


@provokes("stopping")
async def _(stage: Stage) -> Answer:
    async with serving(stage.folder) as own:
        own.gateway.stopping = True
        return await own.submit(case_of_somebody(), stage.key)


@dataclass
class FullDisk:
    """A connection to a database on a disk that fills up: SQLite's own error, at a COMMIT."""

    driver: sqlite3.Connection
    full: list[bool]

    def execute(self, text: str, *parameters: Any) -> Any:
        if self.full and text.startswith("COMMIT"):
            self.driver.execute("ROLLBACK")
            raise sqlite3.OperationalError("database or disk is full")
        return self.driver.execute(text, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.driver, name)


@provokes("storage_unavailable")
async def _(stage: Stage) -> Answer:
    full: list[bool] = []
    async with serving(
        stage.folder, world=World(connect=lambda path: FullDisk(connect_sqlite(path), full))
    ) as own:
        await own.submit(case_of_somebody(), "while-there-is-room")
        full.append(True)
        try:
            return await own.submit(case_of_somebody(), stage.key)
        finally:
            full.clear()


@dataclass
class Chance:
    """A source of chance that can run dry."""

    dry: list[bool] = field(default_factory=list)

    def __call__(self, size: int) -> bytes:
        if self.dry:
            raise NotImplementedError("no randomness")
        return Path("/dev/urandom").open("rb").read(size)


@provokes("internal")
async def _(stage: Stage) -> Answer:
    chance = Chance()
    async with serving(stage.folder, world=World(random=chance)) as own:
        chance.dry.append(True)
        return await own.submit(case_of_somebody(), stage.key)


@dataclass
class Clock:
    """The real clock, until it is stopped or set forward."""

    ahead_ms: int = 0
    stopped_ms: int = 0

    def __call__(self) -> int:
        return self.stopped_ms or time.time_ns() // 1_000_000 + self.ahead_ms


@provokes("proof_not_ready")
async def _(stage: Stage) -> Answer:
    clock = Clock()
    async with serving(stage.folder, world=World(clock_ms=clock)) as own:
        await own.submit(case_of_somebody(), "before-the-clock-stops")
        await asyncio.sleep(0.8)  # a checkpoint is signed at most twice a second
        clock.stopped_ms = clock()
        await asyncio.sleep(0.3)
        submitted = await own.submit(case_of_somebody(), stage.key)
        return await own.ask("GET", submitted.document["links"]["proof"])


@provokes("not_delivered")
async def _(stage: Stage) -> Answer:
    """The platform is busy for longer than anybody has patience: surely not taken, and over."""
    clock, case = Clock(), case_of_somebody()
    async with serving(stage.folder, world=World(clock_ms=clock)) as own:
        await own.tell("sim-gd", do="busy", times=0)
        submitted = await own.submit(case, stage.key, Prefer="wait=1")
        assert submitted.document["state"] == "deferred"
        clock.ahead_ms = 25 * 3_600_000
        shown = submitted
        while not shown.document["ended"]:
            await asyncio.sleep(0.1)
            shown = await own.ask("GET", submitted.document["links"]["self"])
        assert shown.document["state"] == "abandoned"
        return await own.submit(case, stage.key)


@provokes("case_ended")
async def _(stage: Stage) -> Answer:
    """Met at the command line (tongban exchange withdraw); the document is the one that callers would get."""
    submitted = await stage.submit()
    try:
        await said.withdraw(stage.service.gateway.exchanges, submitted.document["exchange"], actor="operator")
    except Refusal as refusal:
        document = document_of(refusal, "zh")
        return Answer(document["status"], {"Content-Type": MEDIA}, orjson.dumps(document))
    raise AssertionError("what was delivered cannot be taken back")
