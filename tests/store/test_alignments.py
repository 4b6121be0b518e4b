"""Alignments are found, and their findings told, from either database alike."""

from datetime import date

import pytest

from gateway.items.align import Question, find
from gateway.items.findings import findings_of
from gateway.items.lists.catalogue import import_alignments, import_items
from gateway.items.problems import ItemError
from gateway.items.walk import Places, count, pairs
from gateway.store.connection import Connection

HERE, THERE = "330282", "440232"


def item(code: str, division: str, **cells: str) -> dict[str, str]:
    return {"division": division, "code": code, "kind": "local", "name": code, "state": "1"} | cells


def row(name: str, there: str, **cells: str) -> dict[str, str]:
    sides = {"here_division": HERE, "here_code": "L-1", "there_division": THERE, "there_code": there}
    return {"id": name, "source": "word"} | sides | cells


def test_rows_for_situations_are_found_and_what_is_wrong_with_them_is_told(connection: Connection) -> None:
    connection.begin()
    try:
        import_items(
            connection, [item("L-1", HERE), item("甲-1", THERE), item("Y-1", THERE, valid_to="2026-06-01")]
        )
        import_alignments(
            connection, [row("A", "甲-1", here_situation="新办"), row("B", "Y-1", here_situation="变更")]
        )
        asked = Question("l-1", HERE, THERE, None, None, date(2026, 5, 31), "变 更")
        assert find(connection, asked).there.code == "Y-1"
        with pytest.raises(ItemError) as caught:
            find(connection, Question("L-1", HERE, THERE, None, None, date(2026, 6, 1), "变更"))
        assert caught.value.code == "item_target_cancelled"
        within = Places("330000", "440200")
        assert (count(connection, within), count(connection, Places("33028", "45"))) == (1, 0)
        (pair,) = pairs(connection, within, None, turned=False)
        assert pairs(connection, within, pair, turned=False) == []
        (finding,) = findings_of(connection, pair, "2026-01-01")
        assert (finding.rows, finding.situation, finding.valid_from) == ("B", "变更", "2026-06-01")
    finally:
        connection.rollback()
