"""What a list changes: nothing twice, no more than was shown, and nothing without its entry."""

import json

import pytest

from audit.tables import ENTRIES
from gateway.items.lists.apply import Word, apply
from gateway.items.lists.problems import Overtaken
from tests.gateway.items.lists.conftest import DAY, OTHER_UNIT, UNIT, national

FIRST = f"{UNIT}4000117051000"
SECOND = f"{UNIT}4000117052000"
DEVOLVED = f"{OTHER_UNIT}3000117051000"


def counted(found) -> dict[str, int]:
    return {kind: count for kind, count in found.counts.items() if count}


async def entries(desk) -> list[dict]:
    rows = await desk.store.read(lambda c: c.rows(ENTRIES.select().with_only_columns(ENTRIES.c.body)))
    return [json.loads(body) for (body,) in rows]


async def test_the_same_file_twice_changes_nothing_and_leaves_no_second_entry(desk, written):
    path = written(national((FIRST, "甲", "1"), (SECOND, "乙", "1")))
    assert counted(await desk.bring(path)) == {"added": 2}
    before = await entries(desk)
    assert counted(await desk.bring(path)) == {"unchanged": 2}
    assert await entries(desk) == before
    assert [entry["kind"] for entry in before] == ["catalogue.changed", "catalogue.imported"]
    assert before[0]["actor"] == "clerk-7" and before[0]["list"].startswith("sha256:")
    assert (before[1]["added"], before[1]["refused"]) == (2, 0)


async def test_looking_changes_nothing(desk, written):
    found = await desk.look(written(national((FIRST, "甲", "1"))))
    assert counted(found) == {"added": 1}
    assert await desk.items() == {} and await entries(desk) == []


async def test_a_change_is_told_by_its_columns_and_a_name_in_other_script_as_spelling(desk, written):
    await desk.bring(written(national((FIRST, "优化服务", "1"), (SECOND, "乙", "1"))))
    found = await desk.bring(written(national((FIRST, "優(yōu)化服務", "1"), (SECOND, "乙乙", "1"))))
    assert [change.what for change in found.shown["changed"]] == ["name (spelling only)", "name"]
    assert (await desk.items())[FIRST].name == "優(yōu)化服務"


