"""Typed bodies that zeep alone would lose, change or refuse; and who writes what."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adapters.build import build
from adapters.coherence import declare
from adapters.errors import NotSent, Unencodable
from adapters.holes import filled
from adapters.message import Access, Message, Response
from adapters.soap import SoapAdapter
from tests.adapters.documents import Documents
from tests.adapters.peers import SOAP, changed
from tests.adapters.soap_equality import meaning
from tests.adapters.test_soap_writer import KNOWN
from tests.bench import typed

FORMS = (Path(__file__).parent / "forms.wsdl").read_text()
NAMES = {"f": "urn:forms", "o": "urn:other"}
AGENT = {"@lx": "1", "xm": "张三 <&>", "sf": "省"}


class Nowhere:
    """No network: writing and reading need none."""

    async def exchange(self, request: Any, **limits: Any) -> Response:
        raise NotSent("nowhere")


def speaking(call: str) -> SoapAdapter:
    document = changed(SOAP, "contract", "forms.wsdl")
    operation = {"call": call, "charset": "gbk", "taken": {"body": {"#text": "0"}}}
    made = build(
        declare(changed(document, "operations", {"case.submit": operation})),
        access=Access("http://127.0.0.1:1/forms"),
        transport=Nowhere(),
        contract={"forms.wsdl": FORMS},
        clock_ms=lambda: 0,
        random=bytes,
    )
    assert isinstance(made, SoapAdapter)
    return made


def written(call: str, document: dict[str, Any], *, by_zeep: bool = False) -> etree._Element:
    adapter = speaking(call)
    if by_zeep:
        adapter._calls["case.submit"] = replace(adapter._calls["case.submit"], writer=None)
    return etree.fromstring(adapter.encode(Message("case.submit", document)).body)[-1]


def refused(call: str, document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Unencodable) as caught:
        speaking(call).encode(Message("case.submit", document))
    return [(each.path, each.code) for each in caught.value.problems]


@pytest.mark.parametrize("by_zeep", [False, True])
def test_text_with_attributes_is_written_and_text_alone_too(by_zeep: bool) -> None:
    body = written("values", {"je": {"@bz": "元", "#text": "1.50"}}, by_zeep=by_zeep)
    money = body.find("f:values/f:je", NAMES)
    assert money is not None
    assert (money.text, money.get("bz")) == ("1.50", "元")
    alone = written("values", {"je": "2"}, by_zeep=by_zeep).find("f:values/f:je", NAMES)
    assert alone is not None
    assert alone.text == "2"


def test_text_that_is_missing_or_too_much_is_named() -> None:
    assert refused("values", {"je": {"@bz": "元"}, "jj": {"#text": "true"}}) == [
        ("jj", "not_allowed_there"),
        ("je.#text", "needed_there"),
    ]
    assert refused("plain", {"#text": "x", "fs": 1, "sqr": AGENT}) == [("#text", "unknown_there")]


@pytest.mark.parametrize("by_zeep", [False, True])
def test_a_list_in_one_text_keeps_its_items(by_zeep: bool) -> None:
    assert (
        written("values", {"lb": "12 345"}, by_zeep=by_zeep).findtext("f:values/f:lb", None, NAMES)
        == "12 345"
    )


def test_an_empty_side_of_a_choice_is_refused_and_not_left_out() -> None:
    agent = {**AGENT, "sfzh": ""}
    assert refused("plain", {"fs": 1, "sqr": agent}) == [("sqr.sfzh", "not_allowed_there")]


def test_one_text_is_a_body() -> None:
    assert written("text", {"#text": "金山"}).findtext("f:text", None, NAMES) == "金山"
    assert refused("text", {}) == [("#text", "needed_there")]
    assert refused("text", {"a": "b"}) == [("a", "unknown_there"), ("#text", "needed_there")]


def test_nothing_is_a_body_and_nothing_of_a_document_is_left_out() -> None:
    assert len(written("nothing", {})) == 0
    assert refused("nothing", {"a": "b"}) == [("a", "unknown_there")]


def test_what_extends_a_type_without_elements_keeps_all_its_attributes() -> None:
    document = {"sqr": AGENT, "bm": "AB12", "bz": None, "hm": [1, 2], "cl": {"@lx": "1", "@zj": "1990-01-01"}}
    for by_zeep in (False, True):
        found = written("submit", document, by_zeep=by_zeep).find("f:submit/f:cl", NAMES)
        assert found is not None
        assert dict(found.attrib) == {"lx": "1", "bz": "无", "zj": "1990-01-01"}


def test_a_character_that_their_charset_lacks_is_named_also_in_typed_bodies() -> None:
    assert refused("plain", {"fs": 1, "sqr": {**AGENT, "xm": "龘䶮"}}) == [("sqr.xm", "cannot_write")]
    assert refused("plain", {"fs": 1, "sqr": {**AGENT, "xm": "a\x0bb"}}) == [("sqr.xm", "not_xml_text")]


async def test_materials_are_spliced_into_what_we_write() -> None:
    async def material(name: str) -> bytes:
        return b"%PDF"

    message = Message("case.submit", {"nr": {"$material": "f1", "as": "base64"}})
    request = await filled(speaking("values").encode(message), material)
    assert b"<ns0:nr>JVBERg==</ns0:nr>" in request.body


def outcome(adapter: SoapAdapter, document: Any) -> Any:
    try:
        body = adapter.encode(Message("case.submit", document)).body
    except Unencodable as refusal:
        return [(each.path, each.code, dict(each.facts)) for each in refusal.problems]
    return meaning(body)


PAIR = {name: (speaking(name), speaking(name)) for name in ("plain", "values")}
for _, slower in PAIR.values():
    slower._calls["case.submit"] = replace(slower._calls["case.submit"], writer=None)


@pytest.mark.parametrize("call", list(PAIR))
@given(chance=st.randoms(use_true_random=False), wild=st.sampled_from([0.0, 0.02, 0.1]))
def test_whoever_writes_the_outcome_is_the_same(call: str, chance: Any, wild: float) -> None:
    quick, slower = PAIR[call]
    kind = quick._calls["case.submit"].kind
    document = Documents(chance, wild=wild, known=KNOWN).of_body(kind)
    assert outcome(quick, document) == outcome(slower, document)


def test_what_is_written_is_read_back_with_its_lists() -> None:
    adapter, case = typed.speaking(), typed.document()
    case["CL"] = case["CL"][:1]
    body = adapter.encode(Message("case.submit", case)).body.replace(b"ns0:submit", b"ns0:answer")
    read = adapter.decode(Response(200, {"Content-Type": "text/xml"}, body), "case.submit")
    assert read == as_texts(case)


def as_texts(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: as_texts(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_texts(each) for each in value]
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
