"""What is wrong with declared alignments, out of a real database, as `tongban item findings` tells it."""

import pytest

from gateway.items.advice import advice
from gateway.items.findings import findings_of
from gateway.items.lists.catalogue import import_alignments, import_items
from gateway.items.walk import PAIRS, Pair, Places, count, pairs

SINCE = "2026-01-01"
HERE, THERE = "330282", "440232"
BASIC = "440117051000"
COUNTY, PREFECTURE = "11440232MB2D06811W4" + BASIC, "11440100007483172Q3" + BASIC


def item(code, division=HERE, **cells):
    return {
        "code": code,
        "division": division,
        "kind": "local",
        "name": code,
        "state": "1",
        "unit": "U",
    } | cells


def row(name, here="L", there="X", **cells):
    sides = {"here_division": HERE, "there_division": THERE, "here_code": here, "there_code": there}
    return {"id": name, "source": "word"} | sides | cells


def told(connection, items, rows, since=SINCE, **places):
    """(code, rows, from, to, division from which it is asked) of each finding."""
    for imported in (import_items(connection, items), import_alignments(connection, rows)):
        assert imported.faults == ()
    found = []
    for turned in (False, True):
        for pair in pairs(connection, Places(**places), None, turned=turned):
            for each in findings_of(connection, pair, since):
                assert each.problem.text("zh") and each.problem.text("en")
                assert advice(each, "zh") and advice(each, "en")
                found.append(
                    (each.problem.code, each.rows, each.valid_from, each.valid_to, each.here_division)
                )
    return found


X, Y, L = item("X", THERE), item("Y", THERE), item("L")


def test_sound_rows_have_no_finding(connection):
    rows = [row("A", valid_to="2026-03-01"), row("B", there="Y", valid_from="2026-03-01")]
    assert told(connection, [L, X, Y], rows) == []


def test_two_rows_to_different_items_conflict_on_the_days_that_both_hold(connection):
    rows = [row("A", valid_to="2026-03-01"), row("B", there="Y", valid_from="2026-02-01")]
    assert told(connection, [L, X, Y], rows) == [
        ("item_alignment_conflict", "A, B", "2026-02-01", "2026-03-01", HERE)
    ]


def test_rows_that_a_caller_can_tell_apart_do_not_conflict(connection):
    for cells in ({"unit": "V"}, {"service_objects": "2"}):
        items = [L, item("X", THERE, service_objects="1"), item("Y", THERE, **cells)]
        assert told(connection, items, [row("A"), row("B", there="Y")]) == []
    rows = [row("A", here_situation="新办"), row("B", there="Y", here_situation="变更")]
    assert told(connection, [L, X, Y], rows) == []


def test_rows_for_one_situation_conflict_whatever_else_there_is(connection):
    rows = [row("A", here_situation="新办"), row("B", there="Y", here_situation=" 新办 "), row("C")]
    assert told(connection, [L, X, Y], rows) == [("item_alignment_conflict", "A, B", SINCE, "", HERE)]


def test_several_codes_for_one_item_are_a_conflict_for_those_who_ask_from_there(connection):
    items, rows = [L, item("M"), X], [row("A"), row("B", here="M")]
    assert told(connection, items, rows) == [("item_alignment_conflict", "A, B", SINCE, "", THERE)]
    assert told(connection, [], [], here=HERE) == []
    turned = row("C", here="X", there="L", here_division=THERE, there_division=HERE)
    assert told(connection, [], [turned]) == []


def test_the_same_said_twice_is_an_overlap(connection):
    rows = [row("A"), row("B", valid_from="2026-02-01", valid_to="2026-03-01")]
    assert told(connection, [L, X], rows) == [
        ("item_alignment_overlap", "A, B", "2026-02-01", "2026-03-01", HERE)
    ]


def test_days_between_two_rows_are_a_gap_and_named(connection):
    rows = [row("A", valid_to="2026-03-01"), row("B", valid_from="2026-03-02")]
    assert told(connection, [L, X], rows) == [
        ("item_alignment_gap", "A, B", "2026-03-01", "2026-03-02", HERE)
    ]
    assert told(connection, [], [], since="2026-03-02") == []


