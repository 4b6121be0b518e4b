"""Gateways as processes of their own, forked from one that has imported and compiled everything."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.faults.zygote import Job
from tests.forked import python
from tests.installation import CHECKOUT

POLL_S = 0.02
MOST_POLLS = 6_000


@dataclass(slots=True)
class Child:
    """One gateway process; `folder` is its desk. `ended` holds its exit code, negative for a signal's number."""

    pid: int
    folder: Path
    ended: "asyncio.Future[int]"
    nursery: "Nursery"

    async def address(self) -> str | None:
        """Where it listens; None if it died before it did."""
        said = self.folder / "said"
        for _ in range(MOST_POLLS):
            if self.ended.done():
                break
            if said.exists() and (line := said.read_text()).endswith("\n"):
                return str(json.loads(line)["address"])
            await asyncio.sleep(POLL_S)
        return None

    def send(self, number: signal.Signals) -> None:
        self.nursery.tell({"pid": self.pid, "signal": number})

    async def end(self) -> int:
        """Ask it to stop, and wait until it has."""
        self.send(signal.SIGTERM)
        return await self.ended


@dataclass(slots=True)
class Nursery:
    """Forks gateways on request."""

    zygote: asyncio.subprocess.Process
    _numbers: Any = field(default_factory=count)
    _born: dict[int, "asyncio.Future[tuple[int, asyncio.Future[int]]]"] = field(default_factory=dict)
    _alive: dict[int, "asyncio.Future[int]"] = field(default_factory=dict)

    async def gateway(self, folder: Path, **job: Any) -> Child:
        """A gateway on the installation in `folder`; the options are those of a Job."""
        desk = folder / job.get("desk", ".")
        desk.mkdir(exist_ok=True)
        (desk / "said").unlink(missing_ok=True)
        number = next(self._numbers)
        born = self._born[number] = asyncio.get_running_loop().create_future()
        self.tell(asdict(Job(number, str(folder), **job)))
        pid, ended = await born
        return Child(pid, desk, ended, self)

    def tell(self, line: dict[str, Any]) -> None:
        assert self.zygote.stdin
        self.zygote.stdin.write(json.dumps(line).encode() + b"\n")

    async def listen(self) -> None:
        assert self.zygote.stdout
        while line := await self.zygote.stdout.readline():
            told = json.loads(line)
            if "job" in told:
                ended = self._alive[told["pid"]] = asyncio.get_running_loop().create_future()
                self._born.pop(told["job"]).set_result((told["pid"], ended))  # it may have died by then
            else:
                self._alive.pop(told["pid"]).set_result(told["status"])

    async def kill_all(self) -> None:
        alive = dict(self._alive)
        for pid in alive:
            self.tell({"pid": pid, "signal": signal.SIGKILL})
        if alive:
            await asyncio.wait(alive.values())


@asynccontextmanager
async def nursery(folder: Path) -> AsyncIterator[Nursery]:
    """folder: of an installation that has its release; the children run on copies of it, or on itself."""
    zygote = await asyncio.create_subprocess_exec(
        *python(), "-m", "tests.faults.zygote", str(folder),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, cwd=CHECKOUT,
    )  # fmt: skip
    assert zygote.stdin and zygote.stdout
    assert await zygote.stdout.readline(), "the first gateway did not start"
    made = Nursery(zygote)
    listening = asyncio.create_task(made.listen())
    try:
        yield made
    finally:
        await made.kill_all()
        zygote.stdin.close()
        await zygote.wait()
        await listening
