"""Connections: what is no HTTP at all is answered in the same shape as everything else, and never repeated."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import Refusal

UNREAD_BYTES = 64 * 1024  # what may lie here of a body that is not being read
Told = Callable[[Refusal, web.BaseRequest], web.Response]


class _Connection(RequestHandler):
    """One connection. aiohttp would answer, and log, with a piece of what it could not read."""

    __slots__ = ("_told", "when_lost")

    def __init__(self, server: web.Server, told: Told, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, access_log=None, read_bufsize=UNREAD_BYTES)  # type: ignore[arg-type]
        self._told = told
        self.when_lost: Callable[[], None] | None = None

    def connection_lost(self, exc: BaseException | None) -> None:
        super().connection_lost(exc)
        if self.when_lost is not None:
            self.when_lost()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """A problem document, and the end of the connection."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer was under way")
        response = self._told(Refusal("internal" if status >= 500 else "malformed_request"), request)
        response.force_close()
        return response


@contextmanager
def watched(request: web.Request, when_lost: Callable[[], None]) -> Iterator[None]:
    """Calls `when_lost` if the caller hangs up while the block runs."""
    connection = request.protocol
    if not isinstance(connection, _Connection):
        raise TypeError(type(connection))
    connection.when_lost = when_lost
    try:
        yield
    finally:
        connection.when_lost = None


class _Server(web.Server):
    """Makes a connection of ours for every client."""

    def __init__(self, made: web.Server, told: Told) -> None:
        super().__init__(made.request_handler, request_factory=made.request_factory)
        self._told = told

    def __call__(self) -> RequestHandler:
        return _Connection(self, self._told, asyncio.get_running_loop())


class Runner(web.AppRunner):
    """Serves an application whose connections tell what they cannot read in our own words."""

    __slots__ = ("_told",)

    def __init__(self, app: web.Application, told: Told) -> None:
        super().__init__(app, access_log=None, handle_signals=False)
        self._told = told

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._told)
