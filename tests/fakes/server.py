"""One simulated platform as a server: the dialect decides, the programme disturbs, the ledger counts."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import ClientConnectionError, web

from .clock import now_ms
from .ledger import Ledger
from .programme import Programme, Step
from .wire import Answer, deliver, reset

MOST_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as the dialect understood it.

    number: the number that the sender gave, "" when none could be read. text: what steps may match.
    fault: an answer that is due whatever the programme says (bad signature, not readable at all).
    """

    operation: str
    number: str = ""
    text: str = ""
    document: object = None
    fault: Answer | None = None


class Dialect(Protocol):
    """What differs between simulated platforms.

    behaviours: which of the special behaviours (`programme.SPECIAL`) this dialect can show.
    path: what follows host and port in the address that callers are given.
    """

    behaviours: frozenset[str]
    path: str

    def operation(self, request: web.BaseRequest) -> str: ...
    def hear(self, request: web.BaseRequest, operation: str, body: bytes) -> Heard: ...
    def plain(self, heard: Heard, arrival: int) -> Answer: ...
    def told(self, heard: Heard, step: Step) -> Answer: ...


class Simulator:
    """Reads, asks dialect and programme, answers; every arrival is in the ledger before its body is read."""

    def __init__(self, ledger: Ledger, dialect: Dialect, *, quiet: bool = False) -> None:
        self.ledger = ledger
        self.dialect = dialect
        self._quiet = quiet
        self.pause_s = 0.0  # before every answer, where it is quiet
        self.programme = Programme()
        self.address = ""
        self.control = ""
        self.runner: web.AppRunner | None = None

    async def down(self) -> None:
        """Nobody listens any more, and every open connection is cut."""
        assert self.runner and self.runner.server
        for site in list(self.runner.sites):
            await site.stop()
        for connection in self.runner.server.connections:
            connection.force_close()

    async def up(self) -> None:
        """Listen again, where it was."""
        assert self.runner
        port = urlsplit(self.address).port
        await web.TCPSite(self.runner, "127.0.0.1", port).start()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One request from first header to last byte."""
        operation = self.dialect.operation(request)
        if self._quiet:
            return await self._unrecorded(request, operation)
        arrival = self.ledger.arrived(operation)
        if blind := self.programme.next(operation, "", "", now_ms(), blind=True):
            self.ledger.answered(arrival, operation, "", outcome="dropped", step=blind.do)
            return reset(request)
        try:
            body = await request.read()
        except (ClientConnectionError, OSError):
            self.ledger.answered(arrival, operation, "", outcome="cut")
            return web.Response(status=400)
        return await self._judged(request, operation, arrival, body)

    async def _unrecorded(self, request: web.Request, operation: str) -> web.StreamResponse:
        """For benches: no arrival is counted, no step applies."""
        heard = self.dialect.hear(request, operation, await request.read())
        if self.pause_s:
            await asyncio.sleep(self.pause_s)
        return await deliver(request, heard.fault or self.dialect.plain(heard, 0), None)

    async def _judged(
        self, request: web.Request, operation: str, arrival: int, body: bytes
    ) -> web.StreamResponse:
        heard = self.dialect.hear(request, operation, body)
        told = partial(self.programme.next, heard.operation, heard.number, heard.text, now_ms())
        step = None if heard.fault else told()
        answer = heard.fault or self._decided(heard, arrival, step)
        self.ledger.answered(
            arrival,
            heard.operation,
            heard.number,
            outcome=answer.outcome,
            code=answer.code,
            step=step.do if step else "",
            digest=hashlib.sha256(body).hexdigest(),
        )
        return await deliver(request, answer, step)

    def _decided(self, heard: Heard, arrival: int, step: Step | None) -> Answer:
        """Ordinary judgement, unless a step forbids to take or says something else."""
        if step is not None and step.do in TOLD:
            return self.dialect.told(heard, step)
        if step is None or step.takes:
            answer = self.dialect.plain(heard, arrival)
            again = step is not None and step.do == "already" and answer.outcome == "taken"
            return self.dialect.plain(heard, arrival) if again else answer
        return Answer(body=b"there is no answer yet", content_type="text/plain", outcome="not_taken")


TOLD = frozenset({"refuse", "later", "busy", "bar", "absent", "partly", "expire_secret", "lag"})


@asynccontextmanager
async def running(
    simulator: Simulator,
    control: Callable[[Simulator], web.Application],
    *,
    port: int = 0,
    control_port: int = 0,
) -> AsyncIterator[Simulator]:
    """Serve on loopback while the block runs; both addresses stand in the simulator."""
    application = web.Application(client_max_size=MOST_BYTES)
    application.router.add_route("*", "/{tail:.*}", simulator.serve)
    runners = []
    try:
        for app, wanted, name in (
            (application, port, "address"),
            (control(simulator), control_port, "control"),
        ):
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            runners.append(runner)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", wanted)
            await site.start()
            simulator.runner = simulator.runner or runner
            setattr(simulator, name, f"http://127.0.0.1:{runner.addresses[0][1]}")
        simulator.address += simulator.dialect.path
        yield simulator
    finally:
        for runner in runners:
            await runner.cleanup()
        simulator.ledger.close()


def database(path: str | None) -> Path | str:
    """Where the ledger lives; memory when no file is named."""
    return Path(path) if path else ":memory:"
