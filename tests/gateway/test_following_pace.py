"""When a followed case is asked about next, for every history of answers."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.declared import Follow, Operation
from adapters.message import Reply
from gateway.exchange.fetching import next_try_ms
from gateway.exchange.polling import Heard, is_over, next_time
from gateway.exchange.questions import DAY_MS
from gateway.model import Fact
from gateway.store.followed import Followed
from gateway.store.results import Wanted

BEGUN = Followed("01M7ZWW086DT8J2JM6T0Y9RXRE", "sim-gd", "01M7ZWW086DT8J2JM6T0Y9RXRF", due_ms=0)
paces = st.tuples(st.integers(1, 86_400), st.integers(1, 86_400)).map(
    lambda both: Follow(first=f"{min(both)}s", most=f"{max(both)}s")
)
answers = st.lists(st.tuples(st.sampled_from(("new", "same", "none")), st.integers(0, 10**12)), max_size=80)


def heard(kind: str, was: Followed, number: int, retry_after_ms: int) -> Heard:
    told = {"new": f"digest-{number}", "same": was.told, "none": ""}[kind]
    return Heard(None, was.told, told, "" if told else "timeout", retry_after_ms)  # type: ignore[arg-type]


@given(pace=paces, history=answers)
def test_waits_double_to_the_longest_while_nothing_new_is_told_and_begin_anew_with_a_change(
    pace: Follow, history: list[tuple[str, int]]
) -> None:
    first_ms, most_ms, now_ms, was, in_a_row = int(pace.first_s * 1000), int(pace.most_s * 1000), 0, BEGUN, 0
    for number, (kind, retry_after_ms) in enumerate(history):
        now = next_time(was, heard(kind, was, number, retry_after_ms), pace, now_ms)
        in_a_row = 0 if kind == "new" else in_a_row + 1
        step_ms = min(first_ms * 2 ** min(in_a_row, 60), most_ms)
        heeded_ms = min(retry_after_ms, max(most_ms, DAY_MS))
        assert now.due_ms - now_ms >= max(step_ms * 3 // 4, heeded_ms)
        assert now.due_ms - now_ms <= max(step_ms, heeded_ms)
        answered = kind == "new" or (kind == "same" and was.told != "")
        assert (now.cause, now.told) == (("", now.told) if answered else ("timeout", was.told))
        now_ms, was = now.due_ms, now


@given(st.lists(st.sampled_from(("same", "none")), max_size=200))
def test_the_next_time_depends_on_nothing_but_what_is_known(history: list[str]) -> None:
    pace = Follow(first="1m", most="6h")
    was = again = BEGUN._replace(told="digest")
    for number, kind in enumerate(history):
        was = next_time(was, heard(kind, was, number, 0), pace, number)
        again = next_time(again, heard(kind, again, number, 0), pace, number)
    assert was == again


def test_what_failed_is_named_by_what_they_said_or_else_by_how_it_failed() -> None:
    causes = []
    for kind, cause in (("later", "described"), ("barred", "described"), ("not_sent", "connect_refused"),
                        ("unknown", "timeout")):  # fmt: skip
        asked = Heard(None, "")  # type: ignore[arg-type]
        fact = Fact(kind, at_ms=0, cause=cause, retry_after_ms=5)  # type: ignore[arg-type]
        assert not asked.keeps(None, Reply("unknown"), fact)  # type: ignore[arg-type]
        assert asked.retry_after_ms == 5
        causes.append(asked.cause)
    assert causes == ["later", "barred", "connect_refused", "timeout"]


@given(
    decided_ms=st.integers(0, 10**9),
    now_ms=st.integers(0, 2 * 10**9),
    days=st.integers(1, 10),
    new=st.booleans(),
)
def test_what_is_decided_is_asked_about_as_long_as_declared_and_while_anything_new_is_told(
    decided_ms: int, now_ms: int, days: int, *, new: bool
) -> None:
    was = BEGUN._replace(told="digest", decided_ms=decided_ms)
    over = is_over(was, heard("new" if new else "same", was, 1, 0), Follow(decided=f"{days}d"), now_ms)
    assert over == (decided_ms > 0 and not new and now_ms - decided_ms >= days * DAY_MS)


@given(tries=st.integers(0, 200), retry_after_ms=st.integers(0, 10**12), now_ms=st.integers(1, 10**10))
def test_a_result_is_asked_for_within_the_patience_or_no_more(
    tries: int, retry_after_ms: int, now_ms: int
) -> None:
    declared = Operation(call="GET /x", taken={}, patience="30d", retry={"first": "10m", "most": "24h"})
    wanted = Wanted("c", "sim-gd", "e", since_ms=1, tries=tries)
    due_ms = next_try_ms(wanted, retry_after_ms, declared, now_ms)
    assert due_ms == 0 or now_ms + 450_000 <= due_ms <= min(now_ms + DAY_MS, 1 + 30 * DAY_MS)
    assert due_ms or now_ms + DAY_MS > 1 + 30 * DAY_MS
