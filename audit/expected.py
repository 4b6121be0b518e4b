"""What the entries of one case (办件) say that the rows of the store must hold: pure, from records alone.

A row is wanted as its key and its columns; a frozenset is one of several values. Columns that no entry speaks of
are left out here, and stand in docs/evidence.md as derivable or unproven.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import NamedTuple

from audit.order import ENDS, START
from audit.records import Record

Key = tuple[str | int, ...]
_CHINA = timezone(timedelta(hours=8))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ORIGIN = {START: "write", "exchange.read": "read", "exchange.inward": "inward"}
_STATES = ENDS | {"exchange.deferred", "exchange.held"}
_TOLD = frozenset({"taken", "already", "landed", "settled_taken"})
_NOTHING = frozenset({""})
_CALLS_SOMEBODY = frozenset({"exchange.held", "exchange.abandoned", "exchange.late_reply"})
_EVENTS = frozenset({"case.event", "case.ignored", "case.result"})
_ASKED = tuple({  # column -> fact of the entry with which an exchange begins; a list equals no column
    "case_id": "case", "operation": "operation", "caller": "caller", "actor": "actor", "platform": "platform",
    "here": "from", "division": "to", "unit": "unit", "mode": "mode", "item_here": "item_here",
    "item_there": "item_there", "basic_code": "basic_code", "alignment": "alignment", "agreement": "agreement",
    "release": "release", "ours": "ours",
}.items())  # fmt: skip
_CALLED = tuple(  # all that the entry of a call in says
    each for each in _ASKED if each[0] in ("case_id", "operation", "actor", "platform", "release")
)


class Wanted(NamedTuple):
    """One row, with what it must hold. must: it has to be there; else it may."""

    table: str
    key: Key
    columns: Mapping[str, object]
    must: bool = True


def of_case(case: str, records: Sequence[Record]) -> Iterator[Wanted]:
    """Every row that the entries naming one case speak of, in their order."""
    stories: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if exchange := record.text("exchange"):
            stories[exchange].append(record)
    place = 0
    for exchange, story in stories.items():
        if any(each.kind == START for each in story):
            place += 1
        yield from of_exchange(exchange, story, place)
    yield from _numbers(case, stories)
    yield from _case(case, records)
    kinds = {each.kind for each in records}
    if not kinds.isdisjoint(_EVENTS):
        yield from _told(case, records)
    if "desk.placed" in kinds:
        yield from _desk(records)


def of_exchange(exchange: str, story: Sequence[Record], place: int = 0) -> Iterator[Wanted]:
    """The row of an exchange, its history and its tickets. place: its place among the writes of its case."""
    first = next((each for each in story if each.kind in _ORIGIN), None)
    if first is None:
        return
    kind, said = _ORIGIN[first.kind], first.facts.get
    asked = {column: said(fact, "") for column, fact in (_CALLED if kind == "inward" else _ASKED)}
    yield Wanted("exchanges", (exchange,), {"kind": kind, **asked, **_stands(kind, first, story, place)})
    facts = _facts(story)
    yield from _history(exchange, facts)
    if kind == "write" and any(each.kind in _CALLS_SOMEBODY for each in story):
        yield from _tickets(exchange, story, facts)


def fact_of(record: Record, name: str) -> object:
    """A fact as a column holds it: nothing is an empty text. A list is none that a column could hold."""
    value = record.facts.get(name, "")
    return value if isinstance(value, (str, int)) else str(value)


def epoch_ms(text: object) -> int | None:
    """An RFC 3339 time as a column holds it; without a zone it is that of China. None if it is none."""
    try:
        time = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return None
    return ((time if time.tzinfo else time.replace(tzinfo=_CHINA)) - _EPOCH) // timedelta(milliseconds=1)


def _stands(kind: str, first: Record, story: Sequence[Record], place: int) -> dict[str, object]:
    """Where an exchange stands after its last entry, and since when."""
    if kind != "write":
        state = fact_of(first, "state")
        times = {"changed_ms": first.at_ms, "ended_ms": first.at_ms if f"exchange.{state}" in ENDS else 0}
        if kind == "read":
            return {
                "state": state,
                "attempt": fact_of(first, "attempt"),
                "place": 0,
                **times,
                **_why([first], story),
            }
        said = {"cause": fact_of(first, "cause"), "code": "", "attempt": 0, "place": 0}
        return {"state": state, "admitted_ms": first.at_ms, **said, **times}
    moves = [each for each in story if each.kind in _STATES or each.kind in (START, "exchange.sending")]
    claimed = next(each for each in reversed(moves) if each.kind not in _STATES)
    judged = [each for each in moves if each.kind in _STATES]
    last, changed_ms = moves[-1], max(each.at_ms for each in moves)
    state = fact_of(last, "state") if last.kind == START else last.kind.removeprefix("exchange.")
    return {
        "state": state, "attempt": fact_of(claimed, "attempt"), "place": place, "admitted_ms": first.at_ms,
        "changed_ms": changed_ms, "ended_ms": changed_ms if last.kind in ENDS else 0,
        "theirs": _theirs(story), **_why(judged, story),
    }  # fmt: skip


def _why(judged: Sequence[Record], story: Sequence[Record]) -> dict[str, object]:
    """Cause and code of the last judgement; a cause that is only the fact's own may be left out of the row."""
    if not judged:
        return {"cause": "", "code": ""}
    last = judged[-1]
    cause = fact_of(last, "cause")
    codes = frozenset({"", *(fact_of(each, "code") for each in story)})
    return {"cause": frozenset({cause, ""}) if cause == fact_of(last, "fact_cause") else cause, "code": codes}


