"""Suggestions, decisions and coverage, on a file and on a server."""

from datetime import date

import pytest
import sqlalchemy as sa

from gateway.items.item import Declared, Item
from gateway.items.likeness.coverage import cover
from gateway.items.likeness.decisions import NotOpen, SamePerson, confirm, refuse
from gateway.items.likeness.propose import Suggestion
from gateway.items.likeness.stored import (
    CONFIRMED,
    Pair,
    all_open,
    drop_older,
    keep,
    of_item,
    one,
    open_codes,
)
from gateway.items.lists.catalogue import import_alignments, import_items
from gateway.items.remembered import version_of
from gateway.items.tables import alignments
from gateway.store.store import Transaction

PAIR = Pair("370900", "520300")
DAY = date(2026, 11, 22)
NOW_MS = 1_795_312_800_000  # 2026-11-22 in China
UNIT = "11370900MB2D06811"


@pytest.fixture
def tx(connection):
    connection.begin()
    yield Transaction(connection, lambda: NOW_MS)
    connection.rollback()


def suggestion(here, there, probability=0.9):
    return Suggestion(Item(PAIR.here, here), Item(PAIR.there, there), probability, ("因为", "because"))


def kept(tx, *found):
    keep(tx.connection, found, PAIR, NOW_MS)


def listed(tx, *rows):
    """Items: (division, code, name, further columns)."""
    for division, code, name, *more in rows:
        row = {
            "division": division,
            "code": code,
            "kind": "local",
            "name": name,
            "state": "in_use",
            "local_code": code,
        }
        done = import_items(tx.connection, [row | (more[0] if more else {})])
        assert not done.faults, done.faults


def aligned(tx, *rows):
    for number, (here, there, *more) in enumerate(rows):
        row = {
            "id": f"D{number}", "here_division": PAIR.here, "here_code": here, "there_division": PAIR.there,
            "there_code": there, "source": "agreement 7",
        }  # fmt: skip
        assert not import_alignments(tx.connection, [row | (more[0] if more else {})]).faults


def read_rows(connection):
    names = Declared._fields
    rows = connection.rows(sa.select(*(alignments.c[name] for name in names)), {})
    return [dict(zip(names, row, strict=True)) for row in rows]


def covered(tx):
    found, after = cover(tx.connection, PAIR, DAY, "")
    more, end = cover(tx.connection, PAIR, DAY, after)
    assert (more, end) == ([], "")
    return {each.item.code: each for each in found}


def test_the_surest_item_comes_first_and_a_confirmed_one_no_more(tx):
    kept(tx, suggestion("A", "X", 0.6), suggestion("B", "Y", 0.95), suggestion("B", "Z", 0.7))
    assert open_codes(tx.connection, PAIR) == ["B", "A"]
    assert [each.permille for each in of_item(tx.connection, PAIR, "B")] == [950, 700]
    confirm(tx, PAIR, ("B", "Y"), actor="op-1", persons=1)
    assert open_codes(tx.connection, PAIR) == ["A"]


def test_a_confirmation_is_a_dated_row_with_its_entry_and_everybody_forgets_what_they_remember(tx):
    kept(tx, suggestion("A", "X"))
    before = version_of(tx.connection)
    said = confirm(tx, PAIR, ("A", "X"), actor="op-1", persons=1)
    assert (said.decision, said.first_by) == (CONFIRMED, "op-1")
    assert version_of(tx.connection) == before + 1
    (entry,) = tx.entries
    assert (entry.kind, entry.facts["alignment"]) == ("alignment.confirmed", said.alignment)
    listed(tx, (PAIR.here, "A", "甲"), (PAIR.there, "X", "乙"))
    assert covered(tx)["A"].standing == "confirmed"


def test_a_declared_row_is_no_confirmation_whatever_its_source_says_and_a_list_takes_none_back(tx):
    kept(tx, suggestion("A", "X"))
    listed(
        tx, (PAIR.here, "A", "甲"), (PAIR.there, "X", "乙"), (PAIR.here, "B", "丙"), (PAIR.there, "Y", "丁")
    )
    aligned(tx, ("B", "Y", {"source": "confirmed by the ministry on 2026-01-01"}))
    said = confirm(tx, PAIR, ("A", "X"), actor="op-1", persons=1)
    assert {code: each.standing for code, each in covered(tx).items()} == {"A": "confirmed", "B": "declared"}
    (row,) = [each for each in read_rows(tx.connection) if each["id"] == said.alignment]
    again = import_alignments(
        tx.connection, [{name: text for name, text in row.items() if name != "confirmed_by"}]
    )
    assert (again.unchanged, covered(tx)["A"].standing) == (1, "confirmed")


