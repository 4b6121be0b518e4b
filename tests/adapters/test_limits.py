"""Limits said in Python beside libxml2: whatever they allow, it allows."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lxml import etree

from adapters.writer.limits import XSD, Limit, builtin, restricted
from adapters.writer.odd import Unsaid
from adapters.writer.patterns import python_pattern

NAMES = [
    *["string", "normalizedString", "token", "language", "NMTOKEN", "Name", "NCName", "boolean", "decimal"],
    *[
        "float",
        "double",
        "date",
        "time",
        "dateTime",
        "hexBinary",
        "base64Binary",
        "anyURI",
        "integer",
        "long",
    ],
    *[
        "nonPositiveInteger",
        "negativeInteger",
        "nonNegativeInteger",
        "positiveInteger",
        "unsignedLong",
        "int",
    ],
    *["unsignedInt", "short", "unsignedShort", "byte", "unsignedByte", "anySimpleType"],
]
FORMS = [
    r"[+-]?[0-9]{0,20}\.?[0-9]{0,20}",
    r"[0-9]{4}-[01][0-9]-[0-3][0-9](Z|[+-][01][0-9]:[0-5][0-9])?",
    r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9](\.[0-9]+)?Z?",
    r"[0-2][0-9]:[0-6][0-9]:[0-6][0-9](\.[0-9]+)?(Z|[+-][01][0-9]:[0-5][0-9])?",
    r"-?[0-9]{1,16}(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?|-?INF|NaN|true|false|0|1",
    r"([A-Za-z0-9+/]{4}){0,3}[A-Za-z0-9+/]{0,3}={0,2}",
    r"[A-Za-z_.-]{0,9}(:|//|/|-)?[A-Za-z0-9._~%-]{0,9}",
    r"([a ]|\t|\n|é|金){0,8}",
    r"(-?2147483647|2147483648|65535|65536|255|256|127|128|-128|-129|999999999999999999)",
]
TEXTS = st.one_of(*(st.from_regex(each, fullmatch=True) for each in FORMS), st.text(max_size=6)).filter(
    lambda text: "\r" not in text  # a parser never sees one
)
FACETS: dict[str, list[list[tuple[str, str]]]] = {
    "string": [
        [("minLength", "2"), ("maxLength", "4")],
        [("length", "3")],
        [("enumeration", "a"), ("enumeration", "0"), ("enumeration", " 金")],
        [("pattern", "[0-9]{1,3}"), ("pattern", "a|金+")],
        [("whiteSpace", "collapse"), ("maxLength", "3")],
    ],
    "token": [[("maxLength", "3")], [("pattern", "a*"), ("enumeration", "aa"), ("enumeration", "b")]],
    "decimal": [
        [("totalDigits", "5"), ("fractionDigits", "2")],
        [("minInclusive", "-1.5"), ("maxExclusive", "100")],
        [("enumeration", "1.0"), ("enumeration", "12")],
    ],
    "int": [
        [("minExclusive", "0"), ("maxInclusive", "300")],
        [("totalDigits", "3")],
        [("pattern", "[0-9]{2}")],
    ],
    "date": [[("pattern", r"\d{4}-\d{2}-\d{2}")]],
    "base64Binary": [[("enumeration", "QQ==")]],
}
CASES = [(name, facets) for name, every in FACETS.items() for facets in every]


def schema_of(name: str, facets: list[tuple[str, str]]) -> tuple[etree.XMLSchema, list[etree._Element]]:
    """A schema of one element `e`, and the facets as they stand in it."""
    root = etree.Element(f"{XSD}schema", nsmap={None: XSD[1:-1]})
    declared = etree.SubElement(root, f"{XSD}element", name="e")
    if not facets:
        declared.set("type", name)
        return etree.XMLSchema(root), []
    simple = etree.SubElement(declared, f"{XSD}simpleType")
    restriction = etree.SubElement(simple, f"{XSD}restriction", base=name)
    for facet, value in facets:
        etree.SubElement(restriction, f"{XSD}{facet}", value=value)
    return etree.XMLSchema(root), list(restriction)


def by_libxml2(schema: etree.XMLSchema, text: str) -> bool:
    element = etree.Element("e")
    try:
        element.text = text
    except ValueError:  # no XML at all: the writer looks for that apart
        return True
    return schema.validate(element)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10)
@given(texts=st.lists(TEXTS, min_size=10, max_size=10))
def test_a_built_in_type_allows_nothing_that_libxml2_refuses(name: str, texts: list[str]) -> None:
    schema, _ = schema_of(name, [])
    check(builtin(name), schema, texts)


@pytest.mark.parametrize(("name", "facets"), CASES)
@settings(max_examples=10)
@given(texts=st.lists(TEXTS, min_size=10, max_size=10))
def test_a_facet_allows_nothing_that_libxml2_refuses(
    name: str, facets: list[tuple[str, str]], texts: list[str]
) -> None:
    schema, nodes = schema_of(name, facets)
    check(restricted(builtin(name), nodes), schema, texts)


def check(limit: Limit, schema: etree.XMLSchema, texts: list[str]) -> None:
    test = limit.test()
    assert [text for text in texts if (test is None or test(text)) and not by_libxml2(schema, text)] == []


ATOMS = st.sampled_from(
    ["a", "金", r"\d", ".", "[0-9]", "[A-Za-z_]", r"[\dXx]", "[^a]", r"\.", "-", r"[a\-]", "[.*]"]
)
TIMES = st.sampled_from(["", "", "?", "*", "+", "{2}", "{1,3}", "{0,2}"])
PATTERNS = st.recursive(
    st.tuples(ATOMS, TIMES).map("".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map("".join),
        st.lists(inner, min_size=2, max_size=3).map("|".join),
        st.tuples(inner, TIMES).map(lambda each: f"({each[0]}){each[1]}"),
    ),
    max_leaves=6,
)


@settings(max_examples=50)
@given(pattern=PATTERNS, chance=st.data())
def test_a_pattern_matches_nothing_that_libxml2_refuses(pattern: str, chance: st.DataObject) -> None:
    try:
        python = python_pattern(pattern)
    except Unsaid:
        assume(False)
    schema, nodes = schema_of("string", [("pattern", pattern)])
    texts = chance.draw(st.lists(st.from_regex(python, fullmatch=True), min_size=3, max_size=3))
    check(restricted(builtin("string"), nodes), schema, [text for text in texts if text.isprintable()])


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+",
        r"(a|ab)*b",
        r"((a*))*",
        r"a*b*c*",
        r"\p{L}",
        r"[a-z-[aeiou]]",
        r"\w+",
        r"[^\d]",
        "a)",
        "^a$",
        "a|a{2}",
    ],
)
def test_a_pattern_that_is_not_simple_is_left_to_libxml2(pattern: str) -> None:
    with pytest.raises(Unsaid):
        python_pattern(pattern)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2024-12-31"),
        ("dateTime", "1990-01-01T12:00:00+08:00"),
        ("decimal", "-12.50"),
        ("int", "-7"),
        ("base64Binary", "tongbanMaterial000n0000x"),
        ("token", "金山 a"),
        ("anyURI", "http://h.invalid/a-b"),
    ],
)
def test_ordinary_texts_do_not_need_libxml2(name: str, text: str) -> None:
    test = builtin(name).test()
    assert test is not None
    assert test(text)
