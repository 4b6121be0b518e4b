"""A word read backwards lets nothing through that the word itself refuses; patterns of days know the calendar."""

import re
from datetime import date, timedelta
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.needs.charsets import bytes_at_most
from gateway.needs.checked import Known
from gateway.needs.limits import limits, passes
from gateway.needs.ranges import DAY, DAY_DIGITS, since, up_to
from gateway.needs.schema import form_of
from gateway.needs.there import There
from gateway.releases.compiled import compile_release, gather
from mappings.mapping import compile_mapping
from mappings.plan import Field
from mappings.words import REGISTER, Word
from tests.mappings.cases import PROPERTY
from tests.needs.generated import POOL
from tests.web.service import CHECKOUT

AT = "2026-11-20T12:00:00+08:00"
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
WORDS = [
    each
    for each in REGISTER.values()
    if each.takes == "text" and not (each.parameters and each.parameters[0].kind == "table")
]
# what no schema can say of its source: each is named in `unsaid` of a form
UNSAID = {
    "any_date", "any_time", "base64_digest", "base64_line", "base64_lines", "base64_size", "base64_uri",
    "comparable_name", "date_from",
    "from_base64_text", "from_base64_uri", "from_epoch_ms", "from_epoch_s", "from_yes_no", "json_tree", "split",
    "split_any", "time_from", "unpad", "unpad_right", "with_extension", "xml_tree",
}  # fmt: skip


def field_of(pipe: str) -> Field:
    head = "mapping: sim-x/case.submit\nfrom: canonical/case@1\nto: sim-x/case@1.0\n"
    text = f"{head}fields:\n  a: {pipe}\nexamples: []\n"
    (node,) = compile_mapping("sim-x/case.submit.yaml", text, {}).plan.nodes
    assert isinstance(node, Field)
    return node


def written(word: Word) -> str:
    given_ = word.examples[0].arguments
    shown = ", ".join(str(each) if isinstance(each, int) else f'"{each}"' for each in given_)
    return f"{word.name}({shown})" if given_ else word.name


def validator(all_of: Any) -> Any:
    return jsonschema_rs.validator_for({"type": "string", "minLength": 1, "allOf": [{}, *all_of]})


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_what_the_limits_let_through_the_word_takes(word: Word) -> None:
    node = field_of(f"form.a | {written(word)}")
    found = limits(node, None, There(), AT)
    if found.unsaid:
        assert word.name in UNSAID
        return
    assert word.name not in UNSAID, "it can be said now"
    if found.among is not None:
        assert found.among and all(passes(node, each, There(), AT) for each in found.among)
        return
    fits = validator(found.all_of)
    good = [each.given for each in word.examples if each.refuse is None]
    texts = st.one_of(
        st.text(st.sampled_from(POOL + "0123456789-T:+."), min_size=1, max_size=12),
        st.sampled_from(
            [*good, "2026-02-30", "20260230", "440232000000", "440232101000", "1.5", "-1", "x" * 300]
        ),
    )

    @PROPERTY
    @given(texts)
    def sound(text: str) -> None:
        if fits.is_valid(text):
            assert found.checks or passes(node, text, There(), AT)

    sound()


@pytest.mark.parametrize(
    "pipe, good, bad",
    [
        ("strip | middle_dot | at_most(3)", "买·买", "买·买提"),
        ('middle_dot | writable("gb2312")', "买．买", "陶喆"),
        ('at_most_bytes(4, "gbk")', "张a", "张三a"),
        ('upper | at_most(2)', "ab", "\u00df"),  # becomes two letters
        ('prefix("No.") | at_most(5)', "12", "123"),
        ('without_prefix("sha-256:") | at_most(2)', "sha-256:0a", "sha-256:0ab"),
        ('date_as("%Y%m%d")', "2026-02-28", "2026-02-29"),
        ("division(6)", "440232000000", "440232101000"),
        ("division(9)", "440232101000", "440232101001"),
        ("decimal", "0.1", "1234567890123456.1"),
        ("yuan_to_fen", "12.500", "12.345"),
        ('writable("gb18030")', "䶮", "\ue000"),
        ("extension", "a.pdf", "a."),
        ("file_name", "申请表", " . "),
    ],
)  # fmt: skip
def test_limits_are_neither_too_wide_nor_too_narrow(pipe: str, good: str, bad: str) -> None:
    node = field_of(f"form.a | {pipe}")
    found = limits(node, None, There(), AT)
    fits = validator(found.all_of)
    assert (fits.is_valid(good), fits.is_valid(bad)) == (True, False)
    assert passes(node, good, There(), AT)


@PROPERTY
@given(st.text(st.sampled_from("a中é𠮷1 "), max_size=40), st.sampled_from(("gbk", "gb18030", "utf-8")))
def test_bytes_are_never_too_many_and_nearly_all_that_fit_are_taken(text: str, charset: str) -> None:
    fits = jsonschema_rs.validator_for(bytes_at_most(60, charset)).is_valid(text)
    size = len(text.encode(charset, "replace"))
    if fits:
        assert size <= 60 or (charset == "gbk" and "𠮷" in text)
    elif not any(each in text for each in "é𠮷"):  # wider ones are counted as the widest
        assert size > 60 * 15 / 16 - 4


@PROPERTY
@given(DAYS, DAYS)
def test_days_stand_in_their_order(day: date, other: date) -> None:
    assert bool(re.fullmatch(up_to(day.isoformat()), other.isoformat())) == (other <= day)
    assert bool(re.fullmatch(since(day.isoformat()), other.isoformat())) == (other >= day)


@PROPERTY
@given(st.integers(1, 9999), st.integers(0, 13), st.integers(0, 32))
def test_a_day_is_one_of_the_calendar(year: int, month: int, day: int) -> None:
    text = f"{year:04d}-{month:02d}-{day:02d}"
    try:
        date(year, month, day)
        there = True
    except ValueError:
        there = False
    assert bool(re.fullmatch(DAY, text)) == there == bool(re.fullmatch(DAY_DIGITS, text.replace("-", "")))


def test_dated_codes_are_those_of_the_day_of_receipt() -> None:
    files = gather([CHECKOUT / "mappings" / "examples"])
    path = next(each for each in files if each.endswith("sim-gd/tables/relation.yaml"))
    files[path] = files[path].replace('{ours: "97"', '{ours: "97", from: 2026-06-01')
    platform = compile_release(files).platforms["sim-gd"]

    def codes(day: date) -> list[str]:
        known = Known(day, date(2026, 11, 20), {("division",): ("440232",)})
        schema = form_of(platform, platform.mappings["case.submit"], known).schema
        relation = schema["properties"]["applicant"]["properties"]["guardian"]["properties"]["relation"]
        return [each["const"] for each in relation["oneOf"]]

    assert codes(date(2026, 6, 1)) == ["51", "52", "61", "62", "97"]
    assert codes(date(2026, 6, 1) - timedelta(days=1)) == ["51", "52", "61", "62"]
