"""The session secret of a credential (二次密钥): in the store, true after a restart, fetched by one process."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from gateway import logs
from gateway.store import credentials as rows
from gateway.store import leases
from gateway.store.connection import Connection
from gateway.store.store import Store, Transaction
from gateway.store.vault import Vault, WrongKey

log = logs.get("credentials")
Clock = Callable[[], int]
Refresh = Callable[[str], Awaitable[tuple[str, int]]]
EARLY_MS = 5_000  # a secret that expires while a request is under way would be refused
REFRESH_MS = 30_000  # how long one process may take to fetch a secret before another one tries
LOOK_AGAIN_S = 0.1


class SessionSecret:
    """The shared session secret of one platform's credential (二次密钥); the adapters' `Credential`."""

    def __init__(self, name: str, store: Store, vault: Vault, clock_ms: Clock, owner: str) -> None:
        self._name = name
        self._lease = f"secret/{name}"
        self._owner = owner
        self._store = store
        self._vault = vault
        self._clock_ms = clock_ms
        self._lock = asyncio.Lock()
        self._good: tuple[str, int] | None = None

    async def secret(self, refresh: Refresh) -> str:
        """The secret that is good now; `refresh` is run by one process at a time, and only if none is stored.

        It is given the secret that has ended, "" where there is none: some schemes fetch the next one with it.
        """
        if self._good and self._is_good(self._good):
            return self._good[0]
        async with self._lock:
            while True:
                self._good = await self._stored()
                if self._good and self._is_good(self._good):
                    return self._good[0]
                if await self._store.write(self._take):
                    self._good = await self._fetch(refresh, self._good[0] if self._good else "")
                    return self._good[0]
                await asyncio.sleep(LOOK_AGAIN_S)  # another process is fetching it

    def _is_good(self, secret: tuple[str, int]) -> bool:
        return secret[1] > self._clock_ms() + EARLY_MS

    def _take(self, tx: Transaction) -> bool:
        until_ms = tx.now_ms + REFRESH_MS
        return leases.take(tx.connection, self._lease, self._owner, now_ms=tx.now_ms, until_ms=until_ms)

    async def _fetch(self, refresh: Refresh, former: str) -> tuple[str, int]:
        """A new secret, kept for all; whatever happens, the others need not wait for the end of the lease."""
        kept = partial(leases.free, name=self._lease, owner=self._owner)
        try:
            secret, expires_ms = await refresh(former)
            sealed = self._vault.seal_secret(self._name, secret)
            kept = partial(self._keep, sealed=sealed, expires_ms=expires_ms)
        finally:
            await self._store.write(lambda tx: kept(tx.connection))
        log.info("session.refreshed", platform=self._name)
        return secret, expires_ms

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

    def _keep(self, connection: Connection, *, sealed: bytes, expires_ms: int) -> None:
        rows.put_secret(connection, self._name, sealed, expires_ms)
        leases.free(connection, self._lease, self._owner)
