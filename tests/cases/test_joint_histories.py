"""Random histories of the parts of a joint case, against a real database: what is kept of the parent is always what
follows from its parts, whoever tells what in whatever order and dies before its commit, and every change has its
entry."""

import shutil
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from audit.entries import Entry
from gateway.cases.joint import OPEN, Standing, actors, standing_of
from gateway.cases.later import WITHDRAW
from gateway.cases.states import ALONG
from gateway.exchange.commits import Conclusion, conclude
from gateway.exchange.following import follow, life_of, parts_of
from gateway.model import Exchange, Fact, Policy
from gateway.store import cases, exchanges, joints
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.joints import Joint
from gateway.store.sqlite import connect_sqlite, sqlite_dialect
from gateway.store.transaction import Transaction
from tests.cases.test_histories import POLICY, SUBMIT
from tests.cases.test_outcomes import CASE, HOUR_MS, NOW_MS, template

PARTS = 3
JOINT = Joint("01JOINT", CASE.caller, "under_way", NOW_MS, NOW_MS)
parts = st.integers(0, PARTS - 1)
fates = st.sampled_from(("taken", "taken", "refused", "unknown", "settled_stop", "withdraw_asked"))
ends = st.sampled_from(("granted", "served", "served", "refused", "returned", "withdrawn", "transferred_up"))


class JointHistories(RuleBasedStateMachine):
    """One joint case of three parts, each at a platform of its own."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(template(), self.folder / "joint.db")
        self.now_ms, self.log = NOW_MS, list[Entry]()
        self.open()
        self.write(self._admit)

    def _admit(self, tx: Transaction) -> None:
        ids = [f"01CASE{place}" for place in range(PARTS)]
        for place, case_id in enumerate(ids):
            cases.add(tx.connection, CASE._replace(id=case_id, item=f"i{place}"))
            row = SUBMIT._replace(id=f"01SUBMIT{place}", case_id=case_id, platform=f"sim-{place}")
            exchanges.admit(tx.connection, row)
        joints.add(tx.connection, JOINT, ids)

    def open(self) -> None:
        self.connection = Connection(connect_sqlite(self.folder / "joint.db"), sqlite_dialect())

    def write(self, work: Any, *, lost: bool = False) -> None:
        """In a transaction; lost: the process dies before its commit."""
        self.now_ms += 1000
        tx = Transaction(self.connection, lambda: self.now_ms)
        self.connection.begin()
        work(tx)
        if lost:
            self.connection.rollback()
            self.connection.close()
            self.open()
        else:
            self.connection.commit()
            self.log += tx.entries

    @rule(
        part=parts, kind=st.one_of(st.sampled_from(sorted(ALONG)), ends), hour=st.integers(-90, 1),
        number=st.sampled_from(("", "R1", "R2", "R3")), undoes=st.sampled_from(("", "", "R1", "R2")),
        lost=st.booleans(),
    )  # fmt: skip
    def notice(self, part: int, kind: str, hour: int, number: str, undoes: str, lost: bool) -> None:
        told = Told(kind, NOW_MS + hour * HOUR_MS, f"sim-{part}", number, undoes, seen_ms=self.now_ms)
        self.write(follow(f"01CASE{part}", [told]), lost=lost)

    @rule(part=parts, fate=fates, lost=st.booleans())
    def submit_concluded(self, part: int, fate: str, lost: bool) -> None:
        self.conclude(self.writes(part)[0], fate, lost)

    @rule(part=parts)
    def withdrawal(self, part: int) -> None:
        place = len(self.writes(part)) + 1
        row = SUBMIT._replace(
            id=f"01LATER{part}{place:02d}", case_id=f"01CASE{part}", platform=f"sim-{part}", operation=WITHDRAW,
            place=place,
        )  # fmt: skip
        self.write(lambda tx: exchanges.admit(tx.connection, row))

    @precondition(lambda self: any(len(self.writes(part)) > 1 for part in range(PARTS)))
    @rule(which=st.data(), fate=fates, lost=st.booleans())
    def withdrawal_concluded(self, which: st.DataObject, fate: str, lost: bool) -> None:
        later = [each for part in range(PARTS) for each in self.writes(part)[1:]]
        self.conclude(which.draw(st.sampled_from(later)), fate, lost)

    def conclude(self, exchange: Exchange, fate: str, lost: bool) -> None:
        fact = Fact(fate, at_ms=self.now_ms, attempt=exchange.attempt)  # type: ignore[arg-type]
        policy = POLICY if exchange.operation == SUBMIT.operation else Policy()
        self.write(conclude(Conclusion(exchange, fact, policy, lambda row, _: not row.ended)), lost=lost)

    def writes(self, part: int) -> list[Exchange]:
        return exchanges.of_case(self.connection, f"01CASE{part}")

    def standing(self) -> Standing:
        return standing_of([outcome for _, outcome in parts_of(self.connection, JOINT.id)])

    @invariant()
    def what_is_kept_of_the_parent_follows_from_its_parts(self) -> None:
        if not hasattr(self, "connection"):
            return
        kept = joints.by_id(self.connection, JOINT.id)
        assert kept is not None
        assert kept.standing == self.standing()

    @invariant()
    def every_change_has_its_entry_and_nothing_else_has(self) -> None:
        if not hasattr(self, "connection"):
            return
        told = [each.facts["standing"] for each in self.log if each.kind == "joint.changed"]
        through = ["under_way", *told]
        assert all(before != after for before, after in pairwise(through))
        assert through[-1] == self.standing()

    @invariant()
    def it_is_open_exactly_while_one_of_its_cases_is_and_then_somebody_acts(self) -> None:
        if not hasattr(self, "connection"):
            return
        found = parts_of(self.connection, JOINT.id)
        is_open = self.standing() in OPEN
        assert is_open == any(known.case.open for known, _ in found)
        assert is_open == bool(actors([(life_of(known), outcome) for known, outcome in found]))
        done = [known for known, outcome in found if outcome == "done"]
        assert (self.standing() == "done") == (len(done) == PARTS)

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()
            shutil.rmtree(self.folder)


TestJointHistories = pytest.mark.filterwarnings("error")(JointHistories.TestCase)
TestJointHistories.settings = settings(max_examples=60, stateful_step_count=14, deadline=None)
