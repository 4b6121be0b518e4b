"""全程网办: a link with a ticket for one use, a case once the site has redeemed it, then a case like any other."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.exchange.following import follow
from gateway.store import visits
from gateway.store.events import Told
from tests.web.service import Running, changed
from tests.web.test_later import withdrawal
from tests.web.test_life import view
from tests.web.visits import visit_of_somebody

BOTH = pytest.mark.parametrize("name, platform", [("gd-person", "sim-gd"), ("gx-person", "sim-gx")])


async def issued(service: Running, document: dict[str, Any]) -> dict[str, Any]:
    answer = await service.ask("POST", "/v1/visits", body=document)
    assert answer.status == 201, answer.text
    shown: dict[str, Any] = answer.document
    return shown


async def redeemed(service: Running, visit: dict[str, Any], caller: str = "") -> Any:
    ticket = parse_qs(urlsplit(visit["address"]).query)["ticket"][0]
    caller = caller or visit["platform"].replace("sim-", "site-")
    return await service.ask("POST", "/v1/visits/redemption", caller=caller, body={"ticket": ticket})


async def tell(service: Running, case_id: str, platform: str, *events: str) -> None:
    """What the deciding place tells of the case, as a call of its platform would."""
    for event in events:
        now_ms = service.gateway.clock_ms()
        told = Told(event, now_ms, platform, f"R-{event}", seen_ms=now_ms)
        assert await service.gateway.store.write(follow(case_id, [told])) is not None


@BOTH
async def test_who_comes_with_a_ticket_has_a_case_that_is_followed_to_its_end(
    service: Running, name: str, platform: str
) -> None:
    document = visit_of_somebody(name)
    visit = await issued(service, document)
    person = document["applicant"]
    assert visit["platform"] == platform and visit["case"] is None
    assert not any(value in visit["address"] for value in (person["name"], person["id_number"]))
    came = await redeemed(service, visit)
    assert came.status == 200, came.text
    assert came.document["document"]["applicant"] == person
    assert came.headers["Cache-Control"] == "no-store"
    shown = await view(service, came.document["case"])
    assert (shown["state"], shown["acts"], shown["open"]) == ("handed_over", "deciding", True)
    [exchange] = shown["exchanges"]
    assert (exchange["state"], exchange["cause"], exchange["numbers"]["ours"]) == (
        "delivered", "taken", came.document["number"],
    )  # fmt: skip
    await tell(service, shown["case"], platform, "accepted", "correction_needed", "corrected", "suspended",
               "resumed", "granted", "served")  # fmt: skip
    shown = await view(service, shown["case"])
    assert (shown["state"], shown["open"]) == ("served", False)


@BOTH
async def test_a_ticket_is_good_for_one_use_at_its_own_site(
    service: Running, name: str, platform: str
) -> None:
    visit = await issued(service, visit_of_somebody(name))
    other = "site-gx" if platform == "sim-gd" else "site-gd"
    assert (await redeemed(service, visit, other)).status == 404
    forged = {**visit, "address": visit["address"][:-1] + ("0" if visit["address"][-1] != "0" else "1")}
    assert (await redeemed(service, forged)).status == 404
    at_once = await asyncio.gather(*(redeemed(service, visit) for _ in range(5)))
    assert sorted(each.status for each in at_once) == [200, 410, 410, 410, 410]
    again = await redeemed(service, visit)
    assert (again.status, again.code, again.document["cause"]) == (410, "ticket_over", "used")


async def test_a_ticket_is_over_after_some_minutes_and_nothing_of_it_is_left_for_long(
    service: Running,
) -> None:
    visit = await issued(service, visit_of_somebody("gd-person"))
    store = service.gateway.store

    def past(tx: Any) -> None:
        statement = "UPDATE visits SET expires_ms = 1 WHERE id = ?"
        tx.connection._driver.execute(statement, (visit["visit"],))

    await store.write(past)
    over = await redeemed(service, visit)
    assert (over.status, over.document["cause"]) == (410, "expired")
    await issued(service, visit_of_somebody("gd-person"))  # whoever comes next sweeps it away
    assert await store.read(lambda connection: visits.by_id(connection, visit["visit"])) is None
    assert (await redeemed(service, visit)).status == 404


async def test_who_comes_back_goes_on_with_the_case_that_is_open(service: Running, key: str) -> None:
    document = visit_of_somebody("gd-person")
    first = (await redeemed(service, await issued(service, document))).document
    visit = await issued(service, document)
    assert visit["case"] == first["case"]
    again = (await redeemed(service, visit)).document
    assert (again["case"], again["number"]) == (first["case"], first["number"])
    other = await service.ask("POST", "/v1/visits", caller="agreeing", body=document)
    assert other.code in ("forbidden_sender", "case_open")
    gone = await service.ask("POST", f"/v1/cases/{first['case']}/withdrawal", body=withdrawal(),
                             Idempotency_Key=f"{key}-w")  # fmt: skip
    # the site never submitted it to the simulated platform, which therefore refuses to withdraw it
    assert (gone.status, gone.code) in ((201, None), (422, "platform_refused"))


async def test_what_is_wrong_is_told_and_nobody_is_sent_anywhere(service: Running) -> None:
    document = visit_of_somebody("gd-person")
    before = await service.rows()
    for values, code, path in (
        ({"receiving__identity_check": None}, "invalid_case", "/receiving/identity_check"),
        ({"purpose": None}, "invalid_case", "/purpose"),
        ({"item__code": "T-NOWHERE"}, "item_unknown", ""),
        ({"division": "440281"}, "no_site", ""),
    ):
        refused = await service.ask("POST", "/v1/visits", body=changed(document, **values))
        assert (refused.status, refused.code) == (422, code), refused.text
        assert not path or refused.paths() == [path]
    bad = await service.ask("POST", "/v1/visits/redemption", caller="site-gd", body={"ticket": 7})
    assert (bad.status, bad.code) == (400, "bad_parameter")
    assert await service.rows() == before


async def test_every_visit_has_its_entries_and_none_of_them_says_who(service: Running) -> None:
    document = visit_of_somebody("gd-person")
    visit = await issued(service, document)
    await redeemed(service, visit)
    ask = "SELECT body FROM audit_entries WHERE kind LIKE 'visit.%'"
    rows = await service.gateway.store.read(lambda connection: connection._driver.execute(ask).fetchall())
    entries = [each for (body,) in rows if (each := json.loads(body))["visit"] == visit["visit"]]
    assert [each["kind"] for each in entries] == ["visit.issued", "visit.redeemed"]
    assert not any(document["applicant"][each] in str(entries) for each in ("name", "id_number"))
