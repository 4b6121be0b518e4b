"""One key, one exchange: what a repeat, a mended case, another content and two at once come to."""

import asyncio
import json
from typing import Any

import pytest

from gateway.errors import Refusal
from gateway.exchange import said
from tests.waiting import LONGEST_S
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed


def taken(service: Running, platform: str = "sim-gd") -> int:
    return int(service.counts()[platform]["takings"])


def without_repeated(answer: Answer) -> dict[str, Any]:
    """The exchange alone; whether it was there before is said beside it."""
    return {name: value for name, value in answer.document.items() if name != "repeated"}


async def test_a_repeat_is_the_same_exchange_and_is_sent_once(service: Running, key: str) -> None:
    case, before = case_of_somebody(), taken(service)
    first, second = await service.submit(case, key), await service.submit(case, key)
    assert (first.status, second.status) == (201, 201)
    assert (first.document["repeated"], second.document["repeated"]) == (False, True)
    assert without_repeated(first) == without_repeated(second)
    assert first.headers["Location"] == second.headers["Location"] == first.document["links"]["self"]
    assert ("Idempotency-Replayed" in first.headers, second.headers["Idempotency-Replayed"]) == (
        False,
        "true",
    )
    assert taken(service) == before + 1


async def test_the_order_of_keys_and_the_spacing_are_no_other_content(service: Running, key: str) -> None:
    case = case_of_somebody()
    turned = json.dumps(dict(reversed(case.items())), indent=4, ensure_ascii=True).encode()
    first = await service.submit(case, key)
    second = await service.ask("POST", "/v1/cases", data=turned, Idempotency_Key=key)
    assert (second.status, without_repeated(second)) == (201, without_repeated(first))


