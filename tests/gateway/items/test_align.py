"""Alignment as a pure decision."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.exchange.prepare import SERVICE_OBJECT
from gateway.items.align import Question, align
from gateway.items.codes import parse
from gateway.items.item import Declared, Item
from gateway.items.problems import (
    CancelledItem,
    ItemError,
    NotAligned,
    NotYetValid,
    SeveralItems,
    SuspendedItem,
    UnknownItem,
)
from gateway.items.unaligned import TargetMissing

DAY = date(2026, 6, 1)
HERE, THERE = "330282", "440232"
BASIC = "000117051000"
COUNTY, PREFECTURE, PROVINCE = "11440232MB2D06811W", "11440200007340216X", "11440000MB2D07520F"


def item(code: str, division: str, **facts) -> Item:
    parsed = parse(code)
    carried = {
        "kind": parsed.kind,
        "basic_code": parsed.basic,
        "implementation_code": parsed.implementation,
        "handling_code": parsed.text if parsed.kind == "handling" else "",
        "unit": parsed.unit,
    }
    return Item(division=division, code=parsed.text, **(carried | facts))


OURS = item("11330282MB2D07520F4" + BASIC, HERE)
COUNTY_ITEM = item(COUNTY + "4" + BASIC, THERE)
LOCAL = Item(HERE, "CX-ZJ-0051", kind="local", local_code="CX-ZJ-0051")


def ask(code: str = OURS.code, **changes) -> Question:
    asked = {"here_division": HERE, "there_division": THERE, "unit": None, "service_object": None, "at": DAY}
    return Question(code, **(asked | changes))


def declared(there_code: str = COUNTY_ITEM.code, here_code: str = LOCAL.code, **changes) -> Declared:
    row = {"id": "A-1", "here_division": HERE, "there_division": THERE, "source": "agreement 1"}
    return Declared(**(row | {"here_code": here_code, "there_code": there_code} | changes))


def test_a_national_basic_code_means_the_same_item_over_there():
    found = align(ask(), [OURS, COUNTY_ITEM], [])
    assert (found.kind, found.id, found.here, found.there) == (
        "national",
        f"national:{BASIC}",
        OURS,
        COUNTY_ITEM,
    )


def test_the_document_for_the_mapping_is_all_text_and_leaves_out_what_there_is_not():
    there = COUNTY_ITEM._replace(name="建设工程消防设计审查", version=3)
    assert align(ask(), [OURS, there], []).document() == {
        "code": COUNTY_ITEM.code,
        "basic_code": BASIC,
        "implementation_code": COUNTY_ITEM.code,
        "name": "建设工程消防设计审查",
        "version": "3",
        "unit": COUNTY,
        "alignment": f"national:{BASIC}",
    }


def test_a_declared_row_goes_before_the_national_code():
    other = item(PREFECTURE + "3000117054000", "440200")
    found = align(ask(), [OURS, COUNTY_ITEM, other], [declared(other.code, OURS.code)])
    assert (found.kind, found.id, found.there) == ("declared", "A-1", other)


def test_a_local_code_needs_a_declared_row():
    with pytest.raises(NotAligned) as caught:
        align(ask(LOCAL.code), [LOCAL, COUNTY_ITEM], [])
    assert caught.value.facts["lacking"] == "national_code"
    assert align(ask("cx-zj-0051 "), [LOCAL, COUNTY_ITEM], [declared()]).there == COUNTY_ITEM


def test_a_provincial_basic_code_is_no_equality():
    ours, theirs = item("11330282MB2D07520F4330117051000", HERE), item(COUNTY + "4330117051000", THERE)
    with pytest.raises(NotAligned):
        align(ask(ours.code), [ours, theirs], [])


def test_the_national_basic_code_itself_may_be_asked_for():
    found = align(ask(BASIC), [OURS, COUNTY_ITEM], [])
    assert (found.here.code, found.here.kind, found.here.unit, found.there) == (
        BASIC,
        "basic",
        "",
        COUNTY_ITEM,
    )


def test_a_national_basic_code_needs_no_row_here_but_one_over_there():
    found = align(ask(BASIC), [COUNTY_ITEM], [])
    assert (found.here.code, found.here.division, found.there) == (BASIC, HERE, COUNTY_ITEM)
    with pytest.raises(UnknownItem):
        align(ask(BASIC), [item("11440233MB2D07520F4" + BASIC, "440233")], [])


@pytest.mark.parametrize("code", ["", "CX-ZJ-9999", OURS.code[:-1] + "1", OURS.code + "202606010001"])
def test_a_code_that_the_catalogue_here_lacks_is_unknown(code):
    with pytest.raises(UnknownItem) as caught:
        align(ask(code), [OURS, COUNTY_ITEM], [])
    assert caught.value.facts["division"] == HERE


def test_a_declared_target_that_the_catalogue_lacks_is_unknown_over_there():
    with pytest.raises(TargetMissing) as caught:
        align(ask(LOCAL.code), [LOCAL], [declared()])
    assert caught.value.facts == {"code": COUNTY_ITEM.code, "division": THERE, "alignment": "A-1"}


def test_without_any_item_over_there_it_is_not_aligned():
    with pytest.raises(NotAligned) as caught:
        align(ask(), [OURS], [])
    assert caught.value.facts["lacking"] == "item_there"


def test_the_nearest_division_that_has_the_item_is_competent():
    province, prefecture = item(PROVINCE + "2" + BASIC, "440000"), item(PREFECTURE + "3" + BASIC, "440200")
    elsewhere = item("11440233MB2D07520F4" + BASIC, "440233")
    rows = [OURS, elsewhere, province, prefecture, COUNTY_ITEM]
    assert align(ask(), rows, []).there == COUNTY_ITEM
    assert align(ask(), rows[:4], []).there == prefecture
    assert align(ask(), rows[:3], []).there == province
    with pytest.raises(NotAligned):
        align(ask(), rows[:2], [])


def test_a_named_unit_above_is_found_though_the_county_has_the_item():
    prefecture = item(PREFECTURE + "3" + BASIC, "440200")
    assert align(ask(unit=PREFECTURE), [OURS, prefecture, COUNTY_ITEM], []).there == prefecture
    with pytest.raises(NotAligned) as caught:
        align(ask(unit=PROVINCE), [OURS, prefecture, COUNTY_ITEM], [])
    assert caught.value.facts["lacking"] == "unit"


def test_several_units_are_told_apart_by_the_unit():
    second = item("11440232007340216X4" + BASIC, THERE)
    with pytest.raises(SeveralItems) as caught:
        align(ask(), [OURS, COUNTY_ITEM, second], [])
    assert caught.value.deciding_field == "unit"
    assert set(caught.value.candidates) == {COUNTY_ITEM, second}
    assert align(ask(unit=second.unit), [OURS, COUNTY_ITEM, second], []).there == second


def test_handling_items_stand_for_their_implementation_item_and_the_applicant_decides():
    enterprise = item(COUNTY_ITEM.code + "01", THERE, service_objects="2^3")
    person = item(COUNTY_ITEM.code + "02", THERE, service_objects="1")
    rows = [OURS, COUNTY_ITEM, enterprise, person]
    with pytest.raises(SeveralItems) as caught:
        align(ask(), rows, [])
    assert (caught.value.deciding_field, len(caught.value.candidates)) == ("service_object", 2)
    assert align(ask(service_object="1"), rows, []).there == person
    assert align(ask(service_object="3"), rows, []).document()["handling_code"] == enterprise.code
    organization = ask(service_object=SERVICE_OBJECT["organization"])
    assert align(organization, rows, []).there == enterprise, "whatever kind it is, it is no natural person"
    with pytest.raises(NotAligned):
        align(organization, [OURS, person], [])
    with pytest.raises(NotAligned) as lacking:
        align(ask(service_object="9"), rows, [])
    assert lacking.value.facts["lacking"] == "service_object"


def test_variants_that_nothing_tells_apart_are_named_by_their_handling_code():
    rows = [OURS, item(COUNTY_ITEM.code + "01", THERE), item(COUNTY_ITEM.code + "02", THERE)]
    with pytest.raises(SeveralItems) as caught:
        align(ask(service_object="1"), rows, [])
    assert caught.value.deciding_field == "handling_code"


def test_a_cancelled_item_is_refused_on_either_side_and_names_what_took_its_place():
    ended = {"state": "cancelled", "valid_to": "2026-06-01", "superseded_by": "X"}
    for rows, side in (
        ([OURS._replace(**ended), COUNTY_ITEM], HERE),
        ([OURS, COUNTY_ITEM._replace(**ended)], THERE),
    ):
        with pytest.raises(CancelledItem) as caught:
            align(ask(), rows, [])
        assert (caught.value.facts["division"], caught.value.superseded_by) == (side, "X")
        assert align(ask(at=DAY - timedelta(1)), rows, []).kind == "national"


def test_a_cancellation_in_the_county_is_not_passed_over_to_the_prefecture():
    prefecture = item(PREFECTURE + "3" + BASIC, "440200")
    with pytest.raises(CancelledItem):
        align(ask(), [OURS, prefecture, COUNTY_ITEM._replace(state="cancelled")], [])


def test_what_superseded_a_cancelled_item_is_taken_where_it_has_the_same_basic_code():
    prefecture = item(PREFECTURE + "3" + BASIC, "440200")
    ended = COUNTY_ITEM._replace(state="cancelled", valid_to="2026-01-01", superseded_by=prefecture.code)
    assert align(ask(), [OURS, prefecture, ended], []).there == prefecture


def test_a_devolved_item_is_the_provinces_until_the_day_and_the_countys_from_it():
    province = item(PROVINCE + "2" + BASIC, "440000", valid_to="2026-06-01", superseded_by=COUNTY_ITEM.code)
    rows = [OURS, province, COUNTY_ITEM._replace(valid_from="2026-06-01")]
    assert align(ask(at=DAY - timedelta(1)), rows, []).there == province
    assert align(ask(at=DAY), rows, []).there.code == COUNTY_ITEM.code


def test_a_suspended_item_is_an_answer_of_its_own():
    with pytest.raises(SuspendedItem):
        align(ask(), [OURS, COUNTY_ITEM._replace(state="suspended")], [])


def test_an_item_that_begins_later_says_from_when():
    for rows in (
        [OURS, COUNTY_ITEM._replace(valid_from="2026-06-02")],
        [OURS._replace(valid_from="2026-06-02"), COUNTY_ITEM],
    ):
        with pytest.raises(NotYetValid) as caught:
            align(ask(), rows, [])
        assert caught.value.facts["from"] == "2026-06-02"


def test_an_alignment_that_is_declared_for_later_says_from_when():
    with pytest.raises(NotYetValid) as caught:
        align(ask(LOCAL.code), [LOCAL, COUNTY_ITEM], [declared(valid_from="2027-01-01")])
    assert caught.value.facts["from"] == "2027-01-01"


def test_a_later_version_ends_an_earlier_one_whose_end_was_never_written_down():
    first = COUNTY_ITEM._replace(version=1, name="old")
    second = COUNTY_ITEM._replace(version=2, name="new", valid_from="2026-06-01", valid_to="2026-07-01")
    rows = [OURS, second, first]
    assert align(ask(at=date(2026, 5, 31)), rows, []).there == first
    assert align(ask(at=date(2026, 6, 1)), rows, []).there == second
    with pytest.raises(CancelledItem):
        align(ask(at=date(2026, 7, 1)), rows, [])


def test_the_more_exact_declared_row_wins():
    other = item(PREFECTURE + "3000117054000", "440200")
    handling = item(OURS.code + "01", HERE)
    rows = [
        declared(other.code, OURS.basic_code, id="basic"),
        declared(COUNTY_ITEM.code, OURS.code, id="implementation"),
        declared(other.code, handling.code, id="handling", valid_to="2026-06-01"),
    ]
    assert align(ask(handling.code), [handling, COUNTY_ITEM, other], rows).id == "implementation"
    assert (
        align(ask(handling.code, at=DAY - timedelta(1)), [handling, COUNTY_ITEM, other], rows).id
        == "handling"
    )


def test_a_row_declared_for_the_province_serves_its_counties():
    province = item(PROVINCE + "2" + BASIC, "440000")
    row = declared(province.code, here_division="330000", there_division="440000")
    assert align(ask(LOCAL.code), [LOCAL, province], [row]).there == province


def test_two_declared_targets_are_told_apart_by_the_applicant():
    person = item(COUNTY_ITEM.code + "02", THERE, service_objects="1")
    enterprise = item(COUNTY_ITEM.code + "01", THERE, service_objects="2")
    rows = [declared(person.code, id="P"), declared(enterprise.code, id="E")]
    assert align(ask(LOCAL.code, service_object="1"), [LOCAL, person, enterprise], rows).id == "P"
    with pytest.raises(SeveralItems) as caught:
        align(ask(LOCAL.code), [LOCAL, person, enterprise], rows)
    assert caught.value.deciding_field == "service_object"


def test_one_local_code_for_two_items_here_is_ambiguous():
    twins = [OURS._replace(code=c, local_code="L-1", implementation_code=c) for c in ("A", "B")]
    with pytest.raises(SeveralItems) as caught:
        align(ask("L-1"), [*twins, COUNTY_ITEM], [])
    assert caught.value.deciding_field == "code"


days = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@given(days, days, days)
def test_a_declared_row_holds_in_its_half_open_period_in_both_directions(begins, ends, at):
    row = declared(valid_from=begins.isoformat(), valid_to=ends.isoformat())
    back = ask(COUNTY_ITEM.code, here_division=THERE, there_division=HERE, at=at)
    for question, target in ((ask(LOCAL.code, at=at), COUNTY_ITEM), (back, LOCAL)):
        try:
            found = align(question, [LOCAL, COUNTY_ITEM], [row])
        except (NotAligned, NotYetValid) as error:
            assert not begins <= at < ends
            assert isinstance(error, NotYetValid) == (begins > at)
        else:
            assert begins <= at < ends
            assert (found.id, found.there) == ("A-1", target)


def test_every_error_is_a_problem_with_a_text_and_no_error_without_a_code():
    for error in (UnknownItem(code="X", division="440232"), SeveralItems((OURS,), "unit")):
        assert isinstance(error, ItemError)
        assert error.problem().path == "/item/code"
        assert "440232" in str(error) or OURS.code in str(error)
        assert error.problem().text("zh") != str(error)
