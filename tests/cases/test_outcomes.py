"""Any history of endings and results: kept once, never lost, found where it contradicts, each with its entry."""

import asyncio
import base64
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.cases.life import APART_MS, Life
from gateway.cases.reasons import DOCUMENT_KINDS, ENDINGS, TEXTS
from gateway.cases.states import ALONG, DECISIONS
from gateway.exchange.following import MOST_TOLD, follow, known_of, life_of
from gateway.exchange.outcomes import MOST_RESULTS, Outcome, keep, parted, seal_result
from gateway.exchange.papers import Papers
from gateway.exchange.prepare import epoch_ms
from gateway.materials.folder import MaterialFolder
from gateway.model import BLANK
from gateway.store import bodies, cases, events, exchanges, followed, results
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.followed import NEVER_MS, Followed
from gateway.store.migrate import upgrade
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from gateway.store.transaction import Transaction
from gateway.store.vault import Vault
from tests.fakes.results import PDF

HOUR_MS, NOW_MS = 3_600_000, 1_795_000_000_000
CASE = Case(
    "01CASE", "guichi", "p", "i", "440232", "341702", NOW_MS - 100 * HOUR_MS, 1, NOW_MS - 99 * HOUR_MS
)
SUBMIT = BLANK._replace(
    id="01SUBMIT", case_id=CASE.id, kind="write", operation="case.submit", platform="sim-gd", state="delivered",
    admitted_ms=CASE.admitted_ms, changed_ms=NOW_MS, ended_ms=CASE.admitted_ms,
)  # fmt: skip

texts = st.text("甲乙丙 A1", min_size=1, max_size=4).filter(lambda text: text.strip() == text)
files = st.sampled_from([
    {}, {"name": "决定书.pdf", "content": base64.b64encode(PDF).decode()}, {"content": "不是"}, {"content": ""},
])  # fmt: skip
papers = st.builds(
    lambda kind, file: {"kind": kind, "file": file} if file else {"kind": kind},
    st.sampled_from(DOCUMENT_KINDS),
    files,
)
said = st.fixed_dictionaries(
    {"state": st.sampled_from(sorted(ENDINGS))},
    optional={
        "at": st.integers(-90, 30).map(lambda hours: f"2026-11-{20 + hours // 24:02d}T10:00:00+08:00"),
        "reason": st.sampled_from(sorted(TEXTS)), "words": texts, "record": st.sampled_from(("R1", "R2", "R3")),
        "corrects": st.sampled_from(("R1", "R2")), "decision": st.just({"number": "甲1"}),
        "documents": st.lists(papers, max_size=3),
    },
)  # fmt: skip
happened = st.builds(
    Told,
    kind=st.sampled_from(sorted(ALONG)),
    at_ms=st.integers(-99, 2).map(lambda hours: NOW_MS + hours * HOUR_MS),
    source=st.sampled_from(("sim-gd", "desk")),
    number=st.sampled_from(("", "R1", "R2", "R4")),
    undoes=st.sampled_from(("", "", "", "R1", "R4")),
    seen_ms=st.just(NOW_MS),
    exchange_id=st.just(SUBMIT.id),
)


@cache
def template() -> Path:
    path = Path(tempfile.mkdtemp()) / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


def is_left_for_a_correction_only(before: Life, after: Life, is_correction: bool) -> bool:
    """Of an end; the correction may have come first, and wait for what it takes back."""
    waits = any(each.what == "corrects_nothing" for each in before.findings)
    return not before.ended or after.state == before.state or is_correction or waits


