"""The service: the router over the table of routes, and the one place where errors become answers."""

import time
from base64 import b64encode
from collections.abc import Mapping

from aiohttp import web

from gateway import logs
from gateway.boot import Gateway
from gateway.errors import CODES, NotActive, Refusal
from gateway.exchange.papers import Erased
from gateway.store.store import StorageUnavailable
from gateway.web.answers import DESCRIPTION, GATEWAY, IDENTITY, STAY
from gateway.web.api.health import RECORDING, Recording
from gateway.web.auditors import AUDITORS, Auditors
from gateway.web.auth import Authenticator, require
from gateway.web.console.doors import Doors
from gateway.web.edge.edge import Edge
from gateway.web.edge.listening import Runner, watched
from gateway.web.edge.pace import Pace
from gateway.web.edge.reading import announced_bytes, not_yet
from gateway.web.edge.turns import Gone
from gateway.web.metrics import METRICS
from gateway.web.openapi.made import Description
from gateway.web.problems import response_of
from gateway.web.routes.cases import ENDPOINTS
from gateway.web.routes.channels import CHANNELS, sharing
from gateway.web.routes.described import Answer, Endpoint
from gateway.web.routes.log import LOG

log = logs.get("web")
HUNG_UP = 499  # in metrics only: nobody is there to be told
_TAKES = frozenset({"POST", "PATCH"})
NOBODY = "-"  # who shows no good key: all of them together have the share of one caller
_NO_HEADERS: Mapping[str, str] = {}
STREAM_BYTES = 1024 * 1024  # what a body that is taken in piece by piece holds of the memory
ELSEWHERE = "-"  # the route of an address that is none of ours, in metrics


