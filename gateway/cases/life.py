"""What is known of a case, from events that come late, twice, out of order, and with clocks that differ.

Events are put in the order in which they happened. What contradicts an end that was told before moves nothing:
it is kept as a finding, and only an explicit correction of the record (更正) undoes what it names.
"""

from collections.abc import Sequence
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
    """Where a case stands. `events` as they came, each once; `steps` as they happened."""

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
    refused = {finding.event.key for finding in life.findings if finding.what == "contradicts_the_end"}
    counted = [each for each in life.events if each.key not in refused]
    if event.undoes:
        return _mended(life, counted, event)
    after = _lived(*counted, event)
    if life.ended and after.state != life.state:
        return replace(
            life,
            events=(*life.events, event),
            findings=(*life.findings, Finding("contradicts_the_end", event)),
        )
    kept = tuple(each for each in life.findings if each.what == "contradicts_the_end")
    return replace(after, events=(*life.events, event), findings=kept + after.findings)


def _mended(life: Life, counted: Sequence[Event], event: Event) -> Life:
    """What the source takes back no longer counts; what it says instead does, also after an end."""
    wrong, (receipt, *others) = (event.source, event.undoes), counted
    left = [each for each in others if each.key != wrong]
    if len(left) == len(others):
        return replace(
            life,
            events=(*life.events, event),
            findings=(*life.findings, Finding("corrects_nothing", event)),
        )
    after = _lived(receipt, *left, event)
    kept = tuple(f for f in life.findings if f.what == "contradicts_the_end" and f.event.key != wrong)
    return replace(after, events=(*life.events, event), findings=kept + after.findings)


def _lived(receipt: Event, *events: Event) -> Life:
    """All events in the order in which they happened, whatever the order in which they came.

    The receipt is first, by whatever clock: without it there would be nothing to happen to.
    """
    waiting = sorted(events, key=lambda each: (each.at_ms, ALONG[each.kind], each.key))
    life = begun(receipt)
    while waiting:
        life = _step(life, waiting.pop(_next(life, waiting)))
    return life


def _next(life: Life, waiting: Sequence[Event]) -> int:
    """The earliest; but of those that the clocks cannot tell apart the one that fits and is least far along."""
    latest = waiting[0].at_ms + APART_MS
    near = [place for place, each in enumerate(waiting) if each.at_ms <= latest]
    fitting = [place for place in near if _fits(life, waiting[place])]
    return min(fitting, key=lambda place: (ALONG[waiting[place].kind], place), default=0)


def _fits(life: Life, event: Event) -> bool:
    if event.kind in BESIDE:
        return True
    if event.kind in OPENS:
        return not life.ended
    if event.kind in CLOSES:
        return CLOSES[event.kind] in life.duties
    return event.kind == life.state or event.kind in LEADS[life.state]  # told by both, it fits at once


def _step(life: Life, event: Event) -> Life:
    """One event after those before it."""
    life = replace(life, events=(*life.events, event), steps=(*life.steps, event))
    if event.kind in OPENS or event.kind in CLOSES:
        return _owing(life, event)
    if event.kind in BESIDE:
        return life
    if event.kind not in LEADS[life.state]:
        unasked = (
            event.kind == "corrected" and not life.ended
        )  # they take it, and the case stands where it stood
        same = event.kind == life.state or unasked
        what: What = "contradicts_the_end" if life.ended and event.kind in ENDS else "goes_back"
        return life if same else _with(life, what, event)
    corrections = [each for each in life.steps if each.kind == "correction_needed"]
    if event.kind == "correction_needed" and len(corrections) > 1:
        life = _with(life, "second_correction", event)  # irregular for the authority, and it arrives: taken
    state: State = "accepted" if event.kind == "resumed" else event.kind  # type: ignore[assignment]
    duties = frozenset[Duty]() if state in ENDS else life.duties
    return replace(life, state=state, since_ms=event.at_ms, duties=duties)


def _owing(life: Life, event: Event) -> Life:
    if not _fits(life, event):
        return _with(life, "goes_back" if event.kind in OPENS else "nothing_owed", event)
    if event.kind in OPENS:
        return replace(life, duties=life.duties | {OPENS[event.kind]})
    return replace(life, duties=life.duties - {CLOSES[event.kind]})


def _with(life: Life, what: What, event: Event) -> Life:
    return replace(life, findings=(*life.findings, Finding(what, event)))
