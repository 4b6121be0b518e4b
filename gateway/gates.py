"""Whether something may be sent to a platform now: a free slot, a closed circuit, what is left of the quota.

Slots are of this process. The circuit is kept in the store; what was sent within the quota's span is counted from
the history when a process starts, so a restart gives nobody more than was agreed.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from adapters.declared import Limits
from gateway.store import credentials as rows
from gateway.store.store import Store


@dataclass(slots=True)
class Gate:
    """One platform's. sent_ms: when each message of the quota's span left, the oldest first."""

    platform: str
    limits: Limits
    busy: int = 0
    open_until_ms: int = 0
    cause: str = ""
    queued: bool = False  # something waits for a slot, so a slot that falls free is worth a look
    barred_reads: int = 0  # reads barred in a row: a read has no history that would tell
    sent_ms: deque[int] = field(default_factory=deque)

    def free(self, now_ms: int) -> int:
        """How many messages may leave now; while a circuit is half open, one at a time shows the way."""
        if self.open_until_ms:
            slots = 1 if now_ms >= self.open_until_ms and self.busy == 0 else 0
        else:
            slots = max(self.limits.in_flight - self.busy, 0)
        return min(slots, self.left(now_ms))

    def left(self, now_ms: int) -> int:
        """What is left of the quota: at most `count` messages in any span (1000次/小时)."""
        quota = self.limits.quota
        if quota is None:
            return self.limits.in_flight
        while self.sent_ms and self.sent_ms[0] <= now_ms - quota.per_s * 1000:
            self.sent_ms.popleft()
        return quota.count - len(self.sent_ms)

    def closed_because(self, now_ms: int) -> str:
        """Why nothing can be sent now, for people; empty if it can, slots aside."""
        if self.open_until_ms > now_ms:
            return self.cause or "barred"
        return "quota" if self.left(now_ms) <= 0 else ""

    def enter(self, now_ms: int) -> None:
        self.busy += 1
        self.sent_ms.append(now_ms)

    def leave(self) -> None:
        self.busy -= 1

    def passing(self, now_ms: int, *, free: bool) -> "Passage":
        """Take a slot for the length of a `with` block, and beyond it if it is kept. free: whether to."""
        return Passage(self, now_ms, free)


@dataclass(slots=True)
class Passage:
    """A slot that falls free again, as if it had not been taken, unless a send goes on with it."""

    gate: Gate
    now_ms: int
    open: bool

    def keep(self) -> None:
        """The send has the slot now, and leaves it when it is done."""
        self.open = False

    def __enter__(self) -> "Passage":
        if self.open:
            self.gate.enter(self.now_ms)
        return self

    def __exit__(self, *_: object) -> None:
        if self.open:
            self.gate.leave()
            self.gate.sent_ms.pop()


@dataclass(slots=True)
class Gates:
    """The gates of this process, one for each platform."""

    gates: dict[str, Gate] = field(default_factory=dict)

    def of(self, platform: str, limits: Limits) -> Gate:
        """The gate of a platform, under the limits that its release in force declares."""
        gate = self.gates.get(platform)
        if gate is None:
            gate = self.gates[platform] = Gate(platform, limits)
        gate.limits = limits
        return gate

    async def load(self, store: Store, limits: Mapping[str, Limits], now_ms: int) -> None:
        """Circuits and quotas as they stand, at the start of a process."""
        for platform, declared in limits.items():
            gate = self.of(platform, declared)
            if declared.quota is not None:
                since_ms = now_ms - int(declared.quota.per_s * 1000)
                gate.sent_ms = deque(await store.read(partial(rows.sent_since, platform, since_ms)))
        for platform, (state, cause, until_ms) in (await store.read(rows.circuits_of)).items():
            gate = self.gates.get(platform) or self.of(platform, Limits())
            gate.open_until_ms = until_ms if state == "open" else 0
            gate.cause = cause
