"""Where the month's gateway sits: in this process, but while another one has its place, and is killed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.settings.conf import load
from gateway.web.app import Service
from gateway.world import World
from tests.fakes import clock
from tests.installation import Process

TWIN_MS = 60_000  # by how much this clock goes on meanwhile: more than the other process can have lived


@dataclass(slots=True)
class Seat:
    """address: of whoever sits here now.    gateway: the last one in this process."""

    conf: Path
    address: str = ""
    kills: int = 0
    _gateway: Gateway | None = None
    _runner: web.AppRunner | None = field(default=None, repr=False)

    @property
    def gateway(self) -> Gateway:
        assert self._gateway is not None
        return self._gateway

    async def sit(self) -> None:
        gateway = self._gateway = boot(load(self.conf), World(clock_ms=clock.now_ms, wall_ms=clock.now_ms))
        await gateway.start()
        await first_start(gateway)
        runner = self._runner = Service(gateway).runner()
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def rise(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()
        await self.gateway.stop()

    @asynccontextmanager
    async def given_up_to_one_that_dies(self) -> AsyncIterator[None]:
        """Another process sits here for as long as this lasts, and is killed (SIGKILL) where it stands then."""
        await self.rise()
        twin = Process(["tests.demo.network.twin", str(self.conf), str(clock.now_ms())])
        try:
            self.address = str((await twin.start())["address"])
            yield
        finally:
            await twin.kill()
            self.kills += 1
        clock.set_ms(clock.now_ms() + TWIN_MS)
        await self.sit()
