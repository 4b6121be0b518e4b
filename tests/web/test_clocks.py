"""What a caller sees of limits and of what changed: every clock with its colour, events, cases since a moment."""

import asyncio
import csv
import io
import json
from datetime import date, timedelta
from typing import Any

import pytest

from gateway.clock import china_day
from gateway.deadlines.extending import extend
from gateway.errors import Refusal
from gateway.exchange.following import follow
from gateway.feed import cursor_at
from gateway.store.events import Told
from tests.forked import python
from tests.installation import CHECKOUT
from tests.web.people import case_of_somebody
from tests.web.service import Running
from tests.web.test_events import read
from tests.web.test_life import moved, view

DAY = timedelta(days=1)


async def ran(service: Running, *arguments: str) -> tuple[int, str, str]:
    """(exit code, results, talk) of `tongban case` as a process of its own."""
    child = await asyncio.create_subprocess_exec(
        *python(), "-m", "gateway.cli", "case", *arguments, "--conf", str(service.folder / "conf"),
        cwd=CHECKOUT, stdout=-1, stderr=-1,
    )  # fmt: skip
    results, talk = await child.communicate()
    return await child.wait(), results.decode(), talk.decode()


async def promised(service: Running, key: str, *, days: int) -> tuple[dict[str, Any], str]:
    """A case that was accepted, and whose promised last day is so many days from today."""
    submitted = (await service.submit(case_of_somebody(), key)).document
    await moved(service, submitted, "signed", "accepted")
    now_ms = service.gateway.clock_ms()
    on = (china_day(now_ms) + DAY * days).isoformat()
    told = Told("promised", now_ms, "sim-gd", f"promised/{on}", seen_ms=now_ms, due_on=on)
    await service.gateway.store.write(follow(submitted["case"], [told]))
    await service.looked()
    return submitted, on


async def test_every_clock_of_a_case_is_shown_with_its_day_or_why_it_has_none(
    service: Running, key: str
) -> None:
    submitted, on = await promised(service, key, days=2)
    shown = await view(service, submitted["case"])
    clocks = {each["clock"]: each for each in shown["clocks"]}
    assert set(clocks) == {"hand_over", "sign", "accept", "statutory", "promised"}
    assert (clocks["promised"]["on"], clocks["promised"]["basis"]) == (on, "told")
    assert clocks["promised"]["colour"] in ("green", "amber")
    assert (clocks["accept"]["colour"], clocks["accept"]["ended"] is None) == ("met", False)
    assert (clocks["sign"]["on"], clocks["sign"]["why"]) == (None, "limit_unknown")
    assert shown["due"] == {"for": "decide", "on": on, "why": None}


async def test_a_limit_that_has_run_out_is_an_event_and_stands_in_the_list_of_the_overdue(
    service: Running, key: str
) -> None:
    cursor = (await read(service))["cursor"]
    submitted, on = await promised(service, key, days=-1)
    while True:
        page = await read(service, cursor)
        told = [each for each in page["events"] if each["kind"] == "case.overdue"]
        if told:
            break
        cursor = page["cursor"]
    assert [(each["case"], each["clock"], each["due_on"]) for each in told] == [
        (submitted["case"], "promised", on)
    ]
    code, listed, talk = await ran(service, "overdue", "--csv", "--platform", "sim-gd")
    assert code == 1, talk
    rows = [row for row in csv.DictReader(io.StringIO(listed)) if row["case"] == submitted["case"]]
    assert [(row["colour"], row["clock"], row["due_on"]) for row in rows] == [("red", "promised", on)]
    code, table, _ = await ran(service, "overdue", "--unknown", "--division", submitted["division"])
    assert (code, submitted["case"] in table, "limit_unknown" in table) == (0, True, True)


async def test_an_extension_is_recorded_by_hand_with_its_reason_and_the_limit_is_longer(
    service: Running, key: str
) -> None:
    submitted, _ = await promised(service, key, days=-1)
    until = (china_day(service.gateway.clock_ms()) + DAY * 9).isoformat()
    given = ("--until", until, "--ground", "complex", "--reason", "张三的材料须外调", "--as", "li.w")
    code, said, talk = await ran(service, "extend", submitted["case"], *given)
    assert (code, said) == (0, f"{submitted['case']} extended until={until}\n"), talk
    shown = await view(service, submitted["case"])
    clocks = {each["clock"]: each for each in shown["clocks"]}
    assert clocks["promised"]["on"] == clocks["statutory"]["on"] == until
    assert ("extended", "staff/li.w") in [(each["event"], each["source"]) for each in shown["timeline"]]
    event = next(each for each in (await events_of(service, submitted["case"])) if "reason" in each)
    assert (event["kind"], event["event"], event["reason"], event["due_on"]) == (
        "case.event", "extended", "complex", until,
    )  # fmt: skip
    assert "张三" not in json.dumps(shown, ensure_ascii=False)
    with pytest.raises(Refusal):
        await extended(service, submitted["case"], until)


