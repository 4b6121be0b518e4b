"""REST: what goes over the wire, and what an answer decodes to."""

from typing import Any

import orjson
import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.coherence import NotDeclared
from adapters.declared import Platform
from adapters.errors import Garbled, Unbuildable, Unencodable
from adapters.message import Access, Message, Response
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, adapter, changed

ADDRESS = "http://h:8080/base/"
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def rest(transport: HttpTransport) -> Adapter:
    return adapter(REST, transport, ADDRESS)


def test_the_document_is_the_body(rest: Adapter) -> None:
    request = rest.encode(Message("case.submit", {"caseNo": "A1", "sqrxm": "张三"}))
    assert (request.method, str(request.url)) == ("POST", "http://h:8080/base/api/v2/cases")
    assert request.body == '{"caseNo":"A1","sqrxm":"张三"}'.encode()
    assert request.headers["Content-Type"] == "application/json;charset=UTF-8"


def test_a_field_of_the_path_leaves_the_document_and_cannot_leave_its_place(rest: Adapter) -> None:
    request = rest.encode(Message("case.correct", {"caseNo": "A/../1?x=#张", "bz": "y"}))
    assert request.url.raw_path == "/base/api/v2/cases/A%2F..%2F1%3Fx%3D%23%E5%BC%A0"
    assert request.url.raw_query_string == ""
    assert request.body == b'{"bz":"y"}'


@pytest.mark.parametrize("number", [None, "", "..", ".", 7])
def test_a_path_without_its_field_is_refused(rest: Adapter, number: Any) -> None:
    with pytest.raises(Unencodable, match="caseNo: needed_there"):
        rest.encode(Message("case.correct", {"caseNo": number}))


def test_what_is_left_of_a_read_is_its_query(rest: Adapter) -> None:
    request = rest.encode(Message("case.progress", {"caseNo": "A1", "xm": "张 三&", "n": 1, "gone": None}))
    assert request.body == b""
    assert dict(request.url.query) == {"xm": "张 三&", "n": "1"}
    with pytest.raises(Unencodable, match="deep: not_text"):
        rest.encode(Message("case.progress", {"caseNo": "A1", "deep": {"a": "b"}}))


@pytest.mark.parametrize(
    ("path", "value", "operation", "fresh"),
    [
        ("title", "x", "case.submit", False),  # repeatable
        ("operations.case.submit.repeatable", None, "case.submit", True),  # a drop would leave it held
        ("title", "x", "case.correct", True),  # probed, but PUT
        ("operations.case.correct.call", "POST /x", "case.correct", False),  # probed
        ("title", "x", "case.progress", False),  # a read
        ("operations.case.progress.call", "POST /x", "case.progress", False),
    ],
)
def test_what_may_not_be_repeated_gets_a_connection_of_its_own(
    transport: HttpTransport, path: str, value: Any, operation: str, fresh: bool
) -> None:
    speaking = adapter(changed(REST, path, value), transport)
    assert speaking.encode(Message(operation, {"caseNo": "A1"})).fresh is fresh


def test_a_charset_that_their_database_has_is_checked_before_anything_leaves(
    transport: HttpTransport,
) -> None:
    speaking = adapter(changed(REST, "operations.case.submit.charset", "gbk"), transport)
    assert speaking.encode(Message("case.submit", {"xm": "朱镕基"})).body
    with pytest.raises(Unencodable) as caught:
        speaking.encode(Message("case.submit", {"xm": "李䶮", "cl": [{"mc": "㛃"}]}))
    problems = {each.path: dict(each.facts) for each in caught.value.problems}
    assert problems == {
        "xm": {"position": 2, "character": "䶮", "charset": "gbk"},
        "cl.0.mc": {"position": 1, "character": "㛃", "charset": "gbk"},
    }


@pytest.mark.parametrize(
    ("path", "value", "operation"),
    [
        ("operations.case.submit.arguments", {"biz": {"document": "json"}}, "case.submit"),
        ("operations.case.submit.call", "GET /x", "case.submit"),
        ("operations.case.submit.call", "POST /x/{xm}", "case.submit"),
    ],
)
def test_the_charset_is_checked_wherever_the_text_stands(
    transport: HttpTransport, path: str, value: Any, operation: str
) -> None:
    document = changed(changed(REST, "operations.case.submit.charset", "gbk"), path, value)
    with pytest.raises(Unencodable, match="xm: cannot_write"):
        adapter(document, transport).encode(Message(operation, {"xm": "李䶮"}))
    assert adapter(document, transport).encode(Message(operation, {"xm": "李镕"}))


def test_documents_may_travel_in_a_form(transport: HttpTransport) -> None:
    arguments = {"biz": {"document": "json"}, "key": {"secret": "licence"}}
    speaking = adapter(changed(REST, "operations.case.submit.arguments", arguments), transport)
    request = speaking.encode(Message("case.submit", {"a": "张&"}))
    assert request.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    assert request.body == b"biz=%7B%22a%22%3A%22%E5%BC%A0%26%22%7D&key=LIC-1"


