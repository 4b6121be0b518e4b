"""Our numbers for a case, in the form that the platform asks for, from durable sequences.

A block of a sequence is reserved at a time, so that a number costs no commit of its own; after a restart the
rest of a block is skipped. Gaps are lawful, repetitions are not.
The last tenth of the serials of a form is for test cases: those that begin with 9 in their full width.
"""

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Protocol

from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.store import cases, marks
from gateway.store.store import Store, Transaction

BLOCK = 16  # of a scope the first; each is twice the one before, so that no more is skipped than was used
LARGEST_BLOCK = 128
BEHIND_LOST_MS = 48 * 3_600_000  # then the day is over of which sequences may have been lost
_PART_FORMS = {  # an item need not have every code
    "basic_code": "(?:[0-9A-Z]{12})?", "implementation_code": "(?:[0-9A-Z]{31})?",
    "handling_code": "(?:[0-9A-Z]{33})?", "division": "[0-9]{6}(?:[0-9]{3}){0,2}", "yyyymmdd": "[0-9]{8}",
    "yymmdd": "[0-9]{6}",
}  # fmt: skip
_UNBOUNDED = 12  # digits of serials of test cases where a form says no width
_PLACEHOLDER = re.compile(r"\{([a-z_]+)(?::(\d+))?\}")


def form(template: str, parts: Mapping[str, str], serial: int) -> str:
    """Fill a number form such as `{implementation_code}{yyyymmdd}{serial:4}`.

    Raises KeyError for a part that is not there, Refusal numbers_exhausted if the serial outgrows its width.
    """

    def fill(match: re.Match[str]) -> str:
        name, width = match.group(1), int(match.group(2) or 0)
        if name != "serial":
            return parts[name]
        text = str(serial).zfill(width)
        if width and len(text) > width:
            raise Refusal("numbers_exhausted")
        return text

    return _PLACEHOLDER.sub(fill, template)


def serials_for_tests(template: str) -> range:
    """Serials of a number form that are given to test cases, and never to a real one."""
    found = next(match for match in _PLACEHOLDER.finditer(template) if match[1] == "serial")
    first = 9 * 10 ** (int(found[2] or _UNBOUNDED) - 1)
    return range(first, first // 9 * 10)


def form_pattern(template: str) -> re.Pattern[str]:
    """What every number of a form looks like; whether it was ever given, it does not tell."""
    pattern, end = "", 0
    for match in _PLACEHOLDER.finditer(template):
        name, width = match.group(1), int(match.group(2) or 0)
        serial = f"[0-9]{{{width}}}" if width else "[0-9]+"
        part = serial if name == "serial" else _PART_FORMS[name]
        pattern += re.escape(template[end : match.start()]) + part
        end = match.end()
    return re.compile(pattern + re.escape(template[end:]))


def parts_of(item: Mapping[str, str], division: str, at_ms: int) -> dict[str, str]:
    """What a number form may name: the codes of the item over there, its division, the China date."""
    day = china_day(at_ms).isoformat().replace("-", "")
    codes = {
        name: str(item.get(name) or "") for name in ("basic_code", "implementation_code", "handling_code")
    }
    return {**codes, "division": division, "yyyymmdd": day, "yymmdd": day[2:]}


def _reserve(tx: Transaction, scope: str, count: int) -> int:
    """The first number of a block; a sequence that a lost log may have begun begins behind what that one used."""
    lost = marks.one(tx.connection, marks.NUMBERS)
    skipped = int(lost[0]) if lost and tx.now_ms < lost[1] + BEHIND_LOST_MS else 0
    return cases.take_numbers(tx.connection, scope, count, first=1 + skipped)


class Serials(Protocol):
    """What numbers cases. for_tests: they are test cases, which are marked as such."""

    @property
    def for_tests(self) -> bool: ...

    async def serial(self, scope: str, form: str) -> int:
        """The next one of a scope for numbers of this form. Raises Refusal numbers_exhausted."""
        ...


class Sequences:
    """Serial numbers by scope, reserved in blocks."""

    for_tests = False

    def __init__(self, store: Store, *, most_scopes: int = 4096) -> None:
        self._store = store
        self._most_scopes = most_scopes
        self._blocks: dict[str, tuple[range, int]] = {}  # what is left of the newest, and how large that was
        self._locks: dict[str, asyncio.Lock] = {}

    async def serial(self, scope: str, form: str) -> int:
        """The next of those that are not for test cases. Raises Refusal numbers_exhausted."""
        serial = await self.take(scope)
        if serial >= serials_for_tests(form).start:
            raise Refusal("numbers_exhausted")
        return serial

    async def take(self, scope: str) -> int:
        """The next number of a scope, counted from 1; never given twice, not even across a crash."""
        if (
            len(self._blocks) > self._most_scopes
        ):  # scopes of past days; what was left of their blocks is skipped
            self._blocks.clear()
            self._locks = {name: lock for name, lock in self._locks.items() if lock.locked()}
        async with self._locks.setdefault(scope, asyncio.Lock()):
            left, size = self._blocks.get(scope, (range(0), BLOCK // 2))
            if not left:
                size = min(2 * size, LARGEST_BLOCK)
                first = await self._store.write(partial(_reserve, scope=scope, count=size))
                left = range(first, first + size)
            self._blocks[scope] = left[1:], size
            return left[0]
