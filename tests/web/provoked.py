"""How each stable code comes about on the shared gateway: tables of bodies and cases, and short stories."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

import orjson

from gateway.errors import Refusal
from gateway.exchange import said
from gateway.web.problems import MEDIA, document_of
from tests.waiting import LONGEST_S
from tests.web.checked import Answer
from tests.web.declared import JOBLESS
from tests.web.people import case_of_somebody
from tests.web.service import changed
from tests.web.stage import SCENARIOS, Scenario, Stage, provokes

_BODIES: Mapping[str, tuple[bytes, dict[str, str]]] = {
    "too_large": (b" " * 300_000, {}),
    "wrong_media_type": (b"<case/>", {"Content_Type": "text/xml"}),
    "wrong_charset": ("{\"note\": \"中\"}".encode("gbk"), {}),
    "body_unreadable": (b"no gzip", {"Content_Encoding": "gzip"}),
    "not_json": (b"{,}", {}),
    "not_an_object": (b"[]", {}),
    "duplicate_key": (b'{"note": "", "note": ""}', {}),
    "too_deep": (b'{"form": ' + b"[" * 30 + b"]" * 30 + b"}", {}),
    "number_inexact": (b'{"form": {"a": 1.00000000000000000001}}', {}),
}  # fmt: skip
_CASES: Mapping[str, dict[str, Any]] = {
    "invalid_case": {"purpose": None},
    "unmappable": {"form__project_type": "9"},
    "item_unknown": {"item__code": "T-NOWHERE"},
    "item_not_aligned": {"item__code": "T-ALONE"},
    "item_cancelled": {"item__code": "T-CANCELLED"},
    "item_suspended": {"item__code": "T-SUSPENDED"},
    "item_not_yet_valid": {"item__code": "T-LATER"},
    "item_ambiguous": {"item__code": "11341702MB1A0231794000117054000"},
    "item_alignment_conflict": {"item__code": "T-CONFLICT"},
    "item_alignment_gap": {"item__code": "T-GAP"},
    "item_alignment_ended": {"item__code": "T-ENDED"},
    "item_target_missing": {"item__code": "T-MISSING"},
    "item_target_cancelled": {"item__code": "T-GONE"},
    "item_target_superseded": {"item__code": "T-REPLACED"},
    "item_version_differs": {"item__code": "T-VERSIONED", "item__version": 1},
    "division_not_served": {"division": "440234"},
    "operation_not_offered": {"division": "440235"},
    "route_ambiguous": {"division": "440236"},
    "forbidden_sender": {"receiving__division": "341703"},
}
_BOUNDED: Mapping[str, dict[str, Any]] = {
    "forbidden_division": {"division": "440233"},
    "forbidden_item": {},
}

_BY = {"at": "2026-11-20T10:00:00+08:00"}
_WITHDRAWAL = {"reason": "申请人另行办理", "by": _BY}
_CORRECTION = {"form": {"summary": "更正"}, "by": _BY}
_NATIONAL = {"item__code": JOBLESS}  # the same item everywhere
_AGREEING: Mapping[str, dict[str, Any]] = {
    "no_agreement": _NATIONAL | {"receiving__division": "341704"},
    "mode_not_agreed": _NATIONAL | {"receiving__division": "341705", "mode": "joint"},
    "item_not_open": _NATIONAL | {"receiving__division": "341706"},
    "power_not_delegated": _NATIONAL
    | {
        "receiving__division": "341707",
        "mode": "collect_for",
        "receiving__form_check": {"at": _BY["at"]},
    },
}


def _of_body(data: bytes, headers: dict[str, str]) -> Scenario:
    return lambda stage: stage.read(data, **headers)


def _of_case(values: dict[str, Any]) -> Scenario:
    return lambda stage: stage.submit(**values)


def _of_bounded(values: dict[str, Any]) -> Scenario:
    return lambda stage: _asked_by("bounded", stage, values)


def _of_agreeing(values: dict[str, Any]) -> Scenario:
    return lambda stage: _asked_by("agreeing", stage, values)


def _asked_by(caller: str, stage: Stage, values: dict[str, Any]) -> Awaitable[Answer]:
    case = changed(case_of_somebody(), **values)
    return stage.service.ask("POST", "/v1/cases", caller=caller, body=case, Idempotency_Key=stage.key)


SCENARIOS |= {code: _of_body(data, headers) for code, (data, headers) in _BODIES.items()}
SCENARIOS |= {code: _of_case(values) for code, values in _CASES.items()}
SCENARIOS |= {code: _of_bounded(values) for code, values in _BOUNDED.items()}
SCENARIOS |= {code: _of_agreeing(values) for code, values in _AGREEING.items()}


@provokes("batch_full")
async def _(stage: Stage) -> Answer:
    for place in range(2):
        answer = await stage.service.ask(
            "POST", "/v1/cases", caller="agreeing", Idempotency_Key=f"{stage.key}-{place}",
            body=changed(case_of_somebody(), **_NATIONAL, receiving__division="341708"),
        )  # fmt: skip
    return answer


@provokes("bad_parameter")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/cases")


@provokes("idempotency_key_missing")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("POST", "/v1/cases", body=case_of_somebody())


@provokes("idempotency_key_bad")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("POST", "/v1/cases", body=case_of_somebody(), Idempotency_Key="short")


@provokes("idempotency_conflict")
async def _(stage: Stage) -> Answer:
    await stage.submit()
    return await stage.submit()


@provokes("unauthenticated")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/platforms", caller=None)


@provokes("forbidden_operation")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/platforms", caller="nobody")


@provokes("not_found")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")


@provokes("guide_unknown")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/items/T-ALONE/guide?division=341702")


@provokes("malformed_request")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", f"/v1/items?name={'a' * 9000}")


@provokes("cursor_of_lost_log")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v1/events?after=7.0")


@provokes("no_route")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("GET", "/v2/cases")


@provokes("wrong_method")
async def _(stage: Stage) -> Answer:
    return await stage.service.ask("DELETE", "/v1/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")


@provokes("case_open")
async def _(stage: Stage) -> Answer:
    case = case_of_somebody()
    await stage.service.submit(case, stage.key)
    return await stage.service.submit(case, f"{stage.key}-again")


@provokes("platform_refused")
async def _(stage: Stage) -> Answer:
    await stage.service.tell("sim-gd", do="refuse", code="5010", reason="不符合受理条件")
    return await stage.submit()


@provokes("platform_unavailable")
async def _(stage: Stage) -> Answer:
    return await stage.progress(do="busy")


@provokes("platform_garbled")
async def _(stage: Stage) -> Answer:
    return await stage.progress(do="garbage")


@provokes("erased")
async def _(stage: Stage) -> Answer:
    submitted = await stage.submit()
    exchange = submitted.document["exchange"]
    await stage.service.gateway.store.write(
        lambda tx: tx.connection._driver.execute("DELETE FROM body_keys WHERE exchange_id = ?", (exchange,))
    )
    return await stage.service.ask("GET", f"{submitted.document['links']['case']}/progress")


@provokes("case_over")
async def _(stage: Stage) -> Answer:
    submitted = await stage.submit()
    await stage.later(submitted, "withdrawal", _WITHDRAWAL)
    return await stage.later(submitted, "withdrawal", _WITHDRAWAL, "again")


@provokes("nothing_asked")
async def _(stage: Stage) -> Answer:
    return await stage.later(await stage.submit(), "correction", _CORRECTION)


@provokes("write_open")
async def _(stage: Stage) -> Answer:
    submitted = await stage.submit()
    await stage.service.tell("sim-gd", do="busy", operation="case.withdraw", times=0)
    await stage.later(submitted, "withdrawal", _WITHDRAWAL, Prefer="wait=0")
    return await stage.later(submitted, "withdrawal", _WITHDRAWAL, "again")


@provokes("case_unconfirmed")
async def _(stage: Stage) -> Answer:
    """This platform is told of later things by its own number, which the lost answer said."""
    await stage.service.tell("sim-gx", do="garbage", operation="case.progress", times=0)
    await stage.service.tell("sim-gx", do="take_then_drop")
    submitted = await stage.service.submit(case_of_somebody("gx-person"), stage.key, Prefer="wait=1")
    return await stage.later(submitted, "withdrawal", _WITHDRAWAL)


@provokes("case_ended")
async def _(stage: Stage) -> Answer:
    """Met at the command line (tongban exchange withdraw); the document is the one that callers would get."""
    submitted = await stage.submit()
    try:
        await said.withdraw(stage.service.gateway.exchanges, submitted.document["exchange"], actor="operator")
    except Refusal as refusal:
        document = document_of(refusal, "zh")
        return Answer(document["status"], {"Content-Type": MEDIA}, orjson.dumps(document))
    raise AssertionError("what was delivered cannot be taken back")


@provokes("no_file")
async def _(stage: Stage) -> Answer:
    """They name a document and give no file."""
    submitted = (await stage.submit()).document
    ledger, number = stage.service.platforms["sim-gd"].ledger, submitted["numbers"]["ours"]
    ledger.say(number, {"documents": [{"kind": "licence", "name": "许可证"}]})
    ledger.move(number, "granted")
    await stage.service.ask("GET", f"{submitted['links']['case']}/progress")
    async with asyncio.timeout(LONGEST_S):
        while True:
            answer = await stage.service.ask("GET", f"{submitted['links']['case']}/documents/1")
            if answer.code != "not_found":
                return answer
            await asyncio.sleep(0.05)
