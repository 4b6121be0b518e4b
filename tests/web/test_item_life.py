"""What happens to cases while their items are cancelled, devolved, adjusted, or split by situation: by API."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from gateway.guides.guide import Guide
from gateway.guides.store import put
from gateway.items.align import Question
from gateway.items.item import Item
from gateway.items.lists.catalogue import import_alignments, import_items
from gateway.items.remembered import Alignments
from gateway.items.remembered import changed as catalogue_changed
from gateway.items.versions import Change, VersionDiffers
from gateway.store.connection import Connection
from mappings.china_time import CHINA
from tests.web.checked import Answer
from tests.web.declared import HEADING
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, serving

HERE, THERE = "341702", "440232"
UNIT, ABOVE = "11440232MB2D06811W", "11440100007483172Q"
JOBLESS = "11440232007340216X4002014007000"  # 失业登记, which the simulated platform has in version 5
COLUMNS = [*HEADING.strip().split(","), "situation"]


def code(number: int, unit: str = UNIT, level: str = "4") -> str:
    """A provincial implementation code: no national equality, so only declared rows lead to it."""
    return f"{unit}{level}4401990{number:02d}000"


def item(code: str, division: str = THERE, **cells: str) -> dict[str, str]:
    kind = {31: "implementation", 33: "handling"}.get(len(code), "local")
    known = {"division": division, "code": code, "kind": kind, "name": "模拟事项", "state": "1"}
    return dict.fromkeys(COLUMNS, "") | {"valid_from": "2020-01-01"} | known | cells


def row(name: str, here: str, there: str, **cells: str) -> dict[str, str]:
    sides = {"here_division": HERE, "here_code": here, "there_division": THERE, "there_code": there}
    return {"id": name, "source": "模拟协议"} | sides | cells


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    async with serving(tmp_path_factory.mktemp("life")) as running:
        yield running


async def bring(
    place: Running, items: list[dict[str, str]], rows: list[dict[str, str]] | None = None
) -> None:
    """Import, as the command does, and wait until every process would know."""

    def work(tx: Any) -> None:
        catalogue_changed(tx.connection)
        faults = (
            import_items(tx.connection, items).faults + import_alignments(tx.connection, rows or []).faults
        )
        assert faults == ()

    await place.gateway.store.write(work)
    await asyncio.sleep(1)  # "in force everywhere within a second"


def case(item_code: str, **values: Any) -> dict[str, Any]:
    return changed(case_of_somebody(), item__code=item_code, **values)


async def preflight(place: Running, item_code: str, **values: Any) -> Answer:
    return await place.ask("POST", "/v1/preflight", body=case(item_code, **values))


def today(ahead: int = 0) -> str:
    return (datetime.now(CHINA).date() + timedelta(ahead)).isoformat()


async def test_a_cancelled_item_here_is_refused_and_names_what_took_its_place(place: Running) -> None:
    ended = {"state": "取消", "valid_to": today(), "superseded_by": "LIFE-2B"}
    await bring(place, [item("LIFE-2", HERE, **ended), item(code(2))], [row("L-2", "LIFE-2", code(2))])
    refused = await place.submit(case("LIFE-2"), "key-life-0004")
    assert (refused.status, refused.code, refused.document["superseded_by"]) == (
        422, "item_cancelled", "LIFE-2B",
    )  # fmt: skip


async def test_a_devolved_item_is_followed_from_its_day_on(place: Running) -> None:
    old, new = code(3, ABOVE, "3"), code(3)
    ended = {"state": "3", "valid_to": today(), "superseded_by": new}
    items = [item("LIFE-3", HERE), item(old, "440200", **ended), item(new, valid_from=today())]
    await bring(place, items, [row("L-3", "LIFE-3", old)])
    before = (datetime.now(CHINA) - timedelta(1)).isoformat(timespec="seconds")
    found = [
        (await preflight(place, "LIFE-3", **values)).document["item"]["implementation_code"]
        for values in ({}, {"receiving__received_at": before, "receiving__identity_check": None})
    ]
    assert found == [new, old], "by the day of receipt, never now"


async def test_a_superseded_item_of_another_kind_is_named_and_not_followed(place: Running) -> None:
    ended = {"state": "3", "valid_to": today(), "superseded_by": code(5)}
    items = [item("LIFE-4", HERE), item(code(4), **ended), item(code(5))]
    await bring(place, items, [row("L-4", "LIFE-4", code(4))])
    refused = await preflight(place, "LIFE-4")
    assert (refused.status, refused.code) == (422, "item_target_superseded")
    assert (refused.document["superseded_by"], refused.document["alignment"]) == (code(5), "L-4")


async def test_a_case_filled_against_another_version_is_told_what_changed(place: Running) -> None:
    before = item(JOBLESS, name="失业登记（旧）", version="4", service_objects="1^2", valid_from="2019-01-01")
    await bring(place, [item("LIFE-6", HERE), before], [row("L-6", "LIFE-6", JOBLESS)])
    assert (await preflight(place, "LIFE-6")).status == 200, "nobody need say the version"
    stale = await place.submit(case("LIFE-6", item__version=4), "key-life-0006")
    assert (stale.status, stale.code, stale.document["party"]) == (409, "item_version_differs", "caller")
    assert (stale.document["stated"], stale.document["version"]) == (4, 5)
    assert stale.document["changed"] == "name, unit_name, service_objects, valid_from"
    told = [each["what"] for each in stale.document["problems"]]
    assert "事项名称（name）：失业登记（旧） → 失业登记" in told
    assert {each["path"] for each in stale.document["problems"]} == {"/item/version"}

    unknown = await preflight(place, "LIFE-6", item__version=7)
    assert [each["code"] for each in unknown.document["problems"]] == [
        "item_version_differs", "item_version_unknown",
    ]  # fmt: skip

    mended = await place.submit(case("LIFE-6", item__version=5), "key-life-0006")
    assert mended.status == 201, "under the same key, as nothing was admitted"
    (entry,) = [each for each in await entries(place) if each.get("exchange") == mended.document["exchange"]
                and "version_there" in each]  # fmt: skip
    assert (entry["version_stated"], entry["version_there"]) == (5, "5")


async def test_a_version_conflict_says_what_changed_in_the_guide(place: Running) -> None:
    versions = [item(code(21), version=version, valid_from=day) for version, day in
                (("1", "2020-01-01"), ("2", "2024-01-01"))]  # fmt: skip
    await bring(place, [item("LIFE-21", HERE), *versions], [row("L-21", "LIFE-21", code(21))])
    days = {"unit": "working_day"}
    photo = {"name": "照片", "copies": 2}
    said: list[dict[str, Any]] = [
        {"promised": {"value": 10, **days}, "charged": False, "materials": [photo, {"name": "户口证明"}]},
        {
            "promised": {"value": 5, **days},
            "charged": False,
            "materials": [{**photo, "copies": 1}, {"name": "承诺书"}],
        },
    ]

    def guides(tx: Any) -> None:
        for version, elements in enumerate(said, 1):
            put(
                tx.connection,
                Guide(THERE, code(21), version, 1, "模拟.csv", {"name": "模拟事项", **elements}),
            )

    await place.gateway.store.write(guides)
    await asyncio.sleep(1)
    stale = await place.submit(case("LIFE-21", item__version=1), "key-life-0021")
    assert (stale.status, stale.code) == (409, "item_version_differs")
    assert stale.document["changed"] == "valid_from, promised, materials.copies, materials"
    told = [each["what"] for each in stale.document["problems"]][2:]
    assert told == [
        "承诺办结时限（promised）：10 工作日 → 5 工作日",
        "办理材料「照片」的复印件份数（materials.copies）：2 → 1",
        "办理材料「户口证明」（materials）：有 → 无",
        "办理材料「承诺书」（materials）：无 → 有",
    ]


async def test_what_else_has_versions_tells_its_own_changes_beside_those_of_the_catalogue(
    place: Running,
) -> None:
    def of_guide(_: Connection, before: Item, after: Item) -> list[Change]:
        return [Change("promise_days", "承诺办结时限", str(before.version), str(after.version))]

    alignments = Alignments(place.gateway.store, compare=[of_guide])
    day = datetime.now(CHINA).date()
    for stated, told in (
        (4, ["name", "unit_name", "service_objects", "valid_from", "promise_days"]),
        (1, []),
    ):
        with pytest.raises(VersionDiffers) as caught:
            await alignments.find(Question("LIFE-6", HERE, THERE, None, "1", day, version=stated))
        assert [change.field for change in caught.value.changes] == told


async def test_a_remembered_answer_knows_version_and_situation_and_a_new_version_undoes_it(
    place: Running,
) -> None:
    await bring(place, [item("LIFE-7", HERE), item(code(7))], [row("L-7", "LIFE-7", code(7))])
    assert (await preflight(place, "LIFE-7", item__version=1)).status == 200
    assert (await preflight(place, "LIFE-7", item__version=2)).code == "item_version_differs"
    await bring(place, [item(code(7), version="2")])
    assert (await preflight(place, "LIFE-7", item__version=1)).code == "item_version_differs"
    assert (await preflight(place, "LIFE-7", item__version=2)).status == 200


async def test_the_situation_decides_which_handling_item_is_applied_for(place: Running) -> None:
    parts = [item(code(8) + "01", situation="首次申领"), item(code(8) + "02", situation="补领")]
    rows = [
        row("L-8A", "LIFE-8", code(8), here_situation="新办", there_situation="首次申领"),
        row("L-8B", "LIFE-8", code(8), here_situation="遗失 补办", there_situation="补领"),
    ]
    await bring(place, [item("LIFE-8", HERE), item(code(8)), *parts], rows)
    for said, part in (("新办", 0), ("遗失补办", 1)):
        found = (await preflight(place, "LIFE-8", item__situation=said)).document["item"]
        assert (found["handling_code"], found["situation"]) == (parts[part]["code"], parts[part]["situation"])
        assert found["alignment"] == rows[part]["id"]
    open_ = await preflight(place, "LIFE-8")
    assert (open_.code, open_.document["deciding_field"]) == ("item_ambiguous", "situation")
    assert parts[0]["code"] in open_.document["candidates"]
    other = await preflight(place, "LIFE-8", item__situation="注销")
    assert (other.code, other.document["lacking"]) == ("item_not_aligned", "situation")


async def test_a_row_begins_at_midnight_in_china_whatever_zone_the_time_is_written_in(place: Running) -> None:
    edge = today(-3)
    await bring(
        place,
        [item("LIFE-9", HERE), item(code(9)), item(code(10))],
        [row("L-9A", "LIFE-9", code(9), valid_to=edge), row("L-9B", "LIFE-9", code(10), valid_from=edge)],
    )
    for received, name in (
        (f"{today(-4)}T15:59:59Z", "L-9A"),
        (f"{today(-4)}T16:00:00Z", "L-9B"),
        (f"{today(-4)}T23:59:59+08:00", "L-9A"),
        (f"{edge}T00:00:00+08:00", "L-9B"),
    ):
        values = {"receiving__received_at": received, "receiving__identity_check": None}
        assert (await preflight(place, "LIFE-9", **values)).document["item"]["alignment"] == name


async def test_a_running_case_of_an_item_that_was_cancelled_since_is_followed_to_its_end(
    place: Running,
) -> None:
    await bring(place, [item("LIFE-1", HERE)], [row("L-1", "LIFE-1", JOBLESS)])
    delivered, waiting = case("LIFE-1"), case("LIFE-1")
    first = await place.submit(delivered, "key-life-0001")
    await place.tell("sim-gd", do="later", after_s=3, operation="case.submit")
    second = await place.submit(waiting, "key-life-0002", Prefer="wait=1")
    assert (first.status, second.status) == (201, 202)

    ended = item(JOBLESS, name="失业登记", version="5", state="3", valid_to=today())
    await bring(place, [ended], [row("L-1", "LIFE-1", JOBLESS, valid_to=today(1))])
    new = await place.submit(case("LIFE-1"), "key-life-0003")
    assert (new.status, new.code, new.document["since"]) == (422, "item_target_cancelled", today())

    again = await place.submit(waiting, "key-life-0002", Prefer="wait=20")
    assert (again.status, again.document["exchange"]) == (201, second.document["exchange"]), "its own end"
    for each in (first, again):
        assert each.document["item"]["alignment"] == "L-1"
        progress = await place.ask("GET", f"{each.document['links']['case']}/progress")
        assert progress.status == 200
        shown = await place.ask("GET", each.document["links"]["case"])
        assert (shown.document["item"], shown.document["open"]) == (JOBLESS, True)


async def test_what_their_platform_calls_an_old_version_is_refused_with_their_code(place: Running) -> None:
    await bring(place, [item(JOBLESS, name="失业登记", version="6", valid_from=today())])
    await bring(place, [], [row("L-1", "LIFE-1", JOBLESS)])
    refused = await place.submit(case("LIFE-1", item__version=6), "key-life-0010")
    assert (refused.code, refused.document["their_code"]) == ("platform_refused", "5004")


async def entries(place: Running) -> list[dict[str, Any]]:
    def read(connection: Any) -> list[dict[str, Any]]:
        found = connection._driver.execute("SELECT body FROM audit_entries").fetchall()
        return [json.loads(body) for (body,) in found]

    return await place.gateway.store.read(read)
