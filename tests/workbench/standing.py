"""Simulated platforms that stand on a port of this machine, and an adapter that speaks to them as one does."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.base import Adapter
from adapters.build import build
from adapters.message import Access, Message, Reply
from adapters.transport import HttpTransport
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.simulate.made import Simulated, simulated
from gateway.workbench.simulate.serve import serving
from tests.fakes import fixtures

SETTINGS = {
    "rid": "demo-rid", "app_key": "demo-key", "paasid": "demo-paas", "user": "demo", "client_id": "demo client",
    "token_url": "/oauth/token",
}  # fmt: skip
SECRETS = {
    "appkey": "demo-appkey", "app_secret": "demo-secret", "token": "demo-token", "password": "demo-password",
    "client_secret": "demo/secret", "licence": "demo-licence",
}  # fmt: skip


@dataclass
class Kept:
    """A session secret as one process keeps it; `former` is what it asks with when it is told to ask anew."""

    secrets: list[str] = field(default_factory=list)
    former: str = ""

    async def secret(self, refresh: Callable[[str], Awaitable[tuple[str, int]]]) -> str:
        if not self.secrets:
            self.secrets.append((await refresh(self.former))[0])
        return self.secrets[-1]

    async def spoil(self, secret: str) -> None:
        self.former = secret
        self.secrets.clear()


@dataclass
class Standing:
    """address: where it is.    told: (operation, number, outcome) of everything that came."""

    made: Simulated
    address: str
    told: list[tuple[str, str, str]]
    speaker: Adapter
    release: PlatformRelease
    kept: Kept

    def outcomes(self) -> list[str]:
        return [outcome for _, _, outcome in self.told]

    async def submitted(self, document: dict[str, Any]) -> Reply:
        """Mapped and sent as the gateway does it."""
        return await self.sent("case.submit", self.release.mappings["case.submit"](document), document)

    async def sent(self, operation: str, mapped: dict[str, Any], document: dict[str, Any]) -> Reply:
        files = fixtures.files(document) if "materials" in document else {}

        async def material(identity: str) -> bytes:
            return files[identity]

        return await self.speaker.send(Message(operation, mapped), materials=material, go=lambda: None)


@asynccontextmanager
async def standing(
    release: PlatformRelease,
    *,
    settings: dict[str, str] = SETTINGS,
    secrets: dict[str, str] = SECRETS,
    clock_ms: Callable[[], int] = lambda: time.time_ns() // 10**6,
    **how: Any,
) -> AsyncIterator[Standing]:
    """settings, secrets: of the caller; the platform has those of this module."""
    made = simulated(release, Access("", SETTINGS, SECRETS), clock_ms=clock_ms, **how)
    told: list[tuple[str, str, str]] = []
    kept = Kept()
    async with (
        serving(
            made.play, port=0, said=lambda *each: told.append(each), terms=made.terms, gate=made.gate
        ) as address,
        HttpTransport() as transport,
    ):
        speaker = build(
            release.declared,
            access=Access(address, settings, secrets),
            transport=transport,
            clock_ms=clock_ms,
            random=bytes,
            contract=release.files,
            credential=kept,
        )
        yield Standing(made, address, told, speaker, release, kept)
