"""A platform redeems tickets in its own dialect: told once, nothing beyond what its mapping reads."""

import asyncio
import json
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import pytest
import zeep
from lxml import etree

from gateway.errors import Refusal
from gateway.inward.visiting import tellable
from tests.inward.platform import UNIT as UNIT_GD
from tests.inward.platform import Lingnan, moment, notice_number, signed
from tests.inward.test_soap import ENVELOPE, LICENCE, SPACE, package, post, record
from tests.inward.test_soap import UNIT as UNIT_GX
from tests.inward.test_soap import envelope as notice_of
from tests.web.service import Running, changed
from tests.web.test_life import view
from tests.web.visits import visit_of_somebody


@dataclass(slots=True)
class Told:
    """An answer in one form: its code, and of who has come what a site needs."""

    code: str
    case: str = ""
    ours: str = ""
    name: str = ""
    number: str = ""
    raw: str = ""


class Gd:
    """模拟岭南省: REST, signed."""

    name, person, taken, over, unknown, foreign = "sim-gd", "gd-person", "200", "6022", "6021", "6008"
    unmapped, barred, of_elsewhere = "6002", "401", UNIT_GX
    fields = ["applicant.birth_date", "applicant.id_number", "applicant.mobile", "applicant.name"]

    async def redeem(self, service: Running, ticket: Any, unit: str = UNIT_GD, **wrong: str) -> Told:
        body = json.dumps({"pj": ticket, "fsdw": unit}).encode()
        headers = signed("s_sim_0107", appkey=wrong.get("key", "demo-appkey"))
        answer = await Lingnan(service, "/inbound/sim-gd/visits", headers).send(body)
        said = answer.document
        found = said["data"]
        return Told(
            said["code"], found.get("bjbs", ""), found.get("sblsh", ""), found.get("sqr", {}).get("xm", ""),
            found.get("sqr", {}).get("zjhm", ""), answer.text,
        )  # fmt: skip

    async def tell(self, service: Running, ours: str, state: str) -> str:
        code = {"accepted": "30"}[state]
        said = await Lingnan(service).tell({"sblsh": ours, "zt": code})
        return str(said.document["code"])


class Gx:
    """模拟桂山区: SOAP, with XML in a string."""

    name, person, taken, over, unknown, foreign = "sim-gx", "gx-person", "0", "3022", "3021", "3008"
    unmapped, barred, of_elsewhere = "3002", "1001", UNIT_GD
    fields = ["applicant.id_number", "applicant.mobile", "applicant.name"]

    async def redeem(self, service: Running, ticket: Any, unit: str = UNIT_GX, **wrong: str) -> Told:
        inside = f"<PJJL LBDM='PJ01'><PJ>{escape(str(ticket or ''))}</PJ></PJJL>"
        head = f"<HEAD><BBH>1.0</BBH><FSDWDM>{unit}</FSDWDM></HEAD>"
        said = f"<?xml version='1.0' encoding='gb2312'?><PACKAGE>{head}<DATA>{inside}</DATA></PACKAGE>"
        body = notice_of(escape(said), wrong.get("key", LICENCE)).replace(b"notifyCase", b"redeemTicket")
        answer = await post(service, body)
        text = etree.fromstring(answer.text.encode()).findtext(f".//{{{SPACE}}}redeemTicketResponse/return")
        assert text is not None, answer.text
        root = etree.fromstring(text.partition("?>")[2])
        case, ours = (root.findtext(f"HEAD/{each}", "") for each in ("BJBS", "GLBH"))
        name, number = (root.findtext(f"DATA/LFR/{each}", "") for each in ("SQRXM", "SQRZJHM"))
        return Told(root.findtext("HEAD/CODE", ""), case, ours, name, number, text)

    async def tell(self, service: Running, ours: str, state: str) -> str:
        code = {"accepted": "04"}[state]
        body = notice_of(escape(package(record(ours, code))))
        text = etree.fromstring((await post(service, body)).text.encode()).findtext(".//return")
        assert text is not None
        return etree.fromstring(text.partition("?>")[2]).findtext("HEAD/CODE", "")


BOTH = pytest.mark.parametrize("site", [Gd(), Gx()], ids=["rest", "soap"])
Site = Gd | Gx


