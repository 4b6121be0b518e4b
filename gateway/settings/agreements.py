"""Agreements (通办协议): what may pass from which place to which, since when, on the ground of which document.

Each stands in conf/agreements/NAME.yaml. While none stands there, nothing is held against any; as soon as one
does, what no agreement covers is refused. A case is asked about once, as of the day on which its papers were
received (收件); what was admitted is followed to its end, whatever the agreements say later.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Annotated, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

Mode = Literal["full_online", "collect_for", "joint"]
Power = Literal["receive", "verify_originals", "tell_once", "serve"]
# what windows lend each other (domain: mutual-trust agreements delegate these four)
POWERS = {
    "receive": "收件权",
    "verify_originals": "原件核验权",
    "tell_once": "一次性告知权",
    "serve": "送达权",
}
Place = Annotated[str, Field(pattern=r"^[0-9]{6}([0-9]{3}){0,2}$")]
Party = Annotated[tuple[Place, ...], Field(min_length=1)]
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LEVELS = (0, 2, 4, 6, 9, 12)  # the nation, province, prefecture, county, town, village: digits that name one


def _written(day: str) -> str:
    """A day as it must be written: pydantic itself would read 20260101 as seconds since 1970."""
    if not _DAY.fullmatch(day):
        raise PydanticCustomError("day", "a day is written YYYY-MM-DD")
    return day


Day = Annotated[date, BeforeValidator(_written)]


class _Declared(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class _Dated(_Declared):
    valid_from: Day
    valid_to: Day | None = None  # half-open: the first day on which it no longer holds

    @field_validator("valid_to")
    @classmethod
    def _after_it_begins(cls, valid_to: date | None, others: ValidationInfo) -> date | None:
        begin = others.data.get("valid_from")
        if valid_to is not None and begin is not None and valid_to <= begin:
            raise PydanticCustomError("too_small", "it ends before it begins", {"least": f"after {begin}"})
        return valid_to

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Opening(_Dated):
    """A batch of items (批次) that is open from a day on; `per_day`: most cases a day, while it is tried out."""

    batch: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z._-]{0,39}$")]
    items: Annotated[tuple[str, ...], Field(min_length=1)]
    per_day: Annotated[int, Field(ge=1)] | None = None

    def has(self, codes: Iterable[str]) -> bool:
        """Whether one of the codes of an item, here or there, is among these; patterns end in `*`."""
        return any(fnmatchcase(code, pattern) for code in codes if code for pattern in self.items)


class SignWithin(_Declared):
    """Within how many days, counted from the day after, the unit signs for what is handed over to it (签收)."""

    days: Annotated[int, Field(ge=0, le=365)]
    unit: Literal["working_days", "calendar_days"] = "working_days"


class Agreement(_Dated):
    """conf/agreements/NAME.yaml. between: two parties, each of places with everything that lies in them."""

    agreement: Annotated[str, Field(pattern=r"^[0-9a-z][0-9a-z-]{0,39}$")]
    title: str
    document: Annotated[str, Field(min_length=1, max_length=80)]
    between: tuple[Party, Party]
    direction: Literal["both", "forth"] = "both"
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)]
    powers: tuple[Power, ...] = ()
    sign_within: SignWithin | None = None
    openings: tuple[Opening, ...] = ()

    @field_validator("openings")
    @classmethod
    def _each_batch_once(cls, openings: tuple[Opening, ...]) -> tuple[Opening, ...]:
        batches = [opening.batch for opening in openings]
        if again := sorted({batch for batch in batches if batches.count(batch) > 1}):
            raise PydanticCustomError("repeats", f"batch {again[0]} stands here twice")
        return openings

    def joins(self, here: str, there: str) -> bool:
        """Whether it speaks of cases that go from one division to another."""
        one, other = self.between
        forth = _among(here, one) and _among(there, other)
        return forth or (self.direction == "both" and _among(here, other) and _among(there, one))

    def speaks_of(self, here: str = "", there: str = "") -> bool:
        """Whether it concerns these places; an empty one is any."""
        if here and there:
            return self.joins(here, there)
        return not (here or there) or any(_among(here or there, party) for party in self.between)

    @property
    def digest(self) -> str:
        """SHA-256 of what it says, in hex; a limit that it does not set makes no other agreement of it."""
        unsaid = {"sign_within"} if self.sign_within is None else None
        return sha256(self.model_dump_json(exclude=unsaid).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HandOver:
    """What is to pass: from where to where, in which mode, which item (all its codes), on which powers."""

    here: str
    there: str
    mode: str
    codes: tuple[str, ...]
    powers: frozenset[str]
    day: date


class Agreed(NamedTuple):
    """On the ground of which agreement something passes, and as part of which batch."""

    agreement: Agreement
    opening: Opening

    @property
    def key(self) -> tuple[str, str]:
        """Under which cases of a capped batch are counted."""
        return self.agreement.agreement, self.opening.batch


class NotAgreed(Exception):
    """No agreement covers it; `code` says at what it fails, `facts` what to look at."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def agreed(agreements: Sequence[Agreement], asked: HandOver) -> Agreed | None:
    """The agreement that covers it; None where nothing is held against any. Of several one without a cap.

    Raises NotAgreed: no_agreement, mode_not_agreed, item_not_open, power_not_delegated, whichever is told only
    when everything before it is covered.
    """
    if not agreements:
        return None
    joining = [each for each in agreements if each.joins(asked.here, asked.there)]
    in_force = [each for each in joining if each.holds_on(asked.day)]
    if not in_force:
        later = _first(each.valid_from for each in joining if each.valid_from > asked.day)
        raise NotAgreed("no_agreement", here=asked.here, there=asked.there, **{"from": later})
    for_mode = [each for each in in_force if asked.mode in each.modes]
    if not for_mode:
        raise NotAgreed("mode_not_agreed", mode=asked.mode, document=_documents(in_force))
    fitting = [
        Agreed(each, opening) for each in for_mode for opening in each.openings if opening.has(asked.codes)
    ]
    open_ = [each for each in fitting if each.opening.holds_on(asked.day)]
    if not open_:
        later = _first(each.opening.valid_from for each in fitting if each.opening.valid_from > asked.day)
        raise NotAgreed("item_not_open", document=_documents(for_mode), **{"from": later})
    lent = [each for each in open_ if asked.powers <= set(each.agreement.powers)]
    if not lent:
        lacking = sorted(asked.powers - set(open_[0].agreement.powers))
        raise NotAgreed("power_not_delegated", powers=", ".join(lacking),
                        document=open_[0].agreement.document)  # fmt: skip
    return min(lent, key=lambda each: (each.opening.per_day is not None, each.agreement.agreement))


