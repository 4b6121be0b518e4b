"""Collecting for another place: what the window checked, parcels both ways, a result that is handed out here."""

import json
from typing import Any

import pytest

from gateway.cases import parcels as parcels_of_cases
from gateway.exchange.parcels import keep
from gateway.store.store import Transaction
from tests.fakes.fixtures import case
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed
from tests.web.test_later import by, correction, withdrawal
from tests.web.test_life import OF_CASE

BOTH = pytest.mark.parametrize("name", ["gd-person", "gx-person"])
CALLER = "guichi"


def collected(name: str, **values: Any) -> dict[str, Any]:
    """A case that the window of another place takes in, with a form check and an original for the post."""
    document = changed(case_of_somebody(name), mode="collect_for", **values)
    at = document["receiving"]["received_at"]
    document["receiving"]["form_check"] = {"at": at, "by": "W0007"}
    document["receiving"].setdefault("identity_check", {"method": "IDCARD-READER", "at": at})
    document["materials"][0]["form"] = "original"
    return document


async def submitted_case(service: Running, key: str, name: str) -> dict[str, Any]:
    answer = await service.submit(collected(name), key)
    assert answer.status == 201, answer.text
    document: dict[str, Any] = answer.document
    return document


async def ask(service: Running, submitted: dict[str, Any], what: str, body: Any) -> Any:
    return await service.ask("POST", f"{submitted['links']['case']}/{what}", caller=CALLER, body=body)