async def link(service: Running, site: Site, **values: Any) -> tuple[str, dict[str, Any]]:
    """(ticket, what was said of who comes)."""
    document = changed(visit_of_somebody(site.person), **values)
    answer = await service.ask("POST", "/v1/visits", body=document)
    assert answer.status == 201, answer.text
    return parse_qs(urlsplit(answer.document["address"]).query)["ticket"][0], document


async def entries(service: Running, ticket: str, kind: str = "visit.redeemed") -> list[dict[str, Any]]:
    ask = "SELECT body FROM audit_entries WHERE kind = ?"
    rows = await service.gateway.store.read(
        lambda connection: connection._driver.execute(ask, (kind,)).fetchall()
    )
    return [each for (body,) in rows if (each := json.loads(body)).get("visit") == ticket.partition(".")[0]]


@BOTH
async def test_a_site_learns_in_its_dialect_who_has_come_and_tells_of_the_case_by_its_number(
    service: Running, site: Site
) -> None:
    ticket, document = await link(service, site)
    person = document["applicant"]
    told = await site.redeem(service, ticket)
    assert (told.code, told.name, told.number) == (site.taken, person["name"], person["id_number"])
    shown = await view(service, told.case)
    assert (shown["state"], shown["open"]) == ("handed_over", True)
    assert shown["exchanges"][0]["numbers"]["ours"] == told.ours
    assert await site.tell(service, told.ours, "accepted") == site.taken
    assert (await view(service, told.case))["state"] == "accepted"


@BOTH
async def test_only_what_the_mapping_reads_is_told_and_the_entry_names_it(
    service: Running, site: Site
) -> None:
    ticket, document = await link(service, site)
    told = await site.redeem(service, ticket)
    assert document["applicant"]["address"] not in told.raw
    [entry] = await entries(service, ticket)
    assert entry["fields"] == site.fields and entry["case"] == told.case
    assert entry["actor"].startswith(f"{site.name}/")
    assert not any(document["applicant"][each] in str(entry) for each in ("name", "id_number"))


@BOTH
async def test_a_ticket_is_told_once_however_often_and_by_whichever_way_it_is_asked(
    service: Running, site: Site
) -> None:
    ticket, document = await link(service, site)
    at_once = await asyncio.gather(*(site.redeem(service, ticket) for _ in range(5)))
    assert sorted(each.code for each in at_once) == sorted([site.taken, *[site.over] * 4])
    before = await service.rows()
    again = await site.redeem(service, ticket)
    assert (again.code, again.case, again.name) == (site.over, "", "")
    assert document["applicant"]["name"] not in again.raw
    assert await service.rows() == before  # refused in the same way before: recorded once
    by_key = await service.ask(
        "POST", "/v1/visits/redemption", caller=site.name.replace("sim", "site"), body={"ticket": ticket}
    )
    assert (by_key.status, by_key.code) == (410, "ticket_over")


async def test_another_platform_learns_nothing_and_uses_nothing_up(service: Running) -> None:
    gd, gx = Gd(), Gx()
    for own, other in ((gd, gx), (gx, gd)):
        ticket, _ = await link(service, own)
        stolen = await other.redeem(service, ticket)
        made_up = await other.redeem(service, ticket[:-1] + ("0" if ticket[-1] != "0" else "1"))
        assert (stolen.code, made_up.code, stolen.name) == (other.unknown, other.unknown, "")
        assert (await own.redeem(service, ticket)).code == own.taken


@BOTH
async def test_a_unit_of_elsewhere_and_a_caller_who_is_not_let_in_use_nothing_up(
    service: Running, site: Site
) -> None:
    ticket, document = await link(service, site)
    for wrong in (
        await site.redeem(service, ticket, site.of_elsewhere),
        await site.redeem(service, ticket, key="wrong-key"),
    ):
        assert wrong.code in (site.foreign, site.barred)
        assert document["applicant"]["name"] not in wrong.raw
    assert await entries(service, ticket) == []
    assert (await site.redeem(service, ticket)).code == site.taken


@BOTH
async def test_a_ticket_is_over_after_some_minutes(service: Running, site: Site) -> None:
    ticket, _ = await link(service, site)

    def past(tx: Any) -> None:
        statement = "UPDATE visits SET expires_ms = 1 WHERE id = ?"
        tx.connection._driver.execute(statement, (ticket.partition(".")[0],))

    await service.gateway.store.write(past)
    assert (await site.redeem(service, ticket)).code == site.over


