"""What belongs to a credential: its session secret, its circuit, and how many sends are in flight.

The secret and the circuit live in the store and are true after a restart; slots are of this process.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from gateway import logs
from gateway.store import credentials as rows
from gateway.store.connection import Connection
from gateway.store.store import Store
from gateway.store.vault import Vault, WrongKey

log = logs.get("credentials")
Clock = Callable[[], int]
EARLY_MS = 5_000  # a secret that expires while a request is under way would be refused
CIRCUIT_MS = 60_000


class SessionSecret:
    """The shared session secret of one platform's credential (二次密钥); the adapters' `Credential`."""

    def __init__(self, name: str, store: Store, vault: Vault, clock_ms: Clock) -> None:
        self._name = name
        self._store = store
        self._vault = vault
        self._clock_ms = clock_ms
        self._lock = asyncio.Lock()
        self._good: tuple[str, int] | None = None

    async def secret(self, refresh: Callable[[], Awaitable[tuple[str, int]]]) -> str:
        """The secret that is good now; `refresh` is run by one task at a time, and only if none is stored."""
        if self._good and self._good[1] > self._clock_ms() + EARLY_MS:
            return self._good[0]
        async with self._lock:
            self._good = await self._stored()
            if self._good is None or self._good[1] <= self._clock_ms() + EARLY_MS:
                self._good = await refresh()
                await self._keep(*self._good)
                log.info("session.refreshed", platform=self._name)
            return self._good[0]

    async def spoil(self, secret: str) -> None:
        """Forget a secret that was barred, unless another task or process has replaced it meanwhile."""
        async with self._lock:
            if self._good is not None and self._good[0] == secret:
                self._good = None
            await self._store.write(lambda tx: self._spoil_stored(tx.connection, secret))

    def _spoil_stored(self, connection: Connection, secret: str) -> None:
        stored = self._opened(rows.secret(connection, self._name))
        if stored is None or stored[0] == secret:
            rows.spoil(connection, self._name)

    async def _stored(self) -> tuple[str, int] | None:
        return self._opened(await self._store.read(lambda connection: rows.secret(connection, self._name)))

    def _opened(self, found: tuple[bytes, int] | None) -> tuple[str, int] | None:
        """What is stored, or None: a secret that does not open any more is fetched anew."""
        if found is None:
            return None
        sealed, expires_ms = found
        try:
            return self._vault.open_secret(self._name, sealed), expires_ms
        except WrongKey:
            return None

    async def _keep(self, secret: str, expires_ms: int) -> None:
        sealed = self._vault.seal_secret(self._name, secret)
        await self._store.write(lambda tx: rows.put_secret(tx.connection, self._name, sealed, expires_ms))


@dataclass(slots=True)
class Gate:
    """Whether something may be sent to a platform now: a free slot, and a closed circuit."""

    platform: str
    in_flight: int
    busy: int = 0
    open_until_ms: int = 0
    cause: str = ""
    queued: bool = False  # something waits for a slot, so a slot that falls free is worth a look

    def admits(self, now_ms: int) -> bool:
        if self.open_until_ms == 0:
            return self.busy < self.in_flight
        return now_ms >= self.open_until_ms and self.busy == 0  # half open: one at a time shows the way

    def enter(self) -> None:
        self.busy += 1

    def leave(self) -> None:
        self.busy -= 1

    def passing(self, *, free: bool) -> "Passage":
        """Take a slot for the length of a `with` block, and beyond it if it is kept. free: whether there is one."""
        return Passage(self, free)


@dataclass(slots=True)
class Passage:
    """A slot that falls free again unless the send that it was taken for goes on with it."""

    gate: Gate
    open: bool

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


@dataclass(slots=True)
class Gates:
    """The gates of this process, one for each platform; circuits are read from the store at the start."""

    gates: dict[str, Gate] = field(default_factory=dict)

    def of(self, platform: str, in_flight: int) -> Gate:
        gate = self.gates.get(platform)
        if gate is None:
            gate = self.gates[platform] = Gate(platform, in_flight)
        gate.in_flight = in_flight
        return gate

    async def load(self, store: Store) -> None:
        for platform, (state, cause, until_ms) in (await store.read(rows.circuits_of)).items():
            gate = self.of(platform, 1)
            gate.open_until_ms = until_ms if state == "open" else 0
            gate.cause = cause
