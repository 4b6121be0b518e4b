"""A code of the other side names its item outright; a code of ours never does."""

from datetime import date

import pytest

from gateway.items.align import align
from gateway.items.item import Item, Question
from gateway.items.problems import CancelledItem, UnknownItem

HERE, THERE, BASIC = "330282", "440232", "002014007000"
CODE = "11440232007340216X4" + BASIC
THEIRS = Item(
    THERE, CODE, name="失业登记", basic_code=BASIC, implementation_code=CODE, unit=CODE[:18], version=5
)


def ask(code: str = CODE, **more: object) -> Question:
    return Question(code, HERE, THERE, None, None, date(2026, 11, 20), **more)  # type: ignore[arg-type]


def test_whoever_knows_their_code_needs_no_item_and_no_row_of_ours() -> None:
    found = align(ask(), [THEIRS], [])
    assert (found.id, found.kind, found.there) == (f"itself:{CODE}", "itself", THEIRS)
    assert found.document()["code"] == CODE


def test_a_code_that_is_ours_too_is_ours() -> None:
    ours = Item(HERE, CODE, name="本地事项", basic_code=BASIC, implementation_code=CODE)
    assert align(ask(), [ours, THEIRS], []).id == f"national:{BASIC}"


def test_only_a_code_with_its_unit_means_one_item_everywhere() -> None:
    local = Item(THERE, "LOCAL-1", kind="local", local_code="LOCAL-1")
    with pytest.raises(UnknownItem):
        align(ask("LOCAL-1"), [local], [])


def test_the_handling_item_for_the_situation_is_taken_where_there_are_several() -> None:
    first, second = (
        THEIRS._replace(code=f"{CODE}0{n}", kind="handling", handling_code=f"{CODE}0{n}", situation=situation)
        for n, situation in ((1, "新办"), (2, "变更"))
    )
    assert align(ask(situation="变更"), [THEIRS, first, second], []).there == second


def test_an_item_that_is_cancelled_is_told_as_such() -> None:
    with pytest.raises(CancelledItem):
        align(ask(), [THEIRS._replace(state="cancelled")], [])
