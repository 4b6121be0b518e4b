"""What comes to a case later: corrections, what was owed, withdrawals; at its platform, and in its life."""

import asyncio
from datetime import datetime
from typing import Any

import pytest

from gateway.exchange.following import follow
from gateway.store import exchanges
from gateway.store.events import Told
from tests.fakes.checks import CHINA
from tests.fakes.fixtures import case
from tests.waiting import LONGEST_S, looks
from tests.web.checked import Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed
from tests.web.test_life import entries_of_case, view

PATHS = {"case.correct": "correction", "case.supplement": "supplement", "case.withdraw": "withdrawal"}
BOTH = pytest.mark.parametrize("name", ["gd-person", "gx-person"])


def by(**more: str) -> dict[str, str]:
    return {"at": datetime.now(CHINA).isoformat(timespec="seconds"), "staff": "C0228", **more}


def correction(name: str = "gd-person", **more: Any) -> dict[str, Any]:
    return {"materials": case(name)["materials"], "by": by(), **more}


def withdrawal(**more: Any) -> dict[str, Any]:
    return {"reason": "申请人另在户籍地办理", "by": by(), **more}


async def told(
    service: Running, submitted: dict[str, Any], operation: str, body: Any, key: str, **headers: str
) -> Answer:
    path = f"{submitted['links']['case']}/{PATHS[operation]}"
    return await service.ask("POST", path, body=body, Idempotency_Key=key, **headers)


def changes(service: Running, submitted: dict[str, Any]) -> list[dict[str, Any]]:
    """What the platform took of it later, by its own ledger."""
    return service.platforms[submitted["platform"]].ledger.changes(submitted["numbers"]["ours"])


async def reached(service: Running, submitted: dict[str, Any], *states: str) -> None:
    """The platform goes on with the case, and is asked how it stands."""
    for state in states:
        service.platforms[submitted["platform"]].ledger.move(submitted["numbers"]["ours"], state)
    await service.ask("GET", f"{submitted['links']['case']}/progress")


async def submitted_case(
    service: Running, key: str, name: str = "gd-person", **values: Any
) -> dict[str, Any]:
    answer = await service.submit(changed(case_of_somebody(name), **values), key)
    assert answer.status == 201
    submitted: dict[str, Any] = answer.document
    return submitted


@BOTH
async def test_a_case_is_corrected_over_there_and_over_here(service: Running, key: str, name: str) -> None:
    submitted = await submitted_case(service, key, name)
    await reached(service, submitted, "signed", "correction_needed")
    body = correction(name, answers="岭补〔2026〕17号", form={"summary": "更正后的摘要"})
    answer = await told(service, submitted, "case.correct", body, f"{key}-c")
    assert (answer.status, answer.document["state"]) == (201, "delivered")
    (change,) = changes(service, submitted)
    assert (change["operation"], change["key"]) == ("case.correct", answer.document["exchange"])
    kept = change["document"] if name == "gd-person" else {**change["document"]["record"], "clxx": [1]}
    assert "更正后的摘要" in kept.values() and "岭补〔2026〕17号" in kept.values()
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["acts"], shown["open"], shown["findings"]) == (
        "corrected",
        "deciding",
        True,
        [],
    )
    await reached(service, submitted, "accepted")
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["findings"]) == ("accepted", [])


@BOTH
async def test_a_case_is_withdrawn_over_there_and_over_here(service: Running, key: str, name: str) -> None:
    submitted = await submitted_case(service, key, name)
    answer = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w")
    assert (answer.status, answer.document["operation"]) == (201, "case.withdraw")
    (change,) = changes(service, submitted)
    assert (change["operation"], change["key"]) == ("case.withdraw", answer.document["exchange"])
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["acts"], shown["open"]) == ("withdrawn", "nobody", False)
    number = answer.document["numbers"]["theirs"]
    assert {"owner": submitted["platform"], "kind": "withdraw", "number": number} in shown["numbers"]
    later = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-again")
    assert (later.status, later.code, later.document["state"]) == (409, "case_over", "withdrawn")


async def test_what_was_owed_from_the_receipt_on_is_supplied(service: Running, key: str) -> None:
    owed = {"materials__0__files": [], "materials__0__instead": {"kind": "owed", "until": "2099-12-31"}}
    submitted = await submitted_case(service, key, **owed)
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["duties"], shown["acts"]) == ("handed_over", ["supplement"], "applicant")
    answer = await told(service, submitted, "case.supplement", correction(), f"{key}-s")
    assert answer.status == 201
    (change,) = changes(service, submitted)
    assert change["document"]["clxx"][0]["fj"][0]["wjnr"]
    shown = await view(service, submitted["case"])
    assert (shown["duties"], shown["acts"], shown["findings"]) == ([], "deciding", [])
    entries = await entries_of_case(service, submitted["case"])
    assert [(each["event"], each["source"]) for each in entries if each["kind"] == "case.event"] == [
        ("supplement_owed", "guichi")
    ]


