"""Words: every example runs, every inverse goes back, and nothing is silently changed."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.problems import TEXTS, Refused
from mappings.words import REGISTER, BadArgument, Example, Word
from mappings.words.identity import identity_fault, uscc_fault
from tests.mappings.cases import PROPERTY

EXAMPLES = [
    pytest.param(word, example, id=f"{word.name}-{index}")
    for word in REGISTER.values()
    for index, example in enumerate(word.examples)
]
TEXT = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
ALNUM = st.text("ABCXYZabcxyz0189", min_size=1, max_size=12)


def run(name: str, value: Any, *arguments: Any) -> Any:
    return REGISTER[name].bind(arguments)(value)


def refusal(name: str, value: Any, *arguments: Any) -> str | None:
    try:
        run(name, value, *arguments)
    except Refused as refused:
        return refused.code
    return None


@pytest.mark.parametrize("word, example", EXAMPLES)
def test_every_example_of_every_word_runs(word: Word, example: Example) -> None:
    if example.refuse:
        assert refusal(word.name, example.given, *example.arguments) == example.refuse
    else:
        result = run(word.name, example.given, *example.arguments)
        assert (result, type(result)) == (example.expect, type(example.expect))


@pytest.mark.parametrize("word", REGISTER.values(), ids=lambda word: word.name)
def test_every_word_is_described_and_shown(word: Word) -> None:
    assert word.manual.endswith((".", ")"))
    assert any(example.refuse is None for example in word.examples)
    assert word.inverse is None or REGISTER[word.inverse].takes == word.gives


@pytest.mark.parametrize("word, example", EXAMPLES)
def test_a_refusal_has_a_text_in_both_languages_and_holds_no_value(word: Word, example: Example) -> None:
    if not example.refuse:
        return
    with pytest.raises(Refused) as refused:
        word.bind(example.arguments)(example.given)
    facts = {"source": "s", **refused.value.facts}
    for template in TEXTS[example.refuse]:
        said = template.format(**facts)
        assert not isinstance(example.given, str) or len(example.given) < 3 or example.given not in said


@PROPERTY
@given(ALNUM)
def test_width_goes_there_and_back(text: str) -> None:
    assert run("half_width", run("full_width", text)) == text


@PROPERTY
@given(TEXT, TEXT)
def test_prefix_and_suffix_go_there_and_back(text: str, more: str) -> None:
    assert run("without_prefix", run("prefix", text, more), more) == text
    assert run("without_suffix", run("suffix", text, more), more) == text


@PROPERTY
@given(st.lists(ALNUM, min_size=1, max_size=5), st.sampled_from("^,、;"))
def test_lists_go_there_and_back(parts: list[str], separator: str) -> None:
    assert run("split", run("join", parts, separator), separator) == parts


@PROPERTY
@given(TEXT, st.integers(0, 14))
def test_a_length_is_kept_or_refused_and_never_cut(text: str, most: int) -> None:
    fits = len(text) <= most
    assert (refusal("at_most", text, most) is None) == fits
    assert (refusal("pad", text, most) is None) == fits
    if fits:
        assert run("at_most", text, most) == text
        assert run("pad", text, most).endswith(text) and len(run("pad", text, most)) == most


@PROPERTY
@given(TEXT, st.sampled_from(["gbk", "gb18030", "utf-8", "big5"]))
def test_what_is_writable_reads_back_the_same(text: str, charset: str) -> None:
    if refusal("writable", text, charset) is None:
        assert text.encode(charset).decode(charset) == text


@pytest.mark.parametrize("code", [*range(0xA1A1, 0xA1FF), *range(0xB0A1, 0xB0FF), *range(0xD7A1, 0xD7FA)])
def test_every_sign_of_gb2312_is_writable_as_platforms_read_it(code: int) -> None:
    sign = code.to_bytes(2, "big").decode("gbk")
    assert refusal("writable", sign, "gb2312") is None


@PROPERTY
@given(TEXT, st.integers(0, 30), st.sampled_from(["gbk", "gb18030", "utf-8"]))
def test_bytes_are_counted_in_the_charset(text: str, most: int, charset: str) -> None:
    refused = refusal("at_most_bytes", text, most, charset)
    if refused is None:
        assert len(text.encode(charset)) <= most
    elif refused == "too_many_bytes":
        assert len(text.encode(charset)) > most
    else:
        assert refusal("writable", text, charset) == "not_writable"


@pytest.mark.parametrize(
    "text, position, character", [("朱镕基", 2, "镕"), ("陶喆", 2, "喆"), ("a\ue000", 2, "\ue000")]
)
def test_an_unwritable_character_is_named_with_its_position(text: str, position: int, character: str) -> None:
    with pytest.raises(Refused) as refused:
        run("writable", text, "gb2312")
    assert refused.value.facts == {"character": character, "position": position, "charset": "gb2312"}


MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)).map(lambda at: at.replace(microsecond=0))
ZONES = st.integers(-12 * 60, 14 * 60)


def rfc3339(at: datetime, offset_min: int) -> str:
    sign = "-" if offset_min < 0 else "+"
    return f"{at.isoformat()}{sign}{abs(offset_min) // 60:02}:{abs(offset_min) % 60:02}"


@PROPERTY
@given(MOMENTS, ZONES)
def test_a_time_leaves_in_china_time_and_comes_back_as_the_same_instant(
    at: datetime, offset_min: int
) -> None:
    form = "%Y%m%d%H%M%S"
    there = run("time_as", rfc3339(at, offset_min), form)
    assert there == (at - timedelta(minutes=offset_min) + timedelta(hours=8)).strftime(form)
    back = datetime.fromisoformat(run("time_from", there, form))
    assert back == at.replace(tzinfo=UTC) - timedelta(minutes=offset_min)


@PROPERTY
@given(MOMENTS, ZONES)
def test_epochs_go_there_and_back(at: datetime, offset_min: int) -> None:
    if at.year < 1971:
        return
    text = rfc3339(at, offset_min)
    back = datetime.fromisoformat(run("from_epoch_ms", run("epoch_ms", text)))
    assert back == datetime.fromisoformat(text)
    assert int(run("epoch_s", text)) * 1000 == int(run("epoch_ms", text))


@PROPERTY
@given(st.dates(date(1900, 1, 1)))
def test_dates_go_there_and_back(day: date) -> None:
    assert (
        run("date_from", run("date_as", day.isoformat(), "%Y年%m月%d日"), "%Y年%m月%d日") == day.isoformat()
    )


STRICT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)?", re.ASCII)


@PROPERTY
@given(
    st.from_regex(
        r"\d{4}[-W]\d\d[-:]\d\d?[Tt _]\d\d[:-]?\d\d:\d\d([.,]\d{1,7})?([Zz]|[+-]\d\d:?(\d\d)?)?",
        fullmatch=True,
    )
    | TEXT
)
def test_only_rfc_3339_is_a_time(text: str) -> None:
    if refusal("epoch_ms", text) is None:
        assert STRICT.fullmatch(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01_00:00:00Z",
        "20260101T000000Z",
        "2026-W01-1T00:00:00",
        "2026-01-01T00:00:00,5Z",
        "2026-01-01T00:00:00+08",
        "2026-02-30T00:00:00Z",
        "2026-01-01T24:00:01Z",
        "２０２６-01-01T00:00:00Z",
        "",
        "now",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    assert refusal("time_as", text, "%Y") == "not_a_time"


@PROPERTY
@given(st.integers(0, 10**17 - 1).map(lambda n: f"{n:017}"))
def test_exactly_one_check_digit_fits_an_identity_number(body: str) -> None:
    fitting = [check for check in "0123456789X" if identity_fault(body + check) != "bad_check_digit"]
    assert len(fitting) == 1


@PROPERTY
@given(st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_of_an_identity_number_is_found(place: int, shift: int) -> None:
    good = "11010519491231002X"
    wrong = good[:place] + str((int(good[place]) + shift) % 10) + good[place + 1 :]
    assert identity_fault(wrong) == "bad_check_digit"


@pytest.mark.parametrize(
    "number, fault",
    [
        ("11010519491231002X", None),
        ("810000199408230021", None),  # 港澳居民居住证
        ("830000199201300022", None),  # 台湾居民居住证
        ("11010519491231002x", "not_identity_number"),
        ("110105491231002", "old_identity_number"),
        ("110105194912310020", "bad_check_digit"),
        ("", "not_identity_number"),
        ("１１０１０５１９４９１２３１００２Ｘ", "not_identity_number"),
    ],
)
def test_identity_numbers(number: str, fault: str | None) -> None:
    assert identity_fault(number) == fault


def test_an_identity_number_with_an_impossible_birth_date_is_found() -> None:
    body = "11010519490230002"  # 30 February
    assert {identity_fault(body + check) for check in "0123456789X"} == {"bad_check_digit", "bad_birth_date"}


# domain facts, 1.3: real published codes of authorities
USCCS = [
    "11440100007483172Q",
    "11440100007482575H",
    "11440300MB2D072246",
    "114403006939513773",
    "12441500196720244T",
    "11440232MB2D06811W",
    "11450000007565194H",
    "11310000MB2F30661Y",
    "11370800MB28559184",
]


@pytest.mark.parametrize("code", USCCS)
def test_published_social_credit_codes_are_good(code: str) -> None:
    assert uscc_fault(code) is None


@PROPERTY
@given(st.sampled_from(USCCS), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_of_a_social_credit_code_is_found(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert (uscc_fault(wrong) is None) == (wrong == code)


@PROPERTY
@given(st.text("0123456789", min_size=6, max_size=6), st.sampled_from([6, 9, 12]))
def test_a_division_keeps_its_meaning_in_every_width(code: str, width: int) -> None:
    assert run("division", run("division", code, width), 6) == code


@pytest.mark.parametrize("code", ["440000", "440100", "440000000000", "460300000000", "429000"])
def test_what_is_above_a_county_has_none(code: str) -> None:
    with pytest.raises(Refused, match="coarser_division"):
        run("county_of", code)


@pytest.mark.parametrize("city", ["441900", "442000", "460400", "620200"])
def test_a_city_without_counties_stands_for_its_county(city: str) -> None:
    assert run("county_of", city) == run("county_of", f"{city}003000") == city


@pytest.mark.parametrize("name", ["", ".", "..", "...", " ", ". ."])
def test_what_names_a_folder_or_nothing_is_no_file_name(name: str) -> None:
    with pytest.raises(Refused, match="no_file_name"):
        run("file_name", name)


def test_what_becomes_the_name_of_a_folder_by_its_fill_is_no_file_name() -> None:
    with pytest.raises(Refused, match="no_file_name"):
        run("file_name", "//", ".")


@PROPERTY
@given(st.text("买提·吐尔逊J. ", max_size=8), st.sampled_from("·•‧∙⋅・．･᛫●"))
def test_the_dot_of_a_name_goes_there_and_back(name: str, dot: str) -> None:
    assert run("middle_dot", run("middle_dot_as", name, dot)) == name


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("pad", (3, "ab")),
        ("pad", (10**9,)),
        ("division", (7,)),
        ("writable", ("klingon",)),
        ("time_as", ("%y",)),
        ("time_as", ("today",)),
        ("time_from", ("%H%M",)),
        ("date_from", ("%Y%m%m%d",)),
        ("date_as", ("%Y%",)),
        ("split", ("",)),
        ("yes_no", ("1", "1")),
        ("middle_dot_as", ("..",)),
        ("middle_dot_as", (".",)),  # `middle_dot` would not read it back: it ends an initial, too
        ("middle_dot_as", ("、",)),
    ],
)
def test_an_argument_that_cannot_work_is_found_when_the_mapping_is_read(
    name: str, arguments: tuple[Any, ...]
) -> None:
    with pytest.raises(BadArgument):
        REGISTER[name].bind(arguments)


@pytest.mark.parametrize("arguments", [(), ("3",), (3, 3), (3, "0", "0")])
def test_arguments_of_another_number_or_kind_are_found(arguments: tuple[Any, ...]) -> None:
    with pytest.raises(BadArgument, match="write pad"):
        REGISTER["pad"].check(arguments)