@BOTH
@pytest.mark.parametrize(
    "ticket", ["", "x" * 100_000, "' OR 1=1 --", "0" * 26 + "." + "0" * 64, "<PJ>&xxe;</PJ>", "票\x7f据"]
)
async def test_what_is_no_ticket_is_refused_and_changes_nothing(
    service: Running, site: Site, ticket: str
) -> None:
    before = (await service.rows())["cases"]
    told = await site.redeem(service, ticket)
    assert told.code in (site.unknown, site.unmapped) and told.case == ""
    assert (await service.rows())["cases"] == before


async def test_a_document_with_entities_is_not_read(service: Running) -> None:
    ticket, _ = await link(service, Gx())
    hostile = (
        '<?xml version="1.0"?><!DOCTYPE P [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        f"<PACKAGE><HEAD><FSDWDM>{UNIT_GX}</FSDWDM></HEAD><DATA><PJJL><PJ>&x;{ticket}</PJ></PJJL></DATA></PACKAGE>"
    )
    body = notice_of(escape(hostile), LICENCE, ENVELOPE).replace(b"notifyCase", b"redeemTicket")
    assert "3001" in (await post(service, body)).text
    assert (await Gx().redeem(service, ticket)).code == "0"


@pytest.mark.parametrize(
    "site, values, path",
    [
        (Gd(), {"applicant__id_type": "990", "applicant__id_number": "X1"}, "/applicant/id_type"),
        (Gx(), {"applicant__name": "陶喆"}, "/applicant/name"),
    ],
    ids=["rest", "soap"],
)
async def test_who_could_not_be_told_over_there_is_told_before_anybody_sets_out(
    service: Running, site: Site, values: dict[str, Any], path: str
) -> None:
    before = await service.rows()
    document = changed(visit_of_somebody(site.person), **values)
    answer = await service.ask("POST", "/v1/visits", body=document)
    assert (answer.status, answer.code) == (422, "unmappable"), answer.text
    assert answer.paths() == [path]
    assert await service.rows() == before


async def test_who_comes_back_goes_on_with_the_case_that_is_open(service: Running) -> None:
    site = Gd()
    ticket, document = await link(service, site)
    first = await site.redeem(service, ticket)
    answer = await service.ask("POST", "/v1/visits", body=document)
    second = parse_qs(urlsplit(answer.document["address"]).query)["ticket"][0]
    again = await site.redeem(service, second)
    assert (again.code, again.case, again.ours) == (site.taken, first.case, first.ours)
    told = {"sblsh": again.ours, "zt": "26", "tzbh": notice_number(), "sj": moment()}
    assert (await Lingnan(service).tell(told)).document["code"] == "200"


def test_nobody_is_sent_where_nobody_could_learn_who_comes(service: Running) -> None:
    reached = service.gateway.settings.platforms["sim-gd"]
    assert reached.site
    alone = reached.model_copy(update={"site": reached.site.model_copy(update={"redeemed_by": None})})
    check = tellable(service.gateway.channels, {"sim-gd": alone, "sim-yb": alone})
    with pytest.raises(Refusal, match="no_site"):
        check("sim-yb", {})  # it does not call in


async def test_a_client_made_of_the_wsdl_that_the_gateway_gives_redeems_a_ticket(service: Running) -> None:
    ticket, document = await link(service, Gx())
    client = await asyncio.to_thread(zeep.Client, f"{service.address}/soap/sim-gx?wsdl")
    said = f"<PACKAGE><HEAD><FSDWDM>{UNIT_GX}</FSDWDM></HEAD><DATA><PJJL><PJ>{ticket}</PJ></PJJL></DATA></PACKAGE>"
    call = partial(client.service.redeemTicket, licence=LICENCE, information=said)
    root = etree.fromstring((await asyncio.to_thread(call)).partition("?>")[2])
    assert (root.findtext("HEAD/CODE"), root.findtext("DATA/LFR/SQRXM")) == (
        "0",
        document["applicant"]["name"],
    )
    again = etree.fromstring((await asyncio.to_thread(call)).partition("?>")[2])
    assert (again.findtext("HEAD/CODE"), again.find("DATA/LFR")) == ("3022", None)