async def test_a_supplement_settles_only_what_it_brings(service: Running, key: str) -> None:
    materials = case("gd-person")["materials"]
    lacking = {"files": [], "instead": {"kind": "owed", "until": "2099-12-31"}}
    two = [{**materials[0], "code": code, **lacking} for code in ("M01", "M02")]
    submitted = await submitted_case(service, key, materials=two)
    for code, owed in (("M01", ["supplement"]), ("M02", [])):
        body = correction(materials=[{**materials[0], "code": code}])
        answer = await told(service, submitted, "case.supplement", body, f"{key}-{code}")
        assert answer.status == 201
        shown = await view(service, submitted["case"])
        assert (shown["duties"], shown["findings"]) == (owed, [])
    entries = await entries_of_case(service, submitted["case"])
    events = [(each["event"], each["state"]) for each in entries if each["kind"] == "case.event"]
    assert events == [("supplement_owed", "received"), ("supplement_owed", "handed_over")]


async def test_a_withdrawal_that_arrives_behind_the_decision_ends_nothing(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key)
    await service.tell("sim-gd", do="later", operation="case.withdraw", after_s=2)
    answer = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w", Prefer="wait=0")
    assert answer.status == 202
    now_ms = service.gateway.clock_ms()
    granted = Told("granted", now_ms, "sim-gd", seen_ms=now_ms, exchange_id=submitted["exchange"])
    await service.gateway.store.write(follow(submitted["case"], [granted]))
    withdrawn = await service.gateway.exchanges.look_up(answer.document["exchange"])
    assert (await service.gateway.exchanges.wait(withdrawn, 20)).state == "delivered"
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"]) == ("granted", True)
    assert [(each["finding"], each["event"]) for each in shown["findings"]] == [("goes_back", "withdrawn")]


async def test_nothing_is_corrected_or_supplied_that_nobody_asked_for(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key)
    for operation in ("case.correct", "case.supplement"):
        answer = await told(service, submitted, operation, correction(), f"{key}-{operation}")
        assert (answer.status, answer.code, answer.document["state"]) == (409, "nothing_asked", "handed_over")
    assert changes(service, submitted) == []


async def test_what_was_decided_is_neither_corrected_nor_withdrawn(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key)
    await reached(service, submitted, "signed", "accepted", "granted")
    for operation, body in (("case.correct", correction()), ("case.withdraw", withdrawal())):
        answer = await told(service, submitted, operation, body, f"{key}-{operation}")
        assert (answer.status, answer.code, answer.document["state"]) == (409, "case_over", "granted")


async def test_a_repeat_under_the_key_is_the_same_exchange_and_other_content_is_refused(
    service: Running, key: str
) -> None:
    submitted, other = await submitted_case(service, key), await submitted_case(service, f"{key}-2")
    body = withdrawal()
    first = await told(service, submitted, "case.withdraw", body, f"{key}-w")
    again = await told(service, submitted, "case.withdraw", body, f"{key}-w")
    assert (again.status, again.document) == (201, {**first.document, "repeated": True})
    assert again.headers["Idempotency-Replayed"] == "true"
    for about, sent in ((submitted, {**body, "reason": "另有原因"}), (other, body)):
        refused = await told(service, about, "case.withdraw", sent, f"{key}-w")
        assert (refused.status, refused.code) == (409, "idempotency_conflict")
    assert len(changes(service, submitted)) == 1
    assert (await view(service, other["case"]))["state"] == "handed_over"


async def test_all_faults_are_told_together_and_the_key_is_free_for_what_is_mended(
    service: Running, key: str
) -> None:
    submitted = await submitted_case(service, key)
    await reached(service, submitted, "correction_needed")
    bad = correction(by=by(unit="11341702MB1A023170"), form={"express": "也许"})
    answer = await told(service, submitted, "case.correct", bad, f"{key}-c")
    assert (answer.status, answer.code) == (422, "invalid_case")
    assert answer.paths() == ["/by/unit", "/form/express"]
    empty = await told(service, submitted, "case.correct", {"by": by()}, f"{key}-c")
    assert [each["code"] for each in empty.document["problems"]] == ["nothing_corrected"]
    assert (await told(service, submitted, "case.correct", correction(), f"{key}-c")).status == 201


