"""Random histories of a case against the machine and a real database: whatever comes, in whatever order and after
whatever restart, the row of the case, what is asked about, its clocks and its log say the same as its life."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from audit.entries import Entry
from gateway.cases.later import CORRECT, SUPPLEMENT, WITHDRAW
from gateway.cases.life import APART_MS, Life
from gateway.cases.states import ALONG, DECISIONS, STATES
from gateway.clock import china_day
from gateway.deadlines.reckon import reckon
from gateway.deadlines.watching import turned
from gateway.exchange.commits import Conclusion, conclude
from gateway.exchange.following import Known, follow, known_of, life_of
from gateway.exchange.polling import _forget
from gateway.exchange.sound import is_sound
from gateway.exchange.telling import answered
from gateway.model import BLANK, Exchange, Fact, Policy
from gateway.store import cases, events, exchanges, followed, watched
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.followed import Followed
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from gateway.store.transaction import Transaction
from tests.cases.test_outcomes import CASE, HOUR_MS, NOW_MS, template

SUBMIT = BLANK._replace(
    id="01SUBMIT", case_id=CASE.id, kind="write", operation="case.submit", platform="sim-gd", place=1,
    admitted_ms=CASE.admitted_ms, changed_ms=CASE.admitted_ms, owner="p", due_ms=CASE.admitted_ms + 1,
)  # fmt: skip
POLICY = Policy(follow_ms=1000)
PROGRESS = sorted(set(STATES) - {"received", "form_checked"})
numbers = st.sampled_from(("R1", "R2", "R3", "R4", "R5"))
later = st.sampled_from((CORRECT, SUPPLEMENT, WITHDRAW))
fates = st.sampled_from(("taken", "refused", "unknown", "landed", "settled_stop", "withdraw_asked"))
hours = st.integers(-98, 2)


class Histories(RuleBasedStateMachine):
    """One case and everybody who tells something of it; each has waited for the database for some time."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(template(), self.folder / "case.db")
        self.now_ms, self.log = NOW_MS, list[Entry]()
        self.told = list[Told]()
        self.open()
        self.write(lambda tx: (cases.add(tx.connection, CASE), exchanges.admit(tx.connection, SUBMIT)))

    def open(self) -> None:
        self.connection = Connection(connect_sqlite(self.folder / "case.db"), sqlite_dialect())

    def write(self, work: Any, *, lost: bool = False) -> Any:
        """In a transaction; lost: the process dies before its commit."""
        self.now_ms += 1000
        tx = Transaction(self.connection, lambda: self.now_ms)
        self.connection.begin()
        done = work(tx)
        if lost:
            self.connection.rollback()
            self.restart()
            return None
        self.connection.commit()
        self.log += tx.entries
        return done

    @rule()
    def restart(self) -> None:
        self.connection.close()
        self.open()

    # ---- what is known ---------------------------------------------------------------------------------

    def known(self) -> Known:
        case = cases.by_id(self.connection, CASE.id)
        assert case is not None
        return known_of(self.connection, case)

    def life(self) -> Life:
        return life_of(self.known())

    def submitted(self) -> Exchange:
        return self.known().exchanges[0]

    def follow(self, news: list[Told], *, lost: bool = False) -> None:
        before = self.life()
        after = self.write(follow(CASE.id, news), lost=lost)
        if after is None:
            assert self.life() == before
            return
        assert after == self.life()  # what is answered is what is read from now on
        undone = any(each.undoes for each in (*news, *self.told))
        assert not before.ended or after.state == before.state or undone
        self.told += news

    # ---- who tells something ---------------------------------------------------------------------------

    @rule(
        kind=st.sampled_from(sorted(ALONG)), hour=hours, source=st.sampled_from(("sim-gd", "staff/W1")),
        number=st.sampled_from(("", "R1", "R2", "R3", "R4")),
        undoes=st.sampled_from(("", "", "", "R1", "R2", "R5")),
        waited_s=st.integers(0, 10), lost=st.booleans(),
    )  # fmt: skip
    def notice(
        self, kind: str, hour: int, source: str, number: str, undoes: str, waited_s: int, lost: bool
    ) -> None:
        told = Told(
            kind, NOW_MS + hour * HOUR_MS, source, number, undoes, seen_ms=self.now_ms - waited_s * 1000,
            exchange_id="01NOTICE", due_on="2026-12-01",
        )  # fmt: skip
        self.follow([told], lost=lost)

    @precondition(lambda self: self.told)
    @rule(data=st.data())
    def again(self, data: st.DataObject) -> None:
        """What was told leaves nothing when it is told again: no row, no entry."""
        again = data.draw(st.lists(st.sampled_from(self.told), max_size=4))
        rows, entries = len(self.known().told), len(self.log)
        self.follow(again)
        assert (len(self.known().told), len(self.log)) == (rows, entries)

    @rule(
        states=st.lists(st.tuples(st.sampled_from(PROGRESS), hours), min_size=1, max_size=4),
        timed=st.booleans(), asked_s=st.integers(0, 10),
    )  # fmt: skip
    def poll(self, states: list[tuple[str, int]], timed: bool, asked_s: int) -> None:
        found = [{"state": state, "at": _at(NOW_MS + hour * HOUR_MS)} for state, hour in states]
        document = {**found[-1], "events": found, "due_on": "2026-12-08"}
        if not timed:
            del document["at"]
        asked = SUBMIT._replace(id="01POLL", kind="read", changed_ms=self.now_ms - asked_s * 1000)
        self.follow(answered(document, asked))

    @rule(fate=fates, at_s=st.integers(0, 10))
    def submit_concluded(self, fate: str, at_s: int) -> None:
        self.conclude(self.submitted(), fate, at_s)

    @rule(operation=later)
    def write_later(self, operation: str) -> None:
        writes = self.known().exchanges
        place = len(writes) + 1
        row = SUBMIT._replace(id=f"01LATER{place:02d}", operation=operation, place=place)
        self.write(lambda tx: exchanges.admit(tx.connection, row))

    @precondition(lambda self: len(self.known().exchanges) > 1 and self.submitted().state == "delivered")
    @rule(data=st.data(), fate=fates, at_s=st.integers(0, 10))
    def later_concluded(self, data: st.DataObject, fate: str, at_s: int) -> None:
        self.conclude(data.draw(st.sampled_from(self.known().exchanges[1:])), fate, at_s)

    def conclude(self, exchange: Exchange, fate: str, at_s: int) -> None:
        before = self.life()
        fact = Fact(fate, at_ms=self.now_ms - at_s * 1000, attempt=exchange.attempt)  # type: ignore[arg-type]
        policy = POLICY if exchange.operation == SUBMIT.operation else Policy()
        self.write(conclude(Conclusion(exchange, fact, policy, lambda row, _: not row.ended)))
        if before.ended:
            assert self.life().ended

    @rule(days=st.integers(0, 3))
    def look_at_the_clocks(self, days: int) -> None:
        """As the watch does, as of some days later."""
        now_ms = self.now_ms + days * 24 * HOUR_MS

        def look(tx: Transaction) -> None:
            known = self.known()
            if not known.case.open:
                watched.keep(tx.connection, CASE.id, ())
                watched.end(tx.connection, CASE.id)
                return
            today = china_day(now_ms)
            kept = watched.kept(tx.connection, CASE.id)()
            turned(tx, CASE.id, reckon(tx.connection, known, (), today), today, kept)

        self.write(look)

    # ---- what always holds -----------------------------------------------------------------------------

    @invariant()
    def the_row_is_open_as_long_as_the_life_goes_on(self) -> None:
        if not hasattr(self, "connection"):
            return
        known, life = self.known(), self.life()
        heard = any(each.source == SUBMIT.platform for each in known.told if not each.cause)
        given_up = known.exchanges[0].state == "abandoned" and not heard
        assert known.case.open == int(not (life.ended or given_up))

    @invariant()
    def whoever_has_an_open_case_is_asked_about_it_and_nobody_about_another(self) -> None:
        if not hasattr(self, "connection"):
            return
        known, life = self.known(), self.life()
        asked = followed.of_case(self.connection, CASE.id)
        if not known.case.open:
            assert asked == [] or known.exchanges[0].ended_ms  # ended before: forgotten at the next question
        elif known.exchanges[0].state == "delivered":
            assert [each.exchange_id for each in asked] == [SUBMIT.id]
        if known.case.open and asked and life.state not in DECISIONS:
            assert asked[0].decided_ms == 0

    @invariant()
    def somebody_must_act_in_a_case_that_has_not_ended(self) -> None:
        if hasattr(self, "connection"):
            life = self.life()
            assert (life.acts == "nobody") == life.ended
            assert not (life.ended and life.duties)

    @invariant()
    def every_event_has_its_entry_and_the_last_one_says_where_the_case_stood(self) -> None:
        if not hasattr(self, "connection"):
            return
        told = [each for each in self.log if each.kind in ("case.event", "case.ignored")]
        rows = events.of_case(self.connection, CASE.id)
        assert [(each.facts["event"], each.facts["number"] or "") for each in told] == [
            (row.kind, row.number) for row in rows
        ]
        assert [row.seen_ms for row in rows] == sorted(row.seen_ms for row in rows)
        assert all(row.at_ms <= self.now_ms + APART_MS for row in rows if not row.cause)

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()
            shutil.rmtree(self.folder)


