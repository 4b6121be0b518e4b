"""No file, however broken or hostile, does anything but be read or be refused, in bounded time and memory."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.contract import Contract, Part, read
from adapters.contract.model import LARGEST
from adapters.errors import Unbuildable
from adapters.wsdl import Contract as Running
from tests.adapters.contract import test_openapi
from tests.adapters.contract.folders import FILES
from tests.speed import slowness

XSD = "http://www.w3.org/2001/XMLSchema"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    started = time.thread_time()
    yield
    assert time.thread_time() - started < seconds * slowness()


def size(part: Part) -> int:
    return 1 + sum(size(each) for each in part.parts)


def schema(inside: str) -> Contract:
    return read("s.xsd", {"s.xsd": f'<x:schema xmlns:x="{XSD}">{inside}</x:schema>'})


def doubling(count: int, one: str) -> str:
    return "".join(one.format(here=number, next=number + 1) for number in range(count))


BOMBS = {
    "types that each hold the next twice": '<x:element name="e" type="t0"/><x:complexType name="t60"/>'
    + doubling(
        60,
        '<x:complexType name="t{here}"><x:sequence><x:element name="a" type="t{next}"/>'
        '<x:element name="b" type="t{next}"/></x:sequence></x:complexType>',
    ),
    "groups that each hold the next twice": '<x:element name="e"><x:complexType><x:group ref="g0"/></x:complexType>'
    '</x:element><x:group name="g60"><x:sequence><x:element name="a"/></x:sequence></x:group>'
    + doubling(
        60,
        '<x:group name="g{here}"><x:sequence><x:group ref="g{next}"/><x:group ref="g{next}"/></x:sequence>'
        "</x:group>",
    ),
    "attribute groups that hold themselves": '<x:element name="e"><x:complexType><x:attributeGroup ref="g"/>'
    '</x:complexType></x:element><x:attributeGroup name="g"><x:attributeGroup ref="g"/><x:attributeGroup ref="g"/>'
    '<x:attribute name="a"/></x:attributeGroup>',
    "a type derived from itself": '<x:element name="e" type="t"/><x:complexType name="t"><x:complexContent>'
    '<x:extension base="t"><x:sequence><x:element name="a"/></x:sequence></x:extension></x:complexContent>'
    "</x:complexType>",
    "simple types in a circle": '<x:element name="e" type="a"/><x:simpleType name="a"><x:restriction base="b"/>'
    '</x:simpleType><x:simpleType name="b"><x:union memberTypes="a b"/></x:simpleType>',
    "an element that refers to itself": '<x:element name="e" ref="e"/>',
    "an element that substitutes itself": '<x:element name="e" substitutionGroup="e"/>',
    "a thousand types, each extending the next": '<x:element name="e" type="t0"/><x:complexType name="t1000"/>'
    + doubling(
        1000,
        '<x:complexType name="t{here}"><x:complexContent><x:extension base="t{next}"><x:sequence>'
        '<x:element name="a{here}"/></x:sequence></x:extension></x:complexContent></x:complexType>',
    ),
    "many types that all hold each other": '<x:element name="e" type="t0"/>'
    + "".join(
        f'<x:complexType name="t{here}"><x:sequence>'
        + "".join(f'<x:element name="f{there}" type="t{there}"/>' for there in range(25))
        + "</x:sequence></x:complexType>"
        for here in range(25)
    ),
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_schemas_that_would_grow_without_end_are_cut_or_refused(name: str) -> None:
    with within(2), suppress(Unbuildable):
        for offer in schema(BOMBS[name]).offers:
            assert size(offer.request) <= LARGEST + 1000


def api(schemas: dict[str, Any]) -> dict[str, Any]:
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}}}
    return {
        "openapi": "3.0.0",
        "paths": {"/a": {"post": {"requestBody": body}}},
        "components": {"schemas": schemas},
    }


def ref(number: int) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/S{number}"}


REFS = {
    "itself": {"S0": ref(0)},
    "a circle": {"S0": ref(1), "S1": ref(0)},
    "allOf of itself": {"S0": {"allOf": [ref(0), ref(0)]}},
    "oneOf of itself": {"S0": {"oneOf": [ref(0), ref(0), {"type": "object"}]}},
    "items of itself": {"S0": {"type": "array", "items": ref(0)}},
    "properties laughing": {
        **{f"S{n}": {"type": "object", "properties": {"a": ref(n + 1), "b": ref(n + 1)}} for n in range(60)},
        "S60": {"type": "string"},
    },
    "allOf laughing": {
        **{f"S{n}": {"allOf": [ref(n + 1), ref(n + 1)]} for n in range(60)},
        "S60": {"type": "object", "properties": {"a": {"type": "string"}}},
    },
    "oneOf laughing": {
        **{f"S{n}": {"oneOf": [ref(n + 1), ref(n + 1)], "properties": {f"p{n}": {}}} for n in range(60)},
        "S60": {"type": "object", "properties": {"a": {"type": "string"}}},
    },
    "everything in everything": {
        f"S{n}": {"type": "object", "properties": {f"p{m}": ref(m) for m in range(25)}} for n in range(25)
    },
}


@pytest.mark.parametrize("name", sorted(REFS))
def test_references_that_would_grow_without_end_are_cut_or_refused(name: str) -> None:
    with within(2), suppress(Unbuildable):
        for offer in read("a.json", {"a.json": json.dumps(api(REFS[name]))}).offers:
            assert size(offer.request) <= LARGEST + 1000


def test_anchors_of_yaml_that_would_grow_without_end_are_cut() -> None:
    lines = ["x0: &x0 {type: string}"]
    lines += [
        f"x{n}: &x{n} {{type: object, properties: {{a: *x{n - 1}, b: *x{n - 1}}}}}" for n in range(1, 60)
    ]
    text = "\n".join([*lines, "$schema: x", "type: object", "properties: {a: *x59}", "enum: [*x59]"])
    with within(2):
        contract = read("a.yaml", {"a.yaml": text})
        assert size(contract.offers[0].request) <= LARGEST + 1000


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.json", "[" * 100_000),
        ("a.json", '{"a":' * 50_000),
        ("a.yaml", "- " * 50_000),
        ("a.yaml", "{a: " * 20_000),
        ("a.yaml", "a: &a [*a]"),
        ("a.xml", "<a>" * 100_000),
        ("a.wsdl", f'<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">{"<types>" * 5000}'),
        ("a.json", json.dumps(api({"S0": {"enum": [10**400, None, [], {}, 1.5]}}))),
    ],
)
def test_huge_nesting_is_refused_at_once(path: str, text: str) -> None:
    with within(2), suppress(Unbuildable):
        read(path, {path: text})


def test_an_array_of_arrays_without_end_is_refused() -> None:
    text = FILES["encoded.wsdl"].replace("tns:Material[]", "tns:Material" + "[]" * 20_000)
    for reader in (read, Running):
        with within(2), pytest.raises(Unbuildable, match="nest too deep"):
            reader("encoded.wsdl", {"encoded.wsdl": text})


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))


@pytest.mark.parametrize(
    "prolog", [f"<!DOCTYPE x [<!ENTITY l0 'ha'>{LAUGHS}]>", "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x'>"]
)
@pytest.mark.parametrize("path", ["several/service.wsdl", "several/messages.wsdl", "several/types/base.xsd"])
def test_entities_and_dtds_are_refused_wherever_they_stand(prolog: str, path: str) -> None:
    text = FILES[path].split("?>", 1)[1]
    with within(0.5), pytest.raises(Unbuildable, match=f"{path} carries a DTD"):
        read("several/service.wsdl", {**FILES, path: prolog + text})


@pytest.mark.parametrize(
    "location",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "..\\..\\secret.xsd",
        "http://127.0.0.1:1/a.xsd",
    ],
)
def test_a_location_leads_nowhere_but_into_the_folder(location: str) -> None:
    text = FILES["several/messages.wsdl"].replace("types/case.xsd", location)
    files = {path: each for path, each in FILES.items() if "types" not in path} | {
        "several/messages.wsdl": text
    }
    contract = read("several/service.wsdl", files)
    assert any(f"{location} is not in the folder" in note for note in contract.repaired)


@pytest.mark.parametrize(
    "reference", ["../../etc/passwd#/a", "file:///etc/passwd", "http://127.0.0.1:1/a.json#/x"]
)
def test_a_reference_leads_nowhere_but_into_the_folder(reference: str) -> None:
    tree = {"type": "object", "properties": {"a": {"$ref": reference}}}
    contract = read("a.json", {"a.json": json.dumps(tree)})
    assert contract.offers[0].request.parts[0].kind == "any"
    assert contract.repaired == (f"a.json: $ref {reference} leads nowhere: it is taken for anything",)


def read_or_refused(path: str, files: dict[str, str]) -> None:
    with suppress(Unbuildable):
        assert isinstance(read(path, files), Contract)
    if path.endswith(".wsdl"):
        with suppress(Unbuildable):
            Running(path, files)


CUTS = st.lists(
    st.tuples(
        st.floats(0, 1),
        st.integers(0, 40),
        st.sampled_from(["", "<", '"', "x:", "0", "\x00", "é", "&a;", "tns:"]),
    ),
    min_size=1,
    max_size=3,
)


def cut(text: str, cuts: list[tuple[float, int, str]]) -> str:
    for where, length, put in cuts:
        at = int(where * len(text))
        text = text[:at] + put + text[at + length :]
    return text


@given(path=st.sampled_from([path for path in FILES if path.endswith(".wsdl")]), cuts=CUTS)
@settings(max_examples=150, deadline=None)
def test_a_damaged_wsdl_is_read_or_refused(path: str, cuts: list[tuple[float, int, str]]) -> None:
    read_or_refused(path, {**FILES, path: cut(FILES[path], cuts)})


NAMES = [
    "name",
    "type",
    "element",
    "ref",
    "base",
    "message",
    "part",
    "binding",
    "use",
    "style",
    "minOccurs",
    "parts",
]


@given(
    path=st.sampled_from([path for path in FILES if path.endswith((".wsdl", ".xsd"))]),
    name=st.sampled_from(NAMES),
    value=st.sampled_from(
        ["", " ", "x", "tns:x", ":", "a:b:c", "submit", "-1", "{}", "1a", "xsd:string", "encoded"]
    ),
    at=st.integers(0, 30),
)
@settings(max_examples=150, deadline=None)
def test_a_wsdl_with_a_senseless_attribute_is_read_or_refused(
    path: str, name: str, value: str, at: int
) -> None:
    pieces = FILES[path].split(f' {name}="')
    if at + 1 < len(pieces):
        pieces[at + 1] = value + '"' + pieces[at + 1].partition('"')[2]
    main = path if path.endswith(".wsdl") else "several/service.wsdl"
    read_or_refused(main, {**FILES, path: f' {name}="'.join(pieces)})


WORDS = (
    "openapi swagger paths /a get post parameters name in required schema type properties items allOf oneOf anyOf "
    "enum const $ref requestBody content application/json responses 200 additionalProperties format maxLength "
    "pattern components schemas A title nullable consumes servers url host definitions $defs description"
)
KEYS = st.sampled_from(WORDS.split())
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(
        [
            "object",
            "array",
            "string",
            "3.0.0",
            "2.0",
            "query",
            "body",
            "#/components/schemas/A",
            "#",
            "x",
            "",
            "date",
        ]
    )
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5),
    max_leaves=25,
)


@given(
    tree=st.dictionaries(KEYS, TREES, max_size=6),
    kind=st.sampled_from(["openapi", "swagger", "$schema", "x"]),
)
@settings(max_examples=200, deadline=None)
def test_any_tree_is_read_or_refused(tree: dict[str, Any], kind: str) -> None:
    tree = {**tree, kind: "3.0.0"}
    read_or_refused("a.json", {"a.json": json.dumps(tree)})


@given(tree=TREES)
@settings(max_examples=150, deadline=None)
def test_any_schema_in_an_operation_is_read_or_refused(tree: Any) -> None:
    read_or_refused("a.json", {"a.json": json.dumps(api({"S0": tree, "A": tree}))})


@given(path=st.sampled_from(sorted(test_openapi.FILES)), cuts=CUTS)
@settings(max_examples=150, deadline=None)
def test_a_damaged_openapi_is_read_or_refused(path: str, cuts: list[tuple[float, int, str]]) -> None:
    files = {**test_openapi.FILES, path: cut(test_openapi.FILES[path], cuts)}
    read_or_refused("case.yaml", files)
    read_or_refused(path, files)


@given(text=st.text(max_size=200), path=st.sampled_from(["a.wsdl", "a.json", "a.yaml", "a.xml"]))
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused(text: str, path: str) -> None:
    read_or_refused(path, {path: text})