class History(RuleBasedStateMachine):
    """One case: endings told, results kept, everything again; the database after it against what was put in."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(template(), self.folder / "case.db")
        self.connection = Connection(connect_sqlite(self.folder / "case.db"), sqlite_dialect())
        self.vault = Vault([b"w" * 32], b"p" * 32)
        folder = MaterialFolder(self.folder / "files")
        self.papers = Papers(None, self.vault, folder, None)  # type: ignore[arg-type]
        self.key = self.vault.new_key(SUBMIT.id)
        self.news, self.kept, self.entries = list[Told](), list[Outcome](), 0
        self.life: Life | None = None

        def work(tx: Transaction) -> None:
            cases.add(tx.connection, CASE)
            exchanges.admit(tx.connection, SUBMIT)
            bodies.add_key(tx.connection, SUBMIT.id, self.key)
            followed.begin(tx.connection, Followed(CASE.id, "sim-gd", SUBMIT.id, due_ms=NEVER_MS))

        self.write(work)

    def write(self, work: Any) -> Any:
        tx = Transaction(self.connection, lambda: NOW_MS)
        done = work(tx)
        self.entries += len(tx.entries)
        return done

    def rows(self) -> tuple[int, int]:
        return len(events.of_case(self.connection, CASE.id)), len(results.of_case(self.connection, CASE.id))

    def changed(self, work: Any) -> tuple[Life, int]:
        """The life before, and how many rows came; an end is left for nothing but a record that takes one back."""
        before, rows = life_of(self.known()), sum(self.rows())
        after = self.write(work)
        assert after == life_of(self.known())
        return before, sum(self.rows()) - rows

    def known(self) -> Any:
        case = cases.by_id(self.connection, CASE.id)
        assert case is not None
        return known_of(self.connection, case)

    @rule(news=st.lists(happened, min_size=1, max_size=4))
    def tell(self, news: list[Told]) -> None:
        before, _ = self.changed(follow(CASE.id, news))
        after = life_of(self.known())
        assert is_left_for_a_correction_only(before, after, any(each.undoes for each in news))
        self.news += news

    @rule(document=said)
    def bring(self, document: dict[str, Any]) -> None:
        outcome = asyncio.run(seal_result(self.papers, SUBMIT, document, self.key))
        before, _ = self.changed(keep(outcome))
        after = life_of(self.known())
        assert is_left_for_a_correction_only(before, after, "corrects" in document)
        self.kept.append(outcome)

    @rule(data=st.data())
    def tell_again(self, data: st.DataObject) -> None:
        """What was told before leaves nothing: no row, no entry."""
        entries = self.entries
        again = data.draw(st.lists(st.sampled_from(self.news), max_size=3)) if self.news else []
        assert self.changed(follow(CASE.id, again))[1] == 0
        if self.kept:
            assert self.changed(keep(data.draw(st.sampled_from(self.kept))))[1] == 0
        assert self.entries == entries

    @invariant()
    def every_row_has_its_entry_and_opens(self) -> None:
        if not hasattr(self, "connection"):
            return
        told, kept = self.rows()
        assert self.entries == told + kept
        found = results.of_case(self.connection, CASE.id)
        assert [each.place for each in found] == list(range(1, kept + 1))
        assert len({each.digest for each in found}) == kept == len({each.result.digest for each in self.kept})
        for each in found:
            sealed = bodies.sealed(self.connection, SUBMIT.id, each.name)
            assert (
                sealed
                and len(self.vault.open_tree(self.key, each.name, sealed).get("documents", ()))
                == each.documents
            )

    @invariant()
    def a_case_that_ended_is_closed_and_one_that_is_decided_is_not_asked_about_for_ever(self) -> None:
        if not hasattr(self, "connection"):
            return
        known = self.known()
        life = life_of(known)
        asked = followed.of_case(self.connection, CASE.id)
        if life.ended:
            assert known.case.open == 0
            decided = any(each.kind in DECISIONS for each in life.steps)
            assert asked == [] or (life.state == "served" and not decided)  # how, it is asked once more
        elif asked and (self.news or self.kept):
            assert (asked[0].decided_ms > 0) == (life.state in DECISIONS)

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()
            shutil.rmtree(self.folder)


TestHistory = pytest.mark.filterwarnings("error")(History.TestCase)
TestHistory.settings = settings(max_examples=40, stateful_step_count=12, deadline=None)


@given(st.lists(papers, max_size=6))
def test_every_file_is_kept_as_it_came_or_says_why_not(documents: list[dict[str, Any]]) -> None:
    found = parted({"state": "granted", "documents": documents})
    for number, paper in enumerate(found.document.get("documents", ()), 1):
        file = paper.get("file", {})
        assert "content" not in file
        assert (number in found.contents) == ("size" in file) == (bool(file) and "fault" not in file)
        assert number not in found.contents or found.contents[number] == PDF


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ({"content": "不是base64"}, "not_base64"),
        ({"content": ""}, "empty"),
        ({"content": base64.b64encode(PDF).decode(), "digest": "sha-256:" + "0" * 64}, "digest_differs"),
    ],
)
def test_a_file_that_is_not_what_they_say_says_why(file: dict[str, str], fault: str) -> None:
    found = parted({"documents": [{"kind": "licence", "file": file}]})
    assert (found.contents, found.document["documents"][0]["file"]["fault"]) == ({}, fault)


def test_a_case_that_was_served_is_asked_about_no_more_once_its_decision_is_told() -> None:
    history = History()
    history.begin()
    for state, asked in (("served", 1), ("granted", 0)):
        history.bring(document={"state": state})
        assert len(followed.of_case(history.connection, CASE.id)) == asked
    history.teardown()


def test_a_case_that_was_served_and_ended_otherwise_after_all_is_asked_about_no_more() -> None:
    history = History()
    history.begin()
    history.bring(document={"state": "served", "record": "R1"})
    history.bring(document={"state": "lapsed", "corrects": "R1"})
    assert followed.of_case(history.connection, CASE.id) == []
    history.teardown()


def test_an_answer_that_was_given_before_a_correction_and_is_kept_after_it_brings_nothing_back() -> None:
    history = History()
    history.begin()
    at = "2026-11-18T10:00:00+08:00"
    refused = Told("refused", epoch_ms(at), "sim-gd", seen_ms=NOW_MS)
    mended = Told("granted", epoch_ms(at), "sim-gd", "R2", undoes=f"refused@{epoch_ms(at)}", seen_ms=NOW_MS)
    history.tell(news=[refused])
    history.tell(news=[mended])
    history.bring(document={"state": "refused", "at": at, "words": "条件不符"})
    life = life_of(history.known())
    assert (life.state, [each.kind for each in life.steps if each.source == "sim-gd"]) == (
        "granted",
        ["granted"],
    )
    history.teardown()


def flooded(history: History, count: int, **values: Any) -> list[Told]:
    begin = NOW_MS - 90 * HOUR_MS
    return [Told("signed", begin + n, "sim-gd", str(n), seen_ms=NOW_MS, **values) for n in range(count)]


def test_of_what_is_told_a_thousand_times_so_much_counts_and_the_rest_leaves_one_entry() -> None:
    history = History()
    history.begin()
    history.write(follow(CASE.id, flooded(history, 1_000)))
    told = events.of_case(history.connection, CASE.id)
    assert ([each.cause for each in told].count(""), [each.cause for each in told][MOST_TOLD:]) == (
        MOST_TOLD, ["too_many"],
    )  # fmt: skip
    assert history.entries == MOST_TOLD + 1
    other = Told("accepted", NOW_MS - HOUR_MS, "desk", "1", seen_ms=NOW_MS)
    assert history.write(follow(CASE.id, [other])).state == "accepted"  # others are still heard
    wrong = Told("handed_over", NOW_MS - HOUR_MS, "sim-gd", "mend", undoes="7", seen_ms=NOW_MS)
    history.write(follow(CASE.id, [wrong]))  # and a mistake can still be mended
    assert events.of_case(history.connection, CASE.id)[-1].cause == ""
    history.teardown()


def test_of_a_case_with_very_many_results_no_more_are_kept() -> None:
    history = History()
    history.begin()
    for number in range(MOST_RESULTS + 3):
        document = {"state": "granted", "record": f"R{number}"}
        history.write(keep(asyncio.run(seal_result(history.papers, SUBMIT, document, history.key))))
    assert history.rows()[1] == MOST_RESULTS
    history.teardown()


def test_what_happens_later_than_clocks_differ_counts_once_its_time_has_come() -> None:
    history = History()
    history.begin()
    ahead = Told("served", NOW_MS + APART_MS + 1, "sim-gd", "1", seen_ms=NOW_MS)
    assert history.write(follow(CASE.id, [ahead])).state == "handed_over"
    assert results.wanted_of(history.connection, CASE.id) == []
    history.teardown()
