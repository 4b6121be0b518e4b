"""The routes of the service, each with who may use it, and the one place where errors become answers."""

import time
from base64 import b64encode
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from gateway import logs
from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.web.answers import GATEWAY, IDENTITY
from gateway.web.api import cases, catalogue, exchanges, health
from gateway.web.auth import Authenticator, require
from gateway.web.metrics import METRICS
from gateway.web.problems import response_of

log = logs.get("web")
Answer = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One route. right: the operation that a caller must have; None only for what tells nothing of anybody."""

    method: str
    path: str
    answer: Answer
    right: str | None


ENDPOINTS = (
    Endpoint("POST", "/v1/cases", cases.submit, "case.submit"),
    Endpoint("GET", "/v1/cases", cases.look_up, "case.read"),
    Endpoint("GET", "/v1/cases/{id}", cases.show, "case.read"),
    Endpoint("GET", "/v1/cases/{id}/progress", cases.progress, "case.progress"),
    Endpoint("GET", "/v1/exchanges/{id}", exchanges.show, "case.read"),
    Endpoint("GET", "/v1/exchanges/{id}/proof", exchanges.proof, "case.read"),
    Endpoint("POST", "/v1/preflight", cases.preflight, "case.submit"),
    Endpoint("GET", "/v1/platforms", catalogue.platforms, "catalogue.read"),
    Endpoint("GET", "/v1/items", catalogue.items, "catalogue.read"),
    Endpoint("GET", "/metrics", health.metrics, "metrics.read"),
    Endpoint("GET", "/healthz", health.healthz, None),
    Endpoint("GET", "/readyz", health.readyz, None),
)


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
        for endpoint in ENDPOINTS:
            app.router.add_route(endpoint.method, endpoint.path, self._guarded(endpoint))
        app.router.add_route("*", "/{anything:.*}", self._unknown)
        return app

    def _guarded(self, endpoint: Endpoint) -> Answer:
        requests, seconds = METRICS.requests, METRICS.seconds.labels(endpoint.path)
        counters: dict[int, object] = {}

        async def answer(request: web.Request) -> web.Response:
            started = time.perf_counter()
            self._open += 1
            try:
                response = await self._answered(endpoint, request)
            finally:
                self._open -= 1
            response.headers["Tongban-Checkpoint"] = self._checkpoint()
            counter = counters.get(response.status)
            if counter is None:
                counter = counters[response.status] = requests.labels(endpoint.path, response.status)
            counter.inc()  # type: ignore[attr-defined]
            seconds.observe(time.perf_counter() - started)
            return response

        return answer

    async def _answered(self, endpoint: Endpoint, request: web.Request) -> web.Response:
        try:
            if endpoint.right is not None:
                if self._open > self._most:
                    raise Refusal("overloaded")
                identity = self._authenticator.identify(request)
                require(identity, endpoint.right)
                request[IDENTITY] = identity
            if self._gateway.stopping and endpoint.method == "POST":
                raise Refusal("storage_unavailable")
            return await endpoint.answer(request)
        except Refusal as refusal:
            return response_of(refusal, request, self._contact)
        except Exception as error:  # noqa: BLE001 - the one place where an unforeseen error becomes an answer
            log.error("request.failed", route=endpoint.path, failure=error)
            return response_of(_foreseen(error), request, self._contact)

    async def _unknown(self, request: web.Request) -> web.Response:
        known = any(endpoint.path == request.path for endpoint in ENDPOINTS)
        return response_of(Refusal("wrong_method" if known else "no_route"), request, self._contact)

    def _checkpoint(self) -> str:
        """The newest checkpoint as one header value; it leaves the machine with every answer."""
        if self._note is not self._gateway.checkpoint:
            self._note = self._gateway.checkpoint
            self._header = b64encode(self._note.encode()).decode()
        return self._header


def _foreseen(error: Exception) -> Refusal:
    """What of the unforeseen has a name: the database that cannot record."""
    database = type(error).__module__.split(".")[0] in {"sqlite3", "psycopg"} or isinstance(error, OSError)
    return Refusal("storage_unavailable" if database else "internal")
