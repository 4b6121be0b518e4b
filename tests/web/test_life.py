"""Where a case stands: from what this gateway did, and from what its platform tells, each with its entry."""

import json
from datetime import datetime
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from audit.tables import ENTRIES
from gateway.exchange.following import follow
from gateway.exchange.telling import answered, as_asked
from gateway.model import BLANK
from gateway.store import events
from gateway.store.events import Told
from tests.web.people import case_of_somebody
from tests.web.service import Running

OF_CASE = (
    sa.select(ENTRIES.c.body).where(ENTRIES.c.case_id == sa.bindparam("case")).order_by(ENTRIES.c.position)
)


async def view(service: Running, case: str) -> dict[str, Any]:
    document: dict[str, Any] = (await service.ask("GET", f"/v1/cases/{case}")).document
    return document


async def moved(service: Running, submitted: dict[str, Any], *states: str) -> None:
    """The platform goes on with the case, and is asked how it stands."""
    control, number = service.platforms["sim-gd"].control, submitted["numbers"]["ours"]
    for state in states:
        async with service.client.post(f"{control}/_sim/cases/{number}/state", json={"state": state}) as told:
            told.raise_for_status()
    await service.ask("GET", f"{submitted['links']['case']}/progress")


async def test_a_case_that_was_handed_over_waits_for_the_deciding_place(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["acts"], shown["open"], shown["findings"]) == (
        "handed_over",
        "deciding",
        True,
        [],
    )
    assert [step["event"] for step in shown["timeline"]] == ["received", "handed_over"]
    assert (shown["due"]["for"], shown["due"]["on"] is None) == ("accept", shown["due"]["why"] is not None)
    [asked] = shown["followed"]
    assert (asked["platform"], asked["cause"], asked["next_at"] is not None) == ("sim-gd", None, True)


async def test_what_the_platform_tells_is_kept_once_in_its_order(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await moved(service, submitted, "signed", "correction_needed")
    await moved(service, submitted)
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["acts"]) == ("correction_needed", "applicant")
    told = [(step["event"], step["source"]) for step in shown["timeline"]]
    assert told[1:] == [
        ("handed_over", "sim-gd"), ("handed_over", "tongban"), ("signed", "sim-gd"),
        ("correction_needed", "sim-gd"),
    ]  # fmt: skip


async def test_a_case_that_was_served_is_over_and_the_person_may_come_again(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    submitted = (await service.submit(case, key)).document
    await moved(service, submitted, "signed", "accepted", "granted", "served")
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["acts"], shown["open"]) == ("served", "nobody", False)
    assert shown["due"] is None
    assert (await service.submit(case, f"{key}-again")).status == 201


async def test_a_submission_that_they_refuse_is_returned(service: Running, key: str) -> None:
    await service.tell("sim-gd", do="refuse", code="5010", reason="不符合受理条件")
    refused = (await service.submit(case_of_somebody(), key)).document
    shown = await view(service, refused["case"])
    assert (shown["state"], shown["open"]) == ("returned", False)


async def test_every_change_of_a_case_has_its_entry_and_what_is_told_again_has_none(
    service: Running, key: str
) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await moved(service, submitted, "signed", "accepted")
    before = await entries_of_case(service, submitted["case"])
    await moved(service, submitted)
    assert await entries_of_case(service, submitted["case"]) == before
    told = [entry for entry in before if entry["kind"] == "case.event"]
    assert {"signed", "accepted"} <= {entry["event"] for entry in told}
    assert {entry["source"] for entry in told} == {"sim-gd"}
    assert told[-1]["state"] == "accepted"


async def test_what_would_be_far_in_the_future_is_recorded_and_does_not_count(
    service: Running, key: str
) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    now_ms = service.gateway.clock_ms()
    told = Told("served", now_ms + 86_400_000, "sim-gd", seen_ms=now_ms, exchange_id=submitted["exchange"])
    for _ in range(2):
        await service.gateway.store.write(follow(submitted["case"], [told]))
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"]) == ("handed_over", True)
    entries = await entries_of_case(service, submitted["case"])
    ignored = [entry for entry in entries if entry["kind"] == "case.ignored"]
    assert [(entry["event"], entry["cause"]) for entry in ignored] == [("served", "in_the_future")]


async def test_an_end_that_was_told_stays_and_the_contradiction_is_shown(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    now_ms = service.gateway.clock_ms()
    for number, kind in enumerate(("withdrawn", "served")):
        told = Told(kind, now_ms - 1000 * number, "sim-gd", str(number), seen_ms=now_ms)
        await service.gateway.store.write(follow(submitted["case"], [told]))
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"]) == ("withdrawn", False)
    assert [(each["finding"], each["event"]) for each in shown["findings"]] == [
        ("contradicts_the_end", "served")
    ]


async def test_of_a_case_that_nobody_knows_nothing_is_kept(service: Running) -> None:
    nobody, told = "01M7ZWW086DT8J2JM6T0Y9RXRE", Told("served", 1, "sim-gd")
    assert await service.gateway.store.write(follow(nobody, [told])) is None
    assert not await service.gateway.store.read(lambda connection: events.of_case(connection, nobody))
    assert not await entries_of_case(service, nobody)


async def entries_of_case(service: Running, case: str) -> list[dict[str, Any]]:
    rows = await service.gateway.store.read(lambda connection: connection.rows(OF_CASE, {"case": case}))
    entries = [json.loads(body) for (body,) in rows]
    return [entry for entry in entries if entry["kind"].startswith("case.")]


@pytest.mark.parametrize("case", ["01M7ZWW086DT8J2JM6T0Y9RXRE"])
async def test_the_life_of_an_unknown_case_is_not_found(service: Running, case: str) -> None:
    assert (await service.ask("GET", f"/v1/cases/{case}")).code == "not_found"


async def test_metrics_count_the_cases_that_are_followed(service: Running, key: str) -> None:
    before = await followed(service)
    submitted = (await service.submit(case_of_somebody(), key)).document
    assert await followed(service) == before + 1
    await moved(service, submitted, "granted", "served")
    assert await followed(service) == before


async def followed(service: Running) -> float:
    text = (await service.ask("GET", "/metrics", caller="cixi")).text
    found = [line for line in text.splitlines() if line.startswith("tongban_followed_cases{")]
    return sum(float(line.split()[-1]) for line in found if 'platform="sim-gd"' in line)


async def test_who_tells_states_without_a_time_is_heard_when_the_case_goes_on_and_when_it_is_asked_again(
    service: Running, key: str
) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    store, platform = service.gateway.store, submitted["platform"]
    asked_again = ("correction_needed", "corrected", "correction_needed")
    states = ("accepted", "accepted", "suspended", "accepted", *asked_again, "granted")
    for place, state in enumerate(states):
        seen_ms = submitted_ms(submitted) + place * 3_600_000
        asked = BLANK._replace(id=f"asked-{place}", platform=platform, changed_ms=seen_ms)
        news = answered({"state": state}, asked)
        await store.write(partial(_hear, submitted["case"], news, seen_ms))
    shown = await view(service, submitted["case"])
    told = [each["event"] for each in shown["timeline"] if each["source"] == platform]
    assert told == [state for place, state in enumerate(states) if place != 1]
    assert [each["finding"] for each in shown["findings"]] == ["second_correction"]


def submitted_ms(submitted: dict[str, Any]) -> int:
    return int(datetime.fromisoformat(submitted["admitted_at"]).timestamp() * 1000)


def _hear(case_id: str, news: list[Told], now_ms: int, tx: Any) -> None:
    tx.now = lambda: now_ms
    follow(case_id, as_asked(tx.connection, case_id, news))(tx)
