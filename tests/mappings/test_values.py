"""Words for amounts, padding, loose times, lists, base64, digests: nothing is rounded, guessed or lost."""

import base64
import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.tables import compile_table
from mappings.words import REGISTER, BadArgument
from tests.mappings.cases import PROPERTY
from tests.mappings.test_words import ALNUM, TEXT, USCCS, refusal, run

FEN = st.integers(0, 10**14 - 1)


@PROPERTY
@given(FEN)
def test_an_amount_goes_to_yuan_and_back(fen: int) -> None:
    yuan = run("fen_to_yuan", str(fen))
    assert Decimal(yuan) * 100 == fen
    assert run("yuan_to_fen", yuan) == str(fen)


@PROPERTY
@given(st.decimals(0, 10**9, places=4, allow_nan=False))
def test_an_amount_is_exact_or_refused_and_never_rounded(amount: Decimal) -> None:
    written = format(amount, "f")
    if (amount * 100) % 1:
        assert refusal("yuan_to_fen", written) == "finer_than_fen"
    else:
        assert int(run("yuan_to_fen", written)) == amount * 100


@pytest.mark.parametrize("written", ["", "-1", "1.", ".5", "1e3", "１２", "12元", "1 000", "NaN"])
def test_what_is_no_amount_is_refused(written: str) -> None:
    assert refusal("yuan_to_fen", written) == "not_an_amount"


@PROPERTY
@given(ALNUM, st.sampled_from("0 *"))
def test_padding_on_the_right_goes_there_and_back_or_is_refused(text: str, fill: str) -> None:
    if text.endswith(fill):
        assert refusal("pad_right", text, 14, fill) == "padded_already"
    else:
        assert run("unpad_right", run("pad_right", text, 14, fill), fill) == text


@PROPERTY
@given(st.integers(0, 10**9))
def test_padding_on_the_left_goes_there_and_back(number: int) -> None:
    assert run("unpad", run("pad", str(number), 12)) == str(number)


@PROPERTY
@given(TEXT, TEXT)
def test_before_and_after_are_the_halves_of_the_text(text: str, separator: str) -> None:
    if separator in text:
        halves = run("before", text, separator), run("after", text, separator)
        assert separator.join(halves) == text
        assert separator not in halves[0]
    else:
        assert refusal("before", text, separator) == refusal("after", text, separator) == "no_separator"


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)).map(lambda at: at.replace(microsecond=0))
# domain facts, 5.1 item 7, and what stands beside them in real messages
TIME_SHAPES = [
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y年%m月%d日 %H:%M:%S",
]
DATE_SHAPES = ["%Y%m%d", "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日"]


@PROPERTY
@given(MOMENTS, st.sampled_from(TIME_SHAPES))
def test_every_shape_of_a_time_is_read_as_china_time(at: datetime, shape: str) -> None:
    written = run("time_as", at.isoformat(), shape)
    assert run("any_time", written) == run("time_from", written, shape) == f"{at.isoformat()}+08:00"
    assert run("any_date", written) == at.date().isoformat()


@PROPERTY
@given(st.dates(date(1900, 1, 1)), st.sampled_from(DATE_SHAPES))
def test_every_shape_of_a_date_is_read_and_is_no_time(day: date, shape: str) -> None:
    written = run("date_as", day.isoformat(), shape)
    assert run("any_date", written) == run("date_from", written, shape) == day.isoformat()
    assert refusal("any_time", written) == "not_a_time"


@PROPERTY
@given(st.datetimes(datetime(2001, 9, 10), datetime(2030, 1, 1)))
def test_epochs_are_told_apart_by_their_length(at: datetime) -> None:
    text = at.replace(microsecond=0).isoformat() + "+08:00"
    for word in ("epoch_s", "epoch_ms"):
        assert datetime.fromisoformat(run("any_time", run(word, text))) == datetime.fromisoformat(text)
    assert run("from_epoch_s", run("epoch_s", text)) == text


@PROPERTY
@given(TEXT | st.text("0123456789-/:. T年月日Z+", max_size=26))
def test_any_text_is_a_time_of_ours_or_refused(text: str) -> None:
    if refusal("any_time", text) is None:
        datetime.fromisoformat(run("any_time", text))
        assert run("any_date", text) == run("any_time", text)[:10]
    if refusal("any_date", text) is None:
        date.fromisoformat(run("any_date", text))


@pytest.mark.parametrize("written", ["2026-3/1", "2026-02-30 10:00:00", "20260301 080509", "26-03-01 08:05"])
def test_a_shape_that_nobody_declared_is_refused(written: str) -> None:
    assert refusal("any_time", written) == "not_a_time"
    assert refusal("any_date", written) == "not_a_date"


def test_fractions_of_a_second_are_kept() -> None:
    day = datetime.fromisoformat(run("any_time", "2026-03-01 08:05:09.123"))
    assert day.microsecond == 123_000
    assert datetime.fromisoformat(run("any_time", "20260301080509123")) == day
    assert timedelta(0) == day - datetime.fromisoformat(run("any_time", "2026-03-01T00:05:09.123Z"))


@PROPERTY
@given(st.lists(ALNUM, min_size=1, max_size=6), st.lists(st.sampled_from(",、;；^"), min_size=6, max_size=6))
def test_any_mixture_of_separators_is_split(parts: list[str], signs: list[str]) -> None:
    text = "".join(part + sign for part, sign in zip(parts, signs, strict=False))
    assert run("split_any", text, ",、;；^") == parts
    assert run("nth", parts, len(parts)) == parts[-1]
    assert run("distinct", [*parts, *parts]) == run("distinct", parts)
    assert set(run("distinct", parts)) == set(parts)


