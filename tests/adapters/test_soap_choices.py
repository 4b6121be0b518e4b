"""Types that a document chooses, elements that stand for others: modelled, checked, written as by zeep."""

from pathlib import Path
from typing import Any
from xml.etree.ElementTree import canonicalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters import shapes
from adapters.build import build
from adapters.codecs.charset import xml_bytes
from adapters.coherence import declare
from adapters.contract import read, walk
from adapters.errors import Unencodable
from adapters.message import Access, Message
from adapters.soap import SoapAdapter
from adapters.transport import HttpTransport
from adapters.wsdl import loaded
from tests.adapters.peers import SOAP, changed

CHOOSING = (Path(__file__).parent / "choosing.wsdl").read_text()
FILES = {"choosing.wsdl": CHOOSING}
PERSON: dict[str, Any] = {"@xsi:type": "Person", "xm": "张三", "sfzh": "110105"}
COMPANY: dict[str, Any] = {"@xsi:type": "Company", "xm": "公司", "xydm": "91"}
CASE: dict[str, Any] = {"sqr": PERSON, "licence": {"bh": "1"}}
XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.fixture
def adapter(transport: HttpTransport) -> SoapAdapter:
    operations = {
        name: {"call": call, "taken": {"body": {"code": "0"}}}
        for name, call in {"case.submit": "submit", "case.correct": "register"}.items()
    }
    made = build(
        declare(changed(changed(SOAP, "contract", "choosing.wsdl"), "operations", operations)),
        access=Access("http://127.0.0.1:1/"),
        transport=transport,
        contract=FILES,
        clock_ms=lambda: 0,
        random=bytes,
    )
    assert isinstance(made, SoapAdapter)
    return made


def body(adapter: SoapAdapter, document: dict[str, Any], operation: str = "case.submit") -> etree._Element:
    raw = adapter.encode(Message(operation, document)).body
    found = etree.fromstring(raw)[-1][0]
    schema = loaded("choosing.wsdl", FILES).schema
    assert schema is not None
    schema.libxml2.assertValid(found)
    return found


def problems(adapter: SoapAdapter, document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Unencodable) as caught:
        adapter.encode(Message("case.submit", document))
    return [(each.path, each.code) for each in caught.value.problems]


def type_of(element: etree._Element) -> str:
    prefix, _, name = element.get(XSI, "").rpartition(":")
    return f"{{{element.nsmap[prefix or None]}}}{name}"


def test_a_concrete_type_is_written_and_named(adapter: SoapAdapter) -> None:
    [sqr, _] = body(adapter, {**CASE, "sqr": {**PERSON, "@xb": "2", "jhr": COMPANY}})
    assert type_of(sqr) == "{urn:choosing}Person"
    assert [etree.QName(each).localname for each in sqr] == ["xm", "sfzh", "jhr"]
    assert (sqr.get("xb"), type_of(sqr[2])) == ("2", "{urn:choosing}Company")


def test_a_type_that_is_no_choice_of_ours_stands_for_itself(adapter: SoapAdapter) -> None:
    plain = body(adapter, {"sqr": PERSON, "dz": {"xzqh": "1"}}, "case.correct")
    assert plain[1].get(XSI) is None
    own = body(adapter, {"sqr": PERSON, "dz": {"@xsi:type": "Address", "xzqh": "1"}}, "case.correct")
    assert type_of(own[1]) == "{urn:choosing}Address"


