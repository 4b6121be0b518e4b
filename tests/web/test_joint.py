"""Joint cases: admitted whole or not at all, each part a case by itself, the parent never better than its parts."""

from typing import Any

import pytest

from gateway.exchange.following import follow
from gateway.store.events import Told
from tests.web.joint import joint, joint_of_somebody, part_reached, submit_joint
from tests.web.service import Running, changed
from tests.web.test_later import by, correction, withdrawal
from tests.web.test_life import view


async def submitted_joint(service: Running, key: str, **more: Any) -> dict[str, Any]:
    answer = await submit_joint(service, joint_of_somebody(**more), key)
    assert answer.status == 201, answer.text
    document: dict[str, Any] = answer.document
    return document


async def test_every_part_arrives_at_its_place_and_is_a_case_by_itself(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    assert (submitted["standing"], submitted["open"], submitted["acts"]) == ("under_way", True, ["deciding"])
    assert [each["platform"] for each in submitted["parts"]] == ["sim-gd", "sim-gx"]
    for each in submitted["parts"]:
        shown = await view(service, each["case"])
        assert (shown["state"], shown["acts"], shown["joint"]["joint"], shown["joint"]["part"]) == (
            "handed_over", "deciding", submitted["joint"], each["part"],
        )  # fmt: skip
        assert {"owner": "tongban", "kind": "joint", "number": submitted["joint"]} in shown["numbers"]
    found = (await service.ask("GET", f"/v1/cases?number={submitted['joint']}")).document["cases"]
    assert {each["case"] for each in found} == {each["case"] for each in submitted["parts"]}


async def test_a_material_that_two_parts_use_is_kept_once_and_arrives_at_both(
    service: Running, key: str
) -> None:
    submitted = await submitted_joint(service, key)
    kept = [await _files(service, each["exchange"]) for each in submitted["parts"]]
    assert [sorted(each) for each in kept] == [["f1", "f2", "f3"], ["f3", "second-0"]]
    assert kept[0]["f3"] == kept[1]["f3"]
    assert len({*kept[0].values(), *kept[1].values()}) == 4


async def _files(service: Running, exchange_id: str) -> dict[str, str]:
    """Digests of the sealed files of an exchange, by the id of the file."""
    ask = "SELECT file_id, digest FROM materials WHERE exchange_id = ?"
    rows = await service.gateway.store.read(
        lambda connection: connection._driver.execute(ask, (exchange_id,)).fetchall()
    )
    return {str(file_id): str(digest) for file_id, digest in rows}


async def test_a_repeat_is_the_same_joint_case_and_other_content_is_refused(
    service: Running, key: str
) -> None:
    document = joint_of_somebody()
    first = await submit_joint(service, document, key)
    again = await submit_joint(service, document, key)
    assert (again.status, again.document["joint"], again.document["repeated"]) == (
        201,
        first.document["joint"],
        True,
    )
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await submit_joint(service, {**document, "purpose": "别的目的"}, key)
    assert (other.status, other.code, other.document["joint"]) == (
        409,
        "idempotency_conflict",
        first.document["joint"],
    )


_FAULTS: dict[str, tuple[dict[str, Any], int, str, list[tuple[str, str]]]] = {
    "a shared field once": ({"purpose": None}, 422, "invalid_case", [("/purpose", "missing")]),
    "a field of one part, and of the other": (
        {"parts__0__form": {"express": "也许"}, "parts__1__form__express": "也许"}, 422, "invalid_case",
        [("/parts/0/form/express", ""), ("/parts/1/form/express", "")]),
    "a shared field that both need": (
        {"form__express": "也许", "parts__1__form__express": None}, 422, "invalid_case", [("/form/express", "")]),
    "a material that nobody gave": (
        {"parts__1__materials": ["M02", "H01", "X9"]}, 422, "invalid_case",
        [("/parts/1/materials/2", "material_not_given")]),
    "a material that no part uses": (
        {"parts__1__materials": ["M02"]}, 422, "invalid_case", [("/materials/2", "material_unused")]),
    "an item that nobody knows": (
        {"parts__1__item__code": "T-NOWHERE"}, 422, "part_refused", [("/parts/1/item/code", "item_unknown")]),
    "a place that nobody serves": (
        {"parts__0__division": "440234", "parts__0__item__code": "002014007000"}, 422, "part_refused",
        [("/parts/0", "division_not_served")]),
    "one part only": ({"parts__1": None}, 422, "invalid_case", [("/parts", "wrong_length"), ("/materials/2", "")]),
    "the same part twice": ({"parts__1__item": {"code": "11341702003279130M4002014007000"},
                             "parts__1__division": "440232"}, 422, "invalid_case", [("/parts/1", "part_repeated")]),
}  # fmt: skip


@pytest.mark.parametrize("name", _FAULTS)
async def test_what_is_wrong_with_a_part_is_told_at_its_place_and_nothing_is_admitted(
    service: Running, key: str, name: str
) -> None:
    values, status, code, problems = _FAULTS[name]
    before, document = await service.rows(), joint_of_somebody()
    refused = await submit_joint(service, changed(document, **values), key)
    assert (refused.status, refused.code) == (status, code), refused.text
    told = [(each["path"], each["code"]) for each in refused.document["problems"]]
    assert [path for path, _ in told] == [path for path, _ in problems], told
    assert all(said == expected for (_, said), (_, expected) in zip(told, problems, strict=True) if expected)
    assert await service.rows() == before
    assert (await submit_joint(service, document, key)).status == 201  # the key was not consumed


async def test_an_open_case_of_one_part_keeps_the_whole_from_being_admitted(
    service: Running, key: str
) -> None:
    document = joint_of_somebody()
    first = await submit_joint(service, document, key)
    await service.ask("POST", f"{first.document['parts'][0]['link']}/withdrawal", body=withdrawal(),
                      Idempotency_Key=f"{key}-w")  # fmt: skip
    before = await service.rows()
    refused = await submit_joint(service, document, f"{key}-2")
    assert (refused.status, refused.code, refused.document["part"]) == (409, "case_open", 2)
    assert refused.document["case"] == first.document["parts"][1]["case"]
    assert await service.rows() == before
    insisting = {**document, "insist": {"reason": "另有一件"}}
    assert (await submit_joint(service, insisting, f"{key}-3")).status == 201


async def test_a_part_that_one_place_refuses_breaks_the_whole_and_not_the_other_part(
    service: Running, key: str
) -> None:
    await service.tell("sim-gx", do="refuse", operation="case.submit")
    answer = await submit_joint(service, joint_of_somebody(), key)
    shown = answer.document
    assert (answer.status, shown["standing"], shown["open"]) == (200, "broken", True)
    assert [each["outcome"] for each in shown["parts"]] == ["open", "failed"]
    assert [each["state"] for each in shown["parts"]] == ["handed_over", "returned"]
    await part_reached(service, shown["parts"][0], "signed", "accepted", "granted", "served")
    now = await joint(service, shown)
    assert (now["standing"], now["open"], now["acts"]) == ("partly_done", False, [])
    assert now["outcomes"] == {"open": 0, "done": 1, "failed": 1, "withdrawn": 0, "unclear": 0}


async def test_a_part_is_corrected_suspended_and_decided_while_another_is_refused(
    service: Running, key: str
) -> None:
    submitted = await submitted_joint(service, key)
    first, second = submitted["parts"]
    await part_reached(service, first, "signed", "correction_needed")
    assert (await joint(service, submitted))["acts"] == ["applicant", "deciding"]
    corrected = await service.ask(
        "POST", f"{first['link']}/correction", body=correction(), Idempotency_Key=f"{key}-c"
    )
    assert corrected.status == 201, corrected.text
    await part_reached(service, second, "signed", "accepted", "refused", "served")
    now = await joint(service, submitted)
    assert (now["standing"], [each["outcome"] for each in now["parts"]]) == ("broken", ["open", "failed"])
    await part_reached(service, first, "accepted")
    await _tell(service, first, ("suspended", "S-1", ""))
    assert (await joint(service, submitted))["parts"][0]["state"] == "suspended"
    await _tell(service, first, ("resumed", "S-2", ""))
    await part_reached(service, first, "granted")
    assert (await joint(service, submitted))["open"]  # a decision that is not served is not over
    await part_reached(service, first, "served")
    now = await joint(service, submitted)
    assert (now["standing"], [each["outcome"] for each in now["parts"]]) == (
        "partly_done",
        ["done", "failed"],
    )


async def test_only_what_every_place_has_granted_and_served_is_done(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    for part in submitted["parts"]:
        assert (await joint(service, submitted))["standing"] == "under_way"
        await part_reached(service, part, "signed", "accepted", "granted", "served")
    now = await joint(service, submitted)
    assert (now["standing"], now["open"], now["acts"]) == ("done", False, [])
    told = await _told(service, submitted)
    assert [(each["kind"], each["standing"]) for each in told] == [
        ("joint.admitted", "under_way"), ("joint.changed", "done"),
    ]  # fmt: skip
    assert (told[0]["parts"], told[1]["outcomes"]) == (2, ["done", "done"])


async def _told(service: Running, submitted: dict[str, Any]) -> list[dict[str, Any]]:
    """What callers are told of the joint case, in order."""
    cursor, found = "", list[dict[str, Any]]()
    while True:
        page = (await service.ask("GET", f"/v1/events?limit=500{cursor}")).document
        found += [each for each in page["events"] if each.get("joint") == submitted["joint"]]
        cursor = f"&after={page['cursor']}"
        if not page["more"]:
            return found


async def test_a_joint_case_is_withdrawn_in_every_place(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    body = withdrawal()
    answer = await _withdraw(service, submitted, body, key)
    assert (answer.status, answer.document["joint"]["standing"]) == (200, "withdrawn")
    assert [each["state"] for each in answer.document["withdrawals"]] == ["delivered", "delivered"]
    again = await _withdraw(service, submitted, body, key)
    assert again.document == answer.document
    for name in ("sim-gd", "sim-gx"):
        part = next(each for each in submitted["parts"] if each["platform"] == name)
        ours = (await service.ask("GET", f"/v1/exchanges/{part['exchange']}")).document["numbers"]["ours"]
        assert len(service.platforms[name].ledger.changes(ours)) == 1


async def test_what_was_decided_stays_decided_and_the_rest_is_withdrawn(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    await part_reached(service, submitted["parts"][0], "signed", "accepted", "granted")
    answer = await _withdraw(service, submitted, withdrawal(), key)
    told = answer.document["withdrawals"]
    assert [(each["code"], each["state"]) for each in told] == [("case_over", None), (None, "delivered")]
    assert answer.document["joint"]["standing"] == "broken"
    await part_reached(service, submitted["parts"][0], "served")
    assert (await joint(service, submitted))["standing"] == "partly_done"


async def test_a_part_that_has_not_left_is_taken_back_here(service: Running, key: str) -> None:
    await service.tell("sim-gd", do="busy", times=0)
    answer = await submit_joint(service, joint_of_somebody(), key, Prefer="wait=1")
    assert (answer.status, answer.document["open"]) == (202, True)
    withdrawn = await _withdraw(service, answer.document, withdrawal(), key)
    assert [each["state"] for each in withdrawn.document["withdrawals"]] == ["withdrawn", "delivered"]
    assert withdrawn.document["joint"]["standing"] == "withdrawn"
    faulty = await _withdraw(service, answer.document, {"by": by()}, f"{key}-bad")
    assert (faulty.status, faulty.code) == (422, "invalid_case")


async def _withdraw(service: Running, submitted: dict[str, Any], body: Any, key: str) -> Any:
    return await service.ask("POST", f"{submitted['link']}/withdrawal", body=body, Idempotency_Key=f"{key}-w")


async def test_nobody_sees_or_withdraws_the_joint_case_of_another_caller(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    seen = await service.ask("GET", submitted["link"], caller="cixi")
    taken = await service.ask("POST", f"{submitted['link']}/withdrawal", caller="cixi", body=withdrawal(),
                              Idempotency_Key=f"{key}-w")  # fmt: skip
    assert {(seen.status, seen.code), (taken.status, taken.code)} == {(404, "not_found")}


async def test_an_end_that_is_taken_back_opens_the_parent_again(service: Running, key: str) -> None:
    submitted = await submitted_joint(service, key)
    first, second = submitted["parts"]
    await _tell(service, second, ("accepted", "R-1", ""), ("returned", "R-2", ""))
    await part_reached(service, first, "signed", "accepted", "granted", "served")
    assert (await joint(service, submitted))["standing"] == "partly_done"
    await _tell(service, second, ("granted", "R-3", "R-2"))  # 更正
    now = await joint(service, submitted)
    assert (now["standing"], now["open"], now["acts"]) == ("under_way", True, ["deciding"])
    await _tell(service, second, ("served", "R-4", ""))
    assert (await joint(service, submitted))["standing"] == "done"
    told = [each["standing"] for each in await _told(service, submitted)]
    assert told == ["under_way", "broken", "partly_done", "under_way", "done"]


async def _tell(service: Running, part: dict[str, Any], *events: tuple[str, str, str]) -> None:
    """What the deciding place tells of a part: what happened, its record, which earlier one that takes back."""
    for event, record, undoes in events:
        now_ms = service.gateway.clock_ms()
        told = Told(event, now_ms, part["platform"], record, undoes, seen_ms=now_ms)
        assert await service.gateway.store.write(follow(part["case"], [told])) is not None
