"""XML and JSON inside a text: trees there and back, with a reader that resolves nothing."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import xml
from mappings.trees import steps
from tests.mappings.cases import PROPERTY
from tests.mappings.test_words import refusal, run

NAMES = st.sampled_from(["a", "b", "姓名", "SQRXM", "x-1"])
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=6).filter(
    lambda text: text.strip() and not {"\ufffe", "\uffff"} & set(text)
)
TREES: st.SearchStrategy[Any] = st.recursive(
    WORDS,
    lambda inner: st.dictionaries(
        NAMES | NAMES.map(lambda name: f"@{name}"),
        inner | st.lists(inner, min_size=2, max_size=3),
        min_size=1,
    ),
    max_leaves=8,
)


def sound(tree: Any) -> Any:
    """The tree with plain texts below `@`, as XML has them."""
    if isinstance(tree, list):
        return [sound(each) for each in tree]
    if not isinstance(tree, dict):
        return tree
    return {key: "t" if key.startswith("@") else sound(value) for key, value in tree.items()}


@PROPERTY
@given(st.dictionaries(NAMES, TREES, min_size=1, max_size=3).map(sound))
def test_a_tree_goes_into_xml_and_back(tree: dict[str, Any]) -> None:
    assert run("xml_tree", run("xml_text", tree, "root")) == tree


@PROPERTY
@given(st.dictionaries(NAMES, TREES, min_size=1, max_size=3).map(sound))
def test_the_adapters_read_a_tree_as_mappings_do(tree: dict[str, Any]) -> None:
    text = run("xml_text", tree, "root")
    assert xml.read(text) == run("xml_tree", text)


@PROPERTY
@given(st.dictionaries(st.text(max_size=3), TREES | st.integers() | st.booleans() | st.none(), max_size=4))
def test_a_tree_goes_into_json_and_back(tree: dict[str, Any]) -> None:
    assert run("json_tree", run("json_text", tree)) == tree


@PROPERTY
@given(st.text(max_size=30) | st.binary(max_size=30).map(repr))
def test_any_text_is_a_tree_or_refused(text: str) -> None:
    assert refusal("xml_tree", text) in (None, "not_xml")
    assert refusal("json_tree", text) in (None, "not_json")


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
        "<a>&undeclared;</a>",
        "<a>" * 100_000,
        "<a/><b/>",
        "a" * (1 << 20) + "<a/>",
    ],
)
def test_xml_that_is_more_than_a_document_is_refused(text: str) -> None:
    assert refusal("xml_tree", text) == "not_xml"


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a": NaN}', '{"a": 1e999}', '{"a": 0.12345678901234567890}', "1"]
)
def test_json_that_would_change_or_is_no_object_is_refused(text: str) -> None:
    assert refusal("json_tree", text) == "not_json"


def test_a_declared_charset_is_ignored_in_a_text_that_is_decoded_already() -> None:
    assert run("xml_tree", '\ufeff<?xml version="1.0" encoding="gb2312"?><paras><x>张三</x></paras>') == {
        "x": "张三"
    }


def test_namespaces_and_attributes_are_written_and_read() -> None:
    tree = {"@xmlns:n": "urn:n", "n:b": {"@n:kind": "1", "#text": "张三"}}
    text = run("xml_text", tree, "n:a".replace("n:", ""))
    assert text == '<a xmlns:n="urn:n"><n:b n:kind="1">张三</n:b></a>'
    assert run("xml_tree", text) == {"b": {"@kind": "1", "#text": "张三"}}


def test_a_target_with_a_namespace_is_written_by_the_adapters_and_read_as_the_tree() -> None:
    written = xml.write({"@xmlns": "urn:n", "b": {"@kind": "1", "#text": "张三"}}, "a", "gb18030")
    assert 'xmlns="urn:n"' in written
    assert run("xml_tree", written) == {"b": {"@kind": "1", "#text": "张三"}}


def test_a_nil_element_is_nothing_as_the_adapters_have_it() -> None:
    text = '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><b i:nil="true"/><c i:type="x">1</c></a>'
    assert run("xml_tree", text) == xml.read(text) == {"b": None, "c": "1"}


def test_the_labelled_keys_of_old_documents_are_found() -> None:
    """domain facts, 5.1 item 3: <node><key label='NAME'>…</key></node>."""
    text = (
        "<xml><node><key label='NAME'>申请表</key><key label='STATUS'>1</key></node>"
        "<node><key label='NAME'>户口簿</key><key label='STATUS'>0</key></node></xml>"
    )
    tree = run("xml_tree", text)
    assert run("at", tree, "node[2].key[@label=NAME]") == "户口簿"
    assert run("at_or", tree, "node[3].key[@label=NAME]", "无") == "无"
    assert refusal("at", tree, "node.key[@label=NAME]") == "several_there"


@pytest.mark.parametrize("place", ["", ".", "a.", ".a", "a..b", "a[0]", "a[]", "a[b", "a]b", "a[1]b"])
def test_what_is_no_place_is_refused(place: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        steps(place)


def test_control_characters_and_lists_without_a_name_cannot_be_written() -> None:
    assert refusal("xml_text", {"a": "\x01"}, "r") == "not_xml_tree"
    assert refusal("xml_text", {"a": [["x"]]}, "r") is None
    assert refusal("xml_text", {"@a": {"b": "c"}}, "r") == "not_text"
    assert refusal("json_text", {"a": float("inf")}) == "not_json_tree"


def test_json_keeps_the_order_and_the_characters() -> None:
    assert run("json_text", {"乙": 1, "甲": "·"}) == '{"乙":1,"甲":"·"}'
    assert json.loads(run("json_text", {"a": "\u2028"})) == {"a": "\u2028"}