def _theirs(story: Sequence[Record]) -> frozenset[object]:
    """Their number: the last one that is named; none where nothing was delivered."""
    named = [fact_of(each, "theirs") for each in story if "theirs" in each.facts]
    if any(each.kind == "exchange.delivered" and "theirs" in each.facts for each in story):
        return frozenset(named)
    return frozenset({*named, ""})


def _facts(story: Sequence[Record]) -> list[Record]:
    """Entries that each tell a new fact; one that came late and moved something has two for the same."""
    told: list[Record] = []
    for each in story:
        if "fact" not in each.facts:
            continue
        before = told[-1] if told else None
        if before is None or before.kind != "exchange.late_reply" or _fact(before) != _fact(each):
            told.append(each)
        else:
            told[-1] = each
    return told


def _fact(record: Record) -> tuple[object, ...]:
    return record.at_ms, *(fact_of(record, name) for name in ("fact", "attempt", "fact_cause", "code"))


def _history(exchange: str, facts: Sequence[Record]) -> Iterator[Wanted]:
    landed = False
    for place, each in enumerate(facts, 1):
        columns = {
            "kind": fact_of(each, "fact"), "at_ms": each.at_ms, "attempt": fact_of(each, "attempt"),
            "cause": fact_of(each, "fact_cause"), "code": fact_of(each, "code"),
        }  # fmt: skip
        if fact_of(each, "fact") in _TOLD or not landed:
            columns["reference"] = frozenset({fact_of(each, "theirs"), ""})
        landed = landed or fact_of(each, "fact") in _TOLD
        yield Wanted("history", (exchange, place), columns)


def _tickets(exchange: str, story: Sequence[Record], facts: Sequence[Record]) -> Iterator[Wanted]:
    """What asked for a person: why, since when, and whether it was seen to."""
    told = {
        "cause": frozenset(fact_of(each, "fact_cause") or fact_of(each, "fact") for each in facts),
        "opened_ms": frozenset(each.at_ms for each in facts),
    }
    for word in ("held", "abandoned"):
        asked = [n for n, each in enumerate(story) if each.kind == f"exchange.{word}"]
        if asked and any(fact_of(story[n], "fact") != "settled_stop" for n in asked):
            closed = _closed(word, story[asked[-1] + 1 :])
            yield Wanted("tickets", (exchange, word), {**told, "closed_ms": closed})
    if any(each.kind == "exchange.late_reply" for each in story):
        closed = frozenset({0, *(each.at_ms for each in story)})
        yield Wanted("tickets", (exchange, "contradiction"), {**told, "closed_ms": closed}, must=False)