async def test_nothing_is_extended_before_there_is_something_to_extend(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    assert not await extended(service, submitted["case"], "2099-12-31")
    with pytest.raises(Refusal):
        await extended(service, "01M7ZWW086DT8J2JM6T0Y9RXRE", "2099-12-31")
    assert [each["event"] for each in (await view(service, submitted["case"]))["timeline"]][-1] != "extended"


async def test_what_would_shorten_a_limit_is_no_extension(service: Running, key: str) -> None:
    submitted, on = await promised(service, key, days=20)
    for until in (on, (date.fromisoformat(on) - DAY).isoformat(), "2020-01-01"):
        with pytest.raises(Refusal, match="bad_parameter"):
            await extended(service, submitted["case"], until)
    assert await extended(service, submitted["case"], (date.fromisoformat(on) + DAY).isoformat())


async def extended(service: Running, case_id: str, until: str) -> bool:
    given = {"actor": "li.w", "ground": "other", "reason": "x"}
    return await extend(service.gateway.exchanges, case_id, date.fromisoformat(until), **given)


async def events_of(service: Running, case_id: str) -> list[dict[str, Any]]:
    cursor, found = "", list[dict[str, Any]]()
    while True:
        page = await read(service, cursor, limit="500")
        found += [each for each in page["events"] if each.get("case") == case_id]
        if not page["more"]:
            return found
        cursor = page["cursor"]


async def changed_since(service: Running, query: str, caller: str = "guichi") -> list[dict[str, Any]]:
    """All pages; each case as often as it stands there."""
    found = list[dict[str, Any]]()
    while True:
        page = (await service.ask("GET", f"/v1/cases?{query}", caller=caller)).document
        found += page["cases"]
        if not page["more"]:
            return found
        query = f"cursor={page['cursor']}&limit=2"


async def test_cases_that_changed_since_a_moment_are_all_there_page_by_page(
    service: Running, key: str
) -> None:
    submitted = [
        (await service.submit(case_of_somebody(), f"{key}-{number}")).document for number in range(5)
    ]
    found = await changed_since(service, "updated_after=2026-01-01&limit=2")
    ids = [each["case"] for each in found]
    assert {each["case"] for each in submitted} <= set(ids)
    assert all(each["caller"] == "guichi" for each in found)
    others = {each["case"] for each in await changed_since(service, "updated_after=2026-01-01", "cixi")}
    assert others.isdisjoint(ids)


async def test_behind_the_cursor_stands_what_changed_since_and_nothing_else(
    service: Running, key: str
) -> None:
    await service.submit(case_of_somebody(), f"{key}-0")
    page = (await service.ask("GET", "/v1/cases?updated_after=2026-01-01T00:00:00%2B08:00")).document
    while page["more"]:
        page = (await service.ask("GET", f"/v1/cases?cursor={page['cursor']}")).document
    one = (await service.submit(case_of_somebody(), f"{key}-1")).document
    await moved(service, one, "signed", "accepted")
    await service.looked()
    after = await changed_since(service, f"cursor={page['cursor']}")
    assert {each["case"] for each in after} == {one["case"]}
    assert after[-1]["state"] == "accepted"


async def test_a_moment_that_is_still_to_come_has_nothing_behind_it(service: Running) -> None:
    assert await changed_since(service, "updated_after=2999-01-01T00:00:00Z") == []


@pytest.mark.parametrize(
    "query",
    ["updated_after=yesterday", "updated_after=20261101", "updated_after=2026-13-01", "cursor=x",
     "updated_after=2026-01-01&limit=0", "updated_after=2026-01-01&limit=51", "cursor=", ""],
)  # fmt: skip
async def test_what_is_no_moment_and_no_cursor_is_refused(service: Running, query: str) -> None:
    answer = await service.ask("GET", f"/v1/cases?{query}")
    if query == "cursor=":
        assert answer.status == 200
    else:
        assert (answer.status, answer.code) == (400, "bad_parameter")


async def test_a_moment_is_found_in_the_log_wherever_it_lies(service: Running) -> None:
    def batches(connection: Any) -> list[tuple[int, int]]:
        found = connection._driver.execute("SELECT previous, at_ms FROM audit_batches ORDER BY size")
        return [(row[0], row[1]) for row in found.fetchall()]

    store, origin = service.gateway.store, service.gateway.signer.name
    known = await store.read(batches)
    for at_ms in {at_ms + 600_000 + shift for _, at_ms in known for shift in (-1, 0, 1)}:
        cursor = await store.read(lambda connection, at_ms=at_ms: cursor_at(connection, at_ms, origin))
        position = int(cursor.partition(".")[2])
        # their times may be out of order by as long as a commit waits: never too late for what was asked
        since = [previous for previous, batch_ms in known if batch_ms >= at_ms - 540_000]
        assert position <= min(since, default=position)
