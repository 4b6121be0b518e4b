"""Whether something may be sent to a platform now: a slot, an open window, a closed circuit, a permit of the quota.

All of it belongs to the platform's credential. Circuits, permits and marks are in the store, the same for all
processes and after a restart; slots are this process's share of what the credential may have in flight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from adapters.declared import Limits, Platform
from adapters.notation import Quota
from gateway import logs
from gateway.store import credentials as rows
from gateway.store import leases, marks, permits
from gateway.store.store import Store, Transaction
from gateway.windows import Window, closed_until_ms, gentle, opened_ms, window

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
    permits: int = 0  # given to this process and not yet used
    permits_until_ms: int = 0
    permits_again_ms: int = 0  # when the quota is worth asking again
    reads_again_ms: int = 0  # and for a read, of which the quota is smaller
    spent: int = 0  # of the permits that were given last

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
        return "quota" if self.permits_again_ms > now_ms and not self.permitted(now_ms) else ""

    def permitted(self, now_ms: int) -> int:
        """How many permits this process still has."""
        return self.permits if self.permits_until_ms > now_ms else 0

    def enter(self) -> None:
        self.busy += 1
        if self.limits.quota is not None:
            self.permits -= 1
            self.spent += 1

    def leave(self) -> None:
        self.busy -= 1

    def passing(self, *, free: bool) -> "Passage":
        """Take a slot for the length of a `with` block, and beyond it if it is kept. free: whether to."""
        return Passage(self, free, self.permits_until_ms)


@dataclass(slots=True)
class Passage:
    """A slot that falls free again, with its permit, unless a send goes on with it."""

    gate: Gate
    open: bool
    until_ms: int  # how long its permit is good

    def keep(self) -> None:
        """The send has the slot now, and leaves it when it is done."""
        self.open = False

    def __enter__(self) -> "Passage":
        if self.open:
            self.gate.enter()
        return self

    def __exit__(self, *_: object) -> None:
        if self.open:
            self.gate.leave()
            if self.gate.limits.quota is not None and self.gate.permits_until_ms == self.until_ms:
                self.gate.permits += 1


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

    async def permitted(self, gate: Gate, most: int, *, reads: bool = False) -> int:
        """How many of `most` may leave now, by what all processes share: a half-open circuit, the quota."""
        if most > 0 and gate.open_until_ms:
            most = 1 if await self._store.write(partial(self._half_open, gate)) else 0
        quota = gate.limits.quota
        if most <= 0 or quota is None:
            return most
        now_ms = self._clock_ms()
        if reads:  # what is left of the permits of writes is not theirs
            asked = gate.reads_again_ms <= now_ms
            return await self._ask_permits(gate, quota, most, reads=True) if asked else 0
        if gate.permitted(now_ms) < most and gate.permits_again_ms <= now_ms:
            await self._ask_permits(gate, quota, most, reads=False)
        return min(most, gate.permitted(self._clock_ms()))

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

    async def _ask_permits(self, gate: Gate, quota: Quota, most: int, *, reads: bool) -> int:
        """As many as are wanted now; twice as many as last time if those were used up early. How many were given.

        A permit is used within valid_ms, and its message leaves within as much again (it is the lease's margin,
        or a tenth of a short span).
        """
        span_ms = int(quota.per_s * 1000)
        valid_ms = min(self._margin_ms, span_ms // 10)
        # none is good for longer than it was given for: what is left is let go, or the new ones end with it
        was_ms = gate.permits_until_ms
        renewed = not reads and was_ms < self._clock_ms() + valid_ms // 2
        left = 0 if reads or renewed else gate.permitted(self._clock_ms())
        count = quota.count - (quota.count // READS_LEAVE if reads else 0)
        used_up = 2 * gate.spent if gate.permits_until_ms > self._clock_ms() else 0
        wanted = permits.Wanted(
            gate.platform, count, span_ms, 2 * valid_ms, most if reads else max(most - left, used_up)
        )
        given, again_ms = await self._store.write(lambda tx: permits.take(tx.connection, wanted, tx.now_ms))
        now_ms = self._clock_ms()
        left = gate.permitted(now_ms)
        if not left or (renewed and gate.permits_until_ms == was_ms):
            left, gate.permits_until_ms = min(left, 0), now_ms + valid_ms
        gate.permits = left + given
        if reads:
            gate.reads_again_ms = 0 if given else again_ms
            return given
        gate.permits_again_ms, gate.spent = again_ms, 0
        if not given:
            gate.queued = True
        return given
