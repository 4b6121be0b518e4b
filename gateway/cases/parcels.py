"""Parcels (寄件) of a case that goes by post: where each is, from what both places tell of it. Pure.

What is told may come late, twice and out of order, so where a parcel is depends only on what is known of it, never
on the order: whoever holds it in their hands is right, however often it was called lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from gateway.cases.states import Actor

Kind = Literal["sent", "received", "lost", "returned"]
State = Literal["on_its_way", "received", "lost", "returned"]
Direction = Literal["there", "back"]
What = Literal["received_and_returned", "never_sent"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_EVENTS = 200  # of one case: many times what the parcels of a case have
STATES: tuple[State, ...] = get_args(State)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

TEXTS: Mapping[State, tuple[str, str]] = {
    "on_its_way": ("在途", "on its way"),
    "received": ("已签收", "received"),
    "lost": ("丢失", "lost"),
    "returned": ("已退回寄件人", "returned to its sender"),
}


class Content(NamedTuple):
    """One piece of a parcel. code: of a material of the case; on the way back, of whatever it is."""

    code: str
    form: str
    copies: int


class Told(NamedTuple):
    """One thing that happened to a parcel, as its source tells it. A parcel is known by carrier and number."""

    carrier: str
    number: str
    kind: Kind
    direction: Direction
    at_ms: int
    source: str
    seen_ms: int = 0
    contents: tuple[Content, ...] = ()

    @property
    def parcel(self) -> tuple[str, str]:
        return self.carrier, self.number


@dataclass(frozen=True, slots=True)
class Parcel:
    """Where a parcel is. `told` as it became known, each kind of event of one parcel counted once."""

    carrier: str
    number: str
    direction: Direction
    state: State
    contents: tuple[Content, ...]
    told: tuple[Told, ...]
    findings: tuple[What, ...]

    @property
    def acts(self) -> Actor:
        """Who must do something about it: who waits for it, or, once it did not arrive, who sent it."""
        if self.state == "received":
            return "nobody"
        there, arrives = self.direction == "there", self.state == "on_its_way"
        return "deciding" if there == arrives else "receiving"


def parcel_of(told: Sequence[Told]) -> Parcel:
    """One parcel, from everything that was told of it (at least one event)."""
    kinds = {each.kind for each in told}
    sent = next((each for each in told if each.kind == "sent"), None)
    first = sent or told[0]
    findings: list[What] = []
    if {"received", "returned"} <= kinds:
        findings.append("received_and_returned")
    if sent is None:
        findings.append("never_sent")
    return Parcel(
        first.carrier, first.number, first.direction, _state(kinds), sent.contents if sent else (), tuple(told),
        tuple(findings),
    )  # fmt: skip


def _state(kinds: set[Kind]) -> State:
    stronger: tuple[State, ...] = ("received", "returned", "lost")
    return next((each for each in stronger if each in kinds), "on_its_way")


def parcels_of(told: Iterable[Told]) -> list[Parcel]:
    """All parcels of a case, the first that became known first."""
    by_parcel: dict[tuple[str, str], list[Told]] = {}
    for each in told:
        by_parcel.setdefault(each.parcel, []).append(each)
    return [parcel_of(each) for each in by_parcel.values()]


def is_new(each: Told, known: Iterable[Told]) -> bool:
    """Whether it says anything that is not known: an event of a parcel counts once."""
    return all((each.parcel, each.kind) != (one.parcel, one.kind) for one in known)
