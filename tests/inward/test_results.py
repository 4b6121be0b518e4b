"""A platform calls in with what became of a case: kept as one that was fetched, also when nobody asked."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest

from tests.inward.platform import UNIT, Lingnan, moment, signed, submitted, view
from tests.web.service import Running

PDF = b"%PDF-1.4 decision"
PAPER = {
    "wslx": "A1",
    "wsmc": "准予行政许可决定书",
    "wjm": "决定书.pdf",
    "wjnr": base64.encodebytes(PDF * 20).decode(),
}


async def tell(lingnan: Lingnan, **said: Any) -> Any:
    lingnan.path, lingnan.headers = "/inbound/sim-gd/cases/results", signed("s_sim_0102")
    body = {"fsdw": UNIT, "zt": "50", "sj": moment(), **said}
    return await lingnan.send(json.dumps(body, ensure_ascii=False).encode())


async def result(service: Running, case: dict[str, Any]) -> Any:
    return (await service.ask("GET", f"/v1/cases/{case['case']}/result")).document


async def test_a_result_is_kept_with_its_documents_and_moves_the_case(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    answer = await tell(
        lingnan,
        sblsh=case["numbers"]["ours"],
        jlbh="JG1",
        jdwh="模决字〔2026〕1号",
        ws=[PAPER, {"wslx": "Z9"}],
    )
    assert (answer.status, answer.document["code"]) == (200, "200")
    found = await result(service, case)
    [one] = found["results"]
    assert (found["state"], [each["kind"] for each in one["documents"]]) == ("granted", ["decision", "other"])
    assert one["documents"][0]["file"]["digest"] == f"sha-256:{sha256(PDF * 20).hexdigest()}"
    assert (await view(service, case["case"]))["state"] == "granted"


async def test_the_same_result_again_is_answered_the_same_and_another_one_stands_beside_it(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await submitted(service, key)
    said = {"sblsh": case["numbers"]["ours"], "jlbh": "JG2", "sj": moment(), "ws": [PAPER]}
    first = await tell(lingnan, **said)
    before = await service.rows()
    assert (await tell(lingnan, **said)).raw == first.raw
    assert await service.rows() == before
    await tell(lingnan, **{**said, "jlbh": "JG3", "zt": "90", "ws": [{"wslx": "Z9", "wsmc": "送达回证"}]})
    found = await result(service, case)
    assert (found["state"], len(found["results"])) == ("served", 2)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"sblsh": "9" * 43}, "6006"),  # unsolicited: there is no such case
        ({}, "6005"),
        ({"fsdw": "11450000007565209D"}, "6008"),
        ({"zt": "31"}, "6002"),
        ({"ws": [{"wsmc": "没有种类"}]}, "6002"),
        ({"sj": "20991231000000"}, "6010"),
    ],
)
async def test_a_result_that_may_not_be_told_changes_nothing(
    service: Running, lingnan: Lingnan, key: str, said: dict[str, Any], code: str
) -> None:
    case = await submitted(service, key)
    number = {} if not said else {"sblsh": case["numbers"]["ours"]}
    answer = await tell(lingnan, **{**number, **said})
    assert (answer.status, answer.document["code"]) == (200, code)
    assert (await result(service, case))["results"] == []
    assert (await view(service, case["case"]))["state"] == "handed_over"
