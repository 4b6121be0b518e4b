"""XML as trees, both ways; hostile documents are refused without being expanded."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import markup, xml
from adapters.errors import Garbled, Unencodable
from tests.speed import slowness

XML_TEXT = st.text(
    alphabet=st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[*map(chr, range(0x20)), "\ufffe", "\uffff", "\ufffd"],
    )
)
NAMES = st.sampled_from(["SQRXM", "RECORD", "a", "b-c", "名称"])
LEAVES = XML_TEXT
TREES = st.recursive(
    LEAVES,
    lambda inner: st.dictionaries(
        NAMES, inner | st.lists(inner, min_size=2, max_size=3), min_size=1, max_size=3
    ),
    max_leaves=10,
)


@given(tree=st.dictionaries(NAMES, TREES, min_size=1, max_size=3))
def test_what_is_written_reads_the_same(tree: dict[str, Any]) -> None:
    assert xml.read(xml.write(tree, "ROOT", "utf-8")) == tree


@given(code=XML_TEXT, text=XML_TEXT.filter(bool))
def test_attributes_and_text_read_the_same(code: str, text: str) -> None:
    tree = {"RECORD": {"@code": code, "#text": text}}
    assert xml.read(xml.write(tree, "ROOT", "utf-8")) == tree


ODD_NAMES = st.sampled_from(
    ["a", "名称", "@n", "@b-c", "#text", "xmlns", "@xml", "{u}a", "a:b", "1a", "", "@", "#x"]
)
ODD_LEAVES = st.one_of(
    st.text(st.characters(exclude_categories=[]) | st.sampled_from("&<>\r\n\t\"'\x00\ufffe"), max_size=6),
    st.sampled_from([None, True, False, 0, -7, 1.5, {}, [], [None], ("a", "b")]),
)
ODD_TREES = st.recursive(
    ODD_LEAVES,
    lambda inner: st.dictionaries(ODD_NAMES, inner | st.lists(inner, max_size=3), max_size=4),
    max_leaves=12,
)


@given(tree=st.dictionaries(ODD_NAMES, ODD_TREES, max_size=3))
def test_what_is_written_quickly_is_what_lxml_writes(tree: dict[str, Any]) -> None:
    quickly = markup.quickly("ROOT", tree)
    try:
        by_lxml = xml._by_lxml(tree, "ROOT", "utf-8")
    except Unencodable:
        by_lxml = None
    assert quickly in (None, by_lxml)


def test_an_ordinary_document_is_written_quickly() -> None:
    tree = {"名称": "张三 <&>", "R": [{"@n": 1, "a": None, "b": "x"}, {"#text": True}], "E": {}}
    assert markup.quickly("ROOT", tree) == xml._by_lxml(tree, "ROOT", "utf-8")


def test_a_declared_gb2312_is_a_declaration_only() -> None:
    """T9: the text stands inside a SOAP string in UTF-8; lxml alone refuses it."""
    text = xml.write({"XM": "张三"}, "PACKAGE", "gb2312")
    assert text == '<?xml version="1.0" encoding="gb2312"?><PACKAGE><XM>张三</XM></PACKAGE>'
    assert xml.read(text) == {"XM": "张三"}
    assert xml.read("\ufeff\n" + text) == {"XM": "张三"}


def test_every_fault_of_a_document_is_told_at_once() -> None:
    document = {"XM": "朱镕基", "BZ": "a\x00b", "1a": "x", "F": 1.5, "L": [None], "@a": {"b": "c"}}
    with pytest.raises(Unencodable) as caught:
        xml.write(document, "PACKAGE", "gb2312")
    assert [(each.path, each.code) for each in caught.value.problems] == [
        ("BZ", "not_xml_text"),
        ("XM", "cannot_write"),
        ("1a", "not_xml_name"),
        ("F", "not_text"),
        ("L.0", "not_text"),
        ("@a", "not_text"),
    ]
    assert "镕" not in str(caught.value)


def test_a_lone_surrogate_is_no_text() -> None:
    with pytest.raises(Unencodable):
        xml.write({"a": "\ud800"}, "R", "utf-8")


def test_scalars_have_one_way_to_be_written_and_none_is_left_out() -> None:
    document = {"n": 7, "yes": True, "no": False, "gone": None, "r": {"@n": 1, "@gone": None, "#text": 2}}
    assert xml.write(document, "R", "utf-8").endswith(
        '<R><n>7</n><yes>true</yes><no>false</no><r n="1">2</r></R>'
    )


def test_a_root_that_is_no_name_is_named() -> None:
    with pytest.raises(Unencodable, match="not a name: not_xml_name"):
        xml.write({"a": "b"}, "not a name", "utf-8")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<r><a/></r>", {"a": ""}),
        ("<r><a> </a></r>", {"a": " "}),
        ("<r>x</r>", {"#text": "x"}),
        ("<r/>", {"#text": ""}),
        ("<r><n:a xmlns:n='u' n:c='1'>x</n:a></r>", {"a": {"@c": "1", "#text": "x"}}),
        (
            "<r xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><a i:nil='true'/><b i:type='s'>x</b></r>",
            {"a": None, "b": "x"},
        ),
        ("<r><!-- c --><?p i?><a>1<!-- c -->2</a></r>", {"a": "12"}),
        ("<r><a><![CDATA[<b>&amp;]]></a></r>", {"a": "<b>&amp;"}),
        ("<r><a>1</a><b>2</b><a>3</a></r>", {"a": ["1", "3"], "b": "2"}),
    ],
)
def test_the_tree_of_a_document(text: str, tree: Any) -> None:
    assert xml.read(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("<r><D><R>1</R></D></r>", {"D": {"R": ["1"]}}),
        ("<r><D><R>1</R><R>2</R></D></r>", {"D": {"R": ["1", "2"]}}),
        ("<r><D><R/></D></r>", {"D": {"R": []}}),
        ("<r><D/></r>", {"D": ""}),
        ("<r><D><R>1</R></D><D><R>2</R></D></r>", {"D": [{"R": ["1"]}, {"R": ["2"]}]}),
    ],
)
def test_a_declared_list_is_a_list_even_of_one(text: str, tree: Any) -> None:
    assert xml.read(text, ["D.R"]) == tree


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"<!DOCTYPE r [<!ENTITY l0 'ha'>{LAUGHS}]><r>&l11;</r>", "dtd|not_xml"),
        (f"<!DOCTYPE r [<!ENTITY l0 'ha'>{LAUGHS}]><r a='&l11;'/>", "dtd|not_xml"),
        ("<!DOCTYPE r SYSTEM 'file:///etc/passwd'><r/>", "dtd"),
        ("<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><r>&x;</r>", "dtd"),
        ("<!DOCTYPE r [<!ENTITY % x SYSTEM 'http://127.0.0.1:1/x.dtd'>%x;]><r/>", "dtd"),
        ("<!DOCTYPE html><html/>", "dtd"),
        ("<r>&unknown;</r>", "not_xml"),
        ("<a>" * 300 + "</a>" * 300, "not_xml"),
        ("<r>" + "x" * 10_000_001 + "</r>", "not_xml"),
        ("<html><br></html>", "not_xml"),
        ("", "not_xml"),
        ("{}", "not_xml"),
        ("<r>\ufffd</r>", "characters_lost"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else value,
)
def test_hostile_or_broken_documents_are_refused_at_once(text: str, what: str) -> None:
    started = time.thread_time()
    with pytest.raises(Garbled) as caught:
        xml.read(text)
    assert caught.value.what in what.split("|")
    assert time.thread_time() - started < 0.5 * slowness()