async def test_a_case_that_has_not_left_is_taken_back_here(service: Running, key: str) -> None:
    await service.tell("sim-gd", do="busy", times=0)
    document = case_of_somebody()
    submitted = (await service.submit(document, key, Prefer="wait=1")).document
    assert submitted["state"] == "deferred"
    body = withdrawal()
    answer = await told(service, submitted, "case.withdraw", body, f"{key}-w")
    assert (answer.status, answer.document["state"]) == (200, "withdrawn")
    assert answer.document["exchange"] == submitted["exchange"]
    again = await told(service, submitted, "case.withdraw", body, f"{key}-w")
    assert (again.status, again.document) == (200, {**answer.document, "repeated": True})
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"], len(shown["exchanges"])) == ("withdrawn", False, 1)
    service.platforms["sim-gd"].programme.clear()
    assert (await service.submit(document, f"{key}-new")).status == 201  # the person may come again
    assert service.platforms["sim-gd"].ledger.reference_of(submitted["numbers"]["ours"]) is None


async def test_a_withdrawal_waits_behind_a_case_that_may_have_arrived(service: Running, key: str) -> None:
    await service.tell("sim-gd", do="take_then_drop")
    await service.tell("sim-gd", do="busy", times=0)
    submitted = (await service.submit(case_of_somebody(), key, Prefer="wait=1")).document
    assert submitted["ended_at"] is None
    answer = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w", Prefer="wait=0")
    assert (answer.status, answer.document["state"]) == (202, "waiting")
    second = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w2")
    assert (second.status, second.code) == (409, "write_open")
    assert second.document["exchange"] == answer.document["exchange"]
    service.platforms["sim-gd"].programme.clear()
    await _until(service, submitted, "delivered", "delivered")
    assert (await view(service, submitted["case"]))["state"] == "withdrawn"
    arrived = service.platforms["sim-gd"].ledger.arrivals(submitted["numbers"]["ours"])
    assert [each["operation"] for each in arrived if each["outcome"] in ("taken", "already")] == [
        "case.submit", "case.submit", "case.withdraw",
    ]  # fmt: skip


async def test_what_comes_to_a_case_that_has_not_arrived_is_sent_behind_it(
    service: Running, key: str
) -> None:
    submitted, waiting = await _owed_and_supplied(service, key)
    service.platforms["sim-gd"].programme.clear()
    await _until(service, submitted, "delivered", "delivered")
    arrived = service.platforms["sim-gd"].ledger.arrivals(submitted["numbers"]["ours"])
    taken = [each["operation"] for each in arrived if each["outcome"] == "taken"]
    assert taken == ["case.submit", "case.supplement"]
    assert [each["operation"] for each in arrived if each["outcome"] == "later"] == ["case.submit"] * (
        len(arrived) - 2
    )
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["duties"], shown["findings"]) == ("handed_over", [], [])
    assert [each["place"] for each in await _rows(service, submitted["case"])] == [1, 2]
    assert waiting["exchange"] == shown["exchanges"][1]["exchange"]


async def test_what_waits_behind_a_case_that_they_refuse_ends_with_it_and_is_never_sent(
    service: Running, key: str
) -> None:
    submitted, _ = await _owed_and_supplied(service, key)
    await service.tell("sim-gd", do="refuse")
    del service.platforms["sim-gd"].programme.steps[
        0
    ]  # busy no more; between the two it would have taken the case
    await _until(service, submitted, "refused", "withdrawn")
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"]) == ("returned", False)
    assert shown["exchanges"][1]["cause"] == "case_not_there"
    arrived = service.platforms["sim-gd"].ledger.arrivals(submitted["numbers"]["ours"])
    assert {each["operation"] for each in arrived} == {"case.submit"}
    later = await told(service, submitted, "case.supplement", correction(), f"{key}-more")
    assert (later.status, later.code) == (409, "case_over")