CODES = st.text("0123AB", min_size=1, max_size=3)


@PROPERTY
@given(
    st.lists(st.tuples(CODES, CODES), min_size=1, unique_by=(lambda p: p[0], lambda p: p[1])),
    st.integers(0, 9),
)
def test_each_code_of_a_joined_text_goes_there_and_back(pairs: list[tuple[str, str]], start: int) -> None:
    rows = "".join(f'  - {{ours: "{ours}", theirs: "{theirs}"}}\n' for ours, theirs in pairs)
    table = compile_table("t.yaml", f"table: t\nrows:\n{rows}")
    joined = "^".join(ours for ours, _ in [*pairs[start:], *pairs])
    there = run("table_each", joined, table, "^")
    assert there == "^".join(run("table", code, table) for code in joined.split("^"))
    assert run("table_each_back", there, table, "^") == joined


@PROPERTY
@given(TEXT, TEXT, st.sampled_from(["true", "false"]))
def test_a_flag_goes_there_and_back_in_any_two_texts(yes: str, no: str, flag: str) -> None:
    if yes != no:
        assert run("from_yes_no", run("yes_no", flag, yes, no), yes, no) == flag


@PROPERTY
@given(st.text(st.characters(codec="gb18030", exclude_categories=("Cs", "Co")), max_size=200))
def test_text_goes_into_base64_and_back_however_it_is_wrapped(text: str) -> None:
    line = run("base64_text", text)
    assert base64.b64decode(line).decode() == text
    wrapped = run("base64_lines", line)
    assert all(len(each) <= 76 for each in wrapped.split("\n"))
    assert run("base64_line", wrapped.replace("\n", "\r\n")) == line
    assert run("from_base64_text", wrapped) == text
    assert run("from_base64_uri", run("base64_uri", wrapped, "text/plain")) == line


@PROPERTY
@given(ALNUM.map(lambda text: f"申请{text}"), st.sampled_from(["gb2312", "gbk", "gb18030", "utf-8"]))
def test_text_goes_into_base64_of_a_charset_and_back(text: str, charset: str) -> None:
    assert run("from_base64_text", run("base64_text", text, charset), charset) == text
    assert run("sha256", text, charset) == hashlib.sha256(text.encode(charset)).hexdigest()
    assert run("md5", text, charset) == hashlib.md5(text.encode(charset)).hexdigest()


def test_sm3_is_that_of_the_standard() -> None:
    # GB/T 32905-2016, A.2
    given_text, expected = "abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"
    assert run("sm3", given_text) == expected


@pytest.mark.parametrize("code", USCCS)
def test_the_organization_code_inside_a_published_social_credit_code_is_good(code: str) -> None:
    inside = run("organization_code_of", code)
    assert run("organization_code", inside) == inside
    assert run("organization_code", f"{inside[:8]}-{inside[8]}") == inside


@PROPERTY
@given(st.sampled_from(USCCS), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_of_an_organization_code_is_found(code: str, place: int, shift: int) -> None:
    inside = code[8:17]
    if inside[place].isdigit():
        wrong = inside[:place] + str((int(inside[place]) + shift) % 10) + inside[place + 1 :]
        assert refusal("organization_code", wrong) == "bad_check_digit"


@PROPERTY
@given(st.sampled_from("·•‧∙⋅・．･"), st.sampled_from(["", " ", "\u3000"]))
def test_a_name_is_compared_without_its_variants_and_sent_as_it_was(dot: str, space: str) -> None:
    assert run("comparable_name", f"买买提{space}{dot}吐尔逊") == run("comparable_name", "买买提·吐尔逊")
    assert run("comparable_name", "买买提·吐尔逊") == run("middle_dot", f"买买提{dot}吐尔逊")


@PROPERTY
@given(TEXT)
def test_a_comparable_name_is_its_own_comparable_name(name: str) -> None:
    once = run("comparable_name", name)
    assert run("comparable_name", once) == once


SIGNS = compile_table(
    "pua.yaml", 'table: pua\nrows: [{ours: 䶮, theirs: "\\ue863"}, {ours: 㛃, theirs: "\\ue864"}]\n'
)


@PROPERTY
@given(st.text("张三䶮㛃·镕", min_size=1, max_size=6))
def test_rare_characters_go_into_private_use_and_back(name: str) -> None:
    there = run("private_use", name, SIGNS, "gbk")
    assert run("from_private_use", there, SIGNS) == name
    assert not {"䶮", "㛃"} & set(there)


def test_the_place_of_an_unwritable_character_beside_private_signs_is_true() -> None:
    assert refusal("private_use", "䶮镕", SIGNS, "gb2312") == "not_writable"
    with pytest.raises(Exception) as refused:
        run("private_use", "䶮镕", SIGNS, "gb2312")
    assert refused.value.facts == {"character": "镕", "position": 2, "charset": "gb2312"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("unpad", ("",)),
        ("pad_right", (3, "ab")),
        ("pad_right", (10**9,)),
        ("before", ("",)),
        ("after", ("",)),
        ("split_any", ("",)),
        ("nth", (0,)),
        ("table_each", (SIGNS, "")),
        ("private_use", (compile_table("t.yaml", "table: t\nrows: [{ours: ab, theirs: c}]"),)),
        ("base64_text", ("klingon",)),
        ("base64_lines", (0,)),
        ("base64_uri", ("pdf",)),
        ("file_name", ("/",)),
        ("at", ("a..b",)),
        ("at_or", ("a[0]", "")),
        ("xml_text", ("1a",)),
    ],
)
def test_an_argument_that_cannot_work_is_found_when_it_is_bound(
    name: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(BadArgument):
        REGISTER[name].bind(arguments)