def test_an_argument_whose_secret_is_missing_is_named(transport: HttpTransport) -> None:
    arguments = {"key": {"secret": "nobody"}}
    with pytest.raises(Unbuildable, match="no secret nobody") as caught:
        adapter(changed(REST, "operations.case.submit.arguments", arguments), transport)
    assert caught.value.path == ("operations", "case.submit", "arguments", "key")


@pytest.mark.parametrize(
    ("answer", "headers", "body", "tree"),
    [
        (None, JSON, b'{"code":200}', {"code": 200}),
        (None, {"Content-Type": "text/html;charset=GBK"}, '{"m":"张"}'.encode("gbk"), {"m": "张"}),
        (
            {"document": "xml"},
            {},
            '<?xml version="1.0" encoding="GB2312"?><r><m>张</m></r>'.encode("gbk"),
            {"m": "张"},
        ),
        ({"document": "xml", "at": "data"}, JSON, b'{"data":"<r><m>1</m></r>"}', {"m": "1"}),
        ({"document": "json", "at": "data"}, JSON, b'{"data":"{\\"m\\":1}","x":2}', {"m": 1}),
        (
            {"document": "xml", "at": "d", "unescape": "true"},
            JSON,
            b'{"d":"&lt;r>&lt;m>1&lt;/m>&lt;/r>"}',
            {"m": "1"},
        ),
    ],
)
def test_an_answer_decodes_to_a_tree(
    transport: HttpTransport, answer: Any, headers: dict[str, str], body: bytes, tree: Any
) -> None:
    document = changed(REST, "operations.case.submit.answer", answer) if answer else REST
    assert adapter(document, transport).decode(Response(200, headers, body), "case.submit") == tree


@pytest.mark.parametrize(
    "body", [b'{"data":""}', b'{"data":7}', b"{}", b'{"data":"<r>"}', b'{"data":"&lt;r/>"}']
)
def test_a_missing_inner_document_is_garbled(transport: HttpTransport, body: bytes) -> None:
    document = changed(REST, "operations.case.submit.answer", {"document": "xml", "at": "data"})
    with pytest.raises(Garbled):
        adapter(document, transport).decode(Response(200, JSON, body), "case.submit")


def test_an_unknown_dialect_or_scheme_is_named(transport: HttpTransport) -> None:
    with pytest.raises(Unbuildable, match="no adapter speaks carrier-pigeon"):
        adapter(changed(REST, "speaks", "carrier-pigeon"), transport)
    with pytest.raises(NotDeclared, match="auth: no auth scheme magic: write one of none, bearer"):
        adapter(changed(REST, "auth", "magic"), transport)
    with pytest.raises(NotDeclared, match="auth: ws-security stands in a SOAP header"):
        adapter(changed(REST, "auth", "ws-security"), transport)


def test_a_declaration_that_nobody_checked_is_not_sent_with(transport: HttpTransport) -> None:
    """`later: 504` doubles cases; a caller that forgot to check the declaration finds out here."""
    careless = Platform.model_validate(changed(REST, "operations.case.submit.later", {"status": "504"}))
    with pytest.raises(Unbuildable, match="status 504 does not show") as caught:
        build(careless, access=Access(ADDRESS), transport=transport, clock_ms=lambda: 0, random=bytes)
    assert caught.value.path == ("operations", "case.submit", "later", "status")


def test_what_is_encoded_is_json_and_nothing_else(rest: Adapter) -> None:
    document = {"a": ["b", {"c": True, "d": None}], "n": 1}
    assert orjson.loads(rest.encode(Message("case.submit", document)).body) == document


def asking(transport: HttpTransport, **more: Any) -> Adapter:
    declared = changed(REST, "operations.case.submit", {**REST["operations"]["case.submit"], **more})
    return adapter(declared, transport, ADDRESS)


@pytest.mark.parametrize(
    ("more", "body"),
    [
        ({}, b'{"caseNo":"A1"}'),
        ({"sends": "form"}, b"caseNo=A1"),
        ({"sends": "xml", "root": "R"}, b'<?xml version="1.0" encoding="utf-8"?><R><caseNo>A1</caseNo></R>'),
    ],
)
def test_a_query_stands_beside_a_body(transport: HttpTransport, more: dict[str, Any], body: bytes) -> None:
    speaking = asking(transport, query=["qhdm", "dry", "gone"], **more)
    request = speaking.encode(Message("case.submit", {"caseNo": "A1", "qhdm": "甲 &", "dry": True}))
    assert dict(request.url.query) == {"qhdm": "甲 &", "dry": "true"}
    assert request.body == body
    with pytest.raises(Unencodable, match="qhdm: not_text"):
        speaking.encode(Message("case.submit", {"caseNo": "A1", "qhdm": ["a"]}))


@pytest.mark.parametrize(
    "more",
    [{"call": "GET /x"}, {"sends": "query"}, {"sends": "json", "arguments": {"p": {"document": "tree"}}}],
)
def test_a_query_stands_beside_nothing_else(transport: HttpTransport, more: dict[str, Any]) -> None:
    with pytest.raises(NotDeclared, match="query"):
        asking(transport, query=["qhdm"], **more)
