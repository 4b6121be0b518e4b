"""Parcels pass between two Tongbans: what is told of them in one province is known in the other."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from gateway.cases.parcels import Content, Told
from gateway.store import exchanges, parcels
from tests.fakes.fixtures import case
from tests.gateways.stage import Line, Province, two_provinces
from tests.gateways.test_two_gateways import _known_here, _newest
from tests.inward.platform import UNIT, moment, notice_number, signed
from tests.inward.test_receiving import handed_over
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody
from tests.web.test_agency import collected, parcel

Two = tuple[Province, Province, Line]


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("parcels")) as provinces:
        yield provinces


async def called_in(lingnan: Province, path: str, service: str, body: dict[str, Any]) -> dict[str, Any]:
    """The platform behind 岭南 calls in at its own gateway."""
    headers = {"Content-Type": "application/json", **signed(service)}
    at = f"{lingnan.address}/inbound/sim-gd/{path}"
    async with lingnan.client.post(at, data=json.dumps(body), headers=headers) as response:
        document: dict[str, Any] = await response.json()
        assert document["code"] == "200", document
        told: dict[str, Any] = document["data"]
        return told


async def told_by_their_platform(lingnan: Province, ours: str, **record: Any) -> dict[str, Any]:
    body = {
        "fsdw": UNIT,
        "lb": [{"tzbh": notice_number(), "sblsh": ours, "cydw": "中国邮政", "sj": moment(), **record}],
    }
    return await called_in(lingnan, "cases/parcels", "s_sim_0108", body)


async def standing(province: Province, case_id: str, *wanted: tuple[str, str]) -> list[dict[str, Any]]:
    """The parcels of a case, once they stand as it is wanted: (number, state) of each."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            _, found = await province.ask("GET", f"/v1/cases/{case_id}")
            parcels: list[dict[str, Any]] = found["parcels"]
            if [(each["number"], each["state"]) for each in parcels] == list(wanted):
                return parcels
            await asyncio.sleep(0.1)


async def test_what_the_deciding_province_knows_of_parcels_is_known_where_the_person_is(two: Two) -> None:
    lingnan, guishan, _ = two
    status, exchange = await guishan.submit(collected("gd-person"), "key-parcels-back")
    assert status == 201, exchange
    there = await lingnan.gateway.store.read(_newest)
    await told_by_their_platform(lingnan, there.ours, qk="2", fx="1", ydh="EB123456789CN")
    contents = [{"bm": "licence", "xs": "1", "fs": "1"}]
    await told_by_their_platform(lingnan, there.ours, qk="1", fx="2", ydh="EB987654321CN", nj=contents)
    arrived, back = await standing(
        guishan, exchange["case"], ("EB123456789CN", "received"), ("EB987654321CN", "on_its_way")
    )
    assert (back["direction"], back["events"][0]["source"]) == ("back", "lingnan")
    assert back["contents"] == [{"code": "licence", "form": "original", "count": 1}]
    assert arrived["findings"] == ["never_sent"]
    sent = parcel("gd-person", "sent")
    assert case("gd-person")["materials"][0]["code"] == sent["contents"][0]["code"]
    status, now = await guishan.ask("POST", f"/v1/cases/{exchange['case']}/parcels", sent)
    assert (status, now["parcels"][0]["findings"]) == (200, [])


async def test_what_the_window_sends_is_known_over_there_once_though_the_answer_is_lost(two: Two) -> None:
    lingnan, guishan, line = two
    status, exchange = await guishan.submit(collected("gd-person"), "key-parcels-there")
    assert status == 201, exchange
    here, there = exchange["case"], await lingnan.gateway.store.read(_newest)
    line.lose, lost = 1, line.lost
    for repeated in (False, True):
        status, now = await guishan.ask("POST", f"/v1/cases/{here}/parcels", parcel("gd-person", "sent"))
        assert (status, now["repeated"]) == (200, repeated), now
    [telling] = [each for each in now["exchanges"] if each["operation"] == "case.parcel"]
    assert (await guishan.ended(telling["exchange"]))["state"] == "delivered"
    assert line.lost == lost + 1
    status, now = await guishan.ask("POST", f"/v1/cases/{here}/parcels", parcel("gd-person", "lost"))
    known = await of_gateway(lingnan, there.case_id, 2)
    assert [(each.kind, each.source, each.number) for each in known] == [
        ("sent", "guishan", "EB123456789CN"), ("lost", "guishan", "EB123456789CN"),
    ]  # fmt: skip
    assert known[0].contents == (Content("M01", "original", 1),)
    [only] = await standing(guishan, here, ("EB123456789CN", "lost"))
    assert [each["source"] for each in only["events"]] == ["guichi", "guichi"]  # heard back, it counts once


