"""SOAP headers that a contract declares: fed like the body, held against their types, written as zeep does."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest
from lxml import etree

from adapters.auth.scheme import Signature
from adapters.build import build
from adapters.coherence import NotDeclared, declare
from adapters.errors import Unbuildable, Unencodable
from adapters.headers import Header
from adapters.message import Access, Message
from adapters.soap import SoapAdapter
from adapters.transport import HttpTransport
from adapters.wsdl import loaded
from tests.adapters.peers import SOAP, changed

HEADED = (Path(__file__).parent / "headers.wsdl").read_text()
CALLS = {
    "case.submit": "submit",
    "case.correct": "rpcSubmit",
    "case.withdraw": "encodedSubmit",
    "case.supplement": "bareSubmit",
}
AUTH: dict[str, Any] = {"user": "u<&>", "password": "密码", "@realm": 'a"b'}
NAMES = {"h": "urn:head", "s": "http://schemas.xmlsoap.org/soap/envelope/"}


def speaking(transport: HttpTransport, **more: Any) -> SoapAdapter:
    operations = {
        name: {"call": call, "taken": {"body": {"code": "0"}}, **(more if name == "case.submit" else {})}
        for name, call in CALLS.items()
    }
    adapter = build(
        declare(changed(changed(SOAP, "contract", "headers.wsdl"), "operations", operations)),
        access=Access("http://127.0.0.1:1/", {"user": "ours"}, {"password": "secret"}),
        transport=transport,
        contract={"headers.wsdl": HEADED},
        clock_ms=lambda: 0,
        random=bytes,
    )
    assert isinstance(adapter, SoapAdapter)
    return adapter


@pytest.fixture
def adapter(transport: HttpTransport) -> SoapAdapter:
    return speaking(transport)


def problems(adapter: SoapAdapter, header: Any, operation: str = "case.submit") -> list[tuple[str, str]]:
    with pytest.raises(Unencodable) as caught:
        adapter.encode(Message(operation, {"#header": header, "sqrxm": "张"}))
    return [(each.path, each.code) for each in caught.value.problems]


@pytest.mark.parametrize("operation", ["case.submit", "case.correct", "case.withdraw"])
def test_a_declared_header_stands_before_the_body(adapter: SoapAdapter, operation: str) -> None:
    raw = adapter.encode(Message(operation, {"#header": {"Auth": AUTH}, "sqrxm": "张"})).body
    envelope = etree.fromstring(raw)
    assert [etree.QName(each).localname for each in envelope] == ["Header", "Body"]
    assert envelope.xpath("string(s:Header/h:Auth/h:user)", namespaces=NAMES) == "u<&>"
    assert envelope.xpath("string(s:Header/h:Auth/@realm)", namespaces=NAMES) == 'a"b'
    assert "".join(envelope[1].itertext()).strip() == "张"


def header(*, compiled: bool) -> Header:
    found = loaded("headers.wsdl", {"headers.wsdl": HEADED}).header("submit")
    assert found is not None and found.writer is not None
    return found if compiled else replace(found, writer=None)


@pytest.mark.parametrize(
    "document",
    [
        {"Auth": AUTH},
        {"Auth": {"user": "u", "password": ""}},
        {"Auth": {"user": "u", "password": "p", "level": 0}, "Trace": "T-1"},
        {"Trace": "a<b]]>"},
    ],
)
def test_the_compiled_writer_writes_the_header_as_zeep_does(document: dict[str, Any]) -> None:
    space = 'xmlns:soap-env="http://schemas.xmlsoap.org/soap/envelope/"'
    writer = header(compiled=True).writer
    assert writer is not None
    ours = writer.written(document, "utf-8")
    assert ours is not None
    zeeps = header(compiled=False).written(document, "utf-8").decode()
    declared = ours.decode().replace("<soap-env:Header", f"<soap-env:Header {space}", 1)
    assert canonicalize(declared, rewrite_prefixes=True) == canonicalize(zeeps, rewrite_prefixes=True)


@pytest.mark.parametrize("operation", ["case.submit", "case.correct", "case.withdraw"])
def test_every_fault_of_a_header_is_told_with_its_path(adapter: SoapAdapter, operation: str) -> None:
    found = problems(adapter, {"Auth": {"usr": "u"}}, operation)
    assert found == [
        ("#header.Auth.usr", "unknown_there"),
        ("#header.Auth.user", "needed_there"),
        ("#header.Auth.password", "needed_there"),
    ]


@pytest.mark.parametrize("operation", ["case.submit", "case.correct", "case.withdraw"])
def test_types_and_lengths_of_a_header_are_kept(adapter: SoapAdapter, operation: str) -> None:
    long = {"Auth": {"user": "123456789", "password": "p"}}
    assert ("#header.Auth.user", "too_long_there") in problems(adapter, long, operation)
    worded = {"Auth": {"user": "u", "password": "p", "level": "two"}}
    [(path, code)] = problems(adapter, worded, operation)
    assert (path, code) == ("#header.Auth.level", "not_allowed_there")


def test_problems_of_header_and_body_are_told_together(adapter: SoapAdapter) -> None:
    with pytest.raises(Unencodable) as caught:
        adapter.encode(Message("case.submit", {"#header": {"Auht": {}}, "sqrmx": "张"}))
    assert [each.path for each in caught.value.problems] == ["sqrmx", "sqrxm", "#header.Auht"]


def test_an_operation_without_declared_headers_takes_none(adapter: SoapAdapter) -> None:
    assert problems(adapter, {"Auth": AUTH}, "case.supplement") == [("#header.Auth", "unknown_there")]


def test_without_a_header_the_envelope_is_what_it_was(adapter: SoapAdapter) -> None:
    assert b"Header" not in adapter.encode(Message("case.submit", {"sqrxm": "张"})).body


def test_what_a_scheme_signs_stands_behind_the_declared_header(adapter: SoapAdapter) -> None:
    request = adapter.encode(Message("case.submit", {"#header": {"Auth": AUTH}, "sqrxm": "张"}))
    signed = adapter.dressed(request, Signature({}, soap_header='<w:S xmlns:w="urn:w"/>'))
    heads = [etree.QName(each).localname for each in etree.fromstring(signed.body)[0]]
    assert heads == ["Auth", "S"]


def test_platform_yaml_feeds_secrets_into_a_header(transport: HttpTransport) -> None:
    fed = {
        "Auth.user": {"setting": "user"},
        "Auth.password": {"secret": "password"},
        "Trace": {"field": "sqrxm"},
    }
    adapter = speaking(transport, header=fed)
    body = adapter.encode(Message("case.submit", {"#header": {"Auth": {"@realm": "r"}}, "sqrxm": "张"})).body
    found = etree.fromstring(body)[0]
    assert [each.text for each in found.iter("{*}user", "{*}password", "{*}Trace")] == [
        "ours",
        "secret",
        "张",
    ]
    assert found.xpath("string(h:Auth/@realm)", namespaces=NAMES) == "r"


def test_platform_yaml_feeds_no_header_that_is_not_declared(transport: HttpTransport) -> None:
    with pytest.raises(Unbuildable) as caught:
        speaking(transport, header={"Auth.usr": {"setting": "user"}})
    assert caught.value.path == ("operations", "case.submit", "header", "Auth.usr")
    assert caught.value.write == "did you mean user?"


def test_a_raw_envelope_has_its_own_header(transport: HttpTransport) -> None:
    with pytest.raises(NotDeclared, match="a raw envelope has its own header"):
        speaking(transport, header={"Auth.user": {"setting": "user"}}, envelope="submit.xml")
