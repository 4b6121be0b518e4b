"""The service: the router over the table of routes, and the one place where errors become answers."""

import time
from base64 import b64encode

from aiohttp import web

from gateway import logs
from gateway.boot import Gateway
from gateway.errors import CODES, NotActive, Refusal
from gateway.exchange.papers import Erased
from gateway.store.store import StorageUnavailable
from gateway.web.answers import DESCRIPTION, GATEWAY, IDENTITY
from gateway.web.auth import Authenticator, require
from gateway.web.described import Answer, Endpoint
from gateway.web.description import Description
from gateway.web.endpoints import ENDPOINTS
from gateway.web.listening import Runner
from gateway.web.metrics import METRICS
from gateway.web.problems import response_of

log = logs.get("web")
ELSEWHERE = "-"  # the route of an address that is none of ours, in metrics


class Service:
    """Answers requests: identifies the caller, asks the endpoint, turns refusals into problem documents."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._authenticator = Authenticator(gateway.settings.callers)
        self._open = 0
        self._most = gateway.settings.installation.bounds.open_requests
        self._contact = gateway.settings.installation.contact
        self._note = ""
        self._header = ""

    def app(self) -> web.Application:
        bounds = self._gateway.settings.installation.bounds
        app = web.Application(client_max_size=bounds.body_bytes)
        app[GATEWAY] = self._gateway
        app[DESCRIPTION] = Description(ENDPOINTS, self._contact)
        by_path: dict[str, list[Endpoint]] = {}
        for endpoint in ENDPOINTS:
            by_path.setdefault(endpoint.path, []).append(endpoint)
        for path, endpoints in by_path.items():
            self._add(app.router.add_resource(path), endpoints)
        app.router.add_route("*", "/{anything:.*}", self._counted(ELSEWHERE, self._elsewhere))
        return app

    def runner(self) -> Runner:
        """The application on connections that speak as it does."""
        return Runner(self.app(), self._told)

    def _told(self, refusal: Refusal, request: web.BaseRequest) -> web.Response:
        response = response_of(refusal, request, self._contact)
        self._mark(response)
        METRICS.requests.labels(ELSEWHERE, response.status).inc()
        return response

    def _add(self, resource: web.Resource, endpoints: list[Endpoint]) -> None:
        """Every method of one path; any other is told which ones there are (RFC 9110 §15.5.6)."""
        allowed: list[str] = []
        for endpoint in endpoints:
            methods = ["GET", "HEAD"] if endpoint.method == "GET" else [endpoint.method]
            answer = self._counted(endpoint.path, self._guarded(endpoint))
            allowed += methods
            for method in methods:
                resource.add_route(method, answer)
        resource.add_route("*", self._counted(endpoints[0].path, self._wrong_method(", ".join(allowed))))

    def _counted(self, path: str, inner: Answer) -> Answer:
        """With the newest checkpoint on every answer, and the answer in the metrics."""
        requests, seconds = METRICS.requests, METRICS.seconds.labels(path)
        counters: dict[int, object] = {}

        async def answer(request: web.Request) -> web.Response:
            started = time.perf_counter()
            self._open += 1
            try:
                response = await inner(request)
            finally:
                self._open -= 1
            self._mark(response)
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
                if endpoint.right is not None:
                    self._admit(request, endpoint.right)
                if self._gateway.stopping and endpoint.method == "POST":
                    raise Refusal("stopping")
                return await endpoint.answer(request)
            except Refusal as refusal:
                return response_of(refusal, request, self._contact)
            except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes an answer
                foreseen = _foreseen(error)
                if CODES[foreseen.code].party == "gateway":
                    log.error("request.failed", route=endpoint.path, failure=error)
                return response_of(foreseen, request, self._contact)

        return answer

    def _admit(self, request: web.Request, right: str) -> None:
        """Name the caller and see that it may; nothing else is looked at before. Raises Refusal."""
        if self._open > self._most:
            raise Refusal("overloaded")
        identity = self._authenticator.identify(request)
        require(identity, right)
        request[IDENTITY] = identity

    def _wrong_method(self, allowed: str) -> Answer:
        async def answer(request: web.Request) -> web.Response:
            response = response_of(Refusal("wrong_method"), request, self._contact)
            response.headers["Allow"] = allowed
            return response

        return answer

    async def _elsewhere(self, request: web.Request) -> web.Response:
        return response_of(Refusal("no_route"), request, self._contact)

    def _mark(self, response: web.Response) -> None:
        """Put the newest checkpoint on an answer: it leaves the machine with every one of them."""
        if self._note is not self._gateway.checkpoint:
            self._note = self._gateway.checkpoint
            self._header = b64encode(self._note.encode()).decode()
        if self._header:  # the log of a new installation is empty for a moment
            response.headers["Tongban-Checkpoint"] = self._header


def _foreseen(error: Exception) -> Refusal:
    """What of the unforeseen has a name: no release, erased papers, a database that cannot record."""
    if isinstance(error, NotActive):
        return Refusal("not_active")
    if isinstance(error, Erased):
        return Refusal("erased")
    stored = isinstance(error, StorageUnavailable | OSError)
    return Refusal("storage_unavailable" if stored else "internal")
