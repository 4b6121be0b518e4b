"""Two Tongbans: what is submitted in one province is done by a platform behind the gateway of another."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest_asyncio
import sqlalchemy as sa

from audit.cli import SOUND
from gateway.exchange.following import follow
from gateway.model import Exchange
from gateway.store import exchanges
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.tables import exchanges as table
from tests.fakes.fixtures import case, files
from tests.gateways.stage import Line, Province, compared, two_provinces
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody

Two = tuple[Province, Province, Line]
NEWEST = sa.select(table.c.id).where(table.c.kind == "write").order_by(table.c.admitted_ms.desc()).limit(1)


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("two")) as provinces:
        yield provinces


async def test_a_case_passes_through_both_gateways_and_keeps_everything_it_carries(two: Two) -> None:
    lingnan, guishan, _ = two
    document, before = case("gd-organization"), lingnan.taken
    status, exchange = await guishan.submit(document, "key-straight-on")
    assert (status, exchange["state"], exchange["platform"]) == (201, "delivered", "lingnan")
    assert lingnan.taken == before + 1
    there = await lingnan.gateway.store.read(_newest)
    assert (there.caller, there.here, there.platform) == ("guishan", "341702", "sim-gd")
    assert there.case_id == exchange["numbers"]["theirs"]
    sealed = await lingnan.gateway.papers.tree(there.id, "document")
    assert sealed["applicant"] == document["applicant"]
    assert sealed["form"] == document["form"]
    assert [each["digest"] for each in _files(sealed)] == [each["digest"] for each in _files(document)]
    assert len(files(document)) == len(_files(sealed))


async def test_the_other_way_round_it_is_the_same(two: Two) -> None:
    lingnan, guishan, _ = two
    before = guishan.taken
    status, exchange = await lingnan.submit(_other_way_round(), "key-other-way")
    assert (status, exchange["state"], exchange["platform"]) == (201, "delivered", "guishan")
    assert guishan.taken == before + 1


async def test_what_the_platform_behind_refuses_is_refused_with_its_reason(two: Two) -> None:
    lingnan, guishan, _ = two
    await lingnan.tell(do="refuse")
    status, problem = await guishan.submit(case_of_somebody(), "key-refused")
    assert (status, problem["code"], problem["their_code"]) == (422, "platform_refused", "platform_refused")


async def test_a_refusal_whose_first_answer_was_lost_is_known_as_refused_when_it_is_asked_again(
    two: Two,
) -> None:
    lingnan, guishan, line = two
    await lingnan.tell(do="refuse")
    before, lost, line.lose = lingnan.taken, line.lost, 1
    _, exchange = await guishan.submit(case_of_somebody(), "key-refusal-lost")
    found = await guishan.ended(exchange["exchange"])
    assert (found["state"], found["attempts"] > 1, line.lost) == ("refused", True, lost + 1)
    assert lingnan.taken == before


async def test_what_is_still_open_over_there_is_open_here_and_is_delivered_once(two: Two) -> None:
    lingnan, guishan, _ = two
    await lingnan.tell(do="later", times=3, after_s=1)
    before = lingnan.taken
    status, exchange = await guishan.submit(case_of_somebody(), "key-open")
    assert (status, exchange["ended"]) == (202, False)
    assert (await guishan.ended(exchange["exchange"]))["state"] == "delivered"
    assert lingnan.taken == before + 1


async def test_an_answer_that_is_lost_between_the_gateways_doubles_nothing(two: Two) -> None:
    lingnan, guishan, line = two
    before, lost, line.lose = lingnan.taken, line.lost, 1
    _, exchange = await guishan.submit(case_of_somebody(), "key-lost")
    found = await guishan.ended(exchange["exchange"])
    assert (found["state"], found["attempts"] > 1, line.lost) == ("delivered", True, lost + 1)
    assert lingnan.taken == before + 1


async def test_what_the_platform_behind_tells_is_known_in_the_province_of_the_person(two: Two) -> None:
    lingnan, guishan, _ = two
    _, exchange = await guishan.submit(case_of_somebody(), "key-progress")
    there = await lingnan.gateway.store.read(_newest)
    for state in ("signed", "accepted"):
        await lingnan.moves(there.ours, state)
    async with asyncio.timeout(LONGEST_S):
        while True:
            _, here = await guishan.ask("GET", f"/v1/cases/{exchange['case']}")
            if here["state"] == "accepted":
                break
            await asyncio.sleep(0.1)
    assert (here["acts"], here["findings"]) == ("deciding", [])
    assert {"signed", "accepted"} <= {
        step["event"] for step in here["timeline"] if step["source"] == "lingnan"
    }
    _, shown = await guishan.ask("GET", f"/v1/cases/{exchange['case']}/progress")
    assert there.theirs in {number["number"] for number in shown["progress"]["numbers"]}


async def test_the_evidence_of_both_provinces_says_the_same(two: Two) -> None:
    lingnan, guishan, _ = two
    for province, document in ((guishan, case_of_somebody()), (lingnan, _other_way_round())):
        _, exchange = await province.submit(document, "key-compared")
        assert (await province.ended(exchange["exchange"]))["state"] == "delivered"
    for one, other in ((guishan, lingnan), (lingnan, guishan)):
        code, said = await compared(one, other)
        assert (code, int(said["compared"].split()[0]) > 0) == (SOUND, True), said


def _other_way_round() -> dict[str, Any]:
    document = case_of_somebody("gx-organization")
    document["item"]["code"], document["receiving"]["division"] = "CX-ZR-0104", "330282"
    return document


def _newest(connection: Connection) -> Exchange:
    (found,) = connection.rows(NEWEST)
    exchange = exchanges.by_id(connection, found[0])
    assert exchange
    return exchange


def _files(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [file for material in document["materials"] for file in material["files"]]


async def _told_there(
    lingnan: Province, there: Exchange, kind: str, undoes: str = "", due_on: str = ""
) -> None:
    """What the platform behind the other gateway tells it by a call."""
    now_ms = lingnan.gateway.clock_ms()
    told = Told(
        kind, now_ms, "sim-gd", f"R-{kind}", undoes, seen_ms=now_ms, exchange_id=there.id, due_on=due_on
    )
    assert await lingnan.gateway.store.write(follow(there.case_id, [told])) is not None


async def _known_here(guishan: Province, case_id: str, **wanted: Any) -> dict[str, Any]:
    """The case in the province of the person, once it stands as it is wanted."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            _, here = await guishan.ask("GET", f"/v1/cases/{case_id}")
            if all(here[name] == value for name, value in wanted.items()):
                return here
            await asyncio.sleep(0.1)


