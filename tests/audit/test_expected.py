"""Whatever entries say, what rows must hold is told of them without a crash, and for those of a gateway exactly."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from audit.entries import china_time
from audit.expected import epoch_ms, of_case
from audit.inforce import KINDS, of_installation
from audit.modes import ADMITTED, CHANGED, ISSUED, REDEEMED, joints, modes_of_case, visits
from audit.order import BETWEEN, ECHOES, ENDS, START
from audit.records import Record

AT_MS = 1_795_226_400_000
NAMES = (
    "exchange", "case", "fact", "theirs", "code", "cause", "fact_cause", "attempt", "state", "ours", "operation",
    "platform", "scheduled", "release", "account", "actor", "unapproved", "divisions", "received_at", "happened_at",
    "ticket", "by", "here_code", "cases", "joint", "standing", "visit", "expires_at", "unmasking", "contents",
    "document", "person", "elsewhere",
)  # fmt: skip
CASE_KINDS = (
    START, *ENDS, *BETWEEN, *ECHOES, "exchange.read", "exchange.inward", "case.event", "case.result", "desk.placed",
    "desk.seen", "ticket.closed",
)  # fmt: skip
WAY_KINDS = (
    "case.parcel", "unmasking.asked", "unmasking.granted", "unmasking.denied", ISSUED, REDEEMED, ADMITTED, CHANGED,
)  # fmt: skip
values = st.sampled_from(["", "a", "case.submit", "taken"]) | st.integers(-1, 3) | st.booleans()
facts = st.dictionaries(st.sampled_from(NAMES), values | st.lists(st.text(max_size=2), max_size=2))


def records(kinds: Any) -> Any:
    made = st.builds(
        lambda kind, facts, at_ms: Record(kind, "", at_ms, facts), kinds, facts, st.integers(0, 9)
    )
    return st.lists(made, max_size=8)


@given(records(st.sampled_from(CASE_KINDS)))
def test_entries_of_a_case_may_say_anything(told: list[Record]) -> None:
    for each in of_case("C", told):
        assert hash(each.key) is not None


@given(records(st.sampled_from(KINDS)))
def test_entries_of_an_installation_may_say_anything(told: list[Record]) -> None:
    for each in of_installation(told):
        assert hash(each.key) is not None


@given(records(st.sampled_from(WAY_KINDS)))
def test_entries_of_the_modes_of_a_case_may_say_anything(told: list[Record]) -> None:
    for each in (*modes_of_case("C", told), *visits(told), *joints(told)):
        assert hash(each.key) is not None


@given(st.integers(0, 4_000_000_000_000))
def test_a_time_in_an_entry_is_that_of_the_row_to_the_millisecond(at_ms: int) -> None:
    assert epoch_ms(china_time(at_ms)) == at_ms


def told(kind: str, at_ms: int, **facts: Any) -> Record:
    return Record(kind, "", AT_MS + at_ms, {"exchange": "E", "case": "C", "platform": "p", **facts})


def test_a_late_reply_that_moved_something_is_one_fact_with_two_entries() -> None:
    late = {"fact": "taken", "attempt": 1, "theirs": "T1"}
    story = [
        told(START, 0, state="sending", attempt=1, ours="O1"),
        told("exchange.deferred", 5, fact="unknown", attempt=1, cause="timeout", fact_cause="timeout"),
        told("exchange.late_reply", 9, **late, state="delivered"),
        told("exchange.delivered", 9, **late, cause="taken"),
    ]
    rows = {(each.table, each.key): each.columns for each in of_case("C", story)}
    assert [key for table, key in rows if table == "history"] == [("E", 1), ("E", 2)]
    row = rows["exchanges", ("E",)]
    assert {name: row[name] for name in ("state", "changed_ms", "ended_ms", "cause", "place")} == {
        "state": "delivered", "changed_ms": AT_MS + 9, "ended_ms": AT_MS + 9, "cause": "taken", "place": 1,
    }  # fmt: skip
    assert row["theirs"] == {"T1"}
    assert rows["case_numbers", ("C", "tongban", "case", "O1")] == {"exchange_id": {"E"}}


def test_a_visit_stands_with_no_case_until_its_ticket_is_redeemed() -> None:
    begun = Record(ISSUED, "", 3, {"visit": "V", "caller": "c", "platform": "p"})
    came = Record(REDEEMED, "", 9, {"visit": "V", "case": "C", "platform": "p"})
    [waits], [done] = visits([begun]), visits([begun, came])
    assert (waits.columns["case_id"], waits.columns["used_ms"], "sealed" in waits.columns) == ("", 0, False)
    assert (done.columns["case_id"], done.columns["used_ms"], done.columns["sealed"]) == ("C", 9, b"")
    assert [(each.key, each.must) for each in modes_of_case("C", [came])] == [(("V",), True)]


def test_a_joint_case_stands_as_the_last_change_of_any_part_says() -> None:
    admitted = Record(
        ADMITTED, "", 3, {"joint": "J", "case": "A", "cases": ["A", "B"], "standing": "under_way"}
    )
    changed = Record(CHANGED, "", 9, {"joint": "J", "case": "B", "standing": "broken"})
    rows = {(each.table, each.key): each.columns for each in joints([admitted, changed])}
    assert (rows["joints", ("J",)]["standing"], rows["joints", ("J",)]["changed_ms"]) == ("broken", 9)
    assert [rows["joint_parts", ("J", part)]["case_id"] for part in (1, 2)] == ["A", "B"]


def test_a_hold_that_was_lifted_and_placed_anew_is_that_of_the_second_time() -> None:
    placed = {"case": "C", "document": "D", "ground": "court", "actor": "a"}
    once = [Record("hold.placed", "", 1, placed), Record("hold.lifted", "", 2, placed)]
    assert of_installation(once) == []
    [hold] = of_installation([*once, Record("hold.placed", "", 5, placed)])
    assert (hold.key, hold.columns["at_ms"], hold.columns["kind"]) == (("C", "D"), 5, "case")
