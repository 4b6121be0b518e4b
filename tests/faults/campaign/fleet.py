"""The gateway processes of a campaign: whoever dies is started again, as a service manager does."""

import asyncio
import signal
import time
from dataclasses import dataclass, field

from gateway.clock import wall_ms
from tests.faults.campaign.schedule import Schedule
from tests.faults.nursery import Child, Nursery
from tests.faults.places import Place
from tests.faults.steering import Steering

AGAIN_S = 0.2
MOST_LIVES = 2_000


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that went wrong on purpose, with its span in this machine's time; pid: of a process, else 0."""

    kind: str
    target: str
    from_ms: int
    until_ms: int
    pid: int = 0
    what: str = ""

    def __str__(self) -> str:
        return (
            f"{self.from_ms}–{self.until_ms} {self.kind} {self.target} {self.pid or ''} {self.what}".rstrip()
        )


@dataclass(slots=True)
class Seat:
    """A place for one process; `address` while it listens."""

    name: str
    steering: Steering
    child: Child | None = None
    address: str = ""
    lives: int = 0
    expected: str = ""  # why the process that sits here now will end
    busy: bool = False  # something is being done to it


@dataclass(slots=True)
class Fleet:
    """Keeps a process on every seat until `stop`."""

    schedule: Schedule
    place: Place
    nursery: Nursery
    faults: list[Fault]
    without: str = ""
    seats: dict[str, Seat] = field(default_factory=dict)
    stopping: bool = False
    is_calm: bool = False
    _keepers: list["asyncio.Task[None]"] = field(default_factory=list)

    def start(self) -> None:
        for name in self.schedule.seats:
            desk = self.place.folder / name
            desk.mkdir()
            self.seats[name] = Seat(name, Steering(desk))
            self._keepers.append(asyncio.create_task(self._keep(self.seats[name])))

    @property
    def addresses(self) -> list[str]:
        return [seat.address for seat in self.seats.values() if seat.address]

    def calm(self) -> None:
        """Nobody dies by itself any more, and all surroundings are right."""
        self.is_calm = True
        for seat in self.seats.values():
            seat.steering.arm(armed=False)
            seat.steering.turn(0)
            seat.steering.free()

    async def all_up(self, most_s: float) -> bool:
        until = time.monotonic() + most_s
        while time.monotonic() < until:
            if len(self.addresses) == len(self.seats):
                return True
            await asyncio.sleep(0.05)
        return False

    def end(self, seat: Seat, how: signal.Signals, why: str) -> bool:
        """Send its process a signal that ends it; False if nobody is there."""
        if seat.child is None or seat.child.ended.done():
            return False
        seat.expected = why
        seat.child.send(how)
        return True

    async def stop(self) -> list[int]:
        """Ask all processes to stop in order; their exit codes."""
        self.stopping = True
        children = [seat.child for seat in self.seats.values() if seat.child]
        for seat in self.seats.values():
            self.end(seat, signal.SIGTERM, "end")
        codes = [await child.ended for child in children]
        await asyncio.gather(*self._keepers)
        return codes

    async def _keep(self, seat: Seat) -> None:
        while not self.stopping and seat.lives < MOST_LIVES:
            await self._live(seat)
            if not self.stopping:
                await asyncio.sleep(AGAIN_S)

    async def _live(self, seat: Seat) -> None:
        """From birth to death. A new process finds its clock right."""
        marks = seat.steering.desk / "marks"
        marks.unlink(missing_ok=True)
        seat.steering.arm(armed=False)
        arming = asyncio.create_task(self._arm(seat, self.schedule.armed_after_s(seat.name, seat.lives)))
        seat.steering.turn(0)
        at = self.schedule.fate(seat.name, seat.lives)
        seat.lives += 1
        seat.expected = ""
        child = seat.child = await self.nursery.gateway(
            self.place.folder,
            desk=seat.name,
            steered=True,
            at=at,
            short=True,
            without=self.without,
        )
        seat.address = await child.address() or ""
        code = await child.ended
        arming.cancel()
        seat.address = ""
        self._died(seat, child, code, marks.read_text().splitlines()[-1:] if marks.exists() else [])

    async def _arm(self, seat: Seat, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if not self.is_calm:
            seat.steering.arm(armed=True)

    def _died(self, seat: Seat, child: Child, code: int, marks: list[str]) -> None:
        kind = seat.expected or ("dies" if code == -signal.SIGKILL else "fails")
        what = marks[0] if kind == "dies" and marks else f"exit {code}"
        now_ms = wall_ms()
        self.faults.append(Fault(kind, seat.name, now_ms, now_ms, child.pid, what))
