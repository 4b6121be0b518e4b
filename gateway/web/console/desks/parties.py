"""With whom a case was for how long (各方用时). Pure."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from gateway.cases.states import ACTS, STATES
from gateway.errors import Texts
from gateway.store.figures import Finished

DAY_MS = 86_400_000
PARTIES: Mapping[str, Texts] = {
    "receiving": ("收件地", "the receiving place"),
    "gateway": ("本网关与传输", "this gateway, on the way"),
    "deciding": ("办理地", "the deciding place"),
    "applicant": ("申请人", "the applicant"),
}
NOBODY = "nobody"
_WITH: Mapping[str, str] = {**{state: ACTS[state] for state in STATES}, "resumed": "deciding"}


class Spent(NamedTuple):
    """What cases spent with a party: days, natural ones; of so many cases that were with it at all."""

    party: str
    median_days: float
    p90_days: float
    cases: int


def spent(finished: Iterable[Finished]) -> list[Spent]:
    """One for each of PARTIES."""
    by_party: dict[str, list[int]] = {party: [] for party in PARTIES}
    for case in finished:
        for party, took_ms in with_whom(case).items():
            by_party[party].append(took_ms)
    return [_spent(party, sorted(took)) for party, took in by_party.items()]


def with_whom(case: Finished) -> dict[str, int]:
    """Milliseconds by party, from the receipt of the papers to the last thing that was told."""
    steps = [(case.received_ms, "receiving"), (case.admitted_ms, "gateway")]
    steps += [(case.handed_over_ms, "deciding")] if case.handed_over_ms else []
    steps += [(at_ms, _WITH[kind]) for kind, at_ms in case.told if kind in _WITH]
    steps.sort(key=itemgetter(0))
    took, (since_ms, has_it) = dict[str, int](), steps[0]
    for at_ms, party in steps:
        took[has_it] = took.get(has_it, 0) + at_ms - since_ms
        since_ms, has_it = at_ms, party
    took.pop(NOBODY, None)
    return took


def _spent(party: str, took_ms: Sequence[int]) -> Spent:
    if not took_ms:
        return Spent(party, 0.0, 0.0, 0)
    return Spent(party, _days(took_ms, 50), _days(took_ms, 90), len(took_ms))


def _days(took_ms: Sequence[int], percent: int) -> float:
    return took_ms[min(len(took_ms) * percent // 100, len(took_ms) - 1)] / DAY_MS
