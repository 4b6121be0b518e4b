"""How far a platform has come (等级): every finding names the grade that it stands in the way of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from mappings.problems import Finding

DATABASE = "database/"  # how the keys of exemptions begin that only a look at a real database wants


class Grade(IntEnum):
    """bronze: nothing can be lost, doubled or misread by what is declared.
    silver: every answer and every code that may come was thought of, and is shown by a sample.
    gold: no more is asked of a person than the platform needs, and an open outcome can be settled.
    platinum: both sides have tried it, and signed.
    """

    BRONZE = 1
    SILVER = 2
    GOLD = 3
    PLATINUM = 4

    @property
    def word(self) -> str:
        return self.name.lower()


NAMES = tuple(grade.word for grade in Grade)


@dataclass(frozen=True, slots=True)
class Graded:
    """A finding, and the grade that is not reached while it stands.

    exempt: the key under `exempt:` in platform.yaml that answers for it with a reason; "" where none can.
    """

    grade: Grade
    finding: Finding
    exempt: str = ""

    def __str__(self) -> str:
        return f"{self.finding} [{self.grade.word}]"


def reached(findings: Iterable[Graded]) -> Grade | None:
    """The highest grade that no finding stands in the way of; None before bronze."""
    lowest = min((each.grade for each in findings), default=None)
    if lowest is None:
        return Grade.PLATINUM
    return Grade(lowest - 1) if lowest > Grade.BRONZE else None


def answered(findings: Iterable[Graded], exempt: Mapping[str, str]) -> list[Graded]:
    """Without those that platform.yaml answers for."""
    return [each for each in findings if not each.exempt or each.exempt not in exempt]


def unused(findings: Iterable[Graded], exempt: Mapping[str, str]) -> list[str]:
    """Exemptions that answer for nothing any more, of the kinds that a check knows."""
    wanted = {each.exempt for each in findings}
    return sorted(key for key in exempt if "/" in key and key not in wanted)
