"""What people record at a desk: in its order, by its unit, once, with its entry, and told to the caller."""

import asyncio
import json
from typing import Any

import pytest
import sqlalchemy as sa

from audit.tables import ENTRIES
from gateway.cases.reasons import ENDINGS, REASONS, TEXTS
from gateway.cases.states import ALONG
from gateway.desk.acts import ACTS, DOCUMENTS, EXTENDED
from gateway.desk.records import NotRecorded, seen
from gateway.exchange.asked import Asked
from gateway.exchange.following import known_of
from gateway.exchange.outcomes import ask_progress
from gateway.exchange.reads import Question, pose
from gateway.exchange.retold import said_now
from gateway.store import bodies, cases, desk, exchanges
from gateway.store.desk import Work
from gateway.store.store import Transaction
from mappings.canonical.schema import schema, structure_problems
from tests.desk.conftest import OTHER, STAFF, UNIT, Window
from tests.faults.places import Place, sound

OF_CASE = (
    sa.select(ENTRIES.c.body).where(ENTRIES.c.case_id == sa.bindparam("case")).order_by(ENTRIES.c.position)
)
MINUTE = 60_000


async def entries(window: Window, case_id: str) -> list[dict[str, Any]]:
    rows = await window.gateway.store.read(lambda connection: connection.rows(OF_CASE, {"case": case_id}))
    found = [json.loads(body) for (body,) in rows]
    by_itself = ("case.progress", "case.result")  # the gateway asks for both
    return [
        each for each in found if each.get("operation") not in by_itself and each["kind"] != "case.result"
    ]


async def progress(window: Window, number: str) -> dict[str, Any]:
    exchange = (await window.line(number)).exchange
    caller = window.gateway.settings.callers["guichi"]
    asked = Asked("case.progress", caller, "k1/", {})
    return (await ask_progress(window.gateway.exchanges, asked, exchange))[1]


async def test_a_case_that_was_delivered_stands_on_the_list_of_its_unit_once(window: Window) -> None:
    done = await window.submitted()
    assert (done.state, done.cause) == ("delivered", "taken")
    [line] = await window.standing()
    assert (line.work.number, line.work.unit, line.life.state) == (done.ours, UNIT, "handed_over")
    assert line.life.acts == "deciding"
    assert await window.standing(OTHER) == []
    assert [each.work for each in await window.standing("")] == [line.work]


async def test_a_case_goes_its_whole_way_by_hand(window: Window, place: Place) -> None:
    done = await window.submitted()
    for kind, state, acts in (
        ("signed", "signed", "deciding"),
        ("correction_needed", "correction_needed", "applicant"),
        ("corrected", "corrected", "deciding"),
        ("accepted", "accepted", "deciding"),
        ("suspended", "suspended", "deciding"),
        ("resumed", "accepted", "deciding"),
        ("granted", "granted", "deciding"),
        ("served", "served", "nobody"),
    ):
        life = await window.record(done.ours, kind)
        assert (life.state, life.acts, life.findings) == (state, acts, ())
    assert await window.standing() == []
    told = [each for each in await entries(window, done.case_id) if each["kind"] == "desk.recorded"]
    assert {(each["actor"], each["unit"]) for each in told} == {(STAFF, UNIT)}
    sound(place)


async def test_what_a_unit_says_reaches_the_caller_in_its_own_words(window: Window) -> None:
    done = await window.submitted()
    assert (await progress(window, done.ours))["state"] == "handed_over"
    await window.record(done.ours, "signed")
    await window.record(
        done.ours, "correction_needed", due_on="2026-12-31",
        materials=({"name": "居民身份证", "why": "影像不清"},),
        documents=({"kind": "correction_notice", "number": "补〔2026〕7号"},),
    )  # fmt: skip
    answer = await progress(window, done.ours)
    assert answer["state"] == "correction_needed"
    assert answer["correction"] == {
        "due_on": "2026-12-31",
        "materials": [{"name": "居民身份证", "why": "影像不清"}],
    }
    assert answer["documents"] == [{"kind": "correction_notice", "number": "补〔2026〕7号"}]
    assert [each["state"] for each in answer["events"]] == ["signed", "correction_needed"]
    await window.record(done.ours, "not_accepted", words="不属于本机关职权范围")
    answer = await progress(window, done.ours)
    assert (answer["state"], answer["words"]) == ("not_accepted", "不属于本机关职权范围")
    assert "correction" not in answer


async def test_what_is_asked_for_and_still_owed_can_be_told_on_by_its_record_and_by_an_answer(
    window: Window,
) -> None:
    done = await window.submitted()
    gateway = window.gateway
    for kind in ("signed", "accepted"):
        await window.record(done.ours, kind)
    owed = ({"name": "离职证明", "why": "未盖章"},)
    await window.record(done.ours, "supplement_owed", words="先予受理", materials=owed)
    case = await gateway.store.read(lambda connection: cases.by_id(connection, done.case_id))
    assert case is not None
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    wanted = {"words": "先予受理", "supplement": {"materials": list(owed)}}
    said = await said_now(gateway.exchanges, known)  # as it was recorded: nobody has asked as yet
    assert said is not None and (said.by, said.document) == (done.id, wanted)
    assert (await progress(window, done.ours))["supplement"] == wanted["supplement"]
    known = await gateway.store.read(lambda connection: known_of(connection, case))
    said = await said_now(gateway.exchanges, known)
    assert said is not None and said.document == wanted