def test_a_derived_type_of_another_namespace_and_a_simple_one_are_chosen(adapter: SoapAdapter) -> None:
    full = {"@xsi:type": "FullAddress", "xzqh": "1", "xxdz": "路"}
    found = body(adapter, {**CASE, "dz": full, "dm": {"@xsi:type": "ShortCode", "#text": "abc"}})
    assert (type_of(found[1]), type_of(found[2])) == ("{urn:extra}FullAddress", "{urn:choosing}ShortCode")
    assert etree.QName(found[1][1]).namespace == "urn:extra"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"@xsi:type": "xsd:int", "#text": "5"}, "{http://www.w3.org/2001/XMLSchema}int"),
        (PERSON, "{urn:choosing}Person"),
    ],
)
def test_any_type_takes_every_type_by_its_name(adapter: SoapAdapter, value: Any, name: str) -> None:
    assert type_of(body(adapter, {**CASE, "qt": value})[-1]) == name


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"sqr": {"xm": "张三"}}, ("sqr", "abstract_there")),
        ({"sqr": {"@xsi:type": "Unit", "xm": "张三"}}, ("sqr.@xsi:type", "no_such_type_there")),
        ({"sqr": {"@xsi:type": "Persno", "xm": "张三"}}, ("sqr.@xsi:type", "no_such_type_there")),
        ({"sqr": {"@xsi:type": "Address", "xzqh": "1"}}, ("sqr.@xsi:type", "no_such_type_there")),
        ({"sqr": {"@xsi:type": {"a": "b"}}}, ("sqr.@xsi:type", "no_such_type_there")),
        ({"sqr": {**PERSON, "xydm": "91"}}, ("sqr.xydm", "unknown_there")),
        ({"sqr": {"@xsi:type": "Person", "xm": "张"}}, ("sqr.sfzh", "needed_there")),
        ({"sqr": {**PERSON, "sfzh": "1" * 19}}, ("sqr.sfzh", "too_long_there")),
        ({"sqr": {**PERSON, "jhr": {"xm": "父"}}}, ("sqr.jhr", "abstract_there")),
        ({"dm": {"@xsi:type": "ShortCode", "#text": "abcd"}}, ("dm.#text", "too_long_there")),
        ({"qt": {"@xsi:type": "xsd:int", "#text": "five"}}, ("qt.#text", "not_allowed_there")),
        ({"licence": None}, ("", "one_of_there")),
        ({"photo": {"bh": "1", "nr": "AAEC"}}, ("", "only_one_of_there")),
        ({"licence": None, "evidence": {"bh": "1"}}, ("evidence", "unknown_there")),
    ],
)
def test_what_may_not_stand_there_is_told(
    adapter: SoapAdapter, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in problems(adapter, {**CASE, **changes})


def test_an_element_stands_for_its_abstract_head(adapter: SoapAdapter) -> None:
    found = body(adapter, {"sqr": PERSON, "photo": {"bh": "1", "nr": "AAEC"}})
    assert [etree.QName(each).localname for each in found] == ["sqr", "photo"]


def test_several_elements_stand_for_a_head_that_repeats(adapter: SoapAdapter) -> None:
    found = body(adapter, {**CASE, "remark": "a", "warning": ["b", "c"]})
    assert [etree.QName(each).localname for each in found] == [
        "sqr",
        "licence",
        "remark",
        "warning",
        "warning",
    ]


def test_the_model_names_what_may_be_chosen() -> None:
    [submit] = [each for each in read("choosing.wsdl", FILES).offers if each.call.endswith("submit")]
    parts = {".".join(path): part for path, part in walk(submit.request)}
    assert (parts["sqr"].abstract, parts["sqr"].types) == (True, ("Person", "Company"))
    assert parts["dz"].types == ("FullAddress",)
    person = parts["sqr"].chosen("Person")
    assert person is not None and {each.name for each in person.parts} == {"xm", "sfzh", "jhr", "@xb"}
    assert parts["sqr"].chosen("Unit") is None
    assert parts["licence"].required and parts["licence"].choice == parts["photo"].choice != ""
    assert "evidence" not in parts
    assert parts["warning"].many and parts["warning"].choice == ""


# ---- beside zeep -----------------------------------------------------------------------------------------------

TEXTS = st.text(max_size=6).filter(lambda text: xml_bytes(text) is not None)
COMPANIES = st.fixed_dictionaries({"@xsi:type": st.just("Company"), "xm": TEXTS, "xydm": TEXTS})
PERSONS = st.recursive(
    COMPANIES,
    lambda inner: st.fixed_dictionaries(
        {"@xsi:type": st.just("Person"), "xm": TEXTS, "sfzh": TEXTS}, optional={"@xb": TEXTS, "jhr": inner}
    ),
    max_leaves=3,
)
ADDRESSES = st.fixed_dictionaries({"xzqh": TEXTS}) | st.fixed_dictionaries(
    {"@xsi:type": st.just("FullAddress"), "xzqh": TEXTS, "xxdz": TEXTS}
)
CASES = st.fixed_dictionaries({"sqr": PERSONS}, optional={"dz": st.lists(ADDRESSES, min_size=1, max_size=3)})
NAMESPACES = {"FullAddress": "urn:extra"}


def by_zeep(soap: Any, kind: Any, value: Any) -> Any:
    """A value for zeep: what names its type becomes a value of that type."""
    if isinstance(value, list):
        return [by_zeep(soap, kind, each) for each in value]
    if not isinstance(value, dict):
        return value
    rest = dict(value)
    if (name := rest.pop("@xsi:type", None)) is not None:
        kind = soap.input.wsdl.types.get_type(f"{{{NAMESPACES.get(name, 'urn:choosing')}}}{name}")
    elements = dict(shapes.fields(kind))
    made = {
        key.removeprefix("@"): by_zeep(soap, elements[key].type, each) if key in elements else each
        for key, each in rest.items()
    }
    return kind(**made) if name is not None else made


@settings(max_examples=150, deadline=None)
@given(CASES)
def test_chosen_types_are_written_as_zeep_writes_them(document: dict[str, Any]) -> None:
    contract = loaded("choosing.wsdl", FILES)
    soap, own = contract.operation("register"), contract.choosing("register")
    assert own is not None
    ours = own.written(document, "utf-8")
    assert ours is not None
    zeeps = soap.create(**by_zeep(soap, soap.input.body.type, document)).content
    written = etree.tostring(zeeps, encoding="unicode")
    # the prefix inside xsi:type is text to canonical XML: it is looked up by both, and compared as a name
    assert canonical(ours.decode()) == canonical(written)


def canonical(text: str) -> str:
    root = etree.fromstring(text.encode())
    for each in root.iter():
        if each.get(XSI) is not None:
            each.set(XSI, type_of(each))
    return canonicalize(etree.tostring(root, encoding="unicode"), rewrite_prefixes=True)
