"""The other side of a front: it looks every moment for what is new, takes it, and answers by the samples."""

import asyncio
import random
import re
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from adapters.base import Adapter
from adapters.declared import Platform
from adapters.message import Response, Tree
from adapters.patterns import finder
from gateway.workbench.misfits import Misfit
from gateway.workbench.samples import Sample
from gateway.workbench.simulate.numbers import numbered
from gateway.workbench.simulate.play import SLOW_S

FRONT_FAULTS = {
    "refused": "turned down, by the sample OPERATION.taken-refused.json of the read",
    "slow": "taken after some seconds",
    "never": "lies there, and nobody fetches it",
    "garbage": "taken, and answered by a file that nobody can read (folder)",
    "lock": "taken; then somebody holds the whole front for some seconds",
    "away": "taken; then the front cannot be reached for some seconds",
}
EVERY_S = 0.1
TROUBLE_S = 2.0
REFUSED = "refused"
Said = Callable[[str, str, str], None]  # operation, our number, outcome


@dataclass(frozen=True, slots=True)
class Found:
    """Something new in the front. key: where it lies. again: its number was there before."""

    operation: str
    number: str
    key: Any
    misfits: tuple[Misfit, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """Their number. path: where it stands. like: as in the sample. own: of this case."""

    path: str
    like: str
    own: str


@dataclass(slots=True)
class Clerk:
    """Whoever decides what becomes of a case.

    faults: name -> share of cases (0 to 1) that meet it.    trouble_s: how long a front is locked or away.
    """

    platform: Platform
    adapter: Adapter
    samples: Mapping[str, Sequence[Sample]]
    faults: Mapping[str, float]
    chance: random.Random
    form: re.Pattern[str]
    said: Said
    trouble_s: float = TROUBLE_S
    counts: Counter[str] = field(default_factory=Counter)
    unfit: Counter[str] = field(default_factory=Counter)

    def meet(self, found: Found) -> str:
        """The fault that it meets, "" for none; counted and told, without a value."""
        fault = REFUSED if found.misfits else self._fault()
        what = "unfit" if found.misfits else fault if fault in (REFUSED, "never") else "taken"
        outcome = "doubled" if found.again else what
        self.counts[outcome] += 1
        self.unfit.update(f"{found.operation}: {each}" for each in found.misfits)
        self.said(
            found.operation, found.number, outcome if fault in ("", what, REFUSED) else f"{outcome}, {fault}"
        )
        for each in found.misfits:
            self.said(found.operation, found.number, f"- {each}")
        return fault

    def _fault(self) -> str:
        drawn = self.chance.random()
        for name, share in self.faults.items():
            if drawn < share:
                return name
            drawn -= share
        return ""

    def answer(self, read: str, number: str, fault: str) -> tuple[Response, Tree] | None:
        """The sample of what their side writes back, with our number in it, as it is and read; None without one."""
        wanted = f"{read}.taken-refused.json" if fault == REFUSED else f"{read}.taken.json"
        sample = next((each for each in self.samples.get(read, ()) if each.file.endswith(f"/{wanted}")), None)
        if sample is None:
            self.said(read, number, f"samples/{wanted} is needed to answer this")
            return None
        body = re.sub(self.form.pattern.encode(), number.encode(), sample.response.body)
        response = Response(sample.response.status, sample.response.headers, body)
        return response, self.adapter.decode(response, read)

    def reference(self, read: str, tree: Tree) -> "Reference | None":
        """A number of theirs of its own for every case, where the read says in which place it stands."""
        path = self.platform.operations[read].taken.reference
        like = finder(path)(tree) if path else None
        if path is None or not isinstance(like, str):
            return None
        return Reference(path, like, numbered(like, sum(self.counts.values())))


class Side(ABC):
    """Their side of one front. place: where it stands, as conf writes the address of a platform."""

    def __init__(self, clerk: Clerk, address: str) -> None:
        self.clerk = clerk
        self.address = address
        self._waiting: list[tuple[float, Found]] = []

    @abstractmethod
    def make(self) -> None:
        """What they set up before anybody may use it."""

    @abstractmethod
    def new(self) -> list[Found]:
        """What came since the last look, each once."""

    @abstractmethod
    def take(self, found: Found, fault: str) -> None:
        """Take it, and write back what the sample says."""

    @abstractmethod
    def trouble(self, fault: str) -> None:
        """It is locked or away for a while; blocks for as long."""

    def look(self) -> None:
        now = time.monotonic()
        due = [each for at, each in self._waiting if at <= now]
        self._waiting = [(at, each) for at, each in self._waiting if at > now]
        for found in due:
            self.take(found, "")
        for found in self.new():
            fault = self.clerk.meet(found)
            if fault == "slow":
                self._waiting.append((now + SLOW_S, found))
            elif fault != "never":
                self.take(found, fault)
            if fault in ("lock", "away"):
                self.trouble(fault)


@asynccontextmanager
async def working(side: Side, failed: tuple[type[Exception], ...]) -> AsyncIterator[str]:
    """The address of the front, while its other side works. failed: what a look may fail with, and goes on."""
    await asyncio.to_thread(side.make)
    ended = asyncio.Event()
    task = asyncio.create_task(_work(side, failed, ended))
    try:
        yield side.address
    finally:
        ended.set()
        await task  # a look is not broken off: it may have the front in its hands


async def _work(side: Side, failed: tuple[type[Exception], ...], ended: asyncio.Event) -> None:
    while not ended.is_set():
        with suppress(*failed):  # somebody of ours stands in the way: the next look finds it
            await asyncio.to_thread(side.look)
        await asyncio.sleep(EVERY_S)