async def test_what_an_ending_brought_is_a_result_with_its_documents(window: Window) -> None:
    done = await window.submitted()
    file = {"name": "决定书.pdf", "media_type": "application/pdf", "content": "JVBERi0xLjQK"}
    paper = {"kind": "decision", "name": "准予决定书", "number": "五决〔2026〕8号", "file": file}
    await window.record(done.ours, "granted", documents=(paper,))
    await window.record(done.ours, "served", at_ms=window.gateway.clock_ms() + 1000)
    question = Question("case.result", "sim-desk", STAFF, about=(await window.line(done.ours)).exchange)
    told, route = await pose(window.gateway.exchanges, question)
    result = await window.gateway.papers.answer_of(told, route)
    assert (result["state"], result["decision"]["number"]) == ("granted", "五决〔2026〕8号")
    assert result["documents"] == [paper]
    assert structure_problems("canonical/result@1", result) == []


async def test_asking_adds_nothing_to_what_was_recorded(window: Window) -> None:
    done = await window.submitted()
    await window.record(done.ours, "signed")
    await window.record(done.ours, "accepted")
    steps = (await window.line(done.ours)).life.steps
    await progress(window, done.ours)
    await progress(window, done.ours)
    assert [each for each in (await window.line(done.ours)).life.steps if each.kind != "handed_over"] == [
        each for each in steps if each.kind != "handed_over"
    ]


