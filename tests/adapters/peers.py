"""Invented platforms for the tests: declarations, an installation's access, and real loopback servers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from pathlib import Path
from typing import Any

from aiohttp import web
from yarl import URL

from adapters.auth.scheme import Moment
from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import declare
from adapters.message import Access, Credential, Request, Transport

NOW_MS = 1_600_000_000_000
ROOT = Path(__file__).resolve().parents[2]
CONTRACT = (ROOT / "mappings/examples/sim-gx/contract/service.wsdl").read_text()
OPERATIONS = ["submitCase", "queryCase", "changeCase", "queryChange", "queryGuide", "queryResult"]

REST: dict[str, Any] = {
    "platform": "sim-rest",
    "title": "模拟 REST 平台",
    "kind": "regional",
    "serves": [{"division": "440232"}],
    "speaks": "rest",
    "limits": {"timeout_s": "2", "connect_s": "1", "quota": "1000/h"},
    "operations": {
        "case.submit": {
            "call": "POST /api/v2/cases",
            "service": "s_sim_0001",
            "taken": {"status": "200", "body": {"code": "200"}, "reference": "data.caseNo"},
            "already": {"status": "200", "body": {"code": "4091"}, "reference": "data.caseNo"},
            "refused": {"status": "200", "body": {"code": "5*"}, "code": "code", "reason": "msg"},
            "barred": {"status": "200", "body": {"code": ["401", "E-106"]}, "code": "code"},
            "later": {"status": "429"},
            "repeatable": {"by": "caseNo", "because": "their document says that caseNo is unique"},
        },
        "case.correct": {
            "call": "PUT /api/v2/cases/{caseNo}",
            "service": "s_sim_0002",
            "taken": {"body": {"code": "200"}},
            "probe": {
                "ask": "case.progress",
                "landed": {"body": {"code": "200", "data.step": "corrected"}},
                "absent": {"body": {"code": "200", "data.step": "waiting"}},
            },
        },
        "case.progress": {
            "call": "GET /api/v2/cases/{caseNo}",
            "service": "s_sim_0003",
            "taken": {"body": {"code": "200", "data": "*"}},
            "later": {"status": "429"},
        },
    },
}

SOAP: dict[str, Any] = {
    "platform": "sim-soap",
    "title": "模拟 SOAP 平台",
    "kind": "regional",
    "serves": [{"division": "450312"}],
    "speaks": "soap",
    "contract": "contract/service.wsdl",
    "limits": {"timeout_s": "2", "connect_s": "1"},
    "operations": {
        "case.submit": {
            "call": "submitCase",
            "arguments": {
                "licence": {"secret": "licence"},
                "information": {"document": "xml", "root": "PACKAGE", "charset": "gb2312"},
            },
            "answer": {"document": "xml"},
            "lists": ["DATA.RECORD"],
            "taken": {
                "body": {"HEAD.CODE": "0"},
                "records": {"at": "DATA.RECORD", "all": {"@code": "0"}},
                "reference": "HEAD.NO",
            },
            "refused": {"body": {"HEAD.CODE": "1*"}, "code": "HEAD.CODE", "reason": "HEAD.MSG"},
            "barred": {"status": "500", "body": {"fault.code": "Client"}, "reason": "fault.text"},
        },
    },
}


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy with one value set (or removed, for None); `operations.case.submit…` counts as two keys."""
    copy = deepcopy(document)
    keys = path.replace("case.", "case~").split(".")
    node = copy
    for key in keys[:-1]:
        node = node.setdefault(key.replace("~", "."), {})
    if value is None:
        del node[keys[-1].replace("~", ".")]
    else:
        node[keys[-1].replace("~", ".")] = value
    return copy


def adapter(
    document: Mapping[str, Any],
    transport: Transport,
    address: str = "http://127.0.0.1:1",
    credential: Credential | None = None,
    *,
    files: Mapping[str, str] | None = None,
) -> Adapter:
    access = Access(
        address,
        {
            "rid": "demo-rid-0001",
            "user": "tongban",
            "paasid": "demo-paas",
            "app_key": "demo-appkey",
            "client_id": "demo-client",
            "token_url": "/oauth/token",
        },
        {
            "licence": "LIC-1",
            "appkey": "demo-appkey",
            "token": "demo-token",
            "password": "p",
            "app_secret": "demo-secret",
            "client_secret": "demo-secret",
        },
    )
    return build(
        declare(document),
        access=access,
        transport=transport,
        credential=credential,
        contract={"contract/service.wsdl": CONTRACT, **(files or {})},
        clock_ms=lambda: NOW_MS,
        random=bytes,
    )


def moment(secret: str = "", service: str = "", nonce: bytes = bytes(16)) -> Moment:
    return Moment(service, secret, NOW_MS, nonce)


def asking(
    path: str = "/x", *, body: bytes = b"{}", kind: str = "application/json", method: str = "POST"
) -> Request:
    """A request that is still to be signed."""
    return Request(method, URL(f"http://h{path}"), {"Accept": "*/*", "Content-Type": kind}, body)


class Shelf:
    """A session secret kept in memory, refreshed by one at a time; counts what happened."""

    def __init__(self) -> None:
        self._kept: str | None = None
        self._lock = asyncio.Lock()
        self.refreshed = 0
        self.ends_ms = 0
        self.former = ""
        self.spoiled: list[str] = []

    async def secret(self, refresh: Callable[[str], Awaitable[tuple[str, int]]]) -> str:
        async with self._lock:
            if self._kept is None:
                self._kept, self.ends_ms = await refresh(self.former)
                self.refreshed += 1
            return self._kept

    def end(self) -> None:
        """Its time is over: the next one is fetched, with this one in hand."""
        self.former, self._kept = self._kept or "", None

    async def spoil(self, secret: str) -> None:
        self.spoiled.append(secret)
        if self._kept == secret:
            self._kept = None


async def no_materials(material: str) -> bytes:
    raise AssertionError(f"nobody asked for {material}")


def go() -> None:
    """The claim holds."""


Answer = Callable[[web.Request, bytes], Awaitable[web.Response]]


@asynccontextmanager
async def platform_server(answer: Answer) -> AsyncIterator[tuple[str, list[tuple[web.Request, bytes]]]]:
    """A real HTTP server; yields its address and what it has seen."""
    seen: list[tuple[web.Request, bytes]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.read()
        seen.append((request, body))
        return await answer(request, body)

    app = web.Application(client_max_size=1 << 27)
    app.router.add_route("*", "/{path:.*}", take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}", seen
    finally:
        await runner.cleanup()