async def test_every_step_with_its_last_day_passes_and_so_does_one_that_is_taken_back(two: Two) -> None:
    lingnan, guishan, _ = two
    _, exchange = await guishan.submit(case_of_somebody(), "key-steps")
    there = await lingnan.gateway.store.read(_newest)
    case_id = exchange["case"]
    for kind, due_on, wanted in (
        ("signed", "", {"state": "signed", "acts": "deciding"}),
        ("correction_needed", "2099-03-02", {"state": "correction_needed", "acts": "applicant"}),
        ("accepted", "", {"state": "accepted"}),
        ("supplement_owed", "2099-03-03", {"duties": ["supplement"], "acts": "applicant"}),
        ("supplied", "", {"duties": [], "acts": "deciding"}),
        ("to_pay", "2099-03-04", {"duties": ["payment"], "acts": "applicant"}),
        ("paid", "", {"duties": []}),
        ("suspended", "", {"state": "suspended"}),
        ("resumed", "", {"state": "accepted", "acts": "deciding"}),
        ("extended", "2099-03-05", {"state": "accepted"}),
        ("granted", "", {"state": "granted"}),
    ):
        await _told_there(lingnan, there, kind, due_on=due_on)
        here = await _known_here(guishan, case_id, **wanted)
        if kind == "correction_needed":
            assert here["due"] == {"for": "correct", "on": "2099-03-02", "why": None}
    await _told_there(lingnan, there, "refused", undoes="R-granted")  # 更正: the grant was a mistake
    here = await _known_here(guishan, case_id, state="refused")
    days = {each["event"]: each["due_on"] for each in here["timeline"] if each["due_on"]}
    assert days == {
        "correction_needed": "2099-03-02", "supplement_owed": "2099-03-03", "to_pay": "2099-03-04",
        "extended": "2099-03-05",
    }  # fmt: skip
    assert here["findings"] == [] and "granted" not in {each["event"] for each in here["timeline"]}
    await _told_there(lingnan, there, "served")
    here = await _known_here(guishan, case_id, state="served", open=False)
    assert here["findings"] == []
