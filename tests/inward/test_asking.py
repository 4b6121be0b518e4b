"""A platform that handed a case to one of ours asks how it stands, and is told what is known here."""

import json
from typing import Any
from xml.sax.saxutils import escape

import pytest

from gateway.exchange.following import follow
from gateway.store.events import Told
from tests.inward.platform import UNIT, Lingnan, notice_number, signed
from tests.inward.test_later import handed
from tests.inward.test_receiving import hand_over, handed_over
from tests.inward.test_soap import envelope, package, post, record
from tests.web.service import Running


async def asked(lingnan: Lingnan, number: str, unit: str = UNIT) -> tuple[str, dict[str, Any]]:
    lingnan.path, lingnan.headers = f"/inbound/sim-gd/cases/{number}/progress", signed("s_sim_0109")
    answer = await lingnan.send(json.dumps({"fsdw": unit}).encode())
    assert answer.status == 200, answer.text
    return answer.document["code"], answer.document["data"]


async def entries(service: Running, case_id: str, kind: str) -> list[dict[str, Any]]:
    ask = "SELECT body FROM audit_entries WHERE kind = ? AND case_id = ?"
    rows = await service.gateway.store.read(
        lambda connection: connection._driver.execute(ask, (kind, case_id)).fetchall()
    )
    return [json.loads(body) for (body,) in rows]


async def test_who_handed_a_case_over_learns_by_asking_what_becomes_of_it(
    service: Running, lingnan: Lingnan
) -> None:
    number, submitted = await handed(service, lingnan)
    assert (await asked(lingnan, number))[1]["zt"] == "24"
    before = service.counts()["sim-gx"]
    told = package(record(submitted.ours, "03", SM="请一次补齐", BZQX="20990302"))
    assert (await post(service, envelope(escape(told)))).status == 200  # by the platform of ours, over SOAP
    code, data = await asked(lingnan, number)
    assert (code, data["bjbs"], data["zt"], data["sm"]) == ("200", submitted.case_id, "28", "请一次补齐")
    assert [(each["zt"], each.get("bzqx")) for each in data["lc"]] == [("24", None), ("28", "20990302")]
    assert service.counts()["sim-gx"] == before  # nobody was asked
    [read] = await entries(service, submitted.case_id, "notice.read")
    assert read["actor"] == "sim-gd/gjgxjhpt"


@pytest.mark.parametrize("state, code", [("returned", "91"), ("granted", "50")])
async def test_an_ending_is_told_with_its_day(
    service: Running, lingnan: Lingnan, state: str, code: str
) -> None:
    number, submitted = await handed(service, lingnan)
    now_ms = service.gateway.clock_ms()
    told = Told(state, now_ms, submitted.platform, seen_ms=now_ms, exchange_id=submitted.id)
    await service.gateway.store.write(follow(submitted.case_id, [told]))
    _, data = await asked(lingnan, number)
    assert (data["zt"], data["lc"][-1]["zt"]) == (code, code)


async def test_the_case_of_another_or_of_no_place_of_theirs_is_not_told(
    service: Running, lingnan: Lingnan
) -> None:
    number, _ = await handed(service, lingnan)
    assert (await asked(lingnan, notice_number()))[0] == "6006"
    assert (await asked(lingnan, number, "11440233007340219M"))[0] == "6009"
    assert (await asked(lingnan, number, "11341702MB1A023179"))[0] == "6008"
    other = handed_over()
    await hand_over(lingnan, other)
    lingnan.path = f"/inbound/sim-gd/cases/{other['sblsh']}/progress"
    lingnan.headers = signed("s_sim_0109", appkey="another-key")
    assert (await lingnan.send(json.dumps({"fsdw": UNIT}).encode())).status == 401
