"""The feed of events: all of one's own, each once, in order, and as soon as there is anything."""

import asyncio
from time import monotonic
from typing import Any

import pytest

from tests.web.people import case_of_somebody
from tests.web.service import Running


async def read(service: Running, cursor: str = "", caller: str = "guichi", **more: str) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in ({"after": cursor} | more).items() if value)
    document: dict[str, Any] = (await service.ask("GET", f"/v1/events?{query}", caller=caller)).document
    return document


async def read_all(service: Running, caller: str = "guichi", **more: str) -> list[dict[str, Any]]:
    cursor, found = "", list[dict[str, Any]]()
    while True:
        page = await read(service, cursor, caller, **more)
        found += page["events"]
        if not page["more"] and not page["events"]:
            return found
        cursor = page["cursor"]


async def test_everything_that_happened_to_a_case_is_told_in_its_order(service: Running, key: str) -> None:
    cursor = (await read_all(service) or [{"cursor": "1.0"}])[-1]["cursor"]
    submitted = (await service.submit(case_of_somebody(), key)).document
    await service.ask("GET", f"{submitted['links']['case']}/progress")
    events = (await read(service, cursor))["events"]
    kinds = [event["kind"] for event in events if event["case"] == submitted["case"]]
    assert kinds[:3] == ["exchange.admitted", "exchange.delivered", "exchange.read"]
    assert set(kinds[3:]) == {"case.event"}
    assert events[1]["theirs"] == submitted["numbers"]["theirs"]


@pytest.mark.parametrize("limit", ["1", "3", "500"])
async def test_page_by_page_each_is_told_once_however_long_the_pages(
    service: Running, key: str, limit: str
) -> None:
    await service.submit(case_of_somebody(), key)
    whole, paged = await read_all(service), await read_all(service, limit=limit)
    assert paged == whole
    cursors = [event["cursor"] for event in whole]
    assert len(set(cursors)) == len(cursors)


async def test_nobody_is_told_of_the_cases_of_others(service: Running, key: str) -> None:
    case = case_of_somebody("gx-person")
    sender = case["receiving"]["division"]
    submitted = (await service.submit(case, key)).document
    theirs = {event["case"] for event in await read_all(service, caller="guichi")}
    own = {event["case"] for event in await read_all(service, caller="cixi")}
    mine, others = (own, theirs) if sender == "330282" else (theirs, own)
    assert submitted["case"] in mine - others
    assert not own & theirs


async def test_who_waits_is_told_as_soon_as_there_is_anything(service: Running, key: str) -> None:
    page = await read(service)
    while page["more"] or page["events"]:
        page = await read(service, page["cursor"])

    async def wait() -> tuple[dict[str, Any], float]:
        began = monotonic()
        answer = await service.ask("GET", f"/v1/events?after={page['cursor']}", Prefer="wait=20")
        return answer.document, monotonic() - began

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.1)
    submitted = (await service.submit(case_of_somebody(), key)).document
    told, after_s = await waiting
    assert told["events"][0]["case"] == submitted["case"]
    assert after_s < 10


async def test_without_news_the_wait_ends_and_the_cursor_goes_on(service: Running) -> None:
    page = await read(service)
    while page["more"] or page["events"]:
        page = await read(service, page["cursor"])
    answer = await service.ask("GET", f"/v1/events?after={page['cursor']}", Prefer="wait=1")
    assert (answer.document["events"], answer.document["more"]) == ([], False)


@pytest.mark.parametrize(
    "query", ["after=x", "after=1", "after=1.x", "after=-1.0", "limit=0", "limit=501", "limit=x"]
)
async def test_a_cursor_that_we_did_not_give_is_refused(service: Running, query: str) -> None:
    answer = await service.ask("GET", f"/v1/events?{query}")
    assert (answer.status, answer.code) == (400, "bad_parameter")
