"""A call about what is still under way proves that it arrived; a number that may become known is waited for."""

import asyncio
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from tests.inward.platform import Lingnan, moment, submitted, view
from tests.inward.test_notices import codes
from tests.inward.test_soap import envelope, package, post, record
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody
from tests.web.service import Running

_NEWEST = sa.text("SELECT case_id FROM exchanges ORDER BY id DESC LIMIT 1")


async def number_of(service: Running, case: str) -> str:
    return str((await view(service, case))["exchanges"][0]["numbers"]["ours"])


async def exchange(service: Running, identity: str) -> Any:
    return (await service.ask("GET", f"/v1/exchanges/{identity}")).document


async def until(service: Running, identity: str, holds: Callable[[Any], Any]) -> Any:
    """The exchange once this holds of it."""
    async with asyncio.timeout(LONGEST_S):
        while not holds(now := await exchange(service, identity)):  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.05)
    return now


async def test_a_notice_that_is_faster_than_the_answer_delivers_the_exchange_and_its_number_comes_later(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    await service.tell("sim-gd", do="stall", seconds=1.5)
    opened = await service.submit(case_of_somebody(), key, Prefer="wait=0")
    assert (opened.status, opened.document["state"]) == (202, "sending")
    await asyncio.sleep(0.3)
    ours = await number_of(service, opened.document["case"])
    assert codes(await lingnan.tell({"sblsh": ours, "zt": "26"})) == ("200", ["200"])
    delivered = await exchange(service, opened.document["exchange"])
    assert (delivered["state"], delivered["cause"], delivered["numbers"]["theirs"]) == (
        "delivered", "landed", None,
    )  # fmt: skip
    answered = await until(service, opened.document["exchange"], lambda now: now["numbers"]["theirs"])
    theirs = answered["numbers"]["theirs"]
    assert codes(await lingnan.tell({"caseNo": theirs, "zt": "30"})) == ("200", ["200"])
    assert (await view(service, opened.document["case"]))["state"] == "accepted"


async def test_a_caller_that_waits_is_answered_as_soon_as_the_platform_calls(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    await service.tell("sim-gd", do="stall", seconds=3)
    waiting = asyncio.create_task(service.submit(case_of_somebody(), key, Prefer="wait=10"))
    await asyncio.sleep(0.5)
    case = await service.gateway.store.read(lambda connection: str(connection.rows(_NEWEST)[0][0]))
    started = asyncio.get_running_loop().time()
    await lingnan.tell({"sblsh": await number_of(service, case), "zt": "26"})
    answer = await waiting
    assert (answer.status, answer.document["state"]) == (201, "delivered")
    assert asyncio.get_running_loop().time() - started < 1.5
    # their own answer comes behind it, and is kept: it must not come into the counts of another test
    await until(service, answer.document["exchange"], lambda now: now["numbers"]["theirs"])


async def test_a_number_that_may_still_become_known_is_asked_to_come_back_and_refused_once_nothing_is_open(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    await service.tell("sim-gd", do="stall", seconds=1)
    opened = await service.submit(case_of_somebody(), key, Prefer="wait=0")
    await asyncio.sleep(0.2)
    before = await service.rows()
    early = await lingnan.tell({"caseNo": "LN9999", "zt": "26"})
    assert (early.status, codes(early)) == (503, ("5032", ["5032"]))
    assert await service.rows() == before
    # a number in our own form is known from the first commit on: nothing to wait for
    assert codes(await lingnan.tell({"sblsh": "9" * 43, "zt": "26"})) == ("6006", ["6006"])
    await until(service, opened.document["exchange"], lambda now: now["state"] == "delivered")
    assert codes(await lingnan.tell({"caseNo": "LN9999", "zt": "26"})) == ("6006", ["6006"])


async def test_what_is_in_doubt_is_settled_by_a_call_in(service: Running, key: str) -> None:
    """The platform does not deduplicate: without the call it would be probed."""
    await service.tell("sim-gx", do="take_then_drop")
    opened = await service.submit(case_of_somebody("gx-person"), key, Prefer="wait=0")
    now = await until(service, opened.document["exchange"], lambda now: now["state"] == "deferred")
    body = envelope(package(record(now["numbers"]["ours"], "02", YWLSH="GS-TOLD")).replace("<", "&lt;"))
    assert b"&lt;CODE&gt;0&lt;" in (await post(service, body)).raw
    settled = await exchange(service, opened.document["exchange"])
    assert (settled["state"], settled["cause"], settled["numbers"]["theirs"]) == (
        "delivered", "landed", "GS-TOLD",
    )  # fmt: skip


async def test_numbers_of_two_cases_are_refused(service: Running, lingnan: Lingnan, key: str) -> None:
    one, other = await submitted(service, f"{key}-1"), await submitted(service, f"{key}-2")
    mixed = {"sblsh": one["numbers"]["ours"], "caseNo": other["numbers"]["theirs"], "zt": "30"}
    assert codes(await lingnan.tell(mixed)) == ("6007", ["6007"])
    invented = {"sblsh": one["numbers"]["ours"], "caseNo": "LN-INVENTED", "zt": "30"}
    assert codes(await lingnan.tell(invented)) == ("6007", ["6007"])
    assert codes(await lingnan.tell({"zt": "30"})) == ("6005", ["6005"])


async def test_two_of_the_same_at_once_are_one(service: Running, lingnan: Lingnan, key: str) -> None:
    case = await submitted(service, key)
    notice = {"sblsh": case["numbers"]["ours"], "zt": "30", "tzbh": "TZ-AT-ONCE", "sj": moment()}
    answers = await asyncio.gather(*(lingnan.tell(notice) for _ in range(20)))
    assert len({each.document["data"]["jhbs"] for each in answers}) == 1
    shown = await view(service, case["case"])
    assert [step["event"] for step in shown["timeline"]].count("accepted") == 1
