"""Whole requests under every scheme, over the wire: what the platform sees, and what it takes to be renewed."""

from typing import Any

import orjson
import pytest
from aiohttp import web
from lxml import etree
from yarl import URL

from adapters.auth import tif, zj
from adapters.auth.scheme import Signature
from adapters.message import Message, Request
from adapters.transport import HttpTransport
from tests.adapters.peers import (
    NOW_MS,
    REST,
    SOAP,
    Shelf,
    adapter,
    changed,
    go,
    no_materials,
    platform_server,
)

TAKEN = {"code": "200", "data": {"caseNo": "T-1"}}
SUBMIT = Message("case.submit", {"caseNo": "A1"})
FORM = changed(REST, "operations.case.submit.arguments", {"biz": {"document": "json"}})
WSSE = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"


async def takes(request: web.Request, body: bytes) -> web.Response:
    return web.json_response(TAKEN)


async def test_tif_headers_arrive_and_its_refusal_inside_a_500_bars(transport: HttpTransport) -> None:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        given = {name: request.headers[f"x-tif-{name}"] for name in ("timestamp", "nonce", "signature")}
        if given["signature"] == tif.sign(given["timestamp"], "demo-token", given["nonce"]):
            return web.json_response({"code": 400001, "msg": "clock"}, status=500)
        return web.json_response(TAKEN)

    barred = {"status": "500", "body": {"code": "400001"}, "code": "code"}
    document = changed(changed(REST, "auth", "tif"), "operations.case.submit.barred", barred)
    async with platform_server(answers) as (address, _):
        reply = await adapter(document, transport, address).send(SUBMIT, materials=no_materials, go=go)
    assert (reply.verdict, reply.code) == ("barred", "400001")


async def test_parameters_of_a_signature_stand_in_the_form_or_in_the_query(transport: HttpTransport) -> None:
    def parameters(fields: Any) -> tuple[str, str]:
        return fields["appKey"], fields["requestTime"]

    async def answers(request: web.Request, body: bytes) -> web.Response:
        if "refreshToken" in request.path:
            return web.json_response({"code": "00", "datas": {"requestSecret": "rq", "refreshSecret": "rf"}})
        return web.json_response(TAKEN)

    async with platform_server(answers) as (address, seen):
        for document in (FORM, REST):
            speaking = adapter(changed(document, "auth", "zj"), transport, address, Shelf())
            reply = await speaking.send(SUBMIT, materials=no_materials, go=go)
            assert reply.verdict == "taken"
    in_form, in_query = seen[1][0], seen[3][0]
    expected = ("demo-appkey", str(NOW_MS))
    assert (parameters(await in_form.post()), in_form.query_string) == (expected, "")
    assert parameters(in_query.query) == expected
    assert orjson.loads(seen[3][1]) == {"caseNo": "A1"}


class Renewing:
    """Gives pairs of secrets as Zhejiang does, and takes calls that are signed with the newest one only."""

    def __init__(self) -> None:
        self.given = 0
        self.asked: list[str] = []

    async def __call__(self, request: web.Request, body: bytes) -> web.Response:
        fields = {**request.query, **await request.post()}
        keys = {"ByKey": "demo-secret", "BySec": f"rf{self.given}", "": f"rq{self.given}"}
        way = request.path.partition("refreshToken")[2].removesuffix(".htm")
        if fields["sign"] != zj.sign("demo-appkey", keys[way], str(fields["requestTime"])):
            return web.json_response({"code": "401"})
        if not way:
            return web.json_response(TAKEN)
        self.asked.append(way)
        self.given += 1
        datas = {"requestSecret": f"rq{self.given}", "refreshSecret": f"rf{self.given}"}
        return web.json_response({"code": "00", "datas": datas})


