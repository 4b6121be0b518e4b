"""The catalogue that comes with the examples: importable without a fault, and every made-up case aligns by it."""

from datetime import date
from pathlib import Path

import pytest

from gateway.items.align import Question, align
from gateway.items.item import Declared, Item
from gateway.items.lists.declared import read_alignment
from gateway.items.lists.formats import read_csv
from gateway.items.lists.rows import read_item
from gateway.items.problems import CancelledItem, NotYetValid, SeveralItems
from tests.fakes import fixtures

CATALOGUE = Path(__file__).parents[2] / "mappings" / "catalogue"
ITEM_READINGS = [read_item(row) for row in read_csv(CATALOGUE / "items.csv")]
ALIGNMENT_READINGS = [read_alignment(row) for row in read_csv(CATALOGUE / "alignments.csv")]
ITEMS: list[Item] = [reading.record for reading in ITEM_READINGS if reading.record]
DECLARED: list[Declared] = [reading.record for reading in ALIGNMENT_READINGS if reading.record]
DAY = date(2026, 11, 20)


def test_every_row_can_be_imported() -> None:
    assert [reading.faults for reading in ITEM_READINGS if reading.faults] == []
    assert [reading.faults for reading in ALIGNMENT_READINGS if reading.faults] == []
    assert (len(ITEMS), len(DECLARED)) == (43, 5)


@pytest.mark.parametrize("name", sorted(fixtures.THERE))
def test_a_made_up_case_aligns_with_the_item_that_its_platform_has(name: str) -> None:
    case = fixtures.case(name)
    applicant = "1" if case["applicant"]["kind"] == "person" else "2"
    here, there = case["receiving"]["division"], case["division"]
    found = align(Question(case["item"]["code"], here, there, None, applicant, DAY), ITEMS, DECLARED)
    assert found.there.code == fixtures.THERE[name]
    assert found.document() | {"alignment": ""} == fixtures.there(name) | {"alignment": ""}


@pytest.mark.parametrize(
    ("basic_code", "there", "error"),
    [
        ("000117054000", "440232", CancelledItem),
        ("000117055000", "440232", NotYetValid),
        ("000117059000", "440233", SeveralItems),  # two units of one county have it
    ],
)
def test_the_catalogue_has_an_item_for_every_way_to_fail(
    basic_code: str, there: str, error: type[Exception]
) -> None:
    question = Question(f"11341702MB1A0231794{basic_code}", "341702", there, None, "2", DAY)
    with pytest.raises(error):
        align(question, ITEMS, DECLARED)


def test_a_case_received_before_the_item_was_devolved_goes_to_the_unit_of_that_day() -> None:
    question = Question("CX-ZJ-0051", "330282", "440232", None, "2", date(2025, 11, 20))
    assert align(question, ITEMS, DECLARED).there.code == "11440232MB2D07320M3000117051000"
