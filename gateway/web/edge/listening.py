"""Connections: what is no HTTP at all is answered in the same shape as everything else, and never repeated.

A process that leaves takes leave of its callers: each is answered once more, and told to connect anew.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from gateway.errors import Refusal

UNREAD_BYTES = 64 * 1024  # what may lie here of a body that is not being read
Told = Callable[[Refusal, web.BaseRequest], web.Response]
REQUESTS_S = 60.0  # how long a request may take that is under way when nothing new is taken any more
CUT_S = 5.0  # and then until it is cut off, twice: its answer, its task
LEAVING_S = REQUESTS_S + 2 * CUT_S
LOOK_S = 0.02


class _Connection(RequestHandler):
    """One connection. aiohttp would answer, and log, with a piece of what it could not read."""

    __slots__ = ("_server", "_told", "when_lost")

    def __init__(self, server: "_Server", told: Told, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(server, loop=loop, access_log=None, read_bufsize=UNREAD_BYTES)  # type: ignore[arg-type]
        self._told = told
        self._server = server
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

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """Send the answer; the last one on this connection if the process leaves."""
        if self._server.leaving:
            resp.force_close()
        return await super().finish_response(request, resp, start_time)

    @property
    def idle(self) -> bool:
        """Whether it waits for a request."""
        return self._waiter is not None and not self._waiter.done()


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
        self.leaving = False

    def __call__(self) -> RequestHandler:
        return _Connection(self, self._told, asyncio.get_running_loop())

    async def gone(self, within_s: float, *, close_idle: bool = False) -> None:
        """Returns when no connection is left, or after `within_s` seconds."""
        until_s = asyncio.get_running_loop().time() + within_s
        while self._connections and asyncio.get_running_loop().time() < until_s:
            for connection in self.connections if close_idle else ():
                if isinstance(connection, _Connection) and connection.idle:
                    connection.force_close()
            await asyncio.sleep(LOOK_S)


class Runner(web.AppRunner):
    """Serves an application whose connections tell what they cannot read in our own words."""

    __slots__ = ("_told",)

    def __init__(self, app: web.Application, told: Told) -> None:
        super().__init__(app, access_log=None, handle_signals=False, shutdown_timeout=CUT_S)
        self._told = told

    async def _make_server(self) -> web.Server:
        return _Server(await super()._make_server(), self._told)

    async def leave(self, linger_s: float) -> None:
        """Accept nobody; answer what comes on the connections that there are, each for the last time.

        Returns when all of them are gone, or after `linger_s` seconds; `cleanup` does the rest.
        """
        for site in self.sites:
            await site.stop()
        if isinstance(self.server, _Server):
            self.server.leaving = True
            await self.server.gone(linger_s)

    async def cleanup(self) -> None:
        """Close connections on which nothing comes, wait for what is being read or answered, close everything."""
        await self.leave(0)
        if isinstance(self.server, _Server):
            await self.server.gone(REQUESTS_S, close_idle=True)
        await super().cleanup()


def listening_socket(host: str, port: int) -> socket.socket:
    """The socket of an address, bound and listening. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def address_of(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
