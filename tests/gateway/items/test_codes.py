import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.items.codes import (
    USCC_ALPHABET,
    Code,
    faults,
    form,
    judged,
    normalise,
    parse,
    parts,
    remarks,
    uscc_check_character,
)
from gateway.items.problems import TEXTS
from gateway.items.vocabulary import LEVELS, OTHER_DEPARTMENTS, PROVINCES, TYPES, UNIT_CLASSES

CASE = files("mappings.canonical").joinpath("case.json").read_text("utf-8")
REAL = [  # code as seen, kind, level, basic code, rest
    ("11440100007483172Q3440106043001", "implementation", "3", "440106043001", ""),
    ("11440100007482575H3440118009000", "implementation", "3", "440118009000", ""),
    ("11440300MB2D0722464440127028001", "implementation", "4", "440127028001", ""),
    ("114403006939513773344201505200802", "handling", "3", "442015052008", "02"),
    ("12441500196720244T3442199806003", "implementation", "3", "442199806003", ""),
    ("12441500196720244T3442199806003202206230068", "case", "3", "442199806003", "202206230068"),
    ("11440232MB2D06811W4000117051000", "implementation", "4", "000117051000", ""),
    ("11440232MB2D06811W4000117051000202010200008", "case", "4", "000117051000", "202010200008"),
    ("11450000007565194H200011501500504", "handling", "2", "000115015005", "04"),
    ("11310000MB2F30661Y231200356400001", "handling", "2", "312003564000", "01"),
    ("11370800MB285591843370117002011", "implementation", "3", "370117002011", ""),
    ("11370800MB285591843370117002016", "implementation", "3", "370117002016", ""),
]
SOUND = "11440232MB2D06811W4000117051000"


def codes_of(problems) -> list[str]:
    return [problem.code for problem in problems]


@pytest.mark.parametrize(("written", "kind", "level", "basic", "rest"), REAL)
def test_the_real_codes_are_sound_and_split_as_published(written, kind, level, basic, rest):
    code = parse(written)
    assert (code.kind, code.level, code.basic) == (kind, level, basic)
    assert code.text[31:] == rest
    assert code.unit == written[:18]
    assert not faults(code)
    assert not remarks(code)


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("422023073W00", "basic"),  # Hubei writes letters
        ("44TC12049000", "basic"),  # Guangdong even in the type
        ("511A0138000000-511602000000-000-115113010833722043-1-00", "local"),
        ("0105632000", "local"),  # Shanghai
        ("62052400MZ-XK-0001", "local"),
        ("9F1C2A7E5D3B4C6F8A9B0C1D2E3F4A5B", "local"),  # a GUID
        ("", "local"),
    ],
)
def test_what_has_no_national_structure_is_local(written, kind):
    assert parse(written).kind == kind


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("11440232MB2D06811X4000117051000", "code_uscc_check"),  # (a) W is right
        ("1144O232MB2D06811W4000117051000", "code_uscc_character"),  # letter O for zero
        ("00440232MB2D06811W4000117051000", "code_uscc_class"),  # (b)
        (SOUND[:18] + "8" + SOUND[19:], "code_level"),  # (c)
        (SOUND[:18] + "0" + SOUND[19:], "code_level"),
        (SOUND[:21] + "55" + SOUND[23:], "code_type"),  # (d) 00·55
        ("0001170510W0", "code_basic_digits"),
        (SOUND + "00", "code_handling"),
        (SOUND + "202013200008", "code_case_date"),  # a thirteenth month
        (SOUND + "202010200O08", "code_case_serial"),
        ("511A0138000000-511602000000-000-null-1-00", "code_null"),
        (SOUND[:23] + "NULL" + SOUND[27:], "code_null"),
        ("", "code_empty"),
        ("A" * 201, "code_too_long"),
        ("XK\t0001", "code_character"),
        ("XK\u200b0001", "code_character"),
    ],
)
def test_every_fault_of_a_code_has_its_name(written, fault):
    assert fault in codes_of(faults(parse(written)))


@pytest.mark.parametrize(
    ("written", "remark"),
    [
        (SOUND[:19] + "330117051000", "code_province_differs"),  # (e) a unit of 44 with an item of 33
        ("44TC12049000", "code_type_provincial"),
        ("990112049000", "code_province"),
        (SOUND + "W1", "code_handling_letters"),
        (
            "81440232MB2D06811" + uscc_check_character("81440232MB2D06811") + "4000117051000",
            "code_uscc_class_unusual",
        ),
    ],
)
def test_what_occurs_in_real_lists_is_remarked_and_not_refused(written, remark):
    assert codes_of(remarks(parse(written))) == [remark]
    assert not faults(parse(written))


