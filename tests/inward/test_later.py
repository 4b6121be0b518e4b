"""A platform that handed a case to us corrects, supplies or withdraws it: who has the case here is told."""

import base64
import json
from typing import Any

import pytest

from gateway.exchange.following import follow
from gateway.store.events import Told
from tests.inward.platform import UNIT, Lingnan, moment, notice_number, signed
from tests.inward.platform import submitted as by_caller
from tests.inward.test_receiving import PNG, exchange, hand_over, handed_over
from tests.web.service import Running

PATHS = {
    "case.correct": ("corrections", "s_sim_0104"),
    "case.supplement": ("supplements", "s_sim_0105"),
    "case.withdraw": ("withdrawal", "s_sim_0106"),
}
PAPER = {"wjm": "身份证.png", "wjgs": "png", "wjnr": base64.b64encode(PNG * 7).decode()}
MATERIALS = [{"clbm": "H01", "clmc": "居民身份证", "fs": "1", "xrdj": "A", "fj": [PAPER]}]
BODIES: dict[str, dict[str, Any]] = {
    "case.correct": {"clxx": MATERIALS, "gzwh": "桂补〔2026〕1号"},
    "case.supplement": {"clxx": MATERIALS},
    "case.withdraw": {"cxyy": "申请人另在户籍地办理"},
}


def body(operation: str, **changes: Any) -> dict[str, Any]:
    return {"czsj": moment(-1), "czdwdm": UNIT, **BODIES[operation], **changes}


async def tell(lingnan: Lingnan, number: str, operation: str, said: dict[str, Any]) -> Any:
    path, service = PATHS[operation]
    lingnan.path, lingnan.headers = f"/inbound/sim-gd/cases/{number}/{path}", signed(service)
    return await lingnan.send(json.dumps(said, ensure_ascii=False).encode())


async def handed(service: Running, lingnan: Lingnan) -> tuple[str, Any]:
    """A case that they handed over and a platform of ours has: (their number, the exchange)."""
    document = handed_over()
    answer = await hand_over(lingnan, document)
    return document["sblsh"], await exchange(service, answer.document["data"]["jhbs"])


async def goes_on(service: Running, submitted: Any, *kinds: str) -> None:
    """The platform that has it goes on with the case, and that is known here."""
    for kind in kinds:
        service.platforms[submitted.platform].ledger.move(submitted.ours, kind)
    now_ms = service.gateway.clock_ms()
    news = [
        Told(kind, now_ms + place, submitted.platform, seen_ms=now_ms, exchange_id=submitted.id)
        for place, kind in enumerate(kinds)
    ]
    await service.gateway.store.write(follow(submitted.case_id, news))


def changes(service: Running, submitted: Any) -> list[str]:
    found = service.platforms[submitted.platform].ledger.changes(submitted.ours)
    return [str(each["operation"]) for each in found]


@pytest.mark.parametrize(
    ("operation", "before"),
    [
        ("case.correct", ("correction_needed",)),
        ("case.supplement", ("accepted", "supplement_owed")),
        ("case.withdraw", ()),
    ],
)
async def test_what_they_tell_later_reaches_the_platform_that_has_the_case_once(
    service: Running, lingnan: Lingnan, operation: str, before: tuple[str, ...]
) -> None:
    number, submitted = await handed(service, lingnan)
    await goes_on(service, submitted, *before)
    said = body(operation)
    answer = await tell(lingnan, number, operation, said)
    assert (answer.status, answer.document["code"]) == (200, "200"), answer.text
    told = answer.document["data"]
    now = await exchange(service, told["jhbs"])
    assert (now.state, now.operation, now.caller) == ("delivered", operation, "platform/sim-gd")
    assert (now.case_id, told["bjbs"]) == (submitted.case_id, submitted.case_id)
    assert changes(service, submitted) == [operation]
    before_rows = await service.rows()
    assert (await tell(lingnan, number, operation, said)).document == answer.document
    assert (await service.rows(), changes(service, submitted)) == (before_rows, [operation])


async def test_a_case_that_has_not_left_is_taken_back_here(service: Running, lingnan: Lingnan) -> None:
    await service.tell("sim-gx", do="later", times=9, after_s=60)
    document = handed_over()
    answer = await hand_over(lingnan, document)
    held = await service.gateway.exchanges.look_up(answer.document["data"]["jhbs"])
    held = await service.gateway.exchanges.wait(held, 0.5)
    assert held.state in ("waiting", "deferred"), held.state
    taken = await tell(lingnan, document["sblsh"], "case.withdraw", body("case.withdraw"))
    assert (taken.document["code"], taken.document["data"]["jhbs"]) == ("200", held.id)
    assert (await exchange(service, held.id)).state == "withdrawn"


async def test_what_may_not_come_is_refused_with_its_reason_and_nothing_is_sent(
    service: Running, lingnan: Lingnan
) -> None:
    number, submitted = await handed(service, lingnan)
    refusals = [
        ("case.supplement", number, "6019", body("case.supplement")),
        ("case.withdraw", number, "6012", body("case.withdraw", cxyy="甲" * 501)),
        ("case.withdraw", notice_number(), "6006", body("case.withdraw")),
        *(
            ("case.withdraw", number, code, body("case.withdraw", **change))
            for code, change in (
                ("6006", {"bjbs": "01M7ZWW086DT8J2JM6T0Y9RXRE"}),
                ("6008", {"czdwdm": "11450000007565209D"}),
                ("6009", {"czdwdm": "11440233007341120C"}),
                ("6002", {"czsj": "2026"}),
            )
        ),
    ]
    for operation, at, code, said in refusals:
        answer = await tell(lingnan, at, operation, said)
        assert (answer.status, answer.document["code"]) == (200, code), (operation, answer.text)
    assert changes(service, submitted) == []
    await goes_on(service, submitted, "granted")
    assert (await tell(lingnan, number, "case.withdraw", body("case.withdraw"))).document["code"] == "6018"


async def test_a_case_of_a_caller_is_as_unknown_to_it_as_none(
    service: Running, lingnan: Lingnan, key: str
) -> None:
    case = await by_caller(service, key)
    for number in (case["numbers"]["ours"], case["case"]):
        answer = await tell(lingnan, number, "case.withdraw", body("case.withdraw"))
        assert answer.document["code"] == "6006"
