"""What befalls each case of the month: drawn from a seed, all of it before the month begins.

A story is a list of steps, each at its moment: what the deciding place does (`there`), what the receiving one sends
later (`here`). Days between steps are working days, so that a month has nights and week-ends like a real one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from random import Random

from tests.demo.network.places import COUNTIES, HOME, PARTNERS, Place
from tests.fakes.checks import CHINA

BEGINS = datetime(2026, 11, 2, 8, 0, tzinfo=CHINA)  # a Monday; November 2026 has no holidays
ENDS = datetime(2026, 12, 2, 8, 0, tzinfo=CHINA)
LATEST_DAY = 11  # working days after the beginning on which cases are still received
_HERE = frozenset({"correct", "supplement", "withdraw"})

# kind of story -> (steps, each with the working days before it at least and at most; the state it ends in)
Plot = tuple[tuple[tuple[str, int, int], ...], str]
PLOTS: Mapping[str, Plot] = {
    "straight": ((("signed", 0, 1), ("accepted", 1, 1), ("granted", 1, 3), ("served", 1, 1)), "served"),
    "at once": ((("granted", 0, 0), ("served", 0, 1)), "served"),
    "refused": ((("signed", 0, 1), ("accepted", 1, 1), ("refused", 1, 3), ("served", 1, 1)), "served"),
    "not accepted": ((("signed", 0, 1), ("not_accepted", 1, 2), ("served", 1, 1)), "served"),
    "returned": ((("signed", 0, 1), ("returned", 1, 2)), "returned"),
    "signed late": ((("signed", 4, 4), ("accepted", 0, 1), ("granted", 1, 2), ("served", 0, 1)), "served"),
    "lapsed": ((("signed", 0, 1), ("correction_needed", 0, 1), ("lapsed", 3, 4)), "lapsed"),
    "corrected": (
        (("signed", 0, 1), ("correction_needed", 1, 1), ("correct", 0, 2), ("accepted", 1, 1), ("granted", 1, 2),
         ("served", 0, 1)), "served",
    ),
    "supplied": (
        (("signed", 0, 1), ("accepted", 0, 1), ("supplement", 0, 1), ("granted", 1, 2), ("served", 0, 1)), "served",
    ),
    "withdrawn": ((("signed", 0, 1), ("withdraw", 1, 2)), "withdrawn"),
    "corrected by hand": (
        (("signed", 0, 1), ("correction_needed", 0, 1), ("corrected", 1, 2), ("accepted", 0, 1), ("granted", 1, 2),
         ("served", 0, 1)), "served",
    ),
    "suspended": (
        (("signed", 0, 1), ("accepted", 0, 1), ("suspended", 0, 1), ("resumed", 2, 3), ("granted", 1, 2),
         ("served", 0, 1)), "served",
    ),
    "turned away": ((), "returned"),
}  # fmt: skip
_EVERYWHERE = ("straight", "straight", "straight", "at once", "refused", "not accepted", "signed late")
_ANSWERING = ("returned", "lapsed", "corrected", "corrected", "withdrawn", "turned away")
_BY_HAND = ("returned", "lapsed", "corrected by hand", "suspended")
FAULTS: Mapping[str, tuple[Mapping[str, object], ...]] = {
    "net-qy": (
        {"do": "take_then_drop"}, {"do": "later", "after_s": 60}, {"do": "busy"}, {"do": "already"},
        {"do": "expire_secret"},
    ),
    "net-gd": ({"do": "take_then_drop"}, {"do": "busy"}),
    "net-cs": ({"do": "take_then_drop"}, {"do": "busy"}, {"do": "expire_secret"}),
    "net-desk": (),
}  # fmt: skip
FAULTY = 0.3  # of the messages


@dataclass(frozen=True, slots=True)
class Step:
    at_ms: int
    what: str

    @property
    def here(self) -> bool:
        """Whether the receiving place does it."""
        return self.what in _HERE


@dataclass(frozen=True, slots=True)
class Story:
    """One case. fault: what the platform does to its message, empty for nothing; ends: the state it comes to."""

    number: int
    plot: str
    caller: str
    here: Place
    there: Place
    item: str
    received_ms: int
    steps: tuple[Step, ...]
    ends: str
    fault: Mapping[str, object]


def drawn(seed: int, cases: int) -> list[Story]:
    """The stories of a month, in the order in which their papers are received."""
    chance = Random(seed)
    partners = _turns(chance)
    stories = [_story(chance, number, next(partners)) for number in range(1, cases + 1)]
    return sorted(stories, key=lambda each: (each.received_ms, each.number))


def _story(chance: Random, number: int, partner: Place) -> Story:
    """One case in eight goes the other way, from a county to 慈溪."""
    if number % 8 == 0:
        caller, here, there = "qianyun", chance.choice(COUNTIES), HOME
    else:
        caller, here, there = "cixi", HOME, partner
    plot = chance.choice(plots_of(there))
    received = _moment(chance, BEGINS, chance.randint(0, LATEST_DAY))
    steps, ends = PLOTS[plot]
    told: Mapping[str, object] = {}
    if plot == "turned away":
        told = {"do": "refuse"} if there.platform == "net-qy" else {"do": "partly"}
    elif FAULTS[there.platform] and chance.random() < FAULTY:
        told = chance.choice(FAULTS[there.platform])
    return Story(
        number, plot, caller, here, there, chance.choice(there.items), _ms(received),
        tuple(_scheduled(chance, received, steps)), ends, told,
    )  # fmt: skip


def _turns(chance: Random) -> Iterator[Place]:
    """Half of the cases go to the counties, the other half to the four others; every place has its turn."""
    while True:
        others = PARTNERS[len(COUNTIES) :] * 3
        yield from chain.from_iterable(
            zip(chance.sample(COUNTIES, 12), chance.sample(others, 12), strict=True)
        )


def plots_of(there: Place) -> Sequence[str]:
    if there.is_desk:
        return (*_EVERYWHERE, *_BY_HAND)
    more = (*_ANSWERING, "supplied") if there.lends else _ANSWERING
    return (*_EVERYWHERE, *more) if there.answers else _EVERYWHERE


def _scheduled(chance: Random, received: datetime, steps: Sequence[tuple[str, int, int]]) -> list[Step]:
    at, found = received, list[Step]()
    for what, least, most in steps:
        at = _moment(chance, at, chance.randint(least, most))
        found.append(Step(_ms(at), what))
    return found


def _moment(chance: Random, after: datetime, days: int) -> datetime:
    """Some working days later, within working hours; the same day at least half an hour later, else the next."""
    day = after
    for _ in range(days):
        day = _next_day(day)
    if day.date() == after.date():
        later = after + timedelta(minutes=chance.randint(30, 150))
        if later.hour < 17:
            return later
        day = _next_day(day)
    return day.replace(hour=9, minute=0) + timedelta(minutes=chance.randint(0, 240))


def _next_day(day: datetime) -> datetime:
    day += timedelta(days=1)
    while day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
