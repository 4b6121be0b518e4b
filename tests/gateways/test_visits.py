"""Who is sent to a site in another province is known there by a ticket of their own: it is redeemed between two."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from audit.cli import SOUND
from gateway.store import exchanges
from gateway.store.database import file_of
from tests.gateways.stage import Line, Province, audited, two_provinces
from tests.gateways.test_told import told
from tests.gateways.test_two_gateways import _known_here
from tests.inward.platform import UNIT, signed
from tests.web.service import changed
from tests.web.visits import visit_of_somebody

Two = tuple[Province, Province, Line]
TAKEN, OVER, UNKNOWN = "200", "6022", "6021"


@pytest_asyncio.fixture(scope="module")
async def two(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Two]:
    async with two_provinces(tmp_path_factory.mktemp("visits")) as provinces:
        yield provinces


async def link(province: Province, name: str, **values: Any) -> tuple[str, dict[str, Any]]:
    """(the ticket as the site gets it, what was said of who comes)"""
    document = changed(visit_of_somebody(name), **values)
    status, issued = await province.ask("POST", "/v1/visits", document)
    assert status == 201, issued
    return parse_qs(urlsplit(issued["address"]).query)["ticket"][0], document


async def at_the_site(lingnan: Province, ticket: str) -> tuple[str, dict[str, Any]]:
    """The platform behind 岭南 asks its own gateway, in its own dialect, who has come."""
    headers = {"Content-Type": "application/json", **signed("s_sim_0107")}
    body = json.dumps({"pj": ticket, "fsdw": UNIT})
    async with lingnan.client.post(
        f"{lingnan.address}/inbound/sim-gd/visits", data=body, headers=headers
    ) as came:
        said = await came.json()
        return said["code"], said["data"]


async def redeem(guishan: Province, ticket: str) -> tuple[int, dict[str, Any]]:
    """The back end of the site in 桂山, which uses the API of its own gateway."""
    return await guishan.ask("POST", "/v1/visits/redemption", {"ticket": ticket})


async def test_a_site_behind_another_gateway_learns_who_has_come_and_both_follow_the_case(two: Two) -> None:
    lingnan, guishan, _ = two
    ticket, document = await link(guishan, "gd-person")
    assert ticket.startswith("guishan~")
    code, came = await at_the_site(lingnan, ticket)
    person = document["applicant"]
    assert (code, came["sqr"]["xm"], came["sqr"]["zjhm"]) == (TAKEN, person["name"], person["id_number"])
    status, found = await guishan.ask("GET", f"/v1/cases?number={came['bjbs']}")
    [here] = found["cases"]
    assert (status, here["state"], here["open"]) == (200, "handed_over", True)
    assert [each["platform"] for each in here["exchanges"]] == ["lingnan"]
    await told(lingnan, came["sblsh"], "30", sm="已受理")
    here = await _known_here(guishan, here["case"], state="accepted")
    _, shown = await guishan.ask("GET", f"/v1/cases/{here['case']}/progress")
    assert shown["progress"]["words"] == "已受理"
    writes = await lingnan.gateway.store.read(lambda c: exchanges.of_case(c, came["bjbs"]))
    assert [(each.caller, each.platform, each.mode) for each in writes if each.kind == "write"] == [
        ("guishan", "sim-gd", "full_online")
    ]


async def test_it_is_good_for_one_use_and_of_nobody_else(two: Two) -> None:
    lingnan, guishan, _ = two
    ticket, _ = await link(guishan, "gd-person")
    own, _, mark = ticket.partition(".")
    forged = f"{own}.{mark[:-1]}{'0' if mark[-1] != '0' else '1'}"
    for wrong in (forged, ticket.replace("guishan~", "nobody~"), ticket.replace("guishan~", "")):
        assert (await at_the_site(lingnan, wrong))[0] == UNKNOWN
    status, problem = await redeem(guishan, ticket)  # it is not a ticket for a site of 桂山
    assert (status, problem["code"]) == (404, "not_found")
    assert (await at_the_site(lingnan, ticket))[0] == TAKEN
    assert (await at_the_site(lingnan, ticket))[0] == OVER


async def test_an_answer_that_is_lost_between_the_gateways_uses_nothing_up(two: Two) -> None:
    lingnan, guishan, line = two
    here = {"item__code": "CX-ZR-0104", "receiving__division": "330282"}
    ticket, document = await link(lingnan, "gx-person", **here)
    line.lose, lost = 1, line.lost
    status, problem = await redeem(guishan, ticket)
    assert (status, problem["code"], line.lost) == (503, "platform_unavailable", lost + 1), problem
    status, came = await redeem(guishan, ticket)
    assert (status, came["document"]["applicant"]) == (200, document["applicant"]), came
    assert (await redeem(guishan, ticket))[1]["code"] == "ticket_over"
    _, found = await lingnan.ask("GET", f"/v1/cases?number={came['case']}")
    assert len(found["cases"]) == 1


async def test_who_comes_again_goes_on_with_the_same_case_in_both_places(two: Two) -> None:
    lingnan, guishan, _ = two
    here = {"item__code": "CX-ZR-0104", "receiving__division": "330282"}
    ticket, document = await link(lingnan, "gx-person", **here)
    _, first = await redeem(guishan, ticket)
    _, issued = await lingnan.ask("POST", "/v1/visits", document)
    assert issued["case"]
    again = parse_qs(urlsplit(issued["address"]).query)["ticket"][0]
    status, second = await redeem(guishan, again)
    assert (status, second["case"], second["number"]) == (200, first["case"], first["number"])


async def test_both_logs_say_that_somebody_came_and_neither_says_who(two: Two) -> None:
    lingnan, guishan, _ = two
    ticket, document = await link(guishan, "gd-person")
    assert (await at_the_site(lingnan, ticket))[0] == TAKEN
    visit = ticket.removeprefix("guishan~").partition(".")[0]
    ask = "SELECT body FROM audit_entries WHERE kind LIKE 'visit.%'"
    for province, fields in ((guishan, None), (lingnan, ["applicant.birth_date", "applicant.id_number",
                                                         "applicant.mobile", "applicant.name"])):  # fmt: skip
        rows = await province.gateway.store.read(lambda c: c._driver.execute(ask).fetchall())
        entries = [each for (body,) in rows if (each := json.loads(body))["visit"] == visit]
        assert [each["kind"] for each in entries] == ["visit.issued", "visit.redeemed"]
        assert fields is None or entries[1]["fields"] == fields
        assert not any(document["applicant"][each] in str(rows) for each in ("name", "id_number"))
        await province.gateway.sign(now=True)
        database = str(file_of(province.gateway.settings.database))
        code, said = await audited("fsck", "--database", database, "--key", province.gateway.signer.vkey)
        assert code == SOUND, said