def test_a_gap_is_told_although_the_national_code_would_answer(connection):
    ours = item("11341702MB1A0231794000117051000", kind="implementation", unit="")
    theirs = item("11440232MB2D06811W4000117051000", THERE, kind="implementation", unit="")
    rows = [
        row("A", ours["code"], "X", valid_to="2026-03-01"),
        row("B", ours["code"], "X", valid_from="2026-04-01"),
    ]
    assert told(connection, [ours, theirs, X], rows) == [
        ("item_alignment_gap", "A, B", "2026-03-01", "2026-04-01", HERE)
    ]


def test_a_row_that_ends_before_the_item_does_is_told_until_the_item_ends(connection):
    rows = [row("A", valid_to="2026-03-01")]
    assert told(connection, [item("L", valid_to="2026-05-01"), X], rows)[0] == (
        "item_alignment_ended", "A", "2026-03-01", "2026-05-01", HERE,
    )  # fmt: skip
    assert told(connection, [item("L", valid_to="2026-03-01")], []) == []


def test_a_target_that_no_list_has_is_missing_on_whichever_side(connection):
    assert told(connection, [L, X], [row("A", there="N"), row("B", here="N")]) == [
        ("item_target_missing", "A", "", "", HERE),
        ("item_target_missing", "B", "", "", HERE),
    ]


def test_a_cancelled_target_is_told_from_the_day_on_and_with_what_took_its_place(connection):
    ended = {"state": "3", "valid_to": "2026-06-01"}
    rows = [row("A"), row("B", here="M", there="Y")]
    items = [L, item("M"), item("X", THERE, **ended), item("Y", THERE, **ended, superseded_by="Z")]
    assert told(connection, items, rows) == [
        ("item_target_cancelled", "A", "2026-06-01", "", HERE),
        ("item_target_superseded", "B", "2026-06-01", "", HERE),
    ]


def test_a_cancelled_item_here_is_told_to_those_who_ask_from_there(connection):
    items = [item("L", state="3", valid_to="2026-06-01"), X]
    assert told(connection, items, [row("A")]) == [("item_target_cancelled", "A", "2026-06-01", "", THERE)]


def test_a_devolved_target_is_followed_and_no_finding(connection):
    ended = {"valid_to": "2026-06-01", "superseded_by": COUNTY, "state": "3"}
    items = [
        L,
        item(PREFECTURE, "440200", kind="implementation", unit="", **ended),
        item(COUNTY, THERE, kind="implementation", unit="", valid_from="2026-06-01"),
    ]
    assert told(connection, items, [row("A", there=PREFECTURE)]) == []


def test_a_row_to_an_item_with_handling_items_that_nothing_tells_apart_asks_for_the_handling_code(connection):
    parts = [item(COUNTY + n, THERE, kind="handling", unit="") for n in ("01", "02")]
    items = [L, item(COUNTY, THERE, kind="implementation", unit=""), *parts]
    assert [each[:2] for each in told(connection, items, [row("A", there=COUNTY)])] == [
        ("item_ambiguous", "A")
    ]


def test_a_row_of_a_province_is_asked_in_the_county_that_has_the_item(connection):
    items = [L, item("X", "440000", state="3", valid_to="2026-06-01")]
    rows = [row("A", here_division="330000", there_division="440000")]
    assert told(connection, items, rows) == [("item_target_cancelled", "A", "2026-06-01", "", HERE)]


@pytest.mark.parametrize(
    ("places", "kept"),
    [({"here": HERE}, 1), ({"here": "330000"}, 1), ({"there": THERE}, 1), ({"here": "340000"}, 0), ({}, 2)],
)
def test_only_what_is_asked_from_and_for_the_named_places_is_looked_at(connection, places, kept):
    import_alignments(connection, [row("A")])
    asked = Places(**places)
    found = [pair for turned in (False, True) for pair in pairs(connection, asked, None, turned=turned)]
    assert len(found) == kept == count(connection, asked)


def test_every_pair_is_walked_through_once_whatever_the_size_of_a_page(connection):
    import_alignments(connection, [row(f"A{n}", here=f"L{n:04d}") for n in range(2 * PAIRS + 3)])
    seen: list[Pair] = []
    while page := pairs(connection, Places(), seen[-1] if seen else None, turned=False):
        assert len(page) <= PAIRS
        seen += page
    assert len(set(seen)) == len(seen) == 2 * PAIRS + 3 == count(connection, Places(there=THERE))