def _closed(word: str, after: Sequence[Record]) -> object:
    """When a ticket was closed: one that is held by what moved it, another by a person."""
    if word == "held":
        return next(
            (each.at_ms for each in after if each.kind in _STATES or each.kind == "exchange.sending"), 0
        )
    seen = [each.at_ms for each in after if each.kind == "ticket.closed" and each.facts.get("ticket") == word]
    return seen[-1] if seen else 0


def _numbers(case: str, stories: Mapping[str, Sequence[Record]]) -> Iterator[Wanted]:
    """Our number of the case, and those that its platforms gave it; what a caller calls it is in no entry."""
    named: dict[Key, set[object]] = defaultdict(set)
    musts: set[Key] = set()
    place = 0
    for exchange, story in stories.items():
        first = story[0]
        place += first.kind == START
        if first.kind == START and place == 1 and first.facts.get("ours"):
            ours: Key = (case, "tongban", "case", str(first.facts["ours"]))
            named[ours].add(exchange)
            musts.add(ours)
        for theirs in {str(each.facts["theirs"]) for each in story if "theirs" in each.facts}:
            platform, operation = str(fact_of(first, "platform")), str(fact_of(first, "operation"))
            for kind in ("case", operation.rpartition(".")[2]):
                named[case, platform, kind, theirs].add(exchange)
    for key, exchanges in named.items():
        yield Wanted("case_numbers", key, {"exchange_id": frozenset(exchanges)}, must=key in musts)


def _case(case: str, records: Sequence[Record]) -> Iterator[Wanted]:
    first = next((each for each in records if each.kind == START), None)
    if first is not None:
        columns: dict[str, object] = {
            "caller": fact_of(first, "caller"), "item": fact_of(first, "item_there"),
            "division": fact_of(first, "to"), "here": fact_of(first, "from"),
            "received_ms": epoch_ms(first.facts.get("received_at")), "admitted_ms": first.at_ms,
        }  # fmt: skip
        yield Wanted("cases", (case,), columns)


def _told(case: str, records: Sequence[Record]) -> Iterator[Wanted]:
    """What others told of the case, and what became of it, each in the order in which it was known."""
    for table, kinds, columns in (
        ("case_events", ("case.event", "case.ignored"), {
            "kind": "event", "source": "source", "number": "number", "undoes": "undoes", "cause": "cause",
            "exchange_id": "by", "due_on": "due_on", "reason": "reason",
        }),
        ("case_results", ("case.result",), {
            "exchange_id": "by", "source": "source", "state": "event", "record": "number", "corrects": "undoes",
            "reason": "reason", "finding": "finding", "documents": "documents",
        }),
    ):  # fmt: skip
        found = (each for each in records if each.kind in kinds)
        for place, each in enumerate(found, 1):
            said = {column: fact_of(each, fact) for column, fact in columns.items()}
            times = {"at_ms": epoch_ms(each.facts.get("happened_at")), "seen_ms": each.at_ms}
            yield Wanted(table, (case, place), {**said, **times})


def _desk(records: Sequence[Record]) -> Iterator[Wanted]:
    """Lines of a desk's work list; each is done when somebody saw or recorded it, or not yet."""
    acts = frozenset({0, *(each.at_ms for each in records if each.kind in ("desk.seen", "desk.recorded"))})
    for each in records:
        if each.kind == "desk.placed":
            named = {
                "case_id": "case",
                "platform": "platform",
                "unit": "unit",
                "operation": "operation",
                "number": "ours",
            }
            said = {column: fact_of(each, fact) for column, fact in named.items()}
            yield Wanted(
                "desk_work",
                (str(fact_of(each, "exchange")),),
                {**said, "placed_ms": each.at_ms, "done_ms": acts},
            )
