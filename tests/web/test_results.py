"""What became of a case, in two dialects: every ending with reason, words and documents, fetched once and kept."""

import asyncio
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
import sqlalchemy as sa

from audit.tables import ENTRIES
from gateway.cases.reasons import ENDINGS, REASONS
from gateway.cases.states import DECISIONS
from gateway.exchange.outcomes import NoResult, keep, seal_result
from gateway.store import bodies
from tests.fakes import fixtures
from tests.fakes.results import PDF, USUAL
from tests.waiting import looks
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed

OF_CASE = (
    sa.select(ENTRIES.c.body).where(ENTRIES.c.case_id == sa.bindparam("case")).order_by(ENTRIES.c.position)
)
Document = dict[str, Any]


def of_somebody_in_guishan() -> Document:
    return changed(fixtures.case("gx-person"), insist={"reason": "另案"})


MADE: dict[str, Callable[[], Document]] = {"sim-gd": case_of_somebody, "sim-gx": of_somebody_in_guishan}


async def told(service: Running, platform: str, submitted: Document, state: str, **said: Any) -> None:
    """The authority brings the case to a state, and the caller asks how it stands."""
    control, number = service.platforms[platform].control, submitted["numbers"]["ours"]
    if said:
        async with service.client.post(f"{control}/_sim/cases/{number}/result", json=said) as answer:
            answer.raise_for_status()
    async with service.client.post(f"{control}/_sim/cases/{number}/state", json={"state": state}) as answer:
        answer.raise_for_status()
    await service.ask("GET", f"{submitted['links']['case']}/progress")


async def result(service: Running, submitted: Document) -> Document:
    document: Document = (await service.ask("GET", f"{submitted['links']['case']}/result")).document
    return document


async def shown(service: Running, submitted: Document, kept: int = 1) -> Document:
    """The result once so many are kept, and nothing is to be fetched any more."""
    async for _ in looks():
        found = await result(service, submitted)
        if len(found["results"]) >= kept and not found["fetching"]:
            return found
    raise AssertionError(found)


async def entries(service: Running, case: str) -> list[Document]:
    rows = await service.gateway.store.read(lambda connection: connection.rows(OF_CASE, {"case": case}))
    return [json.loads(bytes(row[0])) for row in rows]


@pytest.mark.parametrize("platform", ["sim-gd", "sim-gx"])
@pytest.mark.parametrize("state", sorted(ENDINGS))
async def test_every_ending_is_told_with_its_reason_its_words_and_its_document(
    service: Running, key: str, platform: str, state: str
) -> None:
    submitted = (await service.submit(MADE[platform](), key)).document
    await told(service, platform, submitted, state)
    found = await shown(service, submitted)
    reason, kind, name = USUAL[state]
    assert (found["state"], found["ended"], found["served"]) == (
        state,
        state not in DECISIONS,
        state == "served",
    )
    [one] = found["results"]
    assert (one["state"], one["reason"], one["counts"], one["findings"]) == (state, reason or None, True, [])
    assert one["reason"] is None or one["reason"] in REASONS[state]
    assert one["words"] == ("见所附文书" if reason else None)
    assert one["reason_text"]["zh"] and one["source"] == platform
    [paper] = one["documents"]
    assert (paper["kind"], paper["name"], paper["on"]) == (kind, name, "2026-11-20")
    assert paper["number"] == one["decision"]["number"]
    file = await service.ask("GET", paper["file"]["link"])
    assert (file.status, file.raw, file.headers["Tongban-Media-Type"]) == (200, PDF, "application/pdf")
    assert file.headers["Tongban-Digest"] == f"sha-256:{sha256(PDF).hexdigest()}" == paper["file"]["digest"]


async def test_a_stretch_of_a_document_is_got_by_itself(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "granted")
    [one] = (await shown(service, submitted))["results"]
    link = one["documents"][0]["file"]["link"]
    whole = await service.ask("GET", link)
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Length"]) == ("bytes", str(len(PDF)))
    assert "filename*=UTF-8''" in whole.headers["Content-Disposition"]
    part = await service.ask("GET", link, Range="bytes=5-", If_Range=whole.headers["ETag"])
    assert (part.status, part.raw) == (206, PDF[5:])
    assert part.headers["Content-Range"] == f"bytes 5-{len(PDF) - 1}/{len(PDF)}"
    beyond = await service.ask("GET", link, Range=f"bytes={len(PDF)}-")
    assert (beyond.status, beyond.code) == (416, "no_such_range")


async def test_a_result_is_fetched_once_and_read_from_what_is_kept(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "granted")
    await shown(service, submitted)
    await told(service, "sim-gd", submitted, "granted")
    for _ in range(3):
        await result(service, submitted)
    await asyncio.sleep(1.2)
    number = submitted["numbers"]["ours"]
    asked = [each["operation"] for each in service.platforms["sim-gd"].ledger.arrivals(number)]
    assert asked.count("case.result") == 1
    written = await entries(service, submitted["case"])
    assert [each["kind"] for each in written].count("case.result") == 1
    kept = next(each for each in written if each["kind"] == "case.result")
    assert (kept["event"], kept["documents"], kept["files"], kept["state"]) == ("granted", 1, 1, "granted")
    assert "准予" not in json.dumps(kept, ensure_ascii=False)
    assert [each["kind"] for each in written].count("result.read") >= 4  # who reads it leaves a trace


