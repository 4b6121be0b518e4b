"""Releases from the store by digest: what an exchange was admitted under is what it is finished under."""

import asyncio
from collections.abc import Callable

from gateway.errors import NotActive
from gateway.model import Exchange
from gateway.releases.compiled import Release, compile_release
from gateway.releases.routes import Route, Routes
from gateway.store import releases
from gateway.store.store import Store


class Shelf:
    """Compiles stored releases on first use, off the event loop, and puts them among the routes.

    loaded: called whenever there is one more.
    """

    def __init__(self, store: Store, routes: Routes) -> None:
        self._store = store
        self._routes = routes
        self.loaded: Callable[[], None] = _nothing

    async def route_of(self, exchange: Exchange) -> Route:
        """The route of an exchange under its own release. Raises NotActive if that is not in the store."""
        await self.load(exchange.release)
        return self._routes.of(exchange.release, exchange.platform, exchange.operation)

    async def release(self, digest: str) -> Release:
        files = await self._store.read(lambda connection: releases.files_of(connection, digest))
        if files is None:
            raise NotActive
        return await asyncio.to_thread(compile_release, files)

    async def activate(self) -> str | None:
        """Put the release that the store says is active in force; its digest, or None if there is none."""
        digest = await self._store.read(releases.active)
        if digest is None:
            return None
        await self.load(digest)
        self._routes.put_in_force(digest)
        return digest

    async def load(self, digest: str) -> None:
        """Have it ready. Raises NotActive, Unbuildable, Unconfigured."""
        if not self._routes.knows(digest):
            self._routes.load(await self.release(digest))
            self.loaded()


def _nothing() -> None:
    """Nobody asked to be told."""
