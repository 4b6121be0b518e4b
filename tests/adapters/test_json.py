"""JSON bodies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs import json
from adapters.errors import Garbled, Unencodable

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd"))
TREES = st.recursive(
    st.none() | st.booleans() | TEXT | st.integers(-(2**63), 2**63),
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)


@given(tree=TREES)
def test_what_is_written_reads_the_same(tree: Any) -> None:
    assert json.read(json.write(tree)) == tree


def test_what_json_cannot_carry_is_named_by_path() -> None:
    with pytest.raises(Unencodable) as caught:
        json.write({"a": [{"b": "x\ud800"}], "c": object(), "n": 2**70, "ok": "好"})
    assert [(each.path, each.code) for each in caught.value.problems] == [
        ("a.0.b", "cannot_write"),
        ("c", "not_text"),
        ("n", "not_text"),
    ]


@pytest.mark.parametrize(
    ("raw", "charset", "what"),
    [
        (b"<html></html>", None, "not_json"),
        (b'{"a":1', None, "not_json"),
        (b'{"a":NaN}', None, "not_json"),
        ('{"a":"张\ufffd"}'.encode(), None, "characters_lost"),
        (b'{"a":"\\uFFFD"}', None, "characters_lost"),
        ('{"a":"张"}'.encode("gbk"), None, "not_json"),
        ('{"a":"张"}'.encode(), "ascii", "charset"),
        (b"[" * 100_000, None, "not_json"),
    ],
)
def test_a_broken_answer_is_garbled(raw: bytes, charset: str | None, what: str) -> None:
    with pytest.raises(Garbled, match=what):
        json.read(raw, charset)


def test_a_declared_chinese_charset_is_honoured() -> None:
    assert json.read('{"a":"张䶮"}'.encode("gb18030"), "GBK") == {"a": "张䶮"}
    assert json.read(b'\xef\xbb\xbf{"a":1}') == {"a": 1}
