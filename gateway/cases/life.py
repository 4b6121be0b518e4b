"""What is known of a case, from events that come late, twice, out of order, and with clocks that differ.

Events are put in the order in which they happened. What contradicts an end that was told before moves nothing:
it is kept as a finding, and only an explicit correction of the record (更正) undoes what it names.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from gateway.cases.states import ACTS, ALONG, BESIDE, CLOSES, ENDS, LEADS, OPENS, Actor, Duty, Kind, State

APART_MS = 5 * 60_000  # clocks of two places differ by as much
What = Literal["contradicts_the_end", "goes_back", "second_correction", "nothing_owed", "corrects_nothing"]


class Event(NamedTuple):
    """One thing that happened to a case, as its source tells it.

    at_ms:  when it happened, by the source's clock.
    source: who tells it (a platform's or caller's name); number: its own id of the record, or empty.
    undoes: number of an earlier record of the same source that this one corrects (更正); empty: none.
    """

    kind: Kind
    at_ms: int
    source: str
    number: str = ""
    undoes: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """By which the same event told again is known."""
        return self.source, self.number or f"{self.kind}@{self.at_ms}"


class Finding(NamedTuple):
    """An event that does not fit, and how; nothing is lost of it."""

    what: What
    event: Event


@dataclass(frozen=True, slots=True)
class Life:
    """Where a case stands. `events` as they came, each once; `steps` as they happened, those of them that count."""

    state: State
    since_ms: int
    events: tuple[Event, ...] = ()
    steps: tuple[Event, ...] = ()
    duties: frozenset[Duty] = frozenset()
    findings: tuple[Finding, ...] = ()

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    @property
    def acts(self) -> Actor:
        """Who must do something next; the applicant where anything is owed."""
        return "applicant" if self.duties and not self.ended else ACTS[self.state]


def begun(event: Event) -> Life:
    """A case begins with the receipt of its papers (收件)."""
    return Life("received", event.at_ms, (event,), (event,))


def told(life: Life, event: Event) -> Life:
    """The life with one more event. The same event again changes nothing."""
    if event.key in {each.key for each in life.events}:
        return life
    if event.undoes:
        return _mended(life, event)
    if early := _mended_before(life, event):
        return _in_its_stead(life, event, early)
    if life.ended and event.kind != life.state and event.at_ms > _latest_ms(life):
        return _after_the_end(life, event)
    after = _lived(*life.steps, event)
    if life.ended and after.state != life.state:
        return _kept_apart(life, "contradicts_the_end", event)
    return replace(after, events=(*life.events, event), findings=(*_apart(life), *after.findings))


def lived(receipt: Event, arrived: Iterable[Event]) -> Life:
    """The life after all that was told, in the order in which it became known: as `told` one after another.

    What came before the first end is put in order once: an event can only be held against an end.
    """
    once = {receipt.key: receipt}
    for each in arrived:
        once.setdefault(each.key, each)
    events = list(once.values())[1:]
    ends = (place for place, each in enumerate(events) if each.kind in ENDS or each.undoes)
    first = next(ends, len(events))
    life = replace(_lived(receipt, *events[:first]), events=(receipt, *events[:first]))
    for event in events[first:]:
        life = told(life, event)
    return life


def acting(steps: Sequence[Event]) -> Iterator[tuple[Event, Actor]]:
    """The steps of a life as they happened, each with who has to act from then on."""
    course: _Course | None = None
    for each in steps:
        if course is None:
            course = _Course(begun(each))
        else:
            course.go(each)
        yield each, course.life().acts


def _kept_apart(life: Life, what: What, event: Event) -> Life:
    """It counts neither now nor with what comes later: it is no step."""
    return replace(life, events=(*life.events, event), findings=(*life.findings, Finding(what, event)))


def _apart(life: Life) -> list[Finding]:
    steps = {each.key for each in life.steps}
    return [each for each in life.findings if each.event.key not in steps]


def _latest_ms(life: Life) -> int:
    """What happened after this is behind everything that may have led to the end."""
    return max(life.since_ms + APART_MS, *(each.at_ms for each in life.steps))


def _after_the_end(life: Life, event: Event) -> Life:
    """What happened later than everything else, long after an end, moves nothing: as `_lived` would find."""
    last = _Course(life)
    last.go(event)
    return replace(last.life(), events=(*life.events, event))


def _mended(life: Life, event: Event) -> Life:
    """What the source takes back no longer counts; what it says instead does, also after an end."""
    wrong, (receipt, *others) = (event.source, event.undoes), life.steps
    if wrong not in {each.key for each in life.events[1:]}:
        return _kept_apart(life, "corrects_nothing", event)
    after = _lived(receipt, *(each for each in others if each.key != wrong), event)
    kept = [each for each in _apart(life) if each.event.key != wrong]
    return replace(after, events=(*life.events, event), findings=(*kept, *after.findings))


def _mended_before(life: Life, event: Event) -> Event | None:
    """The record that takes this one back, where it came first."""
    waiting = (each.event for each in life.findings if each.what == "corrects_nothing")
    return next((each for each in waiting if (each.source, each.undoes) == event.key), None)


def _in_its_stead(life: Life, wrong: Event, early: Event) -> Life:
    """What was taken back before it was told never counts: the record that takes it back does, as if told after."""
    events = tuple(each for each in life.events if each.key != early.key)
    findings = tuple(each for each in life.findings if each.event.key != early.key)
    after = _mended(replace(life, events=(*events, wrong), findings=findings), early)
    return replace(after, events=(*life.events, wrong))


def _lived(receipt: Event, *events: Event) -> Life:
    """All events in the order in which they happened, whatever the order in which they came.

    The receipt is first, by whatever clock: without it there would be nothing to happen to. Of those that the
    clocks cannot tell apart the one that fits and is least far along is next, if none fits, the earliest. Those
    within the clocks' difference wait by their kind, so that a thousand at one moment are no thousand squared.
    """
    order = sorted(events, key=lambda each: (each.at_ms, ALONG[each.kind], each.key))
    course, near = _Course(begun(receipt)), dict[Kind, deque[int]]()
    taken, first, entered = [False] * len(order), 0, 0
    for _ in order:
        while taken[first]:
            first += 1
        while entered < len(order) and order[entered].at_ms <= order[first].at_ms + APART_MS:
            near.setdefault(order[entered].kind, deque()).append(entered)
            entered += 1
        fitting = [kind for kind, places in near.items() if places and course.fits(kind)]
        kind = min(fitting, key=ALONG.__getitem__, default=order[first].kind)
        place = near[kind].popleft()
        taken[place] = True
        course.go(order[place])
    return course.life()


class _Course:
    """A life as it goes on, step by step: what a frozen one would have to copy at each of them."""

    def __init__(self, begin: Life) -> None:
        self._state, self._since_ms, self._duties = begin.state, begin.since_ms, begin.duties
        self._steps, self._findings = list(begin.steps), list(begin.findings)
        self._corrections = sum(each.kind == "correction_needed" for each in begin.steps)
        self._kinds = {each.kind for each in begin.steps}

    def life(self) -> Life:
        steps = tuple(self._steps)
        return Life(self._state, self._since_ms, steps, steps, self._duties, tuple(self._findings))

    def fits(self, kind: Kind) -> bool:
        if kind in BESIDE:
            return True
        if kind in OPENS:
            return self._state not in ENDS
        if kind in CLOSES:
            return CLOSES[kind] in self._duties
        return kind == self._state or kind in LEADS[self._state]  # told by both, it fits at once

    def go(self, event: Event) -> None:
        """One event after those before it."""
        again = event.kind in self._kinds
        self._steps.append(event)
        self._kinds.add(event.kind)
        self._corrections += event.kind == "correction_needed"
        if event.kind in OPENS or event.kind in CLOSES:
            self._owe(event, again=again)
        elif event.kind in LEADS[self._state]:
            self._move(event)
        elif not self._stays(event.kind):
            ended = self._state in ENDS and event.kind in ENDS
            self._findings.append(Finding("contradicts_the_end" if ended else "goes_back", event))

    def _stays(self, kind: Kind) -> bool:
        """Whether it moves nothing and is no fault: told by both, beside the state, or a correction unasked."""
        if kind == "resumed":
            return self._state == "accepted" and "suspended" in self._kinds
        return kind == self._state or kind in BESIDE or (kind == "corrected" and self._state not in ENDS)

    def _move(self, event: Event) -> None:
        if event.kind == "correction_needed" and self._corrections > 1:
            # irregular for the authority, and it arrives: taken
            self._findings.append(Finding("second_correction", event))
        self._state = "accepted" if event.kind == "resumed" else event.kind  # type: ignore[assignment]
        self._since_ms = event.at_ms
        if self._state in ENDS:
            self._duties = frozenset()

    def _owe(self, event: Event, *, again: bool) -> None:
        """again: told before, so what is closed already was closed by both."""
        if again and event.kind in CLOSES and CLOSES[event.kind] not in self._duties:
            return
        if not self.fits(event.kind):
            self._findings.append(Finding("goes_back" if event.kind in OPENS else "nothing_owed", event))
        elif event.kind in OPENS:
            self._duties |= {OPENS[event.kind]}
        else:
            self._duties -= {CLOSES[event.kind]}