async def test_what_the_whole_list_lacks_is_cancelled_and_a_part_of_it_cancels_nothing(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"), (SECOND, "乙", "1"))))
    shorter = written(national((FIRST, "甲", "1")))
    assert counted(await desk.bring(shorter)) == {"unchanged": 1}
    assert counted(await desk.bring(shorter, complete="440232")) == {"unchanged": 1, "cancelled": 1}
    gone = (await desk.items())[SECOND]
    assert (gone.state, gone.valid_to) == ("cancelled", DAY)
    assert counted(await desk.bring(shorter, complete="440232")) == {"unchanged": 1}


async def test_another_list_of_the_division_is_left_alone(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"))), source="national")
    found = await desk.bring(written(national((SECOND, "乙", "1"))), complete="440232", source="local")
    assert counted(found) == {"added": 1}


async def test_an_item_that_comes_back_is_in_use_again(desk, written):
    whole = written(national((FIRST, "甲", "1"), (SECOND, "乙", "1")))
    await desk.bring(whole)
    await desk.bring(written(national((FIRST, "甲", "1")), "shorter.csv"), complete="440232")
    assert counted(await desk.bring(whole)) == {"unchanged": 1, "changed": 1}
    assert (await desk.items())[SECOND].state == "in_use"


async def test_a_devolved_item_is_linked_to_the_one_that_came_in_its_place(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"), (SECOND, "乙", "1"))))
    later = written(national((DEVOLVED, "甲", "1"), (SECOND, "乙", "1")))
    found = await desk.bring(later, complete="440232")
    assert counted(found) == {"added": 1, "unchanged": 1, "devolved": 1}
    old = (await desk.items())[FIRST]
    assert (old.superseded_by, old.valid_to, old.level) == (DEVOLVED, DAY, "4")
    assert counted(await desk.bring(later, complete="440232")) == {"unchanged": 2}


async def test_an_item_that_its_own_row_ends_is_linked_as_well(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"))))
    later = written(national((DEVOLVED, "甲", "1"), (FIRST, "甲", "取消")))
    assert counted(await desk.bring(later)) == {"added": 1, "devolved": 1}
    assert (await desk.items())[FIRST].superseded_by == DEVOLVED
    assert counted(await desk.bring(later)) == {"unchanged": 2}


async def test_what_only_looks_devolved_is_said_and_left_in_use(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"))))
    found = await desk.bring(written(national((DEVOLVED, "甲", "1"))))
    assert [(change.code, code) for change, code in found.perhaps] == [(FIRST, DEVOLVED)]
    assert (await desk.items())[FIRST].state == "in_use"


async def test_an_end_that_is_planned_for_later_is_a_change_and_not_yet_an_end(desk, written):
    head = ("task_code", "task_name", "plan_cancel_date")
    await desk.bring(written([head, (FIRST, "甲", ""), (SECOND, "乙", "")]))
    found = await desk.bring(written([head, (FIRST, "甲", "2030-01-01"), (SECOND, "乙", "")]))
    assert counted(found) == {"changed": 1, "unchanged": 1}
    assert counted(await desk.bring(written([head, (SECOND, "乙", "")]), complete="440232")) == {
        "cancelled": 1, "unchanged": 1,
    }  # fmt: skip
    assert (await desk.items())[FIRST].valid_to == DAY


async def test_two_units_that_have_one_item_side_by_side_do_not_look_devolved(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"))))
    found = await desk.bring(written(national((DEVOLVED, "甲", "1"), (FIRST, "甲", "1"))))
    assert found.perhaps == []


async def test_a_refused_row_that_names_its_item_does_not_cancel_it(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"), (SECOND, "乙", "1"))))
    found = await desk.bring(written(national((FIRST, "甲", "1"), (SECOND, "", "1"))), complete="440232")
    assert counted(found) == {"unchanged": 1}
    assert desk.faults == [(3, "name", "row_lacks")]


async def test_a_refused_row_that_names_no_item_withholds_every_cancellation(desk, written):
    await desk.bring(written(national((FIRST, "甲", "1"), (SECOND, "乙", "1"))))
    found = await desk.bring(written(national((FIRST, "甲", "1"), ("", "乙", "1"))), complete="440232")
    assert found.withheld and counted(found) == {"unchanged": 1}


async def test_an_adjusted_item_is_a_version_beside_the_old_one(desk, written):
    head = ("task_code", "task_name", "task_version")
    await desk.bring(written([head, (FIRST, "甲", "3")]))
    found = await desk.bring(written([head, (FIRST, "甲甲", "4")]), complete="440232")
    assert counted(found) == {"changed": 1}
    assert found.shown["changed"][0].what == "version 3 → 4"


async def test_who_compared_before_somebody_else_changed_items_applies_nothing(desk, written):
    first = await desk.look(written(national((FIRST, "甲", "1"))))
    await desk.bring(written(national((SECOND, "乙", "1"))))
    with pytest.raises(Overtaken):
        await apply(desk.store, first, Word("0", "clerk-7"))
    assert set(await desk.items()) == {SECOND}


async def test_thousands_of_rows_come_in_by_parts_each_with_its_entry(desk, written):
    rows = [(f"L-{number:05}", f"事项 {number}", "1") for number in range(4_500)]
    path = written([("local_task_code", "task_name", "task_state"), *rows])
    assert counted(await desk.bring(path)) == {"added": 4_500}
    found = await entries(desk)
    assert [(entry["part"], entry["added"]) for entry in found[:3]] == [(1, 2000), (2, 2000), (3, 500)]
    assert found[3]["kind"] == "catalogue.imported"
    assert len(await desk.items()) == 4_500


async def test_whatever_a_cell_holds_comes_in_as_it_stands_as_new_and_as_changed(desk, written):
    odd = ["甲\t乙", "反\\N斜\\t杠", 'say "甲"', "两\n行", "{甲,乙}", "null", "𠅤·䶮", "%s %(name)s", "a,b;c"]
    rows = [(f"L-{number}", name, "1") for number, name in enumerate(odd)]
    headings = ("local_task_code", "task_name", "task_state")
    assert counted(await desk.bring(written([headings, *rows]))) == {"added": len(odd)}
    assert [item.name for _, item in sorted((await desk.items()).items())] == odd
    others = [(code, f"{name}改", "1") for code, name, _ in rows]
    assert counted(await desk.bring(written([headings, *others]))) == {"changed": len(odd)}
    assert [item.name for _, item in sorted((await desk.items()).items())] == [f"{name}改" for name in odd]


class Died(Exception):
    """Stands for the end of the process between two parts."""


async def test_what_was_applied_before_a_death_stays_and_the_same_file_brings_the_rest(desk, written):
    rows = [(f"L-{number:05}", f"事项 {number}", "1") for number in range(4_500)]
    path = written([("local_task_code", "task_name", "task_state"), *rows])

    def die(part: int, _: int) -> None:
        if part == 2:
            raise Died

    with pytest.raises(Died):
        await apply(desk.store, await desk.look(path), Word("0", "clerk-7"), die)
    assert len(await desk.items()) == 4_000
    assert counted(await desk.bring(path)) == {"added": 500, "unchanged": 4_000}