async def test_other_content_under_the_same_key_is_refused_with_the_earlier_exchange(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    first = await service.submit(case, key)
    second = await service.submit(changed(case, purpose="另一用途"), key)
    assert (second.status, second.code) == (409, "idempotency_conflict")
    assert second.document["exchange"] == first.document["exchange"]


async def test_a_key_belongs_to_its_caller(service: Running, key: str) -> None:
    first = await service.submit(case_of_somebody("gd-person"), key)
    second = await service.submit(case_of_somebody("gd-agent"), key)
    assert (first.status, second.status) == (201, 201)
    assert first.document["exchange"] != second.document["exchange"]


async def test_a_refused_input_does_not_consume_the_key(service: Running, key: str) -> None:
    case = case_of_somebody()
    wrong = await service.submit(changed(case, form__project_type="9"), key)
    mended = await service.submit(case, key)
    assert (wrong.status, mended.status) == (422, 201)


async def test_two_at_once_are_one_exchange(service: Running, key: str) -> None:
    case, before = case_of_somebody(), taken(service)
    answers = await asyncio.gather(*(service.submit(case, key) for _ in range(8)))
    assert {each.status for each in answers} == {201}
    assert len({each.document["exchange"] for each in answers}) == 1
    assert taken(service) == before + 1


async def test_two_different_ones_at_once_under_one_key_are_one_exchange_and_a_conflict(
    service: Running, key: str
) -> None:
    case, before = case_of_somebody(), taken(service)
    answers = await asyncio.gather(
        service.submit(case, key), service.submit(changed(case, purpose="另"), key)
    )
    assert sorted(each.status for each in answers) == [201, 409]
    assert taken(service) == before + 1


async def test_without_waiting_the_answer_is_202_and_a_repeat_tells_the_end(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    await service.tell("sim-gd", do="slow", seconds=0.5)
    first = await service.submit(case, key, Prefer="wait=0")
    assert (first.status, first.document["state"], first.document["ended"]) == (202, "sending", False)
    last = await service.submit(case, key, Prefer="respond-async, wait=10")
    assert (last.status, last.document["state"]) == (201, "delivered")
    shown = await service.ask("GET", first.headers["Location"])
    assert (shown.status, shown.document) == (200, without_repeated(last))


@pytest.mark.parametrize(
    "prefer", ["wait=²", "wait=-1", "wait=1e3", "wait", "wait=" + "9" * 400, "wait=\t5", ",,=;"]
)
async def test_a_preference_that_cannot_be_read_is_as_if_none_was_stated(
    service: Running, key: str, prefer: str
) -> None:
    assert (await service.submit(case_of_somebody(), key, Prefer=prefer)).status == 201


async def test_a_repeat_of_what_was_refused_is_refused_again_and_not_sent_again(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    await service.tell("sim-gd", do="refuse", code="5010", reason="不符合受理条件")
    first = await service.submit(case, key)
    second = await service.submit(case, key)
    assert (first.status, second.status) == (422, 422)
    assert first.document == second.document
    assert (first.document["party"], first.document["their_code"]) == ("platform", "5010")
    assert first.document["their_words"] == "不符合受理条件"


async def test_a_refusal_that_repeats_the_person_is_passed_on_without_the_person(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    number = case["applicant"]["id_number"]
    await service.tell("sim-gd", do="refuse", code="5010", reason=f"申请人温若岚（{number}）已在他处登记")
    answer = await service.submit(case, key)
    assert answer.document["their_words"] == "申请人＊＊（＊＊）已在他处登记"


async def test_a_repeat_of_what_was_withdrawn_is_200_and_says_so(service: Running, key: str) -> None:
    case = case_of_somebody()
    await service.tell("sim-gd", do="busy", times=0)
    first = await service.submit(case, key, Prefer="wait=1")
    assert (first.status, first.document["ended"]) == (202, False)
    await withdrawn(service, first.document["exchange"])
    second = await service.submit(case, key)
    assert (second.status, second.document["state"]) == (200, "withdrawn")


async def withdrawn(service: Running, exchange: str) -> None:
    """Taken back between two tries: while one is under way nothing can be."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            try:
                await said.withdraw(service.gateway.exchanges, exchange, actor="operator")
                return
            except Refusal:
                await asyncio.sleep(0.05)


async def test_what_nobody_knows_is_202_held_and_never_a_success(service: Running, key: str) -> None:
    """The SOAP platform does not deduplicate: its answer is lost, and probes say nothing."""
    await service.tell("sim-gx", do="garbage", operation="case.progress", times=0)
    await service.tell("sim-gx", do="take_then_drop")
    answer = await service.submit(case_of_somebody("gx-person"), key, Prefer="wait=1")
    assert answer.status == 202
    assert answer.document["state"] in {"deferred", "held"}


async def test_a_second_open_case_of_the_person_needs_a_reason(service: Running, key: str) -> None:
    case = case_of_somebody()
    first = await service.submit(case, key)
    second = await service.submit(case, f"{key}-2")
    assert (second.status, second.code) == (409, "case_open")
    assert second.document["case"] == first.document["case"]
    third = await service.submit({**case, "insist": {"reason": "前件材料有误，重新申请"}}, f"{key}-2")
    assert third.status == 201
    assert third.document["case"] != first.document["case"]


async def test_a_place_written_with_12_digits_is_the_same_place_to_the_guard_and_to_rights(
    service: Running, key: str
) -> None:
    case = case_of_somebody()
    first = await service.submit(case, key)
    padded = changed(case, division="440232000000", receiving__division="341702000000")
    second = await service.submit(padded, f"{key}-2")
    assert (second.status, second.code, second.document["case"]) == (409, "case_open", first.document["case"])
    third = await service.ask("POST", "/v1/preflight", caller="bounded", body=padded)
    assert third.code == "forbidden_item", "the place is the caller's right, the item is not"


async def test_a_temporary_identity_card_names_the_same_person(service: Running, key: str) -> None:
    case = case_of_somebody()
    await service.submit(case, key)
    second = await service.submit(changed(case, applicant__id_type="112"), f"{key}-2")
    assert (second.status, second.code) == (409, "case_open")


async def test_an_item_with_nothing_but_a_local_code_never_goes_out_under_an_empty_code(
    service: Running, key: str
) -> None:
    """Sichuan's codes have no national structure (domain 1.4); sim-gd asks for one."""
    answer = await service.submit(changed(case_of_somebody(), item__code="T-LOCAL"), key)
    assert (answer.status, answer.code) == (422, "unmappable")
    assert ("/item/code", "absent", "sxssbm") in {
        (each["path"], each["code"], each["there"]) for each in answer.document["problems"]
    }


async def test_a_case_that_came_to_nothing_is_no_obstacle(service: Running, key: str) -> None:
    case = case_of_somebody()
    await service.tell("sim-gd", do="refuse")
    first, second = await service.submit(case, key), await service.submit(case, f"{key}-2")
    assert (first.status, second.status) == (422, 201)


async def test_the_digest_of_a_request_that_is_stored_cannot_be_guessed(service: Running, key: str) -> None:
    """A plain SHA-256 of the canonical JSON would give four unknown digits away in a tenth of a second."""
    from hashlib import sha256

    case = case_of_somebody()
    await service.submit(case, key)
    plain = sha256(json.dumps(case, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    stored = await service.gateway.store.read(
        lambda connection: connection._driver.execute("SELECT digest FROM idempotency").fetchall()
    )
    assert (plain.hexdigest(),) not in stored