def powers_used(mode: str, *, verified_here: bool) -> frozenset[str]:
    """The powers of the other side that a hand-over makes use of.

    verified_here: a material counts as verified because the receiving unit has seen its original.
    """
    used: Iterator[str] = iter(["receive"] * (mode != "full_online") + ["verify_originals"] * verified_here)
    return frozenset(used)


def idle_modes(agreement: Agreement) -> list[str]:
    """Modes that stand in an agreement and in which nothing can pass, for want of a power that they use."""
    return [
        mode
        for mode in agreement.modes
        if not powers_used(mode, verified_here=False) <= set(agreement.powers)
    ]


def _among(division: str, party: Sequence[str]) -> bool:
    """Whether a division is one of these places, or lies in one of them."""
    return any(division.ljust(12, "0").startswith(prefix_of(place)) for place in party)


def prefix_of(place: str) -> str:
    """The digits that everything in a place begins with: 000000 none, 520000 is 52, 522700 is 5227."""
    padded = place.ljust(12, "0")
    return next(padded[:level] for level in _LEVELS if not padded[level:].strip("0"))


def _first(days: Iterable[date]) -> str:
    return min((day.isoformat() for day in days), default="")


def _documents(agreements: Iterable[Agreement]) -> str:
    return "、".join(dict.fromkeys(each.document for each in agreements))
