"""No value of a person survives in an answer, however it is spelled there."""

import base64
import json
import re
from collections.abc import Callable
from html import escape
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.shown import MASK
from gateway.workbench.redacted import Redactor

NAME, SPACED, IDENTITY, MOBILE = "欧阳娜娜", "NANA OUYANG", "450103199209110024", "19900000104"
REDACT = Redactor([NAME, SPACED, IDENTITY, MOBILE])
IN_JSON = json.dumps


def _entities(text: str) -> str:
    return "".join(f"&#{ord(each)};" for each in text)


def _hex_entities(text: str) -> str:
    return "".join(f"&#x{ord(each):X};" for each in text)


def _escapes(text: str) -> str:
    return "".join(f"\\u{ord(each):04x}" for each in text)


def _gbk(text: str) -> str:
    return quote(text.encode("gbk"))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _base64_gbk(text: str) -> str:
    return base64.urlsafe_b64encode(f"<xm>{text}</xm>".encode("gbk")).decode()


def _in_json(text: str) -> str:
    return IN_JSON({"x": text})[1:-1]


def _low_percent(text: str) -> str:
    return re.sub("%..", lambda found: found[0].lower(), quote(text))


SPELLINGS: tuple[Callable[[str], str], ...] = (
    str, _entities, _hex_entities, _escapes, lambda text: _escapes(text).upper().replace("\\U", "\\u"),
    _in_json, lambda text: _in_json(_in_json(text)), quote, _low_percent, quote_plus, _gbk,
    lambda text: _gbk(text).lower(), escape, lambda text: escape(_entities(text)), " ".join,
    str.swapcase,
    lambda text: quote(_in_json(text)), lambda text: _in_json(_entities(text)),
)  # fmt: skip
PACKED = (_base64, _base64_gbk, lambda text: _base64(_base64(text)), lambda text: _base64(_in_json(text)))


@given(
    st.sampled_from((NAME, SPACED, IDENTITY, MOBILE)),
    st.sampled_from(SPELLINGS),
    st.sampled_from(("{x}", '{{"msg": "申请人{x}有误"}}', "<a>{x}</a>", "a={x}&b=1", "ID{x}", "编号:{x}。")),
)
def test_a_value_is_taken_out_in_every_spelling(
    value: str, spelled: Callable[[str], str], around: str
) -> None:
    written = spelled(value)
    left = REDACT(around.replace("{x}", written))
    assert written not in left
    assert left == around.replace("{x}", MASK) or MASK in left


@given(st.sampled_from((NAME, SPACED, IDENTITY, MOBILE)), st.sampled_from(PACKED))
def test_a_value_is_taken_out_of_base64(value: str, packed: Callable[[str], str]) -> None:
    written = packed(value)
    left = REDACT(f'{{"data": "{written}", "code": "0"}}')
    assert written not in left
    assert json.loads(left)["code"] == "0"


NESTED = (_entities, _hex_entities, _escapes, _in_json, quote, _low_percent, _gbk, escape, _base64, str)


@given(
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=4),
    st.sampled_from(NESTED),
    st.sampled_from(NESTED),
)
@example("孝小", _gbk, str)  # good UTF-8 besides
@example("\u6dcf\u5586", _gbk, _escapes)  # second bytes that are letters
def test_any_name_is_taken_out_in_spellings_of_spellings(
    name: str, inner: Callable[[str], str], outer: Callable[[str], str]
) -> None:
    written = outer(inner(name))
    assert written not in Redactor([name])(f"<m>{written}</m>")


@pytest.mark.parametrize(
    "written",
    [
        "199-0000-0104", "199 0000 0104", "+86 19900000104", "４５０１０３１９９２０９１１００２４", "欧阳 娜娜",
        "欧阳·娜娜", "nana+ouyang", "Nana-Ouyang", "19920911", "1992-09-11", "1992/9/11", "1992.09.11",
        "1992年9月11日", "一九九二年九月十一日", "11/09/1992", "1992%2D09%2D11", "450103 19920911 0024",
    ],
)  # fmt: skip
def test_a_known_value_is_found_in_the_forms_that_people_write(written: str) -> None:
    assert REDACT(f"经办：{written}，请核对") == f"经办：{MASK}，请核对"


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002X", "11010519491231002x", "110105194912310021", "13800138000", "138-0013-8000",
        "0771-5501234", "(010)62345678", "02062345678", "E12345678", "EA1234567", "H12345678",
        "6222021234567890128", "6222 0212 3456 7890 128", "zhang.san@example.com", "zhang.san%40example.com",
    ],
)  # fmt: skip
def test_numbers_of_anybody_are_found_by_their_shape(written: str) -> None:
    assert Redactor([])(f"电话或证件：{written}，请核对") == f"电话或证件：{MASK}，请核对"


@pytest.mark.parametrize("written", ["ID11010519491231002x", "sfzh11010519491231002X号", "tel13800138000"])
def test_a_number_beside_letters_is_found(written: str) -> None:
    left = Redactor([])(written)
    assert MASK in left
    assert not any(each.isdigit() for each in left)


def test_the_birth_date_of_anybody_whose_number_stands_there_goes_with_it() -> None:
    assert Redactor([])("11010519491231002X,1949-12-31") == f"{MASK},{MASK}"


@pytest.mark.parametrize(
    "text",
    [
        '{"code": "200", "data": {"caseNo": "GZ000000017"}, "time": "2026-11-22 16:57:09"}',
        '{"errno": 0, "at": 1795367529175, "state": "taken", "version": "1.0.12"}',
        "<code>00</code><msg>接收成功</msg><BJBH>YH000000001</BJBH>",
        "11350524MB3R00516F400200603100001",
        "35052420261123000001",
    ],
)
def test_what_is_nobodys_stays(text: str) -> None:
    assert REDACT(text) == text


def test_a_number_of_json_becomes_a_text_so_that_it_stays_json() -> None:
    left = REDACT('{"mobile":19900000104,"said":"号码 19900000104 停机","code":0}')
    assert json.loads(left) == {"mobile": MASK, "said": f"号码 {MASK} 停机", "code": 0}
