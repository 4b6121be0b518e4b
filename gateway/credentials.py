"""The shared session secret of a credential (二次密钥): in the store, true after a restart, fetched by one task."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway import logs
from gateway.store import credentials as rows
from gateway.store.connection import Connection
from gateway.store.store import Store
from gateway.store.vault import Vault, WrongKey

log = logs.get("credentials")
Clock = Callable[[], int]
EARLY_MS = 5_000  # a secret that expires while a request is under way would be refused


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