async def test_the_next_pair_is_fetched_with_the_refresh_secret_and_else_with_the_key(
    transport: HttpTransport,
) -> None:
    platform, shelf = Renewing(), Shelf()
    async with platform_server(platform) as (address, _):
        speaking = adapter(changed(REST, "auth", "zj"), transport, address, shelf)

        async def verdict() -> str:
            return (await speaking.send(SUBMIT, materials=no_materials, go=go)).verdict

        assert await verdict() == "taken"
        shelf.end()  # its fifteen minutes are over
        assert (await verdict(), platform.asked) == ("taken", ["ByKey", "BySec"])
        shelf.end()
        platform.given += 1  # they have forgotten the pair: both its secrets are refused
        assert (await verdict(), platform.asked[2:]) == ("taken", ["ByKey"])


async def test_a_request_secret_that_is_barred_is_forgotten_with_its_pair(transport: HttpTransport) -> None:
    platform, shelf = Renewing(), Shelf()
    async with platform_server(platform) as (address, _):
        speaking = adapter(changed(REST, "auth", "zj"), transport, address, shelf)
        await speaking.send(SUBMIT, materials=no_materials, go=go)
        platform.given += 1
        replies = [await speaking.send(SUBMIT, materials=no_materials, go=go) for _ in range(2)]
    assert [reply.verdict for reply in replies] == ["barred", "taken"]
    assert platform.asked == ["ByKey", "ByKey"]


async def test_a_token_is_fetched_once_and_a_client_that_they_do_not_know_is_barred(
    transport: HttpTransport,
) -> None:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        if request.path == "/oauth/token":
            return web.json_response({"access_token": "tok", "token_type": "bearer", "expires_in": 60})
        good = request.headers["Authorization"] == "Bearer tok"
        return web.json_response(TAKEN if good else {"code": "401"})

    async def refuses(request: web.Request, body: bytes) -> web.Response:
        return web.json_response({"error": "invalid_client"}, status=401)

    signed, shelf = changed(REST, "auth", "oauth2"), Shelf()
    async with platform_server(answers) as (address, seen):
        speaking = adapter(signed, transport, address, shelf)
        for _ in range(2):
            reply = await speaking.send(SUBMIT, materials=no_materials, go=go)
            assert reply.verdict == "taken"
    assert ([request.path for request, _ in seen].count("/oauth/token"), shelf.ends_ms) == (
        1,
        NOW_MS + 60_000,
    )
    async with platform_server(refuses) as (address, seen):
        reply = await adapter(signed, transport, address, Shelf()).send(SUBMIT, materials=no_materials, go=go)
    assert (reply.verdict, reply.cause, reply.code, len(seen)) == (
        "barred",
        "session_barred",
        "invalid_client",
        1,
    )


async def test_a_username_token_stands_in_the_one_soap_header(transport: HttpTransport) -> None:
    async with platform_server(takes) as (address, seen):
        speaking = adapter(changed(SOAP, "auth", "ws-security"), transport, address)
        message = Message("case.submit", {"HEAD": {"XM": "张<soap-env:Body"}})
        await speaking.send(message, materials=no_materials, go=go)
    root = etree.fromstring(seen[0][1])
    assert [each.tag for each in root] == [f"{ENVELOPE}Header", f"{ENVELOPE}Body"]
    [security] = root[0]
    assert (security.tag, security.get(f"{ENVELOPE}mustUnderstand")) == (f"{WSSE}Security", "1")
    assert security.findtext(f".//{WSSE}Username") == "tongban"


@pytest.mark.parametrize("before", ["", "<soap-env:Header><a>1</a></soap-env:Header>"])
def test_a_header_of_the_contract_and_that_of_the_scheme_are_one(
    transport: HttpTransport, before: str
) -> None:
    speaking = adapter(SOAP, transport)
    start = '<soap-env:Envelope xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/">'
    body = f"{start}{before}<soap-env:Body><b/></soap-env:Body></soap-env:Envelope>"
    request = Request("POST", URL("http://h"), {}, body.encode())
    dressed = speaking.dressed(request, Signature(soap_header="<c>2</c>"))
    root = etree.fromstring(dressed.body)
    expected = ["a", "c"] if before else ["c"]
    assert [[etree.QName(each).localname for each in part] for part in root] == [expected, ["b"]]