@pytest.mark.parametrize(
    ("before", "kind", "why"),
    [
        ((), "supplied", "not_now"),
        (("signed",), "signed", "recorded"),
        (("accepted",), "signed", "not_now"),
        (("accepted",), "not_accepted", "not_now"),
        (("granted",), "refused", "not_now"),
        (("granted", "served"), "granted", "not_now"),
        (("served",), "extended", "over"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    window: Window, before: tuple[str, ...], kind: str, why: str
) -> None:
    done = await window.submitted()
    for each in before:
        await window.record(done.ours, each)
    told = await entries(window, done.case_id)
    with pytest.raises(NotRecorded) as refused:
        await window.record(done.ours, kind, at_ms=window.gateway.clock_ms() + 2000)
    assert (refused.value.why, await entries(window, done.case_id)) == (why, told)
    if why == "not_now":
        assert kind not in refused.value.possible


async def test_who_may_not_is_refused_and_so_is_what_lies_in_the_future_or_before_the_receipt(
    window: Window,
) -> None:
    done, now_ms = await window.submitted(), window.gateway.clock_ms()
    told = await entries(window, done.case_id)
    for why, given in (
        ("other_unit", {"unit": OTHER}),
        ("in_the_future", {"at_ms": now_ms + 60 * MINUTE}),
        ("before_receipt", {"at_ms": now_ms - 24 * 60 * MINUTE}),
        ("nothing_to_undo", {"undoes": f"accepted@{now_ms}"}),
    ):
        with pytest.raises(NotRecorded) as refused:
            await window.record(done.ours, "signed", **given)
        assert refused.value.why == why
    assert await entries(window, done.case_id) == told


@pytest.mark.parametrize("kind", sorted(ENDINGS - {"no_show"}))
async def test_an_ending_takes_only_the_reasons_of_its_own_list(window: Window, kind: str) -> None:
    done = await window.submitted()
    wrong = next(reason for reason in TEXTS if reason not in REASONS[kind])
    for given, at in ((kind, wrong), ("signed", "other")):
        with pytest.raises(NotRecorded) as refused:
            await window.record(done.ours, given, reason=at, words="见告知")
        assert refused.value.why == "other_reason"
    for reason in (*REASONS[kind][:1], *([""] if not REASONS[kind] else [])):
        life = await window.record(done.ours, kind, reason=reason, words="见告知")
        assert life.state == kind


async def test_what_was_done_earlier_is_recorded_with_its_own_time_and_counts_in_its_place(
    window: Window,
) -> None:
    done, now_ms = await window.submitted(), window.gateway.clock_ms()
    await window.record(done.ours, "accepted")
    life = await window.record(done.ours, "signed", at_ms=now_ms - 2000)
    assert (life.state, life.findings) == ("accepted", ())
    assert [each.kind for each in life.steps if each.source == "sim-desk"] == ["signed", "accepted"]


async def test_a_mistake_is_corrected_explicitly_also_after_the_end(window: Window) -> None:
    done = await window.submitted()
    wrong = await window.record(done.ours, "refused", words="条件不符")
    wrong = await window.record(done.ours, "served", at_ms=window.gateway.clock_ms() + 1000)
    [refusal] = [each for each in wrong.steps if each.kind == "refused"]
    life = await window.record(done.ours, "granted", undoes=f"refused@{refusal.at_ms}", at_ms=refusal.at_ms)
    assert (life.state, life.findings) == ("served", ())
    answer = await progress(window, done.ours)
    assert [each["state"] for each in answer["events"]] == ["granted", "served"]
    assert "words" not in answer


async def test_an_extension_is_told_with_its_day_and_moves_nothing(window: Window) -> None:
    done = await window.submitted()
    await window.record(done.ours, "accepted")
    life = await window.record(done.ours, "extended", words="情况复杂，经负责人批准", due_on="2026-12-31")
    assert life.state == "accepted"
    answer = await progress(window, done.ours)
    assert (answer["due_on"], answer["words"]) == ("2026-12-31", "情况复杂，经负责人批准")
    *_, told = (each for each in await entries(window, done.case_id) if each["kind"] == "desk.recorded")
    assert (told["event"], told["due_on"], told["actor"]) == ("extended", "2026-12-31", STAFF)


async def test_two_people_who_record_the_same_at_once_record_it_once(window: Window) -> None:
    done, now_ms = await window.submitted(), window.gateway.clock_ms()
    both = [window.record(done.ours, "signed", at_ms=now_ms) for _ in range(2)]
    ended = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in ended) == ["Life", "NotRecorded"]
    told = [each["kind"] for each in await entries(window, done.case_id)]
    assert told.count("desk.recorded") == told.count("case.event") == 1


async def test_reasons_names_and_numbers_stand_in_no_entry(window: Window) -> None:
    done = await window.submitted()
    await window.record(
        done.ours, "not_accepted", words="申请人张三不符合条件",
        documents=({"kind": "refusal_to_accept", "number": "不受〔2026〕3号"},),
    )  # fmt: skip
    said = json.dumps(await entries(window, done.case_id), ensure_ascii=False)
    assert "张三" not in said and "不受" not in said
    names = await window.gateway.store.read(lambda connection: bodies.names(connection, done.id))
    assert [name.split("@")[0] for name in names if name.startswith("desk/")] == ["desk/not_accepted"]


async def test_a_case_itself_is_seen_to_by_recording_something(window: Window) -> None:
    done = await window.submitted()
    work = (await window.line(done.ours)).work
    for unit, why in ((UNIT, "not_now"), (OTHER, "other_unit")):
        with pytest.raises(NotRecorded) as refused:
            await seen(window.gateway.store, work, staff=STAFF, unit=unit)
        assert refused.value.why == why


@pytest.mark.parametrize("ended", [False, True])
async def test_what_the_caller_sends_later_stands_on_the_list_until_it_was_read(
    window: Window, ended: bool
) -> None:
    done = await window.submitted()
    later = done._replace(id="01M7ZWW086DT8J2JM6T0Y9RXRE", operation="case.withdraw", place=2)

    def placed(tx: Transaction) -> None:
        exchanges.admit(tx.connection, later)
        work = Work(later.id, done.case_id, "sim-desk", UNIT, later.operation, done.ours, tx.now_ms)
        assert desk.place(tx.connection, work)
        if ended:
            cases.close(tx.connection, done.case_id)

    await window.gateway.store.write(placed)
    standing = [each.work.operation for each in await window.standing()]
    assert standing == ["case.withdraw"] if ended else ["case.submit", "case.withdraw"]
    work = (await window.line(later.id)).work
    assert await seen(window.gateway.store, work, staff=STAFF, unit=UNIT)
    assert not await seen(window.gateway.store, work, staff=STAFF, unit=UNIT)
    assert [each.work.operation for each in await window.standing()] == ([] if ended else ["case.submit"])
    told = [each for each in await entries(window, done.case_id) if each["kind"] == "desk.seen"]
    assert [(each["actor"], each["operation"]) for each in told] == [(STAFF, "case.withdraw")]


async def test_a_case_whose_end_was_recorded_by_mistake_stands_on_the_list_again(window: Window) -> None:
    done = await window.submitted()
    await window.record(done.ours, "accepted")
    at_ms = window.gateway.clock_ms() + 1000
    await window.record(done.ours, "returned", at_ms=at_ms, words="退件")
    assert await window.standing() == []
    life = await window.record(
        done.ours, "suspended", at_ms=at_ms, words="鉴定", undoes=f"returned@{at_ms // 1000 * 1000}"
    )
    assert life.state == "suspended"
    [line] = await window.standing()
    assert (line.work.number, line.case.open, line.life.state) == (done.ours, 1, "suspended")


def test_what_people_can_record_is_what_the_canonical_words_know() -> None:
    kinds = {act.kind for act in ACTS.values()} - {EXTENDED}
    assert kinds <= set(ALONG) and len(ACTS) == len(kinds) + 1
    parts = schema("canonical/result@1")["$defs"]
    assert list(DOCUMENTS) == parts["document_kind"]["enum"]
    assert all(
        f"{name} {text[0]}" in parts["document_kind"]["description"] for name, text in DOCUMENTS.items()
    )
