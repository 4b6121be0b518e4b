"""Whether something may be sent to a platform now: a slot, an open window, a closed circuit, a permit of the quota.

All of it belongs to the platform's credential. Circuits, permits and marks are in the store, the same for all
processes and after a restart; slots are this process's share of what the credential may have in flight.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from adapters.declared import Limits, Platform
from adapters.notation import Quota
from gateway import logs
from gateway.gates.windows import Window, closed_until_ms, gentle, opened_ms, window
from gateway.store import credentials as rows
from gateway.store import leases, marks, permits
from gateway.store.store import Store, Transaction

log = logs.get("gates")
HEARTBEAT_MS, GONE_MS = 1_000, 5_000
HALF_OPEN = "half-open/"
READS_LEAVE = 5  # reads leave a fifth of the quota, and a slot, to writes
WASTED_LATER_MS = 60_000


@dataclass(slots=True)
class Gate:
    """One platform's, as this process knows it."""

    platform: str
    limits: Limits
    windows: tuple[Window, ...] = ()
    processes: int = 1  # among which the slots are shared
    busy: int = 0
    open_until_ms: int = 0
    cause: str = ""
    opened_ms: int = 0  # when the circuit was closed again
    turns: int = 0  # odd while this process has turned the circuit and the store does not know it yet
    off: str = ""  # a mark that keeps messages back, but no questions
    queued: bool = False  # something waits for a slot, so a slot that falls free is worth a look
    barred_reads: int = 0  # reads barred in a row: a read has no history that would tell
    permits: deque[int] = field(default_factory=deque)  # given and not used: when each message must have left
    permits_again_ms: int = 0  # when the quota is worth asking again
    reads_again_ms: int = 0  # and for a read, of which the quota is smaller
    given_until_ms: int = 0  # how long the permits that were given last may be used
    spent: int = 0  # how many of them were
    wanting: int = 0  # how many messages of this process wait for a permit
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)  # one of them asks for all

    def free(self, now_ms: int, *, reads: bool = False) -> int:
        """How many slots are free now; while the circuit is half open there is one, for whoever gets the lease."""
        if self.closed_because(now_ms, reads=reads):
            return 0
        if self.open_until_ms:
            return 1 if self.busy == 0 else 0
        slots = max(self.limits.in_flight // self.processes, 1)
        slots = gentle(slots, now_ms - max(self.opened_ms, opened_ms(self.windows, now_ms)))
        return max(slots - self.busy - (1 if reads and slots > 1 else 0), 0)

    def ready(self, now_ms: int) -> bool:
        """Whether a new message may leave at once; what passes a half-open circuit is chosen by the worker."""
        return not self.open_until_ms and self.free(now_ms) > 0

    def closed_because(self, now_ms: int, *, reads: bool = False) -> str:
        """Why nothing can be sent now, for people; empty if it can, slots aside.

        reads: whether a question may be asked; what keeps messages back until a platform is reconciled lets
        questions pass, since by them it is reconciled.
        """
        if self.off and not reads:
            return self.off
        if self.windows and closed_until_ms(self.windows, now_ms):
            return "maintenance"
        if self.open_until_ms > now_ms:
            return self.cause or "barred"
        if reads:
            return "quota" if self.reads_again_ms > now_ms else ""
        return "quota" if self.permits_again_ms > now_ms and not self.permits else ""

    def leave(self) -> None:
        self.busy -= 1

    def give_back(self, reserved: Sequence[int]) -> None:
        """Slots, and permits as long as they are good, of messages that did not leave."""
        self.busy -= len(reserved)
        self.permits = deque(sorted([*self.permits, *filter(None, reserved)]))

    def passing(self, reserved: Sequence[int]) -> "Passage":
        """Have one that was reserved, or none, for the length of a `with` block, and beyond it if it is kept."""
        return Passage(self, reserved)


@dataclass(slots=True)
class Passage:
    """What was reserved for one message: given back unless a send goes on with it."""

    gate: Gate
    reserved: Sequence[int]
    kept: bool = False

    @property
    def open(self) -> bool:
        return bool(self.reserved)

    @property
    def leave_by_ms(self) -> int:
        """When the first byte must have left, by the database's time; 0 where no quota says so."""
        return self.reserved[0] if self.reserved else 0

    def keep(self) -> None:
        """The send has the slot now, and leaves it when it is done."""
        self.kept = True

    def __enter__(self) -> "Passage":
        return self

    def __exit__(self, *_: object) -> None:
        if not self.kept:
            self.gate.give_back(self.reserved)


class Gates:
    """The gates of this process, one for each platform."""

    def __init__(self, store: Store, owner: str, clock_ms: Callable[[], int], margin_ms: int) -> None:
        """margin_ms: how long after a permit was given its message may leave at the latest."""
        self._store = store
        self._owner = owner
        self._clock_ms = clock_ms
        self._margin_ms = margin_ms
        self._seen_ms = 0
        self.gates: dict[str, Gate] = {}

    def of(self, platform: str, limits: Limits) -> Gate:
        """The gate of a platform, under the limits that its release in force declares."""
        gate = self.gates.get(platform)
        if gate is None:
            gate = self.gates[platform] = Gate(platform, limits)
        gate.limits = limits
        return gate

    def declare(self, platforms: Sequence[Platform]) -> None:
        """What the release in force says about limits and maintenance."""
        for each in platforms:
            self.of(each.platform, each.limits).windows = tuple(map(window, each.maintenance))

    async def reserve(self, gate: Gate, most: int, *, reads: bool = False) -> list[int]:
        """Slots for at most `most` messages, by what all processes share: a half-open circuit, the quota.

        For each when it must have left (0: no quota). Whoever gets them leaves the gate, or gives them back.
        """
        reserved: list[int] = []
        gate.busy += most
        try:
            if most > 0 and gate.open_until_ms:
                most_now = 1 if await self._store.write(partial(self._half_open, gate)) else 0
            else:
                most_now = most
            reserved = await self._permitted(gate, most_now, reads=reads)
        finally:
            gate.busy -= most - len(reserved)
        return reserved

    async def _permitted(self, gate: Gate, most: int, *, reads: bool) -> list[int]:
        quota = gate.limits.quota
        if most <= 0 or quota is None:
            return [0] * most
        now_ms = self._clock_ms()
        if reads:  # what is left of the permits of writes is not theirs
            return await self._ask(gate, quota, most, reads=True) if gate.reads_again_ms <= now_ms else []
        if len(self._good(gate, quota)) < most:
            await self._provide(gate, quota, most)
        good = self._good(gate, quota)
        taken = [good.popleft() for _ in range(min(most, len(good)))]
        gate.spent += len(taken)
        return taken

    async def _provide(self, gate: Gate, quota: Quota, most: int) -> None:
        """Ask for the permits of all who wait for one, unless somebody before has got enough, or none is left."""
        gate.wanting += most
        try:
            async with gate.asking:
                lacking, now_ms = gate.wanting - len(self._good(gate, quota)), self._clock_ms()
                if len(gate.permits) < most and gate.permits_again_ms <= now_ms:
                    more = 2 * gate.spent if now_ms < gate.given_until_ms else 0
                    gate.permits.extend(await self._ask(gate, quota, max(lacking, more), reads=False))
        finally:
            gate.wanting -= most

    async def refresh(self) -> None:
        """What other processes and commands have changed: circuits, marks, how many of us there are."""
        turns = {gate.platform: gate.turns for gate in self.gates.values()}
        found = await self._store.read(rows.circuits_of)
        told = await self._store.read(marks.all_of)
        for gate in list(self.gates.values()):
            if gate.turns % 2 == 0 and gate.turns == turns.get(gate.platform):
                self._turn(gate, found.get(gate.platform, ("closed", "", 0)))
            gate.off = "reconcile" if marks.RECONCILE + gate.platform in told else ""
        if self._clock_ms() - self._seen_ms >= HEARTBEAT_MS:
            self._seen_ms = self._clock_ms()
            count = await self._store.write(self._heartbeat)
            for gate in self.gates.values():
                gate.processes = count

    def _turn(self, gate: Gate, stored: tuple[str, str, int]) -> None:
        """The circuit as the store has it."""
        state, cause, until_ms = stored
        if gate.open_until_ms and state != "open":
            gate.opened_ms = self._clock_ms()
        gate.open_until_ms, gate.cause = (until_ms, cause) if state == "open" else (0, "")

    async def leave(self) -> None:
        """This process is going: the others may have its share at once."""
        name = leases.PROCESS + self._owner
        await self._store.write(lambda tx: leases.free(tx.connection, name, self._owner))

    def _heartbeat(self, tx: Transaction) -> int:
        """This process is there; how many are."""
        name = leases.PROCESS + self._owner
        until_ms = tx.now_ms + GONE_MS
        leases.take(tx.connection, name, self._owner, now_ms=tx.now_ms, until_ms=until_ms)
        leases.sweep(tx.connection, tx.now_ms - WASTED_LATER_MS)
        names = leases.held(tx.connection, tx.now_ms)
        return max(sum(each.startswith(leases.PROCESS) for each in names), 1)

    def _half_open(self, gate: Gate, tx: Transaction) -> bool:
        """One of all processes tries whether they still bar us, until its message must be over."""
        until_ms = tx.now_ms + int(gate.limits.timeout_s * 1000) + 2 * self._margin_ms
        return leases.take(
            tx.connection, HALF_OPEN + gate.platform, self._owner, now_ms=tx.now_ms, until_ms=until_ms
        )

    def _good(self, gate: Gate, quota: Quota) -> deque[int]:
        """The permits that may still be used; the others are let go."""
        last_ms = self._clock_ms() + self._valid_ms(quota)
        while gate.permits and gate.permits[0] < last_ms:
            gate.permits.popleft()
        return gate.permits

    def _valid_ms(self, quota: Quota) -> int:
        """A permit is used within this time, and its message leaves within as much again."""
        return min(self._margin_ms, int(quota.per_s * 1000) // 10)

    async def _ask(self, gate: Gate, quota: Quota, most: int, *, reads: bool) -> list[int]:
        """Ask for permits, a busy process for many at a time: for each that was given, when it must have left."""
        valid_ms, asked_ms = self._valid_ms(quota), self._clock_ms()
        count = quota.count - (quota.count // READS_LEAVE if reads else 0)
        wanted = permits.Wanted(gate.platform, count, int(quota.per_s * 1000), 2 * valid_ms, most)
        given, again_ms = await self._store.write(lambda tx: permits.take(tx.connection, wanted, tx.now_ms))
        if reads:
            gate.reads_again_ms = 0 if given else again_ms
        else:
            gate.permits_again_ms = again_ms if given < most else 0  # a moment ago would close the gate
            gate.given_until_ms, gate.spent = asked_ms + valid_ms, 0
            gate.queued = gate.queued or not given
        return [asked_ms + 2 * valid_ms] * given
