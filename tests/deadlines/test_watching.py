"""Amber and red are told once each, by whichever process looks, and follow what becomes known later."""

import asyncio
from datetime import date

from gateway.calendars.store import Day, put
from gateway.deadlines.overdue import Wanted, overdue
from gateway.store import watched
from tests.deadlines.conftest import Office, ms


async def test_each_limit_is_told_amber_and_red_once_on_its_days(office: Office) -> None:
    case = await office.case("1", "2026-11-02T09:30")
    for day in ("02", "03", "03", "04", "05", "05", "06", "09"):
        await office.at(f"2026-11-{day}T10:00")
    # signed by Wednesday, accepted by Monday; amber with one working day left
    assert await office.warned(case) == [
        ("case.due_soon", "sign", "2026-11-04"),
        ("case.overdue", "sign", "2026-11-04"),
        ("case.due_soon", "accept", "2026-11-09"),
    ]
    await office.at("2026-11-10T00:00")
    assert (await office.warned(case))[3:] == [
        ("case.overdue", "accept", "2026-11-09"),
        ("case.deemed_accepted", "accept", "2026-11-09"),
    ]


async def test_after_days_without_a_gateway_only_what_holds_now_is_told(office: Office) -> None:
    case = await office.case("1", "2026-11-02T09:30")
    await office.tell(case, "signed", "2026-11-02T11:00")
    await office.at("2026-11-20T10:00")
    assert [kind for kind, _, _ in await office.warned(case)] == ["case.overdue", "case.deemed_accepted"]


async def test_what_is_met_in_time_is_never_told(office: Office) -> None:
    case = await office.case("1", "2026-11-02T09:30")
    await office.tell(case, "signed", "2026-11-02T11:00")
    await office.tell(case, "accepted", "2026-11-03T11:00")
    await office.at("2026-11-20T10:00")
    await office.tell(case, "served", "2026-11-20T11:00")
    await office.at("2026-11-21T10:00")
    assert await office.warned(case) == []
    assert await office.store.read(lambda connection: watched.kept(connection, case)()) == {}
    assert await office.store.read(lambda connection: watched.due_of(connection, case)()) is None


async def test_a_longer_limit_is_green_again_and_its_new_day_is_told_anew(office: Office) -> None:
    case = await office.case("1", "2026-11-02T09:30")
    await office.tell(case, "accepted", "2026-11-02T11:00", number="1")
    await office.tell(case, "promised", "2026-11-02T11:00", number="2", due_on="2026-11-06")
    await office.at("2026-11-09T10:00")
    await office.tell(case, "extended", "2026-11-09T11:00", number="3", due_on="2026-11-13", reason="complex")
    await office.at("2026-11-10T10:00")
    await office.at("2026-11-12T10:00")
    told = [each for each in await office.warned(case) if each[1] == "promised"]
    assert told == [
        ("case.overdue", "promised", "2026-11-06"),
        ("case.due_soon", "promised", "2026-11-13"),
    ]
    [extended] = [each for each in await office.entries(case) if each.get("event") == "extended"]
    assert (extended["kind"], extended["due_on"], extended["reason"]) == (
        "case.event",
        "2026-11-13",
        "complex",
    )


async def test_a_closure_that_becomes_known_moves_the_days_that_are_still_to_come(office: Office) -> None:
    case = await office.case("1", "2026-11-02T09:30")
    await office.tell(case, "signed", "2026-11-02T11:00")
    await office.at("2026-11-05T10:00")
    storm = [Day(date(2026, 11, day), works=False, note="台风停办") for day in (5, 6)]
    await office.store.write(lambda tx: put(tx.connection, "440232", storm, None))
    await office.at("2026-11-06T10:00")
    assert await office.warned(case) == []
    await office.at("2026-11-10T10:00")
    assert await office.warned(case) == [("case.due_soon", "accept", "2026-11-11")]


async def test_a_year_that_nobody_knows_is_told_once_and_computed_once_it_is_brought_in(
    office: Office,
) -> None:
    case = await office.case("1", "2026-12-30T09:30")
    await office.tell(case, "signed", "2026-12-30T11:00")
    for moment in ("2026-12-30T12:00", "2026-12-31T13:00", "2027-01-01T14:00"):
        await office.at(moment)
    assert await office.warned(case) == [("case.due_unknown", "accept", "year_unknown")]
    new_year = [Day(date(2027, 1, 1), works=False, note="元旦")]
    await office.store.write(lambda tx: put(tx.connection, "000000", new_year, 2027))
    await office.at("2027-01-07T10:00")
    assert (await office.warned(case))[1:] == [("case.due_soon", "accept", "2027-01-07")]


async def test_two_processes_that_look_at_once_tell_it_once(office: Office) -> None:
    found = [await office.case(str(number), "2026-11-02T09:30") for number in range(20)]
    office.now[0] = ms("2026-11-10T10:00")
    await asyncio.gather(*(office.watch(owner).look() for owner in ("one", "other")))
    await office.at("2026-11-10T10:01")  # whichever had the lease has it no longer
    for case in found:
        assert len(await office.warned(case)) == 3


async def test_one_case_that_cannot_be_looked_at_keeps_none_of_the_others_from_it(office: Office) -> None:
    broken, sound = [await office.case(number, "2026-11-02T09:30") for number in "12"]
    await office.tell(broken, "signed", "2026-11-02T10:00")
    await office.store.write(
        lambda tx: tx.connection._driver.execute("UPDATE case_events SET kind = 'unheard_of'")
    )
    await office.at("2026-11-10T10:00")
    assert await office.warned(broken) == []
    assert len(await office.warned(sound)) == 3


async def test_the_list_has_what_is_late_the_first_first_and_says_by_how_many_working_days(
    office: Office,
) -> None:
    early = await office.case("1", "2026-11-02T09:30", platform="sim-gd", item="A1")
    later = await office.case("2", "2026-11-04T09:30", platform="sim-gx", item="B1")
    await office.at("2026-11-11T10:00")

    async def listed(**words: str) -> list[tuple[object, ...]]:
        rows = await office.store.read(
            lambda connection: overdue(connection, date(2026, 11, 11), Wanted(**words))  # type: ignore[arg-type]
        )
        return [(row["colour"], row["case"], row["clock"], row["due_on"], row["days_over"]) for row in rows]

    assert await listed() == [
        ("red", early, "sign", "2026-11-04", 5),
        ("red", later, "sign", "2026-11-06", 3),
        ("red", early, "accept", "2026-11-09", 2),
        ("amber", later, "accept", "2026-11-11", 0),
    ]
    assert {row[1] for row in await listed(platform="*-gx")} == {later}
    assert {row[1] for row in await listed(item="A*", division="4402*")} == {early}
    assert await listed(division="33*") == []
    unknown = await listed(dayless=True)  # type: ignore[arg-type]
    assert [row[:3] for row in unknown] == [
        ("unknown", early, "promised"), ("unknown", early, "statutory"),
    ]  # fmt: skip
