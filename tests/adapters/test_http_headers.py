"""HTTP headers that a declaration sets: what stands in them, and what never can."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.base import Adapter
from adapters.coherence import NotDeclared
from adapters.errors import Unencodable
from adapters.message import Message
from adapters.transport import HttpTransport
from tests.adapters.peers import REST, adapter, changed

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
    with pytest.raises(NotDeclared, match="in a header of REST"):
        saying(transport, arguments={"key": {"number": "exchange"}})
