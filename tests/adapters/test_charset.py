"""Charsets: no character is ever replaced, and every one that cannot be written is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.codecs.charset import charset_of, charset_of_xml, decoded, unwritable, whole, writable
from adapters.errors import Garbled


@pytest.mark.parametrize(
    ("charset", "writes", "lacks"),
    [
        ("gb2312", "张三", "镕喆堃㛃䶮𠅤"),
        ("gbk", "张三镕喆堃", "㛃䶮𠅤"),
        ("gb18030", "张三镕喆堃㛃䶮𠅤", ""),
        ("utf-8", "张三镕喆堃㛃䶮𠅤", ""),
    ],
)
def test_each_chinese_charset_writes_what_it_has(charset: str, writes: str, lacks: str) -> None:
    assert writable(writes, charset)
    problems = unwritable({"name": writes + lacks}, charset)
    assert [problem.facts["character"] for problem in problems] == list(lacks)
    assert [problem.facts["position"] for problem in problems] == [
        len(writes) + number for number in range(1, len(lacks) + 1)
    ]


def test_all_fields_are_named_by_their_paths() -> None:
    document = {"HEAD": {"XM": "朱镕基"}, "DATA": [{"MC": "好"}, {"MC": "䶮"}]}
    found = unwritable(document, "gb2312")
    assert [(each.path, each.facts["position"]) for each in found] == [("HEAD.XM", 2), ("DATA.1.MC", 1)]


def test_an_invisible_character_is_shown_by_its_number() -> None:
    assert unwritable({"a": "x\ue000"}, "gb2312")[0].facts["character"] == "U+E000"


@given(text=st.text(), charset=st.sampled_from(["gb2312", "gbk", "gb18030", "utf-8", "big5"]))
def test_a_text_has_no_problem_exactly_when_it_can_be_written(text: str, charset: str) -> None:
    assert (unwritable({"a": text}, charset) == []) == writable(text, charset)


@given(text=st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\ufffd\ufeff")))
def test_what_was_written_in_a_chinese_charset_reads_the_same(text: str) -> None:
    for written, declared in (("gb18030", "GB2312"), ("gb18030", "gbk"), ("utf-8", None), ("utf-8", "UTF-8")):
        assert decoded(text.encode(written), declared) == text


@pytest.mark.parametrize(
    ("raw", "charset", "what"),
    [
        ("张三".encode(), "ascii", "charset"),
        ("张三".encode("gbk"), "utf-8", "charset"),
        (b"abc", "no-such-charset", "charset"),
        ("张\ufffd".encode(), None, "characters_lost"),
    ],
)
def test_an_answer_that_lost_its_characters_is_garbled(raw: bytes, charset: str | None, what: str) -> None:
    with pytest.raises(Garbled, match=what):
        decoded(raw, charset)


def test_a_byte_order_mark_is_no_character() -> None:
    assert decoded("\ufeff好".encode(), None) == "好"


def test_a_server_that_decodes_in_blocks_is_noticed() -> None:
    """Some read 1024 bytes at a time and decode each block: a character across the border is lost."""
    raw = b"a" * 1023 + "好".encode()
    broken = "".join(raw[at : at + 1024].decode("utf-8", "replace") for at in range(0, len(raw), 1024))
    with pytest.raises(Garbled):
        whole(broken)


@pytest.mark.parametrize(
    ("header", "charset"),
    [
        ("text/xml;charset=UTF-8", "UTF-8"),
        ('application/json; charset="gbk"; x=y', "gbk"),
        ("text/xml", None),
        ("", None),
        ("text/xml; charset=", None),
    ],
)
def test_the_charset_of_a_content_type(header: str, charset: str | None) -> None:
    assert charset_of(header) == charset


@pytest.mark.parametrize(
    ("raw", "charset"),
    [
        (b'<?xml version="1.0" encoding="GB2312"?><a/>', "GB2312"),
        (b"\xef\xbb\xbf<?xml version='1.0' encoding='utf-8' standalone='yes'?><a/>", "utf-8"),
        (b"<?xml version='1.0'?><a encoding='gbk'/>", None),
        (b"<a/>", None),
    ],
)
def test_the_charset_of_an_xml_declaration(raw: bytes, charset: str | None) -> None:
    assert charset_of_xml(raw) == charset
