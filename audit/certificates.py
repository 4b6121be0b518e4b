"""Certificates of completeness (完整性证书): text that says, bound to a checkpoint, how every exchange stands.

docs/evidence.md, Certificate, says it byte by byte; nothing here reads a log.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from audit.order import ENDS

HEADER = "tongban-certificate@v1"
CHARACTERS_AT_MOST = 64_000_000
DAYS_AT_MOST = 4_000
COUNTED = (
    "admitted",
    *(end.removeprefix("exchange.") for end in sorted(ENDS)),
    "open",
    "unlawful",
    "reads",
)
_COUNT = re.compile(r"(?:before|day [0-9-]{10})((?: [a-z]+ [0-9]{1,18})+)", re.ASCII)
_DAY = re.compile(r"(from|to) ([0-9]{4}-[0-9]{2}-[0-9]{2})")


class CertificateUnreadable(ValueError):
    """The text is no certificate; says which part is missing."""


@dataclass(frozen=True, slots=True)
class Days:
    """China days from the first to the last, both included; at most DAYS_AT_MOST, else ValueError."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < DAYS_AT_MOST:
            raise ValueError(f"the days end before they begin, or are more than {DAYS_AT_MOST}")

    def __iter__(self) -> Iterator[date]:
        return (self.first + timedelta(days=after) for after in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class Reckoning:
    """How the exchanges stand that were admitted up to the last of the days.

    counts: by the day of admission, those before the first day under None. lost: epoch, first and last lost
    position. open: exchange and position of its first entry. unlawful: position, code and exchange.
    """

    days: Days
    counts: dict[date | None, Counter[str]]
    lost: list[tuple[int, int, int]] = field(default_factory=list)
    open: list[tuple[str, int]] = field(default_factory=list)
    unlawful: list[tuple[int, str, str | None]] = field(default_factory=list)

    def total(self, name: str) -> int:
        return sum(counts[name] for counts in self.counts.values())


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate apart, nothing of it verified: its days, its lines, the checkpoint, whether it is signed."""

    days: Days
    lines: list[str]
    note: str
    signed: bool


def write_certificate(reckoning: Reckoning, note: str) -> str:
    """The certificate, unsigned: what is reckoned from the entries that `note` signs, an empty line, the note."""
    return "\n".join([HEADER, *lines_of(reckoning), "", note])


def read_certificate(text: str) -> Certificate:
    """The parts. Raises CertificateUnreadable."""
    parts = text.split("\n\n")
    lines = parts[0].split("\n")
    if len(parts) not in (3, 4) or len(lines) < 3 or lines[0] != HEADER:
        raise CertificateUnreadable(f"a certificate begins with the line {HEADER} and holds a checkpoint")
    try:
        days = Days(_day(lines[1], "from"), _day(lines[2], "to"))
    except ValueError as error:
        raise CertificateUnreadable(str(error)) from error
    checkpoint, signatures = parts[1:3]
    note = f"{checkpoint}\n\n{signatures}" + ("\n" if len(parts) == 4 else "")
    return Certificate(days, lines[1:], note, len(parts) == 4)


def lines_of(reckoning: Reckoning) -> list[str]:
    days = reckoning.days
    return [
        f"from {days.first}",
        f"to {days.last}",
        f"before {_counts(reckoning.counts.get(None))}",
        *(f"day {day} {_counts(reckoning.counts.get(day))}" for day in days),
        *(f"lost {epoch} {first} {last}" for epoch, first, last in reckoning.lost),
        *(f"open {position} {json.dumps(exchange)}" for exchange, position in reckoning.open),
        *(
            f"unlawful {position} {code}" + (f" {json.dumps(exchange)}" if exchange is not None else "")
            for position, code, exchange in reckoning.unlawful
        ),
    ]


def stated_totals(certificate: Certificate) -> tuple[int, int, int]:
    """How many exchanges are admitted, open, have unlawful entries, over all days, as the certificate states."""
    found = (_COUNT.fullmatch(line) for line in certificate.lines)
    words = [each[1].split() for each in found if each]
    counts = [dict(zip(some[::2], map(int, some[1::2]), strict=True)) for some in words]
    admitted, still_open, unlawful = (
        sum(each.get(name, 0) for each in counts) for name in ("admitted", "open", "unlawful")
    )
    return admitted, still_open, unlawful


def different(stated: Sequence[str], due: Sequence[str]) -> Iterator[tuple[int | None, str]]:
    """What two lists of lines do not share: number and text of a line that is stated, None and one that is due."""
    expected, said = set(due), set(stated)
    for number, line in enumerate(stated, 2):
        if line not in expected:
            yield number, line
    yield from ((None, line) for line in due if line not in said)
    if expected == said and list(stated) != list(
        due
    ):  # the same lines in another order, or one of them twice
        yield next(
            (number, line)
            for number, line in enumerate(stated, 2)
            if number - 2 >= len(due) or line != due[number - 2]
        )


def _counts(counts: Counter[str] | None) -> str:
    return " ".join(f"{name} {(counts or Counter())[name]}" for name in COUNTED)


def _day(line: str, word: str) -> date:
    found = _DAY.fullmatch(line)
    if not found or found[1] != word:
        raise CertificateUnreadable(f"the line `{word}` and a day is missing")
    return date.fromisoformat(found[2])