async def test_a_parcel_that_is_another_one_over_there_is_refused_there_and_stands_here(two: Two) -> None:
    lingnan, guishan, _ = two
    _, exchange = await guishan.submit(collected("gd-person"), "key-parcels-differ")
    here, there = exchange["case"], await lingnan.gateway.store.read(_newest)
    await told_by_their_platform(lingnan, there.ours, qk="2", fx="2", ydh="EB123456789CN")
    _, now = await guishan.ask("POST", f"/v1/cases/{here}/parcels", parcel("gd-person", "sent"))
    [telling] = [each for each in now["exchanges"] if each["operation"] == "case.parcel"]
    ended = await guishan.ended(telling["exchange"])
    assert (ended["state"], ended["their_code"]) == ("refused", "parcel_differs")
    assert [each.direction for each in await of_gateway(lingnan, there.case_id, 1)] == ["back"]


async def test_what_comes_back_after_the_end_is_known_where_the_person_is(two: Two) -> None:
    lingnan, guishan, _ = two
    _, exchange = await guishan.submit(collected("gd-person"), "key-parcels-end")
    here, there = exchange["case"], await lingnan.gateway.store.read(_newest)
    await lingnan.moves(there.ours, "returned")
    await _known_here(guishan, here, state="returned", open=False)
    await asyncio.sleep(1)  # it is asked about on, behind its end
    contents = [{"bm": "M01", "xs": "1", "fs": "1"}]
    await told_by_their_platform(lingnan, there.ours, qk="1", fx="2", ydh="EB987654321CN", nj=contents)
    [back] = await standing(guishan, here, ("EB987654321CN", "on_its_way"))
    assert back["direction"] == "back"
    _, now = await guishan.ask("GET", f"/v1/cases/{here}")
    assert (now["state"], now["open"], now["followed"][0]["platform"]) == ("returned", False, "lingnan")


async def test_a_case_without_papers_in_the_post_is_asked_about_no_more_behind_its_end(two: Two) -> None:
    lingnan, guishan, _ = two
    _, exchange = await guishan.submit(case_of_somebody(), "key-no-post")
    there = await lingnan.gateway.store.read(_newest)
    await lingnan.moves(there.ours, "returned")
    await _known_here(guishan, exchange["case"], state="returned", open=False, followed=[])


async def test_a_parcel_of_a_case_that_was_handed_over_goes_on_to_the_place_that_decides(two: Two) -> None:
    lingnan, guishan, _ = two
    document = handed_over()
    told = await called_in(lingnan, "cases", "s_sim_0103", document)
    submitted = await lingnan.gateway.exchanges.look_up(told["jhbs"])
    submitted = await lingnan.gateway.exchanges.wait(submitted, 20)
    assert (submitted.state, submitted.platform) == ("delivered", "guishan"), submitted.cause
    there = await guishan.gateway.store.read(_newest)
    record = {"caseNo": document["sblsh"], "cydw": "中国邮政", "ydh": "EB987654321CN", "fx": "2", "qk": "2"}
    package = {"fsdw": UNIT, "lb": [{"tzbh": notice_number(), "sj": moment(), **record}]}
    for _ in range(2):  # told again it goes on once
        await called_in(lingnan, "cases/parcels", "s_sim_0108", package)
    [known] = await of_gateway(guishan, there.case_id, 1)
    assert (known.kind, known.direction, known.source) == ("received", "back", "lingnan")
    writes = await lingnan.gateway.store.read(lambda c: exchanges.of_case(c, submitted.case_id))
    assert [each.operation for each in writes if each.kind == "write"] == ["case.submit", "case.parcel"]


async def of_gateway(province: Province, case_id: str, count: int) -> list[Told]:
    """What the other gateway knows of the parcels of its case, once it is as much."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            known = await province.gateway.store.read(lambda c: parcels.of_case(c, case_id))
            if len(known) >= count:
                return known
            await asyncio.sleep(0.05)