def test_a_unit_of_the_centre_may_carry_out_the_items_of_any_province():
    assert not remarks(parse("1210000001104383102422054006W0001"))  # a real one, from Hubei


def test_the_parts_carry_the_terms_of_the_field():
    meanings = {part.name: part.meaning for part in parts(parse(SOUND))}
    assert meanings == {
        "unit": "机关",
        "level": "县级",
        "province": "国家",
        "type": "行政许可",
        "main_item": "",
        "sub_item": "无子项",
    }


def test_full_width_lower_case_and_blanks_around_are_normalised_and_nothing_else():
    assert parse("　１１４４０２３２ｍb2d06811w4000117051000 ").text == SOUND
    assert normalise("a b－C") == "A B-C"


@given(st.text())
def test_normalising_twice_is_normalising_once(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text() | st.text("0123456789ABCDEFGHJKLMNPQRTUWXYIOZ", min_size=12, max_size=43))
def test_parsing_never_fails_and_the_parts_are_the_code(text):
    code = parse(text)
    assert "".join(part.text for part in parts(code)) == code.text == normalise(text)
    for problem in (*faults(code), *remarks(code)):
        assert problem.text("zh") and problem.text("en")


@given(st.sampled_from([code for code, *_ in REAL]), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_any_single_wrong_character_in_the_unit_is_noticed(written, place, character):
    spoiled = written[:place] + character + written[place + 1 :]
    assert bool(faults(parse(spoiled))) == (spoiled != written)


@given(st.text(USCC_ALPHABET, min_size=17, max_size=17))
def test_exactly_one_check_character_fits(first):
    fitting = [
        c for c in USCC_ALPHABET if not any(f.code == "code_uscc_check" for f in faults(_with(first + c)))
    ]
    assert fitting == [uscc_check_character(first)]


def _with(unit: str) -> Code:
    return parse(unit + "4000117051000")


@given(st.sampled_from([code for code, *_ in REAL]))
def test_a_code_is_made_of_its_slices(written):
    code = parse(written)
    assert code.implementation == code.unit + code.level + code.basic
    assert code.is_national == (code.basic[:2] == "00")
    assert code.type == code.basic[2:4]


def test_every_text_is_there_in_both_languages():
    for code, (chinese, english) in TEXTS.items():
        assert chinese != english, code
        assert any(character >= "\u4e00" for character in chinese), code


LOCAL_FORMS = [  # as seen, form, its parts but the separators
    ("511A0138000000-511602000000-000-115113010833722043-1-00", "dashed",
     "511A0138000000 511602000000 000 115113010833722043 1 00"),
    ("G-000007-001-511602000000-000-11511301008778490F-1-00", "dashed",
     "G-000007-001 511602000000 000 11511301008778490F 1 00"),
    ("512C0110000001-511602000000-000-00877868-5-1-00", "dashed",
     "512C0110000001 511602000000 000 00877868-5 1 00"),
    ("G-000007-001-511602000000-000-null-1-00", "dashed", "G-000007-001 511602000000 000 NULL 1 00"),
    ("2510b7af-2402-4502-837c-14eb4a71177d", "guid", "2510B7AF-2402-4502-837C-14EB4A71177D"),
    ("9F1C2A7E5D3B4C6F8A9B0C1D2E3F4A5B", "guid", "9F1C2A7E5D3B4C6F8A9B0C1D2E3F4A5B"),
    ("0105632000", "ten", "0105632000"),
    ("33622600107580123214440306", "twenty_six", "33622600107580123214440306"),
    ("XK00012003", "lettered", "XK 00012 003"),
    ("62052400MZ-XK-0001", "old", "62052400 MZ XK 0001"),
    ("360600-011", "old", "360600 011"),
    ("11440232MB2D06811W", "unit", "11440232MB2D06811W"),
    ("cx-zj-0051", "free", "CX-ZJ-0051"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected", "split"), LOCAL_FORMS)
def test_a_local_code_is_split_as_its_form_is(written, expected, split):
    code = parse(written)
    assert form(code) == expected
    assert [part.text for part in parts(code) if part.name != "separator"] == split.split()


@pytest.mark.parametrize(
    ("written", "remark"),
    [
        ("2510b7af-2402-4502-837c-14eb4a71177d", "code_guid"),
        ("11440232MB2D06811W", "code_unit"),
        (SOUND[:-1], "code_length"),
        ("00011705100", "code_length"),
        ("511A0138000000-511602000000-000-115113010833722044-1-00", "code_uscc_check"),
    ],
)
def test_what_should_be_known_of_a_local_code_is_remarked(written, remark):
    assert codes_of(remarks(parse(written))) == [remark]
    assert not faults(parse(written))


def test_a_literal_null_is_a_fault_and_shown_where_it_stands():
    code = parse("G-000007-001-511602000000-000-null-1-00")
    assert codes_of(faults(code)) == ["code_null"]
    assert [part.name for part in parts(code) if part.meaning.startswith("字面量")] == ["unit"]


@given(st.from_regex(r"[A-Z0-9-]{1,20}(-[0-9]{12}-[0-9]{3}-[0-9A-Z]{9,18}-[0-9]-[0-9]{2})?", fullmatch=True))
def test_the_parts_of_a_dashed_code_are_the_code(text):
    assert "".join(part.text for part in parts(parse(text))) == text


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("甲-1", True),
        ("ID=65DBB98B", True),
        ("A/1", True),
        ("A" * 65, True),
        ("cx-zj_0051.2", False),
        ("A" * 64, False),
    ],
)
def test_a_local_code_that_no_case_can_carry_is_remarked(written, told):
    assert ("code_unwritable" in {each.code for each in remarks(parse(written))}) is told


@given(st.text(st.characters(max_codepoint=0x2FF), min_size=1, max_size=66))
def test_what_a_case_can_carry_is_what_its_schema_says(written):
    code = parse(written)
    pattern = json.loads(CASE)["properties"]["item"]["properties"]["code"]["pattern"]
    if code.kind == "local" and code.text:
        fits = re.search(pattern, code.text) is not None
        assert ("code_unwritable" in {each.code for each in remarks(code)}) is not fits


@st.composite
def structured_codes(draw) -> str:
    """Of few units and few basic codes, sound and not, so that what was said of one is remembered for another."""
    unit = draw(
        st.sampled_from(
            ["11440232MB2D06811W", "11440232MB2D06811X", "A1100000MB2D06811I", "N1NULLMB2D06811001"]
        )
    )
    basic = draw(
        st.sampled_from(["000117051000", "440117051000", "0001A7051NUL", "009917051000", "51XX17051000"])
    )
    tail = draw(st.sampled_from(["", "00", "01", "0A", "L1", "202602300001", "20260203000X"]))
    return draw(st.sampled_from([basic, unit + draw(st.sampled_from("49Z")) + basic + tail]))


def plainly(code: Code) -> tuple[list[str], list[str]]:
    """Faults and remarks, each looked for in the code as a whole."""
    text, basic, borne = code.text, code.basic, code.kind != "basic"
    strange = [each for each in text[:18] if each not in USCC_ALPHABET]
    looked = [
        ("code_null", "NULL" in text),
        ("code_uscc_character", borne and bool(strange)),
        ("code_uscc_check", borne and not strange and uscc_check_character(text) != text[17]),
        ("code_uscc_class", borne and text[:2] not in UNIT_CLASSES and text[0] not in OTHER_DEPARTMENTS),
        ("code_level", borne and text[18] not in LEVELS),
        ("code_basic_digits", basic[:2] == "00" and not basic.isdigit()),
        ("code_type", basic[:2] == "00" and basic.isdigit() and basic[2:4] not in TYPES),
        ("code_handling", text[31:] == "00"),
        ("code_case_date", code.kind == "case" and text[31:39] == "20260230"),
        ("code_case_serial", code.kind == "case" and not text[39:].isdigit()),
    ]
    of_province = basic[:2] != "00"
    odd = [
        ("code_province", basic[:2] not in PROVINCES),
        ("code_type_provincial", of_province and basic[2:4] not in TYPES),
        ("code_province_differs", borne and of_province and text[2:4] not in ("10", basic[:2])),
        ("code_uscc_class_unusual", borne and text[:2] not in UNIT_CLASSES and text[0] in OTHER_DEPARTMENTS),
        ("code_handling_letters", code.kind == "handling" and not text[31:].isdigit()),
    ]
    return [name for name, is_so in looked if is_so], [name for name, is_so in odd if is_so]


@given(st.lists(structured_codes(), max_size=8))
def test_what_is_remembered_of_the_parts_of_codes_says_what_the_whole_code_does(written):
    for code in map(parse, written):
        if code.kind != "local":
            wrong, odd = judged(code)
            assert (codes_of(wrong), codes_of(odd)) == plainly(code)
            assert (wrong, odd) == (faults(code), remarks(code))
