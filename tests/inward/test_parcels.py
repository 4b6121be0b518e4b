"""A platform tells what became of the parcels of a case: what reached it, what it sends back, what got lost."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest
import zeep
from lxml import etree

from tests.fakes.fixtures import case
from tests.inward.platform import UNIT, Lingnan, moment, notice_number, signed
from tests.inward.test_later import handed
from tests.inward.test_notices import codes
from tests.inward.test_soap import LICENCE, told
from tests.inward.test_soap import UNIT as GUISHAN
from tests.web.service import Running
from tests.web.test_agency import all_that_may_be, ask, of_case, parcel, shown, submitted_case

SENT, RECEIVED, LOST, RETURNED = "1", "2", "3", "4"
THERE, BACK = "1", "2"
LICENCE_SENT = [{"bm": "licence", "xs": "1", "fs": "1"}]


@pytest.fixture
def post(lingnan: Lingnan) -> Lingnan:
    """The same platform, at the address where it tells of parcels."""
    lingnan.path, lingnan.headers = "/inbound/sim-gd/cases/parcels", signed("s_sim_0108")
    return lingnan


def said(ours: str, event: str, direction: str = THERE, **more: Any) -> dict[str, Any]:
    number = "EB123456789CN" if direction == THERE else "EB987654321CN"
    contents = {"nj": LICENCE_SENT} if event == SENT else {}
    return {"sblsh": ours, "qk": event, "fx": direction, "cydw": "中国邮政", "ydh": number} | contents | more


def stands(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(each["number"], each["direction"], each["state"]) for each in document["parcels"]]


async def test_both_places_tell_of_the_same_parcels_and_each_event_counts_once(
    service: Running, post: Lingnan, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    ours = submitted["numbers"]["ours"]
    await ask(service, submitted, "parcels", parcel("gd-person", "sent"))
    arrived = await post.tell(said(ours, RECEIVED, jbr="金雀丝"), said(ours, SENT, BACK))
    assert (arrived.status, codes(arrived)) == (200, ("200", ["200", "200"]))
    now = await shown(service, submitted)
    assert stands(now) == [
        ("EB123456789CN", "there", "received"), ("EB987654321CN", "back", "on_its_way"),
    ]  # fmt: skip
    assert now["parcels"][0]["events"][1]["source"] == "sim-gd"
    assert now["parcels"][1]["contents"] == [{"code": "licence", "form": "original", "count": 1}]
    again = await post.tell(said(ours, RECEIVED), said(ours, SENT, BACK))
    assert codes(again) == ("200", ["200", "200"])
    entries = await of_case(service, submitted, "case.parcel")
    assert [(each["event"], each["source"], each["unit"], each["actor"]) for each in entries[1:]] == [
        ("received", "sim-gd", UNIT, "sim-gd/gjgxjhpt"), ("sent", "sim-gd", UNIT, "sim-gd/gjgxjhpt"),
    ]  # fmt: skip
    assert "金雀丝" not in str(entries)
    here = await ask(service, submitted, "parcels", parcel("gd-person", "received", "back", "EB987654321CN"))
    assert stands(here.document)[1][2] == "received"


async def test_a_parcel_that_was_lost_or_came_back_to_them_is_told_by_them(
    service: Running, post: Lingnan, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    ours = submitted["numbers"]["ours"]
    for event, state, acts in ((LOST, "lost", "deciding"), (RETURNED, "returned", "deciding")):
        assert codes(await post.tell(said(ours, event, BACK)))[0] == "200"
        (only,) = (await shown(service, submitted))["parcels"]
        assert (only["state"], only["acts"], only["findings"]) == (state, acts, ["never_sent"])
    first = await post.send(body := json.dumps({"fsdw": UNIT, "lb": [full(ours)]}).encode())
    kept = [await of_case(service, submitted, kind) for kind in ("case.parcel", "exchange.inward")]
    for _ in range(200):
        assert (await post.send(body)).raw == first.raw
    assert kept == [await of_case(service, submitted, kind) for kind in ("case.parcel", "exchange.inward")]


def full(ours: str) -> dict[str, Any]:
    return {"tzbh": notice_number(), "sj": moment(), **said(ours, RECEIVED, BACK)}


async def test_what_cannot_be_of_that_parcel_is_refused_whole_with_a_code_for_each_record(
    service: Running, post: Lingnan, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    ours = submitted["numbers"]["ours"]
    good = said(ours, SENT, BACK)
    two = {"nj": [{"bm": "licence", "xs": "1", "fs": "2"}]}
    differing = (said(ours, RECEIVED, THERE, ydh="EB987654321CN"), {**good, **two})
    for wrong in differing:  # within one package, and against what is known
        assert codes(await post.tell(good, wrong)) == ("6023", ["6011", "6023"])
    assert (await shown(service, submitted))["parcels"] == []
    assert codes(await post.tell(good))[0] == "200"
    for wrong in differing:
        before = await post.tell(wrong)
        assert codes(before) == ("6023", ["6023"])
    assert [each["event"] for each in await of_case(service, submitted, "case.parcel")] == ["sent"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nj": []}, "6002"),  # sent, and nothing in it
        ({"ydh": "单号"}, "6002"),
        ({"sj": "20261399999999"}, "6002"),
        ({"fx": THERE}, "6002"),  # no material of the case
        ({"sblsh": "0" * 43}, "6006"),
        ({"sj": moment(3 * 86_400)}, "6010"),
        ({"sj": moment(3_600)}, "5031"),
    ],
)
async def test_a_parcel_that_cannot_be_is_refused_by_name_and_nothing_of_it_is_kept(
    service: Running, post: Lingnan, key: str, changes: dict[str, Any], code: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    answer = await post.tell(said(submitted["numbers"]["ours"], SENT, BACK, **changes))
    assert codes(answer) == (code, [code])
    assert (await shown(service, submitted))["parcels"] == []


async def test_more_of_one_case_than_is_kept_is_refused_by_its_own_code(
    service: Running, post: Lingnan, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    await all_that_may_be(service, submitted["case"])
    assert codes(await post.tell(said(submitted["numbers"]["ours"], RECEIVED))) == ("6024", ["6024"])


async def test_the_unit_and_the_platform_must_be_those_of_the_case(
    service: Running, post: Lingnan, key: str
) -> None:
    submitted = await submitted_case(service, key, "gx-person")
    ours = submitted["numbers"]["ours"]
    assert codes(await post.tell(said(ours, RECEIVED)))[0] == "6006"
    theirs = await submitted_case(service, f"{key}-gd", "gd-person")
    answer = await post.tell(said(theirs["numbers"]["ours"], RECEIVED), unit=GUISHAN)
    assert codes(answer)[0] == "6008"


async def test_who_handed_a_case_to_one_of_ours_tells_of_its_parcels_too(
    service: Running, lingnan: Lingnan
) -> None:
    number, submitted = await handed(service, lingnan)
    lingnan.path, lingnan.headers = "/inbound/sim-gd/cases/parcels", signed("s_sim_0108")
    assert codes(await lingnan.tell(said(number, SENT)))[0] == "6002"  # no material of the case
    for name, each in (("caseNo", number), ("sblsh", submitted.case_id)):
        record = said("", RECEIVED, BACK) | {"sblsh": "", name: each}
        told = await lingnan.tell({key: value for key, value in record.items() if value})
        assert codes(told)[0] == "200", told.text
    view = {"case": submitted.case_id}
    (entry,) = await of_case(service, view, "case.parcel")
    assert (entry["source"], entry["direction"], entry["parcel"]) == ("sim-gd", "back", "received")
    far = await lingnan.tell(said(number, RECEIVED, BACK), unit="11440233007340219M")
    assert codes(far)[0] == "6009"


async def test_a_platform_tells_of_parcels_over_soap(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key, "gx-person")
    ours, code = submitted["numbers"]["ours"], case("gx-person")["materials"][0]["code"]
    await ask(service, submitted, "parcels", parcel("gx-person", "sent"))
    client = await asyncio.to_thread(zeep.Client, f"{service.address}/soap/sim-gx?wsdl")

    async def tell(*records: str, licence: str = LICENCE) -> tuple[str, list[tuple[str, str]]]:
        call = partial(client.service.notifyParcel, licence=licence, information=package(*records))
        return told(await asyncio.to_thread(call))

    first, back = record(ours, "QS", "W", "EB123456789CN"), record(ours, "JC", "F", "EB987654321CN", code)
    assert await tell(first, back) == ("0", [("1", "0"), ("2", "0")])
    assert await tell(first, back) == ("0", [("1", "0"), ("2", "0")])
    assert stands(await shown(service, submitted)) == [
        ("EB123456789CN", "there", "received"), ("EB987654321CN", "back", "on_its_way"),
    ]  # fmt: skip
    other = record(ours, "TH", "W", "EB987654321CN")
    assert await tell(first, other) == ("3023", [("1", "3011"), ("2", "3023")])
    assert (await tell(first, licence="wrong"))[0] == "1001"
    entries = await of_case(service, submitted, "case.parcel")
    assert [each["source"] for each in entries] == ["guichi", "sim-gx", "sim-gx"]


def package(*records: str) -> str:
    inside = "".join(
        f'<JJJL SXH="{number}" LBDM="JJ01">{each}</JJJL>' for number, each in enumerate(records, 1)
    )
    text = (
        f'<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD><BBH>1.0</BBH><FSDWDM>{GUISHAN}</FSDWDM></HEAD>'
        f"<DATA>{inside}</DATA></PACKAGE>"
    )
    assert etree.fromstring(text.partition("?>")[2]) is not None
    return text


def record(ours: str, event: str, direction: str, number: str, code: str = "") -> str:
    contents = f"<NJ><NJDM>{code}</NJDM><XSDM>YJ</XSDM><FS>1</FS></NJ>" if code else ""
    return (
        f"<TZBH>{notice_number()}</TZBH><GLBH>{ours}</GLBH><QKDM>{event}</QKDM><FXDM>{direction}</FXDM>"
        f"<CYDW>中国邮政</CYDW><YDH>{number}</YDH><SJ>{moment()}</SJ>{contents}"
    )