async def shown(service: Running, submitted: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = (await service.ask("GET", submitted["links"]["case"], caller=CALLER)).document
    return document


async def of_case(service: Running, submitted: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The entries of a case of one kind."""
    rows = await service.gateway.store.read(
        lambda connection: connection.rows(OF_CASE, {"case": submitted["case"]})
    )
    return [each for (body,) in rows if (each := json.loads(body))["kind"] == kind]


def parcel(name: str, event: str, direction: str = "there", number: str = "EB123456789CN") -> dict[str, Any]:
    code = case(name)["materials"][0]["code"] if direction == "there" else "licence"
    contents = {"contents": [{"code": code, "form": "original", "count": 1}]} if event == "sent" else {}
    return {
        "event": event,
        "direction": direction,
        "carrier": "中国邮政",
        "number": number,
        "by": by(),
    } | contents


def service_of(receipt: str = "SD-2026-0001", **more: Any) -> dict[str, Any]:
    check = {"method": "IDCARD-READER", "at": by()["at"]}
    return {"receipt": receipt, "to": "applicant", "identity_check": check, "by": by(), **more}


@BOTH
async def test_what_the_window_checked_is_evidence_and_a_step_of_the_case(
    service: Running, key: str, name: str
) -> None:
    submitted = await submitted_case(service, key, name)
    now = await shown(service, submitted)
    assert [each["event"] for each in now["timeline"]] == ["received", "form_checked", "handed_over"]
    (checked,) = await of_case(service, submitted, "case.event")
    assert (checked["event"], checked["state"]) == ("form_checked", "form_checked")
    (admitted,) = await of_case(service, submitted, "exchange.admitted")
    assert {"identity_checked_at", "identity_check", "form_checked_at"} <= admitted.keys()


@BOTH
async def test_originals_go_by_post_and_a_lost_parcel_is_found_again(
    service: Running, key: str, name: str
) -> None:
    submitted = await submitted_case(service, key, name)
    states = []
    for event in ("sent", "sent", "lost", "received", "received"):
        answer = await ask(service, submitted, "parcels", parcel(name, event))
        assert answer.status == 200, answer.text
        (only,) = answer.document["parcels"]
        states.append((only["state"], only["acts"]))
    on_its_way, lost, arrived = ("on_its_way", "deciding"), ("lost", "receiving"), ("received", "nobody")
    assert states == [on_its_way, on_its_way, lost, arrived, arrived]
    told = await of_case(service, submitted, "case.parcel")
    assert [(each["event"], each["parcel"]) for each in told] == [
        ("sent", "on_its_way"), ("lost", "lost"), ("received", "received"),
    ]  # fmt: skip
    receiving = case(name)["receiving"]["unit"]
    assert {each["unit"] for each in told} == {
        receiving
    }  # the window names none: it is the one that received
    assert told[0]["contents"] == [f"{case(name)['materials'][0]['code']} original 1"]


async def test_a_parcel_is_one_parcel_and_holds_what_the_case_has(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    unlisted = changed(parcel("gd-person", "sent"), contents=None)
    other = changed(parcel("gd-person", "sent"), contents__0__code="X99")
    for body, path, code in ((unlisted, "/contents", "contents_missing"),
                             (other, "/contents/0/code", "material_not_given")):  # fmt: skip
        refused = await ask(service, submitted, "parcels", body)
        assert (refused.status, refused.code) == (422, "invalid_case")
        assert [(each["path"], each["code"]) for each in refused.document["problems"]] == [(path, code)]
    assert (await ask(service, submitted, "parcels", parcel("gd-person", "sent"))).status == 200
    for body in (parcel("gd-person", "received", "back"),
                 changed(parcel("gd-person", "sent"), contents__0__count=2)):  # fmt: skip
        refused = await ask(service, submitted, "parcels", body)
        assert (refused.status, refused.code) == (409, "parcel_differs")
    seen = await service.ask(
        "POST", f"{submitted['links']['case']}/parcels", caller="cixi", body=parcel("gd-person", "lost")
    )
    assert (seen.status, seen.code) == (404, "not_found")  # another caller's case


async def all_that_may_be(service: Running, case_id: str) -> None:
    """As many events of parcels as are kept of one case."""
    now_ms = service.gateway.clock_ms()
    kinds = parcels_of_cases.KINDS

    def work(tx: Transaction) -> None:
        for place in range(parcels_of_cases.MOST_EVENTS):
            number, kind = f"EF{place // len(kinds):09d}CN", kinds[place % len(kinds)]
            told = parcels_of_cases.Told("中国邮政", number, kind, "back", now_ms, "sim-gd", now_ms)
            keep(case_id, told, actor="sim-gd", unit="")(tx)

    await service.gateway.store.write(work)


async def test_of_one_case_no_more_events_of_parcels_are_kept_than_the_page_says(
    service: Running, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    await all_that_may_be(service, submitted["case"])
    before = await of_case(service, submitted, "case.parcel")
    assert len(before) == 200
    refused = await ask(service, submitted, "parcels", parcel("gd-person", "sent"))
    assert (refused.status, refused.code) == (409, "parcels_full")
    known = await ask(service, submitted, "parcels", parcel("gd-person", "lost", "back", "EF000000001CN"))
    assert (known.status, known.document["repeated"]) == (200, True)  # what is known is no event more
    assert await of_case(service, submitted, "case.parcel") == before


@BOTH
async def test_a_case_is_corrected_decided_sent_back_and_handed_out_at_the_window(
    service: Running, key: str, name: str
) -> None:
    submitted = await submitted_case(service, key, name)
    await ask(service, submitted, "parcels", parcel(name, "sent"))
    early = await ask(service, submitted, "service", service_of())
    assert (early.status, early.code, early.document["state"]) == (409, "nothing_decided", "handed_over")
    await _reached(service, submitted, "signed", "correction_needed")
    body = correction(name, form={"summary": "更正后的摘要"})
    corrected = await service.ask("POST", f"{submitted['links']['case']}/correction", caller=CALLER, body=body,
                                  Idempotency_Key=f"{key}-c")  # fmt: skip
    assert corrected.status == 201, corrected.text
    await _reached(service, submitted, "accepted", "granted")
    for event in ("sent", "received"):
        await ask(service, submitted, "parcels", parcel(name, event, "back", "EB987654321CN"))
    served = await ask(service, submitted, "service", service_of())
    assert (served.status, served.document["state"], served.document["open"]) == (200, "served", False)
    again = await ask(service, submitted, "service", service_of())
    assert again.document == served.document
    other = await ask(service, submitted, "service", service_of("SD-2026-0002"))
    assert (other.status, other.code) == (409, "nothing_decided")
    (handed,) = await of_case(service, submitted, "case.handed_out")
    assert (handed["to"], handed["receipt"]) == ("applicant", "SD-2026-0001")
    assert served.document["timeline"][-1] | {"at": ""} == {
        "event": "served", "at": "", "source": CALLER, "number": "served/SD-2026-0001",
        "corrects": None, "due_on": None,
    }  # fmt: skip
    await _reached(service, submitted, "served")  # what the other place tells later says the same
    assert (await shown(service, submitted))["findings"] == []


@BOTH
async def test_a_refused_and_a_withdrawn_case_send_their_originals_back(
    service: Running, key: str, name: str
) -> None:
    submitted = [await submitted_case(service, f"{key}-{each}", name) for each in "rw"]
    await _reached(service, submitted[0], "signed", "not_accepted")
    gone = await service.ask("POST", f"{submitted[1]['links']['case']}/withdrawal", caller=CALLER,
                             body=withdrawal(), Idempotency_Key=f"{key}-x")  # fmt: skip
    assert gone.status == 201, gone.text
    for each in submitted:
        answer = await ask(service, each, "parcels", parcel(name, "sent", "back"))
        assert (answer.status, answer.document["parcels"][0]["acts"]) == (200, "receiving")
    served = await ask(service, submitted[0], "service", service_of())
    assert served.document["state"] == "served"  # 不予受理通知书 is handed out as well
    over = await ask(service, submitted[1], "service", service_of())
    assert (over.status, over.code) == (409, "nothing_decided")


async def _reached(service: Running, submitted: dict[str, Any], *states: str) -> None:
    for state in states:
        service.platforms[submitted["platform"]].ledger.move(submitted["numbers"]["ours"], state)
    await service.ask("GET", f"{submitted['links']['case']}/progress", caller=CALLER)


async def test_the_hand_over_list_names_originals_and_the_parcels_that_they_go_in(
    service: Running, key: str
) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    path = f"{submitted['links']['case']}/prints/handover"
    before = (await service.ask("GET", path, caller=CALLER)).text
    assert "其中原件" in before and "承运单位" in before and "EB123456789CN" not in before
    await ask(service, submitted, "parcels", parcel("gd-person", "sent"))
    after = (await service.ask("GET", path, caller=CALLER)).text
    code = case("gd-person")["materials"][0]["code"]
    assert "邮寄 EB123456789CN" in after and f"{code} 原件 1 份" in after and "在途" in after
    assert "形式审查" in after and "身份核验" in after


async def test_a_caller_sees_the_parcel_among_the_events(service: Running, key: str) -> None:
    submitted = await submitted_case(service, key, "gd-person")
    await ask(service, submitted, "parcels", parcel("gd-person", "sent"))
    cursor, found = "", list[dict[str, Any]]()
    while True:
        page = (await service.ask("GET", f"/v1/events?limit=500{cursor}", caller=CALLER)).document
        found += [each for each in page["events"] if each.get("case") == submitted["case"]]
        cursor = f"&after={page['cursor']}"
        if not page["more"]:
            break
    (told,) = [each for each in found if each["kind"] == "case.parcel"]
    assert (told["parcel"], told["direction"], told["carrier"], told["number"]) == (
        "on_its_way", "there", "中国邮政", "EB123456789CN",
    )  # fmt: skip


@pytest.mark.parametrize("check", ["form_check", "identity_check"])
async def test_who_collects_for_another_place_has_checked_form_and_identity_or_nothing_is_sent(
    service: Running, key: str, check: str
) -> None:
    document = collected("gd-person")
    known = document["receiving"].pop(check)

    async def kept() -> tuple[int, int]:
        """Cases that the platforms took, and that stand here."""
        taken = sum(each["takings"] for each in service.counts().values())
        return taken, (await service.rows(settled=False))["cases"]

    before = await kept()
    checked = await service.ask("POST", "/v1/preflight", caller=CALLER, body=document)
    refused = await service.submit(document, key)
    for answer in (checked, refused):
        assert (answer.status, answer.code) == (422, "invalid_case")
        (problem,) = answer.document["problems"]
        assert (problem["path"], problem["code"]) == (f"/receiving/{check}", f"{check}_missing")
        assert "时间 at" in str(problem)
    assert await kept() == before
    document["receiving"][check] = known
    mended = await service.submit(document, key)  # under the same key
    assert (mended.status, mended.document["state"]) == (201, "delivered"), mended.text
