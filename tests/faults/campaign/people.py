"""Cases of made-up persons, every one another: who has taken whose case can be told apart."""

import copy
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from tests.bench.bodies import identity_number
from tests.fakes.fixtures import case
from tests.faults.later import OWED, body_of

TEMPLATES = {"sim-gd": "gd-agent", "sim-gx": "gx-person", "sim-bare": "gd-person"}
SHARES = (4, 4, 3)
AT_FRONTS = {"sim-table": "440281", "sim-folder": "440282"}
DOOMED, OWES = 0.05, 0.2
PATHS = {"case.correct": "correction", "case.supplement": "supplement", "case.withdraw": "withdrawal"}


@dataclass(slots=True)
class Later:
    """What comes to a case later, under its own Idempotency-Key.

    told: as of an errand, or why it was not admitted.
    """

    operation: str
    key: str
    body: dict[str, Any] = field(repr=False)
    ids: set[str] = field(default_factory=set)
    told: str = ""
    tries: int = 0
    strange: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Errand:
    """One case under one Idempotency-Key, and what its caller was told about it.

    doomed:  the platform refuses this person, however often it is asked.    owes: a material comes later.
    case:    its id, once it is acknowledged.    later: what came to it since.
    ids:     of exchanges, out of every answer; there may be one only.
    told:    what was promised last: "" (nothing as yet), open, delivered, refused.
    strange: answers that no caller should get.
    """

    key: str
    platform: str
    person: str
    caller: str
    document: dict[str, Any] = field(repr=False)
    doomed: bool = False
    owes: bool = False
    case: str = ""
    later: list[Later] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    told: str = ""
    tries: int = 0
    strange: list[str] = field(default_factory=list)


class People:
    """An endless line of applicants with business in three places."""

    def __init__(self, chance: Random, numbers: "count[int]", *, fronts: bool = False) -> None:
        self._chance = chance
        self._numbers = numbers
        self._templates = {platform: _template(name) for platform, name in TEMPLATES.items()}
        self._shares = SHARES
        if fronts:
            person = self._templates["sim-bare"]
            self._templates |= {name: {**person, "division": there} for name, there in AT_FRONTS.items()}
            self._shares = (*SHARES, 3, 3)

    def next(self) -> Errand:
        (platform,) = self._chance.choices(tuple(self._templates), self._shares)
        number = next(self._numbers)
        document = copy.deepcopy(self._templates[platform])
        person = document["applicant"]["id_number"] = identity_number(number)
        caller = "guichi" if document["receiving"]["division"] == "341702" else "cixi"
        doomed = platform == "sim-gd" and self._chance.random() < DOOMED
        owes = platform == "sim-gd" and self._chance.random() < OWES
        if owes:
            document["materials"][0] |= OWED
        return Errand(f"key-{number:06d}", platform, person, caller, document, doomed, owes)


def comes_later(errand: Errand, operation: str) -> Later:
    """Something new comes to this case."""
    key = f"{errand.key}-later-{len(errand.later)}"
    errand.later.append(Later(operation, key, body_of(operation, TEMPLATES[errand.platform])))
    return errand.later[-1]


def _template(name: str) -> dict[str, Any]:
    document = case(name)
    document["applicant"].pop("birth_date", None)
    document["applicant"].pop("sex", None)  # the numbers are of either
    return document
