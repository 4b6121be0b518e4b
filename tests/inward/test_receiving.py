"""A platform elsewhere hands a case to one of ours: the same checks, the same way through, the same promises."""

import base64
import json
from typing import Any

import pytest

from tests.inward.platform import UNIT, Lingnan, moment, notice_number, signed
from tests.web.people import number
from tests.web.service import Running

PNG = b"\x89PNG\r\n\x1a\n made up"
_PEOPLE = iter(range(9_000, 10_000))


def handed_over(**changes: Any) -> dict[str, Any]:
    """A case in their words, of somebody new, for a platform of ours."""
    identity = number(next(_PEOPLE))
    paper = {"wjm": "身份证.png", "wjgs": "png", "wjnr": base64.encodebytes(PNG * 9).decode()}
    document = {
        "sblsh": notice_number(), "sxssbm": "002006031000", "xzqhdm": "450000000000", "tbms": "0", "bjlx": "2",
        "sqrlx": "1", "sqrxm": "祝长安", "sqrzjlx": "10", "sqrzjhm": identity, "sqrsjh": "19900000105",
        "sqnr": "开具户籍类证明一份", "sqyt": "开具户籍类证明",
        "sjxx": {"sjqhdm": "440232", "sjdwdm": UNIT, "sjdwmc": "模拟岭南一县政务服务局", "sjsj": moment(-60)},
        "clxx": [{"clbm": "H01", "clmc": "居民身份证", "fs": "1", "xrdj": "A", "fj": [paper]}],
    }  # fmt: skip
    return {**document, **changes}


async def hand_over(lingnan: Lingnan, document: dict[str, Any]) -> Any:
    lingnan.path, lingnan.headers = "/inbound/sim-gd/cases", signed("s_sim_0103")
    return await lingnan.send(json.dumps(document, ensure_ascii=False).encode())


async def exchange(service: Running, identity: str) -> Any:
    found = await service.gateway.exchanges.look_up(identity)
    return await service.gateway.exchanges.wait(found, 10)


async def test_a_case_that_is_handed_to_us_is_delivered_to_the_platform_that_serves_it(
    service: Running, lingnan: Lingnan
) -> None:
    document = handed_over()
    answer = await hand_over(lingnan, document)
    assert (answer.status, answer.document["code"]) == (200, "200"), answer.text
    told = answer.document["data"]
    now = await exchange(service, told["jhbs"])
    assert (now.state, now.platform, now.caller) == ("delivered", "sim-gx", "platform/sim-gd")
    assert (now.case_id, now.ours) == (told["bjbs"], told["sblsh"])
    assert (now.here, now.division) == ("440232", "450000")


async def test_told_again_it_is_the_same_case(service: Running, lingnan: Lingnan) -> None:
    document = handed_over()
    first = await hand_over(lingnan, document)
    await exchange(service, first.document["data"]["jhbs"])
    before, sent = await service.rows(), service.counts()["sim-gx"]
    again = await hand_over(lingnan, document)
    assert again.document == first.document
    assert await service.rows() == before
    assert service.counts()["sim-gx"] == sent


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"sqrzjhm": "341702199312240720"}, "6012", "/applicant/id_number"),
        ({"sxssbm": "999999999999"}, "6014", ""),
        ({"xzqhdm": "440233000000"}, "6013", ""),  # rights say 450000
        ({"tbms": "7"}, "6002", ""),
        ({"tbms": "1"}, "6012", "/receiving/form_check"),  # collected, and nobody has checked the form
    ],
)
async def test_what_may_not_be_handed_over_is_refused_with_its_reason_and_nothing_is_sent(
    service: Running, lingnan: Lingnan, changes: dict[str, Any], code: str, words: str
) -> None:
    before = service.counts()
    answer = await hand_over(lingnan, handed_over(**changes))
    assert (answer.status, answer.document["code"]) == (200, code), answer.text
    assert words in answer.document["msg"]
    assert service.counts() == before


async def test_it_may_not_speak_for_another_place(service: Running, lingnan: Lingnan) -> None:
    document = handed_over()
    document["sjxx"]["sjqhdm"] = "341702"
    assert (await hand_over(lingnan, document)).document["code"] == "6009"
    document["sjxx"]["sjdwdm"] = "11450000007565209D"
    assert (await hand_over(lingnan, document)).document["code"] == "6008"


async def test_a_second_open_case_of_the_same_person_is_refused(service: Running, lingnan: Lingnan) -> None:
    document = handed_over()
    assert (await hand_over(lingnan, document)).document["code"] == "200"
    second = {**document, "sblsh": notice_number()}
    assert (await hand_over(lingnan, second)).document["code"] == "6017"