async def _owed_and_supplied(service: Running, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case that cannot leave as yet, and what it owes, which waits behind it."""
    await service.tell("sim-gd", do="busy", times=0)
    owed = {"materials__0__files": [], "materials__0__instead": {"kind": "owed", "until": "2099-12-31"}}
    case_ = changed(case_of_somebody(), **owed)
    submitted = (await service.submit(case_, key, Prefer="wait=1")).document
    answer = await told(service, submitted, "case.supplement", correction(), f"{key}-s", Prefer="wait=0")
    assert (answer.status, answer.document["state"]) == (202, "waiting")
    return submitted, answer.document


async def _until(service: Running, submitted: dict[str, Any], *states: str) -> None:
    async with asyncio.timeout(LONGEST_S):
        while [each["state"] for each in await _rows(service, submitted["case"])] != list(states):  # noqa: ASYNC110 - what is waited for happens elsewhere
            await asyncio.sleep(0.1)


async def _rows(service: Running, case_id: str) -> list[dict[str, Any]]:
    """The writes of a case."""
    found = await service.gateway.store.read(lambda connection: exchanges.of_case(connection, case_id))
    return [each._asdict() for each in found if each.kind == "write"]


@BOTH
async def test_a_platform_that_refuses_says_why_without_the_person(
    service: Running, key: str, name: str
) -> None:
    document = case_of_somebody(name)
    submitted = (await service.submit(document, key)).document
    person = document["applicant"]
    reason = f"申请人{person['name']}（{person['id_number']}）尚未缴费"
    await service.tell(submitted["platform"], do="refuse", operation="case.withdraw", reason=reason)
    refused = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w")
    assert (refused.status, refused.code, refused.document["their_words"]) == (
        422, "platform_refused", "申请人＊＊（＊＊）尚未缴费",
    )  # fmt: skip
    shown = await view(service, submitted["case"])
    assert (shown["state"], shown["open"]) == ("handed_over", True)


async def test_nobody_touches_the_case_of_another_caller(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key)
    for path in PATHS.values():
        answer = await service.ask(
            "POST",
            f"{submitted['links']['case']}/{path}",
            caller="cixi",
            body=withdrawal(),
            Idempotency_Key=key,
        )
        assert (answer.status, answer.code) == (404, "not_found")


async def preflight(service: Running, submitted: dict[str, Any], operation: str, body: Any) -> Answer:
    path = f"{submitted['links']['case']}/{PATHS[operation]}/preflight"
    return await service.ask("POST", path, body=body)


@BOTH
async def test_what_would_come_later_is_checked_and_shown_as_it_would_be_sent_and_nothing_is_sent(
    service: Running, key: str, name: str
) -> None:
    submitted = await submitted_case(service, key, name)
    early = await preflight(service, submitted, "case.correct", correction(name))
    assert (early.status, early.document["code"]) == (409, "nothing_asked")
    await reached(service, submitted, "signed", "correction_needed")
    before, rows = service.counts(), await service.rows()
    shown = {}
    for operation, body in (("case.correct", correction(name)), ("case.withdraw", withdrawal())):
        answer = await preflight(service, submitted, operation, body)
        assert answer.status == 200, answer.text
        shown[operation] = answer.document
        assert (shown[operation]["platform"], shown[operation]["taken_back"]) == (
            submitted["platform"],
            False,
        )
        assert submitted["numbers"]["ours"] in str(shown[operation]["message"])
    assert "申请人另在户籍地办理" in str(shown["case.withdraw"]["message"])
    wrong = await preflight(service, submitted, "case.withdraw", withdrawal(reason=""))
    assert (wrong.status, wrong.document["code"]) == (422, "invalid_case")
    assert (service.counts(), await service.rows()) == (before, rows)
    told_so = await told(service, submitted, "case.withdraw", withdrawal(), f"{key}-w")
    assert told_so.status == 201


async def test_of_a_case_that_owes_something_the_supplement_can_be_checked_before(
    service: Running, key: str
) -> None:
    document = case_of_somebody("gd-person")
    document["materials"][0] |= {"files": [], "instead": {"kind": "owed", "until": "2099-12-31"}}
    answer = await service.submit(document, key)
    checked = await preflight(service, answer.document, "case.supplement", correction())
    assert (checked.status, checked.document["operation"]) == (200, "case.supplement"), checked.text


async def test_a_withdrawal_of_what_has_not_left_is_told_to_be_taken_back_here(
    service: Running, key: str
) -> None:
    await service.tell("sim-gd", do="later", times=9, after_s=60)
    answer = await service.submit(case_of_somebody("gd-person"), key, Prefer="wait=0")
    async for _ in looks():
        exchange = (await service.ask("GET", f"/v1/exchanges/{answer.document['exchange']}")).document
        if exchange["state"] == "deferred":
            break
    shown = (await preflight(service, answer.document, "case.withdraw", withdrawal())).document
    assert (shown["taken_back"], shown["message"], shown["platform"]) == (True, None, None)
    assert (await service.ask("GET", f"/v1/exchanges/{exchange['exchange']}")).document["state"] == "deferred"