async def test_a_case_has_as_many_results_as_are_told(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "granted", record="R1", decision={"number": "甲1"})
    await shown(service, submitted)
    licence = {"kind": "licence", "name": "许可证", "number": "乙2", "valid_until": "2031-11-20"}
    await told(
        service, "sim-gd", submitted, "served", record="R2", documents=[licence, {"kind": "service_record"}]
    )
    found = await shown(service, submitted, 2)
    assert [(each["result"], each["record"], each["state"]) for each in found["results"]] == [
        (1, "R1", "granted"), (2, "R2", "served"),
    ]  # fmt: skip
    papers = [paper for each in found["results"] for paper in each["documents"]]
    assert [(each["document"], each["kind"], each["file"]) for each in papers] == [
        (1, "licence", None), (2, "service_record", None),
    ]  # fmt: skip
    answer = await service.ask("GET", f"{submitted['links']['case']}/documents/1")
    assert (answer.status, answer.code) == (404, "no_file")
    answer = await service.ask("GET", f"{submitted['links']['case']}/documents/3")
    assert (answer.status, answer.code) == (404, "not_found")


async def test_a_refusal_without_a_reason_is_shown_and_found(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "refused", decision={"number": "丙3"})
    [one] = (await shown(service, submitted))["results"]
    assert (one["reason"], one["reason_text"]["en"], one["findings"]) == (
        None, "no reason was given", ["reason_missing"],
    )  # fmt: skip


async def test_a_submission_that_they_refuse_is_a_return_with_their_words(service: Running, key: str) -> None:
    await service.tell("sim-gd", do="refuse", code="5010", reason="不符合受理条件")
    refused = (await service.submit(case_of_somebody(), key)).document
    found = (await service.ask("GET", f"/v1/cases/{refused['case']}/result")).document
    [one] = found["results"]
    assert (found["state"], found["ended"]) == ("returned", True)
    assert (one["result"], one["state"], one["reason"], one["words"]) == (
        0,
        "returned",
        "other",
        "不符合受理条件",
    )


async def test_while_nothing_is_decided_there_is_no_result(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    found = await result(service, submitted)
    assert (found["state"], found["decided"], found["results"], found["fetching"]) == (
        "handed_over",
        False,
        [],
        [],
    )


async def test_another_caller_knows_of_neither_result_nor_document(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "granted")
    await shown(service, submitted)
    for path in ("result", "documents/1"):
        answer = await service.ask("GET", f"{submitted['links']['case']}/{path}", caller="cixi")
        assert (answer.status, answer.code) == (404, "not_found")


async def test_what_was_erased_is_still_told_to_have_been(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "refused")
    [one] = (await shown(service, submitted))["results"]

    def erase(tx: Any) -> None:
        statement = sa.delete(bodies.body_keys).where(bodies.body_keys.c.exchange_id == sa.bindparam("id_"))
        tx.connection.run(statement, {"id_": one["exchange"]})

    await service.gateway.store.write(erase)
    [left] = (await result(service, submitted))["results"]
    assert (left["erased"], left["state"], left["reason"], left["words"], left["documents"]) == (
        True, "refused", "conditions_not_met", None, [],
    )  # fmt: skip
    answer = await service.ask("GET", f"{submitted['links']['case']}/documents/1")
    assert (answer.status, answer.code) == (410, "erased")


async def test_a_result_that_contradicts_the_case_is_kept_and_does_not_count(
    service: Running, key: str
) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await told(service, "sim-gd", submitted, "withdrawn", record="R1", words="申请人撤回")
    await shown(service, submitted)
    await called_in(service, submitted, {"state": "granted", "record": "R2", "decision": {"number": "甲1"}})
    found = await result(service, submitted)
    assert found["state"] == "withdrawn"
    assert [(each["state"], each["counts"]) for each in found["results"]] == [
        ("withdrawn", True),
        ("granted", False),
    ]
    kept = [each for each in await entries(service, submitted["case"]) if each["kind"] == "case.result"]
    assert [(each["event"], each["state"]) for each in kept] == [
        ("withdrawn", "withdrawn"),
        ("granted", "withdrawn"),
    ]


async def test_a_record_that_corrects_an_earlier_one_is_what_counts(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    await called_in(service, submitted, {"state": "voided", "record": "R1", "reason": "test"})
    await called_in(service, submitted, {"state": "granted", "record": "R2", "corrects": "R1"})
    found = await result(service, submitted)
    assert found["state"] == "granted"
    assert [(each["record"], each["corrects"], each["counts"]) for each in found["results"]][:2] == [
        ("R1", None, False), ("R2", "R1", True),
    ]  # fmt: skip


async def test_what_is_no_result_is_none(service: Running, key: str) -> None:
    submitted = (await service.submit(case_of_somebody(), key)).document
    times = ("2026-02-30T00:00:00+08:00", "0001-01-01T00:00:00+08:00")
    wrong: list[Document] = [{}, {"state": "accepted"}, {"state": "granted", "reason": "none"}]
    for each in (*wrong, *({"state": "granted", "at": at} for at in times)):
        with pytest.raises(NoResult):
            await called_in(service, submitted, each)
    assert (await result(service, submitted))["results"] == []


async def called_in(service: Running, submitted: Document, document: Document) -> None:
    """A result that comes by another way than a question of ours."""
    now_ms = service.gateway.clock_ms()
    exchange = (await service.gateway.exchanges.look_up(submitted["exchange"]))._replace(changed_ms=now_ms)
    outcome = await seal_result(service.gateway.papers, exchange, document)
    await service.gateway.store.write(keep(outcome))