def _at(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")


TestHistories = pytest.mark.filterwarnings("error")(Histories.TestCase)
TestHistories.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)


@pytest.fixture
def case() -> Iterator[Histories]:
    """A case that its platform has."""
    histories = Histories()
    histories.begin()
    histories.conclude(histories.submitted(), "taken", 0)
    yield histories
    histories.teardown()


def news(kind: str, hour: int, number: str = "", undoes: str = "", seen_ms: int = 0) -> Told:
    return Told(kind, NOW_MS + hour * HOUR_MS, "sim-gd", number, undoes, seen_ms=seen_ms or NOW_MS + 3_000)


def test_a_withdrawal_that_is_taken_after_the_decision_closes_nothing_that_is_still_to_be_served(
    case: Histories,
) -> None:
    case.write_later(WITHDRAW)
    case.follow([news("granted", -1)])
    case.conclude(case.known().exchanges[1], "taken", 0)
    assert (case.life().state, case.known().case.open) == ("granted", 1)
    assert len(followed.of_case(case.connection, CASE.id)) == 1
    case.follow([news("served", 0)])
    assert (case.life().state, case.known().case.open) == ("served", 0)


def test_a_case_whose_end_is_taken_back_is_open_asked_about_and_its_clocks_run(case: Histories) -> None:
    case.follow([news("accepted", -3), news("returned", -2, "R1")])
    case.look_at_the_clocks(0)
    assert (case.known().case.open, followed.of_case(case.connection, CASE.id)) == (0, [])
    case.follow([news("suspended", -2, "R2", undoes="R1")])
    assert (case.life().state, case.known().case.open) == ("suspended", 1)
    assert [each.exchange_id for each in followed.of_case(case.connection, CASE.id)] == [SUBMIT.id]
    case.look_at_the_clocks(0)
    assert watched.kept(case.connection, CASE.id)()


