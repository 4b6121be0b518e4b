import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.guides.compare import Line, compare, findings
from gateway.guides.limits import NoNumber, order_of, read_limit
from gateway.guides.vocabulary import TERMS, national
from tests.gateway.guides.made import days, guide, material

UNITS = [term.word for term in TERMS["limit_unit"]]
NAMES = ["申请表", "申请表（新版）", "身份证", "图纸"]
limits = st.none() | st.builds(days, st.integers(0, 30), st.sampled_from(UNITS))
materials = st.lists(
    st.builds(
        material,
        st.sampled_from(NAMES),
        code=st.sampled_from(["", "A", "B"]),
        necessity=st.sampled_from(["required", "optional"]),
    ),
    max_size=4,
)
elements = st.fixed_dictionaries(
    {},
    optional={
        "materials": materials,
        "promised": limits,
        "visits": st.integers(0, 3),
        "charged": st.booleans(),
    },
)
TURNED = {"only_here": "only_there", "only_there": "only_here"}


def lines_of(element: str, here: object, there: object) -> list[Line]:
    found = compare(guide(**{element: here}), guide(**{element: there}))
    return [line for line in found if line.element == element]


@given(elements)
def test_a_guide_differs_from_itself_in_nothing(said):
    lines = compare(guide(**said), guide(**said))
    assert {line.mark for line in lines} <= {"same", "unknown"}
    unsure = [line for line in lines if line.mark == "unknown"]
    assert all(line.note in ("not_said", "unit_unknown") for line in unsure)


@given(elements, elements)
def test_what_is_marked_from_one_side_is_marked_the_other_way_round_from_the_other(one, other):
    there = sorted(TURNED.get(line.mark, line.mark) for line in compare(guide(**one), guide(**other)))
    assert there == sorted(line.mark for line in compare(guide(**other), guide(**one)))


@given(elements, elements)
def test_every_material_of_either_side_stands_in_one_line(one, other):
    lines = [line for line in compare(guide(**one), guide(**other)) if line.element == "materials"]
    for said, shown in ((one, [line.here for line in lines]), (other, [line.there for line in lines])):
        placed = [each for each in shown if isinstance(each, dict)]
        assert sorted(map(str, placed)) == sorted(map(str, said.get("materials", [])))


def test_materials_are_matched_by_code_and_then_by_folded_name():
    here = [material("申请表", code="A-1"), material("居民身份证", code="B"), material("图纸")]
    there = [material("1. 圖(tú)紙"), material("登记申请表", code="a-1"), material("身份证明", code="C")]
    lines = lines_of("materials", here, there)
    assert [(line.mark, line.name) for line in lines] == [
        ("same", "申请表"), ("only_here", "居民身份证"), ("same", "图纸"), ("only_there", "身份证明"),
    ]  # fmt: skip


def test_what_of_a_material_is_otherwise_is_named():
    (line,) = lines_of("materials", [material("图纸", copies=1)], [material("图纸", necessity="may_be_owed")])
    assert line.mark == "differs"
    assert line.fields == (
        ("necessity", "differs", "required", "may_be_owed"),
        ("copies", "unknown", 1, None),
    )


def test_what_a_material_leaves_out_means_every_situation_for_ever():
    (line,) = lines_of("materials", [material("图纸", situations=[])], [material("图纸")])
    assert (line.mark, line.fields) == ("same", ())
    (line,) = lines_of("materials", [material("图纸", valid_to="2026-12-01")], [material("图纸")])
    assert line.fields == (("valid_to", "differs", "2026-12-01", ""),)


def test_every_word_of_a_condition_counts_but_not_how_it_is_printed():
    (line,) = lines_of("conditions", "年满 18 周岁（市级）", "年满１８周岁(市级)")
    assert line.mark == "same"
    (line,) = lines_of("conditions", "年满18周岁（市级）", "年满18周岁")
    assert line.mark == "differs"


def test_a_side_that_lists_no_materials_at_all_does_not_say_that_there_are_none():
    lines = compare(guide(materials=[material("图纸")]), guide())
    assert [(line.mark, line.note) for line in lines if line.element == "materials"] == [
        ("unknown", "not_said")
    ]
    (line,) = lines_of("materials", [material("图纸")], [])
    assert line.mark == "only_here"


@pytest.mark.parametrize("here, there, mark, note", [
    (days(7), days(7), "same", ""),
    (days(7), days(5), "differs", ""),
    (days(7), days(7, "calendar_day"), "unknown", "units_differ"),
    (days(7, "unknown"), days(7, "unknown"), "unknown", "unit_unknown"),
    (days(7), None, "unknown", "not_said"),
    (days(7), {"explained": "即办"}, "unknown", "not_said"),
])  # fmt: skip
def test_limits_are_compared_in_one_known_unit_only(here, there, mark, note):
    (line,) = lines_of("promised", here, there)
    assert (line.mark, line.note) == (mark, note)


@given(limits, limits)
def test_the_order_of_limits_is_antisymmetric(one, other):
    turned = {"less": "more", "more": "less"}
    assert order_of(other, one) == turned.get(order_of(one, other), order_of(one, other))


@pytest.mark.parametrize("promised, statutory, codes", [
    (days(7), days(20), []),
    (days(20), days(20), []),
    (days(21), days(20), ["promise_exceeds_statute"]),
    (days(30, "calendar_day"), days(20), ["limits_not_comparable"]),
    (days(30, "unknown"), days(20), ["limit_unit_unknown"]),
    (days(30), None, []),
])  # fmt: skip
def test_a_promise_longer_than_the_law_allows_is_a_finding(promised, statutory, codes):
    said = {"promised": promised} | ({"statutory": statutory} if statutory else {})
    assert [finding.code for finding in findings(guide(**said))] == codes


@pytest.mark.parametrize("value, unit, limit", [
    ("20", "工作日", {"value": 20, "unit": "working_day"}),
    ("20个工作日", "", {"value": 20, "unit": "working_day"}),
    ("20.0", "自然日", {"value": 20, "unit": "calendar_day"}),
    ("20", "日", {"value": 20, "unit": "unknown", "unit_text": "日"}),
    ("20", "1", {"value": 20, "unit": "unknown", "unit_text": "1"}),
    ("20", "", {"value": 20, "unit": "unknown"}),
    ("", "工作日", {}),
])  # fmt: skip
def test_a_unit_that_is_not_known_stays_unknown(value, unit, limit):
    assert read_limit(value, unit, "", national("limit_unit")) == limit


def test_a_limit_that_begins_with_no_number_is_none():
    with pytest.raises(NoNumber):
        read_limit("即时办结", "工作日", "", national("limit_unit"))


def test_a_term_that_several_codes_share_is_no_way_to_say_one_of_them():
    types = national("item_type")
    assert types["01"] == types["行政许可"] == "01"
    assert "行政权力（扩展）" not in types and types["11"] == "11"