def test_a_first_confirmation_of_two_aligns_nothing_and_the_same_person_cannot_be_the_second(tx):
    kept(tx, suggestion("A", "X"))
    listed(tx, (PAIR.here, "A", "甲"), (PAIR.there, "X", "乙"))
    confirm(tx, PAIR, ("A", "X"), actor="op-1", persons=2)
    assert covered(tx)["A"].lacks[1] == "the confirmation of a second person"
    with pytest.raises(SamePerson):
        confirm(tx, PAIR, ("A", "X"), actor="op-1", persons=1)
    said = confirm(tx, PAIR, ("A", "X"), actor="op-2", persons=2)
    assert (said.first_by, said.second_by, said.decision) == ("op-1", "op-2", CONFIRMED)
    assert [entry.kind for entry in tx.entries] == ["suggestion.first_confirmed", "alignment.confirmed"]


def test_what_is_decided_is_decided_once(tx):
    kept(tx, suggestion("A", "X"))
    refuse(tx, PAIR, ("A", "X"), actor="op-1")
    for decide in (lambda: refuse(tx, PAIR, ("A", "X"), actor="op-2"),
                   lambda: confirm(tx, PAIR, ("A", "X"), actor="op-2", persons=1),
                   lambda: confirm(tx, PAIR, ("A", "never"), actor="op-2", persons=1)):  # fmt: skip
        with pytest.raises(NotOpen):
            decide()
    assert [entry.kind for entry in tx.entries] == ["suggestion.refused"]


def test_a_new_run_refreshes_what_nobody_touched_and_drops_what_it_did_not_find(tx):
    kept(tx, suggestion("A", "X"), suggestion("B", "Y"), suggestion("C", "Z"), suggestion("E", "V"))
    refuse(tx, PAIR, ("A", "X"), actor="op-1")
    confirm(tx, PAIR, ("E", "V"), actor="op-1", persons=2)
    keep(tx.connection, [suggestion("A", "X", 0.5), suggestion("B", "Y", 0.5)], PAIR, NOW_MS + 1)
    assert drop_older(tx.connection, PAIR, NOW_MS + 1) == 1
    assert {(each.here_code, each.permille) for each in all_open(tx.connection, PAIR)} == {
        ("B", 500),
        ("E", 900),
    }
    assert one(tx.connection, PAIR, "A", "X").permille == 900


def test_each_item_in_force_is_covered_once_by_what_aligns_it(tx):
    national = {"basic_code": "000117051000", "kind": "local"}
    listed(
        tx,
        (PAIR.here, "N", "消防", national), (PAIR.there, "T-N", "消防", national),
        (PAIR.here, "D", "登记"), (PAIR.there, "T-D", "登记"),
        (PAIR.here, "TURNED", "反向"), (PAIR.there, "T-T", "反向"),
        (PAIR.here, "TWO", "矛盾"), (PAIR.there, "T-1", "一"), (PAIR.there, "T-2", "二"),
        (PAIR.here, "LOST", "失落"),
        (PAIR.here, "OVER", "对方取消"), (PAIR.there, "T-O", "取消", {"valid_to": "2026-01-01"}),
        (PAIR.here, "ALONE", "无"), (PAIR.here, "GUESS", "建议"),
        (PAIR.here, "PAST", "已止", {"valid_to": "2026-01-01"}),
        (PAIR.here, "LATER", "以后"), (PAIR.there, "T-L", "以后"),
    )  # fmt: skip
    aligned(tx, ("D", "T-D"), ("TWO", "T-1"), ("TWO", "T-2"), ("LOST", "GONE"), ("OVER", "T-O"),
            ("LATER", "T-L", {"valid_from": "2027-01-01"}))  # fmt: skip
    turned = {
        "here_division": PAIR.there,
        "here_code": "T-T",
        "there_division": PAIR.here,
        "there_code": "TURNED",
    }
    aligned(tx, ("", "", turned | {"id": "T0"}))
    kept(tx, suggestion("GUESS", "T-1"), suggestion("N", "T-1"))
    found = covered(tx)
    assert {code: each.standing for code, each in found.items()} == {
        "N": "national", "D": "declared", "TURNED": "declared", "TWO": "conflicting", "LOST": "conflicting",
        "OVER": "conflicting", "ALONE": "unaligned", "GUESS": "suggested", "LATER": "unaligned",
    }  # fmt: skip
    assert found["D"].there.code == "T-D" and found["D"].lacks == ("", "")
    assert "different items" in found["TWO"].lacks[1] and "2027-01-01" in found["LATER"].lacks[1]
    assert "cancelled" in found["OVER"].lacks[1] and "1 suggestions" in found["GUESS"].lacks[1]


def test_a_list_is_covered_page_by_page_with_all_versions_of_a_code_together(tx):
    listed(tx, *((PAIR.here, f"C{number}", "事项", {"version": str(version)})
                 for number in range(5) for version in range(1, 1 + number % 3 + 1)))  # fmt: skip
    codes, after = [], ""
    while True:
        found, after = cover(tx.connection, PAIR, DAY, after, size=4)
        codes += [each.item.code for each in found]
        if not after:
            break
    assert codes == [f"C{number}" for number in range(5)]
