"""The simulated platform as a server on loopback: which operation a request means, and how it is answered."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import orjson
from aiohttp import web

from adapters.codecs import xml
from adapters.errors import Garbled
from adapters.message import Response
from adapters.notation import http_call, soap_call
from gateway.workbench.simulate.numbers import found
from gateway.workbench.simulate.play import Play

COUNTS = "/-/counts"
_MOST_BYTES = 64 * 1024 * 1024
_HOP = frozenset({"content-length", "transfer-encoding", "connection", "content-type"})
_ENVELOPE = re.compile(rb"<[^>]*:?Envelope[\s>]")
Said = Callable[[str, str, str], None]  # operation, our number, outcome


class Door:
    """Reads a request, lets the play act, answers. said: told of everything that came."""

    def __init__(self, play: Play, said: Said) -> None:
        self._play = play
        self._said = said
        self._rest = [
            (name, call[0], _path(call[1]))
            for name, each in play.platform.operations.items()
            if (call := http_call(each.call)) is not None
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == COUNTS:
            return web.json_response(dict(self._play.counts), dumps=lambda each: orjson.dumps(each).decode())
        body = await request.read()
        operation = self._operation(request, body)
        if operation is None:
            self._said("-", "", "no such call")
            return web.Response(status=404, text="no operation of the platform is called so")
        number = found(self._play.number_form, request.path_qs, body)
        act = self._play.act(operation, number)
        self._said(operation, number, act.outcome)
        if act.after_s:
            await asyncio.sleep(act.after_s)
        if act.response is None:
            if request.transport is not None:  # else whoever asked is gone
                request.transport.abort()
            return web.Response()
        return _sent(act.response)

    def _operation(self, request: web.Request, body: bytes) -> str | None:
        for name, method, path in self._rest:
            if method == request.method and path.fullmatch(request.path):
                return name
        if not _ENVELOPE.search(body):
            return None
        called = _called(body)
        for name, each in self._play.platform.operations.items():
            if soap_call(each.call)[2] in called:
                return name
        return None


def _path(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]+\}", template.partition("?")[0])
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _called(body: bytes) -> set[str]:
    """The names that say which operation an envelope is for: of its body's element, and of its types."""
    try:
        root = xml.parsed(body)
    except Garbled:
        return set()
    inside = root.find("{*}Body")
    first = inside[0] if inside is not None and len(inside) else None
    if first is None:
        return set()
    name = xml.local(first)
    return {name, name.removesuffix("Request"), name[:1].lower() + name[1:]}


def _sent(response: Response) -> web.Response:
    kind = next((value for key, value in response.headers.items() if key.lower() == "content-type"), None)
    headers = {key: value for key, value in response.headers.items() if key.lower() not in _HOP}
    if kind:
        headers["Content-Type"] = kind
    return web.Response(status=response.status, headers=headers, body=response.body)


@asynccontextmanager
async def serving(play: Play, *, port: int, said: Said) -> AsyncIterator[str]:
    """The address of the simulated platform, while the block runs."""
    application = web.Application(client_max_size=_MOST_BYTES)
    application.router.add_route("*", "/{tail:.*}", Door(play, said).answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
