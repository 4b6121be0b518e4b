"""The simulated platform as a server on loopback: which operation a request means, and how it is answered."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import orjson
from aiohttp import web

from adapters.codecs import xml
from adapters.errors import Garbled
from adapters.message import Request, Response
from adapters.notation import http_call, soap_call
from adapters.sections import under
from gateway.workbench.enveloped import opened
from gateway.workbench.heard import Unheard
from gateway.workbench.misfits import Misfit
from gateway.workbench.simulate.gate import Gate
from gateway.workbench.simulate.numbers import found
from gateway.workbench.simulate.play import Act, Play
from gateway.workbench.simulate.refusing import soap_of
from gateway.workbench.terms import Terms

COUNTS = "/-/counts"
_MOST_BYTES = 64 * 1024 * 1024
_HOP = frozenset({"content-length", "transfer-encoding", "connection", "content-type"})
Said = Callable[[str, str, str], None]  # operation, our number, outcome


class Door:
    """Reads a request, lets the play act, answers. said: told of everything that came, and what did not fit.

    terms, gate: what the platform takes, and from whom; left out, it takes everything from everybody.
    """

    def __init__(self, play: Play, said: Said, terms: Terms | None, gate: Gate | None) -> None:
        self._play = play
        self._said = said
        self._terms = terms
        self._gate = gate
        self._wrappers = terms.wrappers() if terms is not None else {}
        self._rest = [
            (name, call[0], _path(call[1]))
            for name, each in play.platform.operations.items()
            if (call := http_call(each.call)) is not None
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.path == COUNTS:
            return web.json_response(dict(self._play.counts), dumps=lambda each: orjson.dumps(each).decode())
        came = Request(request.method, request.url, request.headers, await request.read())
        if self._gate is not None and (given := self._gate.asked(came)) is not None:
            outcome, response = given
            self._play.counts[outcome] += 1
            self._said("-", "", outcome)
            return _sent(response)
        operation = self._operation(came)
        if operation is None:
            self._said("-", "", "no such call")
            return web.Response(status=404, text="no operation of the platform is called so")
        act = self._act(operation, found(self._play.number_form, request.path_qs, came.body), came)
        if act.after_s:
            await asyncio.sleep(act.after_s)
        if act.response is None:
            if request.transport is not None:  # else whoever asked is gone
                request.transport.abort()
            return web.Response()
        return _sent(act.response)

    def _act(self, operation: str, number: str, came: Request) -> Act:
        """Who may not come in is not read; what does not fit is not taken."""
        misfits: list[Misfit] = []
        soap = soap_of(came.body)
        if why := self._why_not(operation, came):
            act = self._play.bar(operation, why, soap)
        elif self._terms is not None and (misfits := self._terms.misfits(operation, came)):
            act = self._play.turn_down(operation, misfits, soap)
        else:
            act = self._play.act(operation, number)
        if act.outcome == "expired_secret" and self._gate is not None:
            self._gate.end()
        self._said(operation, number, act.outcome)
        for each in misfits:
            self._said(operation, number, f"- {each}")
        return act

    def _why_not(self, operation: str, came: Request) -> str:
        if self._gate is None:
            return ""
        why = self._gate.why_not(operation, came)
        if why or self._terms is None:
            return why
        try:
            heard = self._terms.heard(operation, came)
        except Unheard:
            return ""  # what cannot be read does not fit, which is told with its reason
        declared = self._play.platform.operations[operation]
        return (
            self._gate.wrong(declared.http_header, came.headers)
            or self._gate.wrong(declared.arguments, heard.arguments)
            or self._gate.wrong(
                {under(path): each for path, each in declared.header.items()},
                self._terms.header(operation, came),
            )
        )

    def _operation(self, came: Request) -> str | None:
        """The first operation that may be meant and whose terms it fits, else the first; None where none is."""
        meant = list(dict.fromkeys(self._meant(came)))
        if len(meant) < 2 or self._terms is None:
            return meant[0] if meant else None
        terms = self._terms
        return next((each for each in meant if not terms.misfits(each, came)), meant[0])

    def _meant(self, came: Request) -> Iterator[str]:
        for name, method, path in self._rest:
            if method == came.method and path.fullmatch(came.url.path):
                yield name
        called = _called(came) if soap_of(came.body) else set()
        yield from (name for tag, name in self._wrappers.items() if tag in called)
        for name, each in self._play.platform.operations.items():
            if soap_call(each.call)[2] in called:
                yield name


def _path(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{[^{}]+\}", template.partition("?")[0])
    return re.compile("[^/]+".join(map(re.escape, parts)))


def _called(came: Request) -> set[str]:
    """The names that say which operation an envelope is for: its body's element, whole, alone and shortened."""
    try:
        body, _ = opened(came)
    except Garbled:
        return set()
    if not len(body):
        return set()
    name = xml.local(body[0])
    return {str(body[0].tag), name, name.removesuffix("Request"), name[:1].lower() + name[1:]}


def _sent(response: Response) -> web.Response:
    kind = next((value for key, value in response.headers.items() if key.lower() == "content-type"), None)
    headers = {key: value for key, value in response.headers.items() if key.lower() not in _HOP}
    if kind:
        headers["Content-Type"] = kind
    return web.Response(status=response.status, headers=headers, body=response.body)


@asynccontextmanager
async def serving(
    play: Play, *, port: int, said: Said, terms: Terms | None = None, gate: Gate | None = None
) -> AsyncIterator[str]:
    """The address of the simulated platform, while the block runs."""
    application = web.Application(client_max_size=_MOST_BYTES)
    application.router.add_route("*", "/{tail:.*}", Door(play, said, terms, gate).answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
