"""Audit questions asked of logs that a real gateway wrote."""

import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

from audit.records import Record, read_record
from audit.reports import Found, Terms, ask
from audit.reports.question import DAY_MS, china
from gateway.boot import boot
from gateway.erasure import holding
from gateway.settings.conf import load
from gateway.store.holds import CASE, Hold
from gateway.world import World
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.ledgers import ask as asked_of
from tests.faults.places import Place, asked, submitted
from tests.faults.stores import ON_A_FILE
from tests.faults.test_following import NONE

pytestmark = ON_A_FILE
AGREEMENT = """
agreement: everywhere
title: 模拟通办协议
document: 模通办〔2026〕1号
between: [["330000", "340000"], ["440000"]]
modes: [full_online, collect_for]
powers: [receive, verify_originals]
valid_from: 2020-01-01
openings: [{batch: 2020-1, items: ["0*"], valid_from: 2020-01-01}]
"""


def entries(place: Place) -> list[tuple[int, Record]]:
    rows = asked_of(place.database, "select position, body from audit_entries order by position")
    return [(position, read_record(bytes(body))) for position, body in rows]


def found(place: Place, name: str, terms: Terms | None = None) -> list[Found]:
    return list(ask(name, entries(place), terms or Terms()))


async def held_at(place: Place, clock_ms: Callable[[], int], actor: str) -> None:
    """A person does something at that time, and it is an entry."""
    gateway = boot(load(place.conf), World(clock_ms=clock_ms))
    gateway.open()
    ((case_id,),) = asked_of(place.database, "select id from cases limit 1")
    assert await holding.place(gateway.store, Hold(CASE, case_id, "audit", f"模审{actor}", actor, 0))
    await gateway.close()


def at_hour(hour: int, days: int = 1) -> Callable[[], int]:
    """That hour of a later day in China."""
    now_ms = int(time.time() * 1000)
    midnight_ms = int(china(now_ms).replace(hour=0, minute=0).astimezone(UTC).timestamp() * 1000)
    return lambda: midnight_ms + days * DAY_MS + hour * 3_600_000


async def test_a_delivered_case_has_one_end_in_lawful_order_and_an_authorisation(place: Place) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-agent"))).state == "delivered"
    await held_at(place, at_hour(10, days=9), "by-day")
    for name in (
        "no_end",
        "two_ends",
        "unlawful_order",
        "no_authorisation",
        "retries",
        "night_work",
        "no_purpose",
    ):
        assert found(place, name) == [], name
    (unapproved,) = found(place, "unapproved_release")
    assert unapproved.facts["why"] == "by_nobody"


async def test_what_was_never_taken_has_no_end_and_was_sent_too_often(place: Place) -> None:
    async with place.platforms("sim-gd") as simulators, place.gateway() as gateway:
        simulators["sim-gd"].programme.add(step({"do": "later", "after_s": 0, "times": 0}, NONE, 0))
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case("gd-organization"), "key-0001"))
        await gateway.exchanges.wait(exchange, 1)
    await held_at(place, at_hour(23, days=9), "by-night")
    (open_,) = found(place, "no_end")
    assert (open_.facts["exchange"], open_.facts["days"]) == (exchange.id, open_.facts["days"])
    (often,) = found(place, "retries", Terms(attempts=2))
    assert often.facts["attempts"] == 3
    (night,) = found(place, "night_work")
    assert (night.facts["who"], night.facts["kind"]) == ("by-night", "hold.placed")


async def test_a_case_names_the_agreement_that_covers_it(place: Place) -> None:
    async with place.platforms("sim-gd"):
        async with place.gateway() as gateway:
            assert (await submitted(gateway, case("gd-organization"))).state == "delivered"
        (uncovered,) = found(place, "no_agreement")
        assert uncovered.facts["declared"] == 0
        folder = place.conf / "agreements"
        folder.mkdir(exist_ok=True)
        write(folder / "everywhere.yaml", AGREEMENT)
        async with place.gateway() as gateway:
            assert (await submitted(gateway, case("gd-agent"), "key-0002")).state == "delivered"
    assert found(place, "no_agreement") == [uncovered]


async def test_every_field_that_went_out_is_held_against_the_auditors_list(place: Place) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        assert (await submitted(gateway, case("gd-agent"))).state == "delivered"
    (fields,) = [record.facts["fields"] for _, record in entries(place) if record.kind == "exchange.admitted"]
    assert isinstance(fields, list)
    route = "sim-gd case.submit"
    assert found(place, "fields_beyond", Terms(allowed={route: frozenset(fields)})) == []
    (beyond,) = found(place, "fields_beyond", Terms(allowed={route: frozenset(fields[1:])}))
    assert beyond.facts["fields"] == fields[0]


def write(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