def test_a_question_about_a_case_that_was_opened_again_a_moment_ago_does_not_close_it(
    case: Histories,
) -> None:
    case.follow([news("accepted", -3), news("returned", -2, "R1")])
    was = Followed(CASE.id, "sim-gd", SUBMIT.id, due_ms=1)  # who asks has just seen it closed
    case.follow([news("suspended", -2, "R2", undoes="R1")])
    case.write(partial(_forget, was))
    assert case.known().case.open == 1
    case.follow([news("returned", -1, "R3")])
    case.write(lambda tx: followed.begin(tx.connection, was))
    case.write(partial(_forget, was))
    assert followed.of_case(case.connection, CASE.id) == []


def test_who_waited_for_the_case_longer_than_another_is_known_after_it(case: Histories) -> None:
    """A call that came first and committed last: the end that was told meanwhile is not left for its own."""
    case.follow([news("returned", -1, seen_ms=NOW_MS + 50_000)])
    case.follow([news("lapsed", -1, seen_ms=NOW_MS + 40_000)])
    assert case.life().state == "returned"


def test_what_was_given_up_and_is_over_there_after_all_is_open_again() -> None:
    histories = Histories()
    histories.begin()
    histories.conclude(histories.submitted(), "settled_stop", 0)
    assert histories.known().case.open == 0
    histories.follow([news("accepted", -1)])
    assert (histories.life().state, histories.known().case.open) == ("accepted", 1)
    histories.teardown()


PARCEL: dict[str, Any] = {
    "carrier": "中国邮政", "number": "EB123456789CN", "direction": "back",
    "contents": [{"code": "licence", "form": "original", "count": 1}],
    "events": [{"event": "sent", "at": "2026-11-20T10:00:00+08:00"}],
}  # fmt: skip
NO_PARCELS: list[dict[str, Any]] = [
    {"number": "张三丰"},
    {"direction": "away"},
    {"contents": []},
    {"contents": [{"code": "张三丰", "form": "original", "count": 1}]},
    {"events": [{"event": "eaten", "at": "2026-11-20T10:00:00+08:00"}]},
    {"events": [{"event": "received", "at": "昨天"}]},
]


def test_what_an_answer_tells_of_a_parcel_is_sound_when_it_could_be_called_in_for() -> None:
    assert is_sound({"state": "accepted", "parcels": [PARCEL]})


@pytest.mark.parametrize(
    "document",
    [
        {"state": "accepted", "due_on": "张三丰"},
        {
            "state": "correction_needed",
            "correction": {"due_on": "138 0000 0000", "materials": [{"name": "甲"}]},
        },
        {"state": "办结"},
        {"state": "accepted", "events": [{"state": "张三丰已受理", "at": "2026-11-20T10:00:00+08:00"}]},
        {"state": "accepted", "at": "昨天"},
        *({"state": "accepted", "parcels": [{**PARCEL, **changes}]} for changes in NO_PARCELS),
    ],
)
def test_an_answer_whose_words_are_no_states_or_days_never_reaches_the_log(document: dict[str, Any]) -> None:
    assert not is_sound(document)
