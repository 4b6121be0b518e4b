"""Deny by default: which operation, where it goes, for whom a caller speaks. Patterns as in a caller's rights."""

from fnmatch import fnmatchcase
from functools import lru_cache

from gateway.errors import Refusal
from gateway.exchange.asked import Asked
from gateway.items.item import short_division


def require_rights(asked: Asked) -> None:
    """Deny by default: the operation, where it goes, and for whom the caller speaks."""
    rights = asked.caller.rights
    if not allowed(rights.operations, asked.operation):
        raise Refusal("forbidden_operation", operation=asked.operation)
    division = asked.document.get("division")
    if isinstance(division, str) and not allowed(rights.divisions, *written(division)):
        raise Refusal("forbidden_division", division=_code(division))
    receiving = asked.document.get("receiving")
    sender = receiving.get("division") if isinstance(receiving, dict) else None
    if isinstance(sender, str) and not allowed(asked.caller.speaks_for, *written(sender)):
        raise Refusal("forbidden_sender", division=_code(sender))


@lru_cache(maxsize=4096)
def allowed(patterns: tuple[str, ...], *values: str) -> bool:
    """Whether one of the values, empty ones aside, fits one of the patterns of a right."""
    return any(fnmatchcase(value, pattern) for value in values if value for pattern in patterns)


def written(division: str) -> tuple[str, ...]:
    """The ways to write one place: as it was given, short, and padded to 12 digits."""
    short = short_division(division)
    return division, short, short.ljust(12, "0")


def _code(text: str) -> str:
    """A division as it may be repeated to the caller: digits, or nothing of what was sent."""
    return text if text.isdigit() and len(text) <= 12 else "?"
