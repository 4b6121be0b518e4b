"""Each audit question finds what it asks for, and nothing in a log in which that is not."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from audit.cli import FINDINGS, SOUND, main
from audit.entries import Entry
from audit.notes import Signer
from audit.records import read_record
from audit.reports import QUESTIONS, Terms, ask, ask_all
from audit.reports.question import DAY_MS
from tests.audit.conftest import START_MS, OpenLog

Said = Mapping[str, Any]
HOUR_MS = 3_600_000
NIGHT_MS = START_MS + 13 * HOUR_MS  # 23:00
LATER = {"at_ms": START_MS + 30 * DAY_MS}


def said(kind: str, at_ms: int = START_MS, **facts: Any) -> Entry:
    return Entry(kind, at_ms, facts)


def admitted(exchange: str = "E1", **facts: Any) -> Entry:
    asked: dict[str, Any] = {
        "exchange": exchange, "case": f"case-{exchange}", "platform": "sim-gd", "operation": "case.submit",
        "from": "341702", "to": "440232", "mode": "full_online", "agreement": "anhui", "state": "sending",
        "fields": ["applicant.name"],
    }  # fmt: skip
    return said("exchange.admitted", **(asked | facts))


def end(kind: str = "delivered", exchange: str = "E1", **facts: Any) -> Entry:
    return said(f"exchange.{kind}", exchange=exchange, **facts)


def sending(step: str = "send") -> Entry:
    return said("exchange.sending", exchange="E1", step=step)


def extended(due_on: str) -> Entry:
    return said("case.event", case="C", event="extended", due_on=due_on)


def activated(**facts: Any) -> Entry:
    return said("release.activated", **({"actor": "li.w", "platforms": ["sim-gd"]} | facts))


OVERDUE = said("case.overdue", case="C", clock="decide", due_on="2026-11-20")
QUERY = {"kind": "exchange.read", "exchange": "E", "operation": "licence.query"}
URGENT = activated(emergency=True, unapproved=["sim-gd"], follow_up="2026-11-24T10:00:00.000+08:00")
APPROVED = activated(approved_by=["sim-gd:wang.x"])
READ = said("account.viewed", account="audit-01", case="C")
# name -> entries in which it is found (with how many answers), and entries in which it is not
LOGS: Mapping[str, tuple[Sequence[Entry], int, Sequence[Entry]]] = {
    "no_end": ([admitted(), admitted("E2"), end(), end("held", "E2", **LATER)], 1, [admitted(), end()]),
    "two_ends": ([admitted(), end(), end("refused"), admitted()], 2, [admitted(), end(), end("late_reply")]),
    "unlawful_order": ([end(exchange="E9"), admitted(), end(), sending()], 2, [admitted(), sending(), end()]),
    "overdue": ([OVERDUE, extended("2026-12-20"), extended("2026-11-01"), OVERDUE], 1,
                [extended("2026-11-20"), OVERDUE]),
    "no_agreement": ([admitted(agreement=None)], 1, [admitted(), said("exchange.inward", exchange="E2")]),
    "no_authorisation": ([admitted(mode="collect_for"), admitted("E3", instead=["licence"]), said(**QUERY)], 3,
                         [admitted(), admitted("E2", mode="collect_for", authorisation="SQ-1")]),
    "no_purpose": ([said(**QUERY), admitted(instead=["data", "owed"])], 2,
                   [said(**QUERY, purpose="ab" * 32), admitted(), admitted("E2", instead=["owed"])]),
    "fields_beyond": ([APPROVED, admitted(), activated(), admitted("E2", fields=["applicant.name", "note"])], 1,
                      [APPROVED, admitted(), admitted("E2", fields=["note"]), activated(), admitted("E3")]),
    "unusual_readers": ([READ] * 50 + [said("account.exported", account="audit-01")], 1,
                        [READ] * 50 + [said("account.signed_in", account="audit-01")] * 9),
    "night_work": ([said("values.shown", NIGHT_MS, actor="li.w", exchange="E"),
                    *[said(kind, NIGHT_MS, account="audit-01")
                      for kind in ("account.listed", "account.exported", "bundle.made", "unmasking.asked")]], 5,
                   [said("values.shown", actor="li.w"), said("exchange.admitted", NIGHT_MS, actor="li.w"),
                    said("result.read", NIGHT_MS, actor="k1/7")]),
    "retries": ([admitted(), *[sending()] * 10], 1, [admitted(), *[sending()] * 9, *[sending("probe")] * 9, end()]),
    "unapproved_release": ([activated(), activated(approved_by=["sim-gd:li.w", "sim-gx:wang.x"])], 2, [APPROVED]),
    "emergencies": ([URGENT, said("account.signed_in", **LATER)], 1,
                    [URGENT, said("platform.approved", platform="sim-gd")]),
}  # fmt: skip


def records(entries: Sequence[Entry], store: OpenLog) -> list[tuple[int, Any]]:
    """Through a real log: what it holds is what was appended."""
    store.append(*entries)
    return [(position, read_record(body)) for position, body in enumerate(store.bodies())]


def test_every_question_has_its_logs() -> None:
    assert LOGS.keys() == QUESTIONS.keys()
    assert {path.stem for path in Path("audit/reports").glob("[a-z]*.py")} == {*QUESTIONS, "question"}


@pytest.mark.parametrize("name", LOGS)
def test_it_is_found_where_it_is(name: str, open_log: Callable[..., OpenLog]) -> None:
    entries, count, _ = LOGS[name]
    found = list(ask(name, records(entries, open_log())))
    assert len(found) == count
    for each in found:
        chinese, english = QUESTIONS[name].texts(each)
        assert "{" not in chinese + english
        assert each.position < len(entries)


@pytest.mark.parametrize("name", LOGS)
def test_it_is_not_found_where_it_is_not(name: str, open_log: Callable[..., OpenLog]) -> None:
    assert list(ask(name, records(LOGS[name][2], open_log()))) == []


@pytest.mark.parametrize("name", QUESTIONS)
def test_it_says_in_two_languages_what_it_shows_and_what_it_cannot(name: str) -> None:
    question = QUESTIONS[name]
    for chinese, english in (question.title, question.shows, question.cannot, question.said):
        assert english.isascii()
        assert any("\u4e00" <= each <= "\u9fff" for each in chinese)


def test_an_extension_that_came_too_late_is_told_with_its_time(open_log: Callable[..., OpenLog]) -> None:
    (found,) = ask("overdue", records([OVERDUE, extended("2026-12-20")], open_log()))
    assert found.facts["later"] == "2026-11-21T10:00:00.000+08:00"


def test_a_list_of_what_may_go_out_is_what_fields_are_held_against(open_log: Callable[..., OpenLog]) -> None:
    read = records([admitted(fields=["applicant.name", "note"])], open_log())
    allowed = Terms(allowed={"sim-gd case.submit": frozenset({"applicant.name"})})
    (found,) = ask("fields_beyond", read, allowed)
    assert (found.facts["fields"], found.facts["against"]) == ("note", "need")


def test_a_case_that_many_read_is_told(open_log: Callable[..., OpenLog]) -> None:
    entries = [said("account.viewed", account=f"a-{each}", case="C") for each in range(6)]
    (found,) = ask("unusual_readers", records(entries, open_log()))
    assert (found.facts["case"], found.facts["readers"]) == ("C", 6)


def test_an_approval_that_came_late_is_told_as_late(open_log: Callable[..., OpenLog]) -> None:
    late = said("platform.approved", platform="sim-gd", **LATER)
    (found,) = ask("emergencies", records([URGENT, late], open_log()))
    assert str(found.facts["approved"]).startswith("2026-12-21")


def test_all_questions_read_the_log_once(open_log: Callable[..., OpenLog]) -> None:
    entries = [entry for found, _, _ in LOGS.values() for entry in found]
    once = iter(records(entries, open_log()))
    assert {question.name for question, _ in ask_all(QUESTIONS, once)} >= QUESTIONS.keys() - {"no_end"}


@pytest.fixture
def signed(open_log: Callable[..., OpenLog], signer: Signer) -> Sequence[str]:
    """The arguments that name a signed log in which something is found."""
    store = open_log()
    store.append(admitted(agreement=None), end(), said("result.read", actor="=cmd()", case="C"), OVERDUE)
    store.checkpoint(signer)
    return ("--database", str(store.path), "--key", signer.vkey)


def test_the_command_answers_for_people_machines_and_tables(
    signed: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "no_agreement", "two_ends", *signed]) == FINDINGS
    line = capsys.readouterr().out
    assert line.startswith("no_agreement: entry 0: 交换 E1")
    assert main(["report", "two_ends", *signed]) == SOUND
    capsys.readouterr()
    assert main(["report", "--all", "--json", *signed]) == FINDINGS
    told = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert {"no_agreement", "overdue"} <= {each["question"] for each in told}
    assert main(["report", "--all", "--csv", *signed]) == FINDINGS
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["question"] for row in rows] == [each["question"] for each in told]


def test_without_a_name_the_questions_are_listed_with_what_they_cannot_show(
    signed: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", *signed]) == SOUND
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in lines[::3]] == list(QUESTIONS)
    assert main(["report", "no_such_question", *signed]) == 2


def test_what_is_not_what_was_signed_answers_nothing(
    open_log: Callable[..., OpenLog], signer: Signer, capsys: pytest.CaptureFixture[str]
) -> None:
    store = open_log()
    store.append(admitted(), end())
    store.checkpoint(signer)
    store.run("UPDATE audit_entries SET body = CAST(replace(body, 'E1', 'E2') AS BLOB) WHERE position = 1")
    assert main(["report", "two_ends", "--database", str(store.path), "--key", signer.vkey]) == FINDINGS
    assert "something changed" in capsys.readouterr().err


def test_the_page_says_what_each_question_shows_and_cannot() -> None:
    page = Path("docs/audit-questions.md").read_text("utf-8")
    for each in QUESTIONS.values():
        cells = ("<br>".join(texts) for texts in (each.title, each.shows, each.cannot))
        assert f"| `{each.name}` | {' | '.join(cells)} |" in page