class Service:
    """Answers requests: identifies the caller, asks the endpoint, turns refusals into problem documents."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._authenticator = Authenticator(gateway.settings.callers)
        self._auditors = Auditors(gateway.settings.auditors)
        self._pace = Pace()
        self._edge = Edge(gateway.settings.installation.bounds)
        self._most_bytes = gateway.settings.installation.bounds.body_bytes
        self._contact = gateway.settings.installation.contact
        self._note = ""
        self._header = ""

    def app(self) -> web.Application:
        app = web.Application()
        app[GATEWAY] = self._gateway
        app[RECORDING] = Recording()
        app[AUDITORS] = self._auditors
        app[DESCRIPTION] = Description(ENDPOINTS, self._contact)
        by_path: dict[str, list[Endpoint]] = {}
        for endpoint in (*ENDPOINTS, *CHANNELS, *LOG):
            by_path.setdefault(endpoint.path, []).append(endpoint)
        for path, endpoints in by_path.items():
            self._add(app.router.add_resource(path), endpoints)
        for method, path, answer in Doors(self._gateway, self._edge).all():
            app.router.add_route(method, path, self._counted(path, answer), expect_handler=not_yet)
        elsewhere = self._counted(ELSEWHERE, self._elsewhere)
        app.router.add_route("*", "/{anything:.*}", elsewhere, expect_handler=not_yet)
        return app

    def runner(self) -> Runner:
        """The application on connections that speak as it does."""
        return Runner(self.app(), self._told)

    def _told(self, refusal: Refusal, request: web.BaseRequest) -> web.Response:
        self._gateway.attempts.note(refusal.code, address=request.remote or "")
        response = response_of(refusal, request, self._contact)
        self._mark(response)
        METRICS.requests.labels(ELSEWHERE, response.status).inc()
        return response

    def _add(self, resource: web.Resource, endpoints: list[Endpoint]) -> None:
        """Every method of one path; any other is told which ones there are (RFC 9110 §15.5.6)."""
        allowed: list[str] = []
        own_head = any(each.method == "HEAD" for each in endpoints)
        for endpoint in endpoints:
            methods = ["GET", "HEAD"] if endpoint.method == "GET" and not own_head else [endpoint.method]
            answer = self._counted(endpoint.path, self._guarded(endpoint), endpoint.always)
            allowed += methods
            for method in methods:
                resource.add_route(method, answer, expect_handler=not_yet)
        wrong = self._counted(endpoints[0].path, self._wrong_method(", ".join(allowed)))
        resource.add_route("*", wrong, expect_handler=not_yet)

    def _counted(self, path: str, inner: Answer, always: Mapping[str, str] = _NO_HEADERS) -> Answer:
        """With the newest checkpoint on every answer, and the answer in the metrics."""
        requests, seconds = METRICS.requests, METRICS.seconds.labels(path)
        counters: dict[int, object] = {}

        async def answer(request: web.Request) -> web.Response:
            started = time.perf_counter()
            response = await inner(request)
            self._mark(response)
            response.headers.update(always)
            if not request.content.is_eof() and _may_not_come(request, response):
                response.force_close()
            counter = counters.get(response.status)
            if counter is None:
                counter = counters[response.status] = requests.labels(path, response.status)
            counter.inc()  # type: ignore[attr-defined]
            seconds.observe(time.perf_counter() - started)
            return response

        return answer

    def _guarded(self, endpoint: Endpoint) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            try:
                if endpoint.at_any_time:
                    return await endpoint.answer(request)
                return await self._in_turn(endpoint, self._caller(endpoint, request), request)
            except Refusal as refusal:
                return await self._refused(refusal, request)
            except Gone:
                return web.Response(status=HUNG_UP)
            except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes an answer
                foreseen = _foreseen(error)
                if CODES[foreseen.code].party == "gateway":
                    log.error("request.failed", route=endpoint.path, failure=error)
                return response_of(foreseen, request, self._contact)

        return answer

    def _caller(self, endpoint: Endpoint, request: web.Request) -> str:
        """Name the caller and see that it may; nothing else is looked at before. Raises Refusal."""
        if endpoint.channel:
            return sharing(self._gateway, request)
        if endpoint.auditor:
            return self._auditors.admit(self._gateway, request)
        if endpoint.right is None:
            return NOBODY
        request[IDENTITY] = identity = self._authenticator.identify(request)
        require(identity, endpoint.right)
        return identity.caller.caller

    async def _in_turn(self, endpoint: Endpoint, caller: str, request: web.Request) -> web.Response:
        """The endpoint's answer, once there is room and it is the caller's turn. Raises Refusal, Gone."""
        if self._gateway.stopping and endpoint.method in _TAKES:
            raise Refusal("stopping")
        size_bytes = STREAM_BYTES if endpoint.streams else 0
        if endpoint.body:
            size_bytes = announced_bytes(request, self._most_bytes)
        with self._edge.enter(caller, size_bytes) as stay, watched(request, stay.hung_up):
            request[STAY] = stay
            if (
                not endpoint.body and not endpoint.streams
            ):  # else it waits for its turn once the body is there
                await stay.turn()
            return await endpoint.answer(request)

    def _wrong_method(self, allowed: str) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            response = await self._refused(Refusal("wrong_method"), request)
            response.headers["Allow"] = allowed
            return response

        return answer

    async def _elsewhere(self, request: web.Request) -> web.Response:
        return await self._refused(Refusal("no_route"), request)

    async def _refused(self, refusal: Refusal, request: web.Request) -> web.Response:
        """The problem document; whoever is refused before its turn came is told so at the pace of refusals."""
        stay, identity = request.get(STAY), request.get(IDENTITY)
        name = identity.caller.caller if identity else ""
        self._gateway.attempts.note(refusal.code, name=name, address=request.remote or "")
        if stay is None or not stay.had_turn:
            await self._pace.keep(identity.caller.caller if identity else NOBODY)
        return response_of(refusal, request, self._contact)

    def _mark(self, response: web.Response) -> None:
        """Put the newest checkpoint on an answer: it leaves the machine with every one of them."""
        if self._note is not self._gateway.checkpoint:
            self._note = self._gateway.checkpoint
            self._header = b64encode(self._note.encode()).decode()
        if self._header:  # the log of a new installation is empty for a moment
            response.headers["Tongban-Checkpoint"] = self._header


def _may_not_come(request: web.Request, response: web.Response) -> bool:
    """Whether the rest of a body that was not read may never come; else it is taken in, and forgotten."""
    return "Expect" in request.headers or response.status == CODES["too_slow"].status


def _foreseen(error: Exception) -> Refusal:
    """What of the unforeseen has a name: no release, erased papers, a database that cannot record."""
    if isinstance(error, NotActive):
        return Refusal("not_active")
    if isinstance(error, Erased):
        return Refusal("erased")
    stored = isinstance(error, StorageUnavailable | OSError)
    return Refusal("storage_unavailable" if stored else "internal")
