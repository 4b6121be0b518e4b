"""Unified social credit codes (统一社会信用代码, GB 32100) of the units that carry items out."""

from collections.abc import Iterator
from functools import lru_cache

from gateway.items.problems import Problem
from gateway.items.vocabulary import OTHER_DEPARTMENTS, UNIT_CLASSES

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I O S V Z
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def uscc_check_character(unit: str) -> str:
    """Check character (mod 31, GB 32100) for the first 17 of a unit's code, all in its alphabet."""
    total = sum(USCC_ALPHABET.index(c) * w for c, w in zip(unit[:17], _USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


@lru_cache(maxsize=4096)
def unit_faults(unit: str) -> tuple[Problem, ...]:
    """What is wrong with a unified social credit code of 18 characters; few of them fill a list."""
    return tuple(_unit_faults(unit))


def _unit_faults(unit: str) -> Iterator[Problem]:
    strange = [place for place, character in enumerate(unit, 1) if character not in USCC_ALPHABET]
    if strange:
        yield Problem("code", "code_uscc_character", {"position": strange[0]})
    elif (expected := uscc_check_character(unit)) != unit[17]:
        yield Problem("code", "code_uscc_check", {"unit": unit, "expected": expected})
    if unit[:2] not in UNIT_CLASSES and unit[0] not in OTHER_DEPARTMENTS:
        yield Problem("code", "code_uscc_class", {"found": unit[:2]})
