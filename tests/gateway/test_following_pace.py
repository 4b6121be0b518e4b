"""When a followed case is asked about next, for every history of answers."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.declared import Follow
from adapters.message import Reply
from gateway.exchange.polling import Heard, next_time
from gateway.model import Fact
from gateway.store.followed import Followed

BEGUN = Followed("01M7ZWW086DT8J2JM6T0Y9RXRE", "sim-gd", "01M7ZWW086DT8J2JM6T0Y9RXRF", due_ms=0)
paces = st.tuples(st.integers(1, 86_400), st.integers(1, 86_400)).map(
    lambda both: Follow(first=f"{min(both)}s", most=f"{max(both)}s")
)
answers = st.lists(st.tuples(st.sampled_from(("new", "same", "none")), st.integers(0, 10**6)), max_size=80)


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
        assert now.due_ms - now_ms >= max(step_ms * 3 // 4, retry_after_ms)
        assert now.due_ms - now_ms <= max(step_ms, retry_after_ms)
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
