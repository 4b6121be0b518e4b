"""What we sent against what they have: pure, and without loss on either side.

Cases are brought together by our number, and where that fails by theirs. Whatever bears one number stands in one
difference, so every exchange and every record of the list appears exactly once.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from gateway.store.sent import Sent

Kind = Literal[  # the gravest first
    "doubled",  # one number, several cases
    "contradiction",  # refused, abandoned, withdrawn or never sent here, and they have it
    "missing_there",  # delivered here, not in their list
    "unknown_here",  # in their list under a number of our form, and nothing is known of it
    "number_differs",  # they have it under another number than the one recorded here
    "state_differs",  # the case stands otherwise than it can, by what they told us before
    "held_there",  # outcome unknown here, and they have it
    "held_absent",  # outcome unknown here, not in their list
    "foreign",  # in their list under a number that we cannot have given
    "open_there",  # still under way here, and they have it
    "open_absent",  # still under way here, not in their list
    "unclear",  # nothing could be learnt of it
    "agree",  # the same on both sides; also what ended here without being taken, and is not there
]
KINDS: tuple[Kind, ...] = get_args(Kind)
OPEN = frozenset({"waiting", "sending", "deferred"})
# how far a case is; a later word may never say less than an earlier one
_PROGRESS = {
    "handed_over": 1, "signed": 2, "correction_needed": 3, "corrected": 3, "accepted": 3, "suspended": 3,
    "transferred_up": 3, "granted": 4, "refused": 4, "not_accepted": 4, "returned": 4, "withdrawn": 4,
    "voided": 4, "lapsed": 4, "no_show": 4, "served": 5,
}  # fmt: skip
_DECIDED = 4


class Record(NamedTuple):
    """One case in the platform's list. Empty is what the list does not say; `state` is in canonical words."""

    ours: str = ""
    theirs: str = ""
    state: str = ""
    at_ms: int = 0  # when they took it; 0 if they do not say


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything on either side that bears one number, and what follows from holding it together."""

    kind: Kind
    ours: tuple[Sent, ...] = ()
    theirs: tuple[Record, ...] = ()

    @property
    def is_clear(self) -> bool:
        """Whether the list alone settles it: unknown here, there once under our number, and with theirs."""
        if self.kind != "held_there":
            return False
        record = self.theirs[0]
        return bool(record.theirs) and record.ours == self.ours[0].ours


@dataclass(slots=True)
class _Group:
    ours: list[Sent] = field(default_factory=list)
    theirs: list[Record] = field(default_factory=list)


def compare(
    ours: Iterable[Sent],
    theirs: Iterable[Record],
    *,
    is_our_form: Callable[[str], bool] = lambda number: False,
    unclear: Container[str] = frozenset(),
) -> list[Difference]:
    """One difference for every number on either side, those that agree included.

    is_our_form: whether a number could have been given by us.
    unclear: ids of the exchanges of which nothing could be learnt, so that their absence says nothing.
    """
    return [_difference(group, is_our_form, unclear) for group in _groups(ours, once(theirs))]


def once(records: Iterable[Record]) -> list[Record]:
    """A case that is listed twice under one number of theirs is one case; its latest row is kept."""
    kept: dict[object, Record] = {}
    for place, record in enumerate(records):
        key = (record.ours, record.theirs) if record.theirs else place
        earlier = kept.get(key)
        if earlier is None or record.at_ms >= earlier.at_ms:
            kept[key] = record
    return list(kept.values())


def _groups(ours: Iterable[Sent], theirs: Sequence[Record]) -> list[_Group]:
    groups: dict[str, _Group] = {}
    for sent in ours:
        groups.setdefault(sent.ours or sent.exchange, _Group()).ours.append(sent)
    rest = []
    for record in theirs:
        if record.ours and record.ours in groups:
            groups[record.ours].theirs.append(record)
        else:
            rest.append(record)
    return [*groups.values(), *_by_their_number(list(groups.values()), rest)]


def _by_their_number(groups: Sequence[_Group], rest: Iterable[Record]) -> list[_Group]:
    """Records that no number of ours has placed go to the one group that knows their number; else they stand alone.

    Under another number of ours it is only given to a group that would have nothing otherwise.
    """
    known: dict[str, list[_Group]] = {}
    for group in groups:
        numbers = {each.theirs for each in group.ours} | {each.theirs for each in group.theirs}
        for number in numbers - {""}:
            known.setdefault(number, []).append(group)
    alone: dict[object, _Group] = {}
    for place, record in enumerate(rest):
        candidates = known.get(record.theirs, [])
        if len(candidates) == 1 and not (record.ours and candidates[0].theirs):
            candidates[0].theirs.append(record)
        else:
            alone.setdefault(record.ours or place, _Group()).theirs.append(record)
    return list(alone.values())


def _difference(group: _Group, is_our_form: Callable[[str], bool], unclear: Container[str]) -> Difference:
    kind = _kind(group, unclear) if group.ours else _kind_without_us(group, is_our_form)
    return Difference(kind, tuple(group.ours), tuple(group.theirs))


def _kind_without_us(group: _Group, is_our_form: Callable[[str], bool]) -> Kind:
    if len(group.theirs) > 1:
        return "doubled"
    return "unknown_here" if is_our_form(group.theirs[0].ours) else "foreign"


def _kind(group: _Group, unclear: Container[str]) -> Kind:
    sent = group.ours[0]
    if len(group.ours) > 1 or _cases(group.theirs) > 1:
        return "doubled"
    if not group.theirs:
        return "unclear" if sent.attempt and sent.exchange in unclear else _kind_of_absent(sent)
    return _kind_of_present(sent, group.theirs[0])


def _kind_of_absent(sent: Sent) -> Kind:
    if sent.state in OPEN:
        return "open_absent"
    absent: dict[str, Kind] = {"held": "held_absent", "delivered": "missing_there"}
    return absent.get(sent.state, "agree")


def _kind_of_present(sent: Sent, record: Record) -> Kind:
    if sent.attempt == 0:  # no byte of it can have left
        return "contradiction"
    if sent.state in OPEN:
        return "open_there"
    if sent.state == "held":
        return "held_there"
    if sent.state != "delivered":
        return "contradiction"
    return _kind_of_delivered(sent, record)


def _kind_of_delivered(sent: Sent, record: Record) -> Kind:
    if (record.ours and record.ours != sent.ours) or (
        record.theirs and sent.theirs and record.theirs != sent.theirs
    ):
        return "number_differs"
    return "state_differs" if contradicts(sent.known, record.state) else "agree"


def _cases(records: Sequence[Record]) -> int:
    """How many cases these records are: a number of theirs is one case, a row without one could be any."""
    numbered = {record.theirs for record in records if record.theirs}
    return len(numbered) + sum(not record.theirs for record in records)


def contradicts(known: str, now: str) -> bool:
    """Whether a case that stood at `known` cannot stand at `now`: it went back, or was decided otherwise."""
    before, after = _PROGRESS.get(known, 0), _PROGRESS.get(now, 0)
    if not before or not after or known == now:
        return False
    return after < before or before == after == _DECIDED
