"""Whatever a document holds: it is encoded whole, or refused by path, and no error quotes it."""

from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree

from adapters.base import Adapter
from adapters.codecs import json
from adapters.errors import Unencodable
from adapters.message import Message, Transport
from tests.adapters.peers import REST, SOAP, adapter, changed

CALLS: dict[str, dict[str, Any]] = {
    "json body": REST,
    "query": changed(REST, "operations.case.submit.call", "GET /x"),
    "path": changed(REST, "operations.case.submit.call", "POST /x/{a}"),
    "form": changed(REST, "operations.case.submit.arguments", {"biz": {"document": "json"}}),
    "gbk": changed(REST, "operations.case.submit.charset", "gbk"),
    "xml in a string": SOAP,
}


@pytest.fixture(scope="module", params=CALLS)
def speaking(request: pytest.FixtureRequest) -> Adapter:
    class Nowhere:
        """Encoding is pure: it never gets this far."""

    nowhere: Transport = Nowhere()  # type: ignore[assignment]
    return adapter(CALLS[request.param], nowhere)


TEXTS = st.text(min_size=1, alphabet=st.characters(exclude_categories=[], exclude_characters="\ufffd"))


@given(text=TEXTS)
@example(text="\ud800")
@example(text="\x00")
@example(text="..")
@example(text="]]>&lt;")
@example(text="龘䶮𠅤")
def test_a_text_goes_through_or_is_refused_at_its_path(speaking: Adapter, text: str) -> None:
    try:
        request = speaking.encode(Message("case.submit", {"a": text}))
    except Unencodable as refusal:
        assert {problem.path for problem in refusal.problems} == {"a"}
        assert refusal.__cause__ is None
        assert len(text) < 2 or text not in str(refusal)
        return
    assert text in found_in(request.url.query.values(), request.url.path, request.body)


def found_in(query: Any, path: str, body: bytes) -> list[str]:
    """Every text that a receiver would read out of a request."""
    read = [*query, path.removeprefix("/x/")]
    if body.startswith(b"{"):
        read += [json.read(body).get("a")]
    elif body.startswith(b"biz="):
        read += [json.read(parse_qs(body.decode())["biz"][0].encode()).get("a")]
    elif body.startswith(b"<?xml"):
        inner = etree.fromstring(body).findtext(".//information") or ""
        read += [etree.fromstring(inner.partition("?>")[2]).findtext("a")]
    return read


def test_nothing_of_a_message_shows_where_it_is_printed(speaking: Adapter) -> None:
    message = Message("case.submit", {"a": "金丝雀"})
    assert "金丝雀" not in repr(message)
    try:
        assert "金丝雀" not in repr(speaking.encode(message))
        assert "%E9%87%91" not in repr(speaking.encode(message))
    except Unencodable as refusal:
        assert "金丝雀" not in repr(refusal)
