"""From when to when each limit of a case runs, whatever its days are. Pure.

A limit runs from the step that sets it going to the step that meets it or makes an end of it; a special procedure
(特别程序) stops the authority's for a while. Only steps that moved the case count, and what is told beside them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from gateway.cases.life import Event, Life
from gateway.cases.states import BESIDE, CLOSES, DECISIONS, ENDS, LEADS, OPENS, State
from gateway.clock import china_day
from gateway.clocks import Pause

Name = Literal[
    "hand_over", "sign", "accept", "correct", "statutory", "promised", "serve", "supplement", "pay"
]  # fmt: skip
NAMES: tuple[Name, ...] = get_args(Name)
TEXTS: Mapping[Name, tuple[str, str]] = {
    "hand_over": ("移交", "to be handed over"),
    "sign": ("签收期限", "to be signed for by the unit"),
    "accept": ("受理期限（逾期视为受理）", "to be accepted or objected to, else it counts as accepted"),
    "correct": ("补正期限", "to be corrected by the applicant"),
    "statutory": ("法定办结时限", "to be decided by law"),
    "promised": ("承诺办结时限", "to be decided as promised"),
    "serve": ("送达期限", "the decision to be served"),
    "supplement": ("容缺材料后补期限", "what is owed to be supplied by the applicant"),
    "pay": ("缴费期限", "to be paid by the applicant"),
}
DECIDING: tuple[Name, ...] = ("statutory", "promised")
_BEFORE: frozenset[Name] = frozenset({"hand_over", "sign", "accept", "correct"})
_SETS: Mapping[str, tuple[Name, ...]] = {
    "received": ("hand_over",), "handed_over": ("sign", "accept"), "signed": ("accept",),
    "correction_needed": ("correct",), "corrected": ("accept",), "accepted": DECIDING, "suspended": DECIDING,
    **dict.fromkeys(DECISIONS, ("serve",)), "supplement_owed": ("supplement",), "to_pay": ("pay",),
}  # fmt: skip
_STOPS: Mapping[str, frozenset[Name]] = {
    "handed_over": frozenset({"hand_over"}),
    "signed": frozenset({"hand_over", "sign"}),
    "correction_needed": _BEFORE | set(DECIDING),  # the period begins anew with what is corrected
    "corrected": frozenset({"correct"}),
    "accepted": _BEFORE,
    "suspended": _BEFORE,
    **dict.fromkeys(DECISIONS, _BEFORE | set(DECIDING)),
    **dict.fromkeys(ENDS, frozenset(NAMES)),
    "supplied": frozenset({"supplement"}),
    "paid": frozenset({"pay"}),
}  # fmt: skip
_TOLD: frozenset[Name] = frozenset(
    {"correct", "supplement", "pay", "promised"}
)  # by the step that sets them going


@dataclass(frozen=True, slots=True)
class Span:
    """One limit of a case while it runs. Days are those of China.

    stopped: the step that ended it; None: it still runs.
    said:    the newest event that tells its last day, if any does.
    deemed:  it runs from the receipt, since nobody accepted or objected in time (视为受理).
    """

    name: Name
    start: date
    stopped: Event | None = None
    pauses: tuple[Pause, ...] = ()
    said: Event | None = None
    deemed: bool = False

    @property
    def ended(self) -> date | None:
        return china_day(self.stopped.at_ms) if self.stopped else None


def spans_of(life: Life, saying: frozenset[tuple[str, str]]) -> list[Span]:
    """All limits that ever ran, in the order in which they began. saying: keys of events that tell a last day."""
    spans: list[Span] = []
    state, promise = "", None
    for event in _moves(life):
        if event.kind in BESIDE:
            promise = event if event.kind == "promised" else promise
            names = ("promised",) if event.kind == "promised" else DECIDING
            says = event.key in saying
            spans = [replace(s, said=event) if says and _runs(s, names) else s for s in spans]
            continue
        day = china_day(event.at_ms)
        stops = _STOPS.get(event.kind, frozenset())
        spans = [replace(span, stopped=event) if _runs(span, stops) else span for span in spans]
        moves = event.kind not in OPENS and event.kind not in CLOSES
        if moves:
            spans = [_turned(span, event.kind, state, day) for span in spans]
        for name in _set_going(spans, event.kind):
            said = event if event.key in saying and name in _TOLD else promise if name == "promised" else None
            pauses = (Pause(day, None),) if event.kind == "suspended" else ()
            spans.append(Span(name, day, pauses=pauses, said=said))
        state = event.kind if moves else state
    return spans


def _moves(life: Life) -> Iterator[Event]:
    """The steps that moved the case, each once, and what was told beside them; what went back is none."""
    state: State = "received"
    for place, event in enumerate(life.steps):
        if event.kind in BESIDE or event.kind in OPENS or event.kind in CLOSES:
            if state not in ENDS:
                yield event
        elif event.kind in LEADS[state]:
            state = "accepted" if event.kind == "resumed" else event.kind  # type: ignore[assignment]
            yield event
        elif place == 0:
            yield event


def _runs(span: Span, names: frozenset[Name] | tuple[Name, ...]) -> bool:
    return span.stopped is None and span.name in names


def _set_going(spans: list[Span], kind: str) -> Iterator[Name]:
    """What a step sets going and does not run yet; a signature only where nobody said that it was handed over."""
    for name in _SETS.get(kind, ()):
        known = [span for span in spans if span.name == name]
        again = kind == "signed" and bool(known)
        if not again and all(span.stopped for span in known):
            yield name


def _turned(span: Span, kind: str, state: str, day: date) -> Span:
    """Stopped for a special procedure, or going on after it."""
    if kind == "suspended" and _runs(span, DECIDING):
        return replace(span, pauses=(*span.pauses, Pause(day, None)))
    if state == "suspended" and span.pauses and span.pauses[-1].end is None:
        return replace(span, pauses=(*span.pauses[:-1], Pause(span.pauses[-1].begin, day)))
    return span
