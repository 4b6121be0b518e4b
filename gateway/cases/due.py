"""Until when everybody must act in a case, as far as law, guide, agreement and calendar say it. Pure.

行政许可法 art. 32: told of faults or accepted within five days of the receipt, else it counts as accepted from the
receipt on (视为受理); art. 42, 45: how long a decision may take stands in the guide of the item, and the days of
special procedures do not count; art. 44: served within ten days of the decision; art. 82: days are working days.
How long the unit has to sign for it stands in the agreement, how long a correction may take in the notice that asks
for it. Where a limit, its unit or a year is not known there is no day, and that is said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

from gateway.cases.life import Life
from gateway.cases.spans import DECIDING, Name, Span, spans_of
from gateway.cases.states import DECISIONS
from gateway.clock import china_day
from gateway.clocks import Calendar, Limit, Unknown, due_on

What = Literal["hand_over", "sign", "accept", "correct", "decide", "serve", "supplement", "pay"]
Why = Literal["limit_unknown", "unit_unknown", "not_in_days", "year_unknown", "suspended"]
Basis = Literal["law", "guide", "agreement", "told", "none"]
Colour = Literal["green", "amber", "red", "suspended", "unknown", "met", "late"]
_ACCEPT, _SERVE = Limit(5, "working_days"), Limit(10, "working_days")
_LIMITS: Mapping[Name, Limit] = {"accept": _ACCEPT, "serve": _SERVE}
_DAY = timedelta(days=1)
_WARNED = 5  # amber for the last fifth of the working days of a limit, but at least for one
_NEXT: Mapping[str, tuple[Name, ...]] = {
    "received": ("hand_over",), "form_checked": ("hand_over",), "handed_over": ("accept", "sign"),
    "signed": ("accept",), "corrected": ("accept",), "correction_needed": ("correct",),
    "accepted": DECIDING, "suspended": DECIDING, **dict.fromkeys(DECISIONS, ("serve",)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits that hold for one case; None where nobody has said one.

    days: the last day that an event tells, by the event's key.
    """

    sign: Limit | None = None
    statutory: Limit | None = None
    promised: Limit | None = None
    days: Mapping[tuple[str, str], date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clock:
    """One limit of a case (时限).

    start:  the day from which it runs; counting begins with the day after.
    on:     its last day; None: `why` says why there is none.
    amber:  the first day on which it should worry somebody; None where there is no last day, or where the
            calendar does not reach back so far.
    year:   whose days off are not known, if it is that.
    ended:  the day on which it was met or fell away; None: it runs.
    deemed: it runs from the receipt, since nobody accepted or objected in time (视为受理).
    """

    name: Name
    start: date
    limit: Limit | None
    basis: Basis
    on: date | None
    why: Why | None = None
    year: int = 0
    amber: date | None = None
    ended: date | None = None
    deemed: bool = False

    def colour(self, today: date) -> Colour:
        if self.on is None:
            return "suspended" if self.why == "suspended" else "unknown"
        if self.ended is not None:
            return "met" if self.ended <= self.on else "late"
        if today > self.on:
            return "red"
        return "amber" if self.amber is not None and today >= self.amber else "green"

    def turns_on(self, today: date) -> date | None:
        """The next day on which its colour may change by itself; None: never."""
        if self.on is None or self.ended is not None:
            return None
        days = (self.amber, self.on + _DAY)
        return min((day for day in days if day is not None and day > today), default=None)


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be done next, and its last day; without a day, why there is none."""

    what: What
    on: date | None
    why: Why | None = None


def clocks_of(life: Life, terms: Terms, calendar: Calendar, today: date) -> list[Clock]:
    """Every limit of a case, in the order in which they began. calendar: of the deciding place."""
    spans = spans_of(life, frozenset(terms.days))
    for span in [span for span in spans if span.name == "accept"]:
        clock = _clock(span, terms, calendar)
        if clock.on is not None and (clock.ended or today) > clock.on:
            spans = _from_receipt(spans, span)
    return [_clock(span, terms, calendar) for span in spans]


def due_of(life: Life, clocks: Sequence[Clock]) -> Due | None:
    """What is due next: of several limits the one that ends first; None for a case that has ended."""
    owed = tuple(name for name, duty in _OWED.items() if duty in life.duties)
    names = owed if owed and not life.ended else _NEXT.get(life.state, ())
    running = [clock for name in names for clock in clocks if clock.name == name and clock.ended is None]
    if not names:
        return None
    if not running:
        return Due(_WHAT[names[0]], None, "limit_unknown")
    first = min(running, key=lambda clock: (clock.on is None, clock.on or date.min))
    return Due(_WHAT[first.name], first.on, first.why)


_WHAT: Mapping[Name, What] = {
    "hand_over": "hand_over", "sign": "sign", "accept": "accept", "correct": "correct", "statutory": "decide",
    "promised": "decide", "serve": "serve", "supplement": "supplement", "pay": "pay",
}  # fmt: skip
_OWED: Mapping[Name, str] = {"supplement": "supplement", "pay": "payment"}


def _clock(span: Span, terms: Terms, calendar: Calendar) -> Clock:
    limit = _limit(span.name, terms)
    said = terms.days.get(span.said.key) if span.said else None
    basis = _basis(span.name, limit, said)
    begun = Clock(
        span.name, span.start, None if said else limit, basis, None, ended=span.ended, deemed=span.deemed
    )  # fmt: skip
    try:
        if said is not None:
            on = _said_on(span, said, calendar)
        elif limit is not None:
            on = due_on(calendar, span.start, limit, span.pauses)
        else:
            return replace(begun, why="limit_unknown")
    except Unknown as unknown:
        return replace(begun, why=unknown.why, year=unknown.year)
    if on is None:
        return replace(begun, why="suspended")
    return replace(begun, on=on, amber=_amber(calendar, span.start, on))


def _limit(name: Name, terms: Terms) -> Limit | None:
    said = {"sign": terms.sign, "statutory": terms.statutory, "promised": terms.promised}
    return _LIMITS.get(name) or said.get(name)


def _basis(name: Name, limit: Limit | None, said: date | None) -> Basis:
    if said is not None:
        return "told"
    if limit is None:
        return "none"
    return "law" if name in _LIMITS else "agreement" if name == "sign" else "guide"


def _said_on(span: Span, said: date, calendar: Calendar) -> date | None:
    """A last day that was told; special procedures that began since move it by the days that they take."""
    told = china_day(span.said.at_ms) if span.said else span.start
    later = [pause for pause in span.pauses if pause.end is None or pause.end > told]
    if not later or said <= told:
        return None if any(pause.end is None for pause in later) else said
    first = calendar.next_worked(told)
    left = calendar.worked_between(first + _DAY, said + _DAY)
    return due_on(calendar, first, Limit(left, "working_days"), later)


def _amber(calendar: Calendar, start: date, on: date) -> date | None:
    """The first of its last working days: a fifth of them, but at least one; never before its start."""
    if on <= start:
        return on
    try:
        left = max(1, calendar.worked_between(start + _DAY, on + _DAY) // _WARNED)
        day = on
        while left and day > start:
            day -= _DAY
            left -= calendar.works(day)
    except Unknown:
        return None
    return day


def _from_receipt(spans: Sequence[Span], accept: Span) -> list[Span]:
    """The five days passed without a word (视为受理): the decision's limits run from the receipt on."""
    if accept.stopped is None or accept.stopped.kind in DECISIONS:
        return [*spans, *(replace(accept, name=name, deemed=True) for name in DECIDING)]
    return [
        replace(span, start=accept.start, deemed=True)
        if span.name in DECIDING and span.start == accept.ended
        else span
        for span in spans
    ]
