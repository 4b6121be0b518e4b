"""The figures of the month, and from what they are made: one `Fate` a case, by whoever says it.

pairs: two divisions, the receiving one first. Days are calendar days from receipt to decision.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from statistics import median

from tests.demo.network.places import PLACES

DECIDED = frozenset({"granted", "refused"})
RETURNED = frozenset({"returned", "not_accepted"})
UNSAID = "unsaid"  # the platform gives no reason
HEADINGS = (
    "收件地→办理地 / pair", "事项 / item", "收件 received", "受理 accepted", "退回 returned", "理由 reasons",
    "决定 decided", "撤回 withdrawn", "终止 lapsed", "逾期 overdue", "中位 median d", "p90 d",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one case.

    returned: why it was returned, not accepted or turned away; empty: it was not.    decided: granted or refused.
    days: from receipt to decision, None without one.    overdue: the limits that ran out.
    """

    here: str
    there: str
    item: str
    accepted: bool = False
    returned: str = ""
    decided: str = ""
    ends: str = ""
    days: int | None = None
    overdue: frozenset[str] = frozenset()

    @property
    def within(self) -> bool:
        """省内, not 跨省."""
        return self.here[:2] == self.there[:2]


Fates = Mapping[str, Fate]  # by our number


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    pair: str
    item: str
    received: int
    accepted: int
    returned: int
    reasons: str
    decided: int
    withdrawn: int
    lapsed: int
    overdue: int
    median: str
    p90: str

    def cells(self) -> list[str]:
        return [str(getattr(self, name)) for name in self.__slots__]


def table(fates: Fates) -> list[Row]:
    """A row for every pair and item, then 跨省, 省内 and everything."""
    every = list(fates.values())
    groups = sorted({(each.here, each.there, each.item) for each in every})
    rows = [
        _row(
            f"{_name(here)}→{_name(there)}", item,
            [each for each in every if (each.here, each.there, each.item) == (here, there, item)],
        )
        for here, there, item in groups
    ]  # fmt: skip
    rows.append(_row("跨省 across provinces", "", [each for each in every if not each.within]))
    rows.append(_row("省内 within the province", "", [each for each in every if each.within]))
    rows.append(_row("合计 all", "", every))
    return rows


def _row(pair: str, item: str, fates: list[Fate]) -> Row:
    days = sorted(each.days for each in fates if each.days is not None)
    reasons = Counter(each.returned for each in fates if each.returned)
    return Row(
        pair, item, len(fates), sum(each.accepted for each in fates), sum(reasons.values()),
        ", ".join(f"{reason} {times}" for reason, times in sorted(reasons.items())),
        sum(bool(each.decided) for each in fates), sum(each.ends == "withdrawn" for each in fates),
        sum(each.ends == "lapsed" for each in fates), sum(bool(each.overdue) for each in fates),
        f"{median(days):g}" if days else "", str(p90(days)) if days else "",
    )  # fmt: skip


def p90(days: list[int]) -> int:
    """The least number of days within which nine of ten were decided (nearest rank); of sorted days."""
    return days[ceil(0.9 * len(days)) - 1]


def _name(division: str) -> str:
    return PLACES[division].name.removeprefix("模拟")


def differences(first: str, one: Fates, second: str, other: Fates) -> Iterable[str]:
    """Where two counts say something else, one line for each case."""
    for number in sorted(one.keys() | other.keys()):
        if one.get(number) != other.get(number):
            yield f"{number}: {first} say {one.get(number)}, {second} say {other.get(number)}"
