"""HTTP headers that a declaration sets: what stands in them, and what never can."""

from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Adapter
from adapters.coherence import NotDeclared, declare
from adapters.contract.written import ENVELOPES
from adapters.errors import Unencodable
from adapters.message import Message
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, SOAP, adapter, changed, go, no_materials, platform_server

EXCHANGE = "01M8151YE1ZYZN1H4WWWPDDY1Q"
HEADER = {
    "Idempotency-Key": {"number": "exchange"},
    "X-Number": {"number": "ours"},
    "X-Place": {"field": "place"},
    "Prefer": {"value": "wait=20"},
}


def asking(transport: HttpTransport, header: dict[str, Any]) -> Adapter:
    return saying(transport, header=header)


def saying(transport: HttpTransport, **more: Any) -> Adapter:
    declared = changed(REST, "operations.case.submit", {**REST["operations"]["case.submit"], **more})
    return adapter(declared, transport, "http://h")


@pytest.fixture(scope="module")
def placed() -> Adapter:
    class Nowhere:
        """Encoding is pure: it never gets this far."""

    return asking(Nowhere(), {"X-Place": {"field": "place"}})  # type: ignore[arg-type]


def message(**document: Any) -> Message:
    return Message("case.submit", {"sqrxm": "张三", **document}, ours="N-1", exchange=EXCHANGE)


def test_numbers_constants_and_fields_stand_in_headers_and_a_field_nowhere_else(
    transport: HttpTransport,
) -> None:
    request = asking(transport, HEADER).encode(message(place="440232"))
    told = {name: request.headers[name] for name in HEADER}
    assert told == {
        "Idempotency-Key": EXCHANGE, "X-Number": "N-1", "X-Place": "440232", "Prefer": "wait=20",
    }  # fmt: skip
    assert request.body == '{"sqrxm":"张三"}'.encode()


@given(st.text())
def test_what_is_no_printable_ascii_is_refused_before_anything_leaves(placed: Adapter, text: str) -> None:
    fits = bool(text) and text.isascii() and text.isprintable() and text == text.strip()
    try:
        assert placed.encode(message(place=text)).headers["X-Place"] == text
        assert fits
    except Unencodable as refused:
        assert not fits
        assert {each.path for each in refused.problems} == {"place"}


@pytest.mark.parametrize(
    "header, what",
    [
        ({"Content-Length": {"value": "1"}}, "cannot be set here"),
        ({"X Y": {"value": "1"}}, "cannot be set here"),
        ({"X-Place": {"field": "a.b"}}, "inside of an object"),
        ({"X-Place": {"document": "json"}}, "holds no document"),
        ({"X-Place": {}}, "nothing in one argument"),
    ],
)
def test_a_header_that_cannot_be_is_told_with_what_to_write(
    transport: HttpTransport, header: dict[str, Any], what: str
) -> None:
    with pytest.raises(NotDeclared, match=what):
        asking(transport, header)


def test_our_numbers_stand_in_no_argument(transport: HttpTransport) -> None:
    with pytest.raises(NotDeclared, match="in a header of HTTP"):
        saying(transport, arguments={"key": {"number": "exchange"}})


SOAP_HEADER = {**HEADER, "X-Forwarded-For": {"setting": "rid"}}
TAKEN = b"<s:Envelope xmlns:s='http://schemas.xmlsoap.org/soap/envelope/'><s:Body/></s:Envelope>"


def soap(http_header: dict[str, Any], **more: Any) -> dict[str, Any]:
    call = {**SOAP["operations"]["case.submit"], "http_header": http_header, **more}
    return changed(SOAP, "operations.case.submit", call)


async def test_a_soap_call_carries_declared_headers_of_http_and_a_field_there_is_not_in_the_body(
    transport: HttpTransport,
) -> None:
    async def answers(request: web.Request, body: bytes) -> web.Response:
        return web.Response(body=TAKEN, content_type="text/xml")

    async with platform_server(answers) as (address, seen):
        speaking = adapter(soap(SOAP_HEADER), transport, address)
        await speaking.send(message(place="440232"), materials=no_materials, go=go)
    (request, body), *_ = seen
    told = {name: request.headers[name] for name in SOAP_HEADER}
    assert told == {
        "Idempotency-Key": EXCHANGE, "X-Number": "N-1", "X-Place": "440232", "Prefer": "wait=20",
        "X-Forwarded-For": "demo-rid-0001",
    }  # fmt: skip
    assert request.headers["SOAPAction"] and request.headers["Content-Type"].startswith("text/xml")
    assert "张三".encode() in body and b"440232" not in body


def test_an_envelope_of_ones_own_goes_out_under_declared_headers_too(transport: HttpTransport) -> None:
    declared = soap(
        {"X-Place": {"field": "place"}}, envelope="contract/raw.xml", arguments={}, answer=None, lists=[]
    )
    envelope = (
        f"<s:Envelope xmlns:s='{ENVELOPES[11]}' xmlns:t='urn:tongban:envelope'>"
        "<s:Body><a t:document=''/></s:Body></s:Envelope>"
    )
    speaking = adapter(declared, transport, files={"contract/raw.xml": envelope})
    request = speaking.encode(message(place="440232"))
    assert request.headers["X-Place"] == "440232" and "<sqrxm>张三</sqrxm>".encode() in request.body


def test_what_no_header_can_carry_is_told_together_with_what_the_body_cannot(
    transport: HttpTransport,
) -> None:
    speaking = adapter(soap({"X-Place": {"field": "place"}}), transport, "http://h")
    with pytest.raises(Unencodable) as refused:
        speaking.encode(message(place="广西", sqrxm="汤喆"))
    assert {(each.path, each.code) for each in refused.value.problems} >= {("place", "not_in_a_header")}
    assert len(refused.value.problems) > 1


@pytest.mark.parametrize("name", ["SOAPAction", "content-type", "Accept", "X Y"])
def test_what_the_contract_says_and_what_is_no_name_cannot_be_set_for_soap(name: str) -> None:
    with pytest.raises(NotDeclared, match="cannot be set here"):
        declare(soap({name: {"value": "1"}}))


@pytest.mark.parametrize("speaks", ["rest", "desk"])
def test_where_there_are_no_two_kinds_of_headers_it_says_what_to_write(speaks: str) -> None:
    declared = changed(REST, "speaks", speaks)
    call = {**REST["operations"]["case.submit"], "http_header": {"X-A": {"value": "1"}}}
    with pytest.raises(NotDeclared, match="for REST write header:"):
        declare(changed(declared, "operations.case.submit", call))
