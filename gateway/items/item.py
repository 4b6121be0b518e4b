"""An item of one division as the catalogue has it, and what may be asked of it on a day.

Rows are named tuples: they are made from database rows by the dozen for each alignment.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from gateway.items.codes import normalise
from gateway.items.problems import CancelledItem, NotYetValid, SuspendedItem

State = Literal["in_use", "suspended", "cancelled"]
Standing = Literal["in_force", "not_yet_valid", "suspended", "cancelled"]

NATION = "000000"  # the division under which the national catalogue itself is kept


class Item(NamedTuple):
    """事项: one version of one item of one division.

    Codes are normalised; `local_code` is as its owner writes it, and so is `local_catalog_code` (地方目录编码): its
    number in the catalogue of the place, beside the national basic code; nothing is decided by it.
    Dates are ISO days, half-open [valid_from, valid_to), empty for open; service_objects is joined by ^,
    empty for everybody. situation is what a handling item is for (情形), empty for every one.
    """

    division: str
    code: str
    version: int = 1
    kind: str = "implementation"
    name: str = ""
    basic_code: str = ""
    implementation_code: str = ""
    handling_code: str = ""
    local_code: str = ""
    type: str = ""
    level: str = ""
    unit: str = ""
    unit_name: str = ""
    service_objects: str = ""
    state: str = "in_use"
    valid_from: str = ""
    valid_to: str = ""
    superseded_by: str = ""
    situation: str = ""
    local_catalog_code: str = ""

    def serves(self, service_object: str) -> bool:
        """Whether the item is for this kind of applicant (服务对象), or for one of several joined by ^."""
        if not self.service_objects:
            return True
        return not set(self.service_objects.split("^")).isdisjoint(service_object.split("^"))


class Declared(NamedTuple):
    """A declared alignment (对码): this item here is that item there, in a period, and on whose word.

    A situation (情形) narrows its side; empty: every situation here, or none in particular there.
    confirmed_by: who confirmed the suggestion that it was, joined by a comma; empty where nobody suggested it.
    """

    id: str
    here_division: str
    here_code: str
    there_division: str
    there_code: str
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    here_situation: str = ""
    there_situation: str = ""
    confirmed_by: str = ""

    def turned(self) -> "Declared":
        """The same word read from the other side."""
        there, here = (self.there_division, self.there_code), (self.here_division, self.here_code)
        situations = self.there_situation, self.here_situation
        return Declared(
            self.id,
            *there,
            *here,
            self.valid_from,
            self.valid_to,
            self.source,
            *situations,
            self.confirmed_by,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """An item code as the caller knows it, from where to where.

    unit:           USCC of the unit over there, when the caller names it
    service_object: kind of applicant (服务对象), C0109: 1 natural person, 2 enterprise …; several joined by ^ if it
                    is one of them; None: not known
    at:             China date of receipt (收件), never "now"
    situation:      the situation (情形) in the words of the caller's side; None: not known
    version:        of the item over there, against which the case was filled; None: not said
    """

    code: str
    here_division: str
    there_division: str
    unit: str | None
    service_object: str | None
    at: date
    situation: str | None = None
    version: int | None = None


@lru_cache(maxsize=4096)
def situation_key(written: str) -> str:
    """A situation as it is compared: width, case and blanks make no difference, words do."""
    return "".join(unicodedata.normalize("NFKC", written).split()).casefold()


@lru_cache(maxsize=8192)  # asked seven times per alignment
def places(division: str) -> tuple[str, ...]:
    """The divisions whose items may be competent for a place, the nearest first.

    Village, town, county, prefecture, province; a division is written with 6, 9 or 12 digits.
    """
    county, prefecture, province = division[:6], division[:4] + "00", division[:2] + "0000"
    if county == province:
        above: tuple[str, ...] = (province,)
    else:
        above = (prefecture, province) if county == prefecture else (county, prefecture, province)
    if len(division) == 6:
        return above
    below = (division[:12], division[:9])
    return (*(dict.fromkeys(place for place in below if place[-3:] != "000")), *above)


def short_division(division: str) -> str:
    """The same place without the zeros that pad a code of 9 or 12 digits."""
    while len(division) > 6 and division.endswith("000"):
        division = division[:-3]
    return division


def covers(valid_from: str, valid_to: str, day: str) -> bool:
    """Whether an ISO day lies in [valid_from, valid_to)."""
    return valid_from <= day and (not valid_to or day < valid_to)


def standing(item: Item, day: str) -> Standing:
    """What the item is on a day. A dated cancellation counts from its date, an undated one always."""
    if item.valid_from > day:
        return "not_yet_valid"
    if item.valid_to and item.valid_to <= day:
        return "cancelled"
    if item.state == "cancelled" and not item.valid_to:
        return "cancelled"
    return "suspended" if item.state == "suspended" else "in_force"


def require_in_force(item: Item, day: str) -> Item:
    """The item itself; raises CancelledItem, SuspendedItem or NotYetValid when not in force on the day."""
    found = standing(item, day)
    if found == "cancelled":
        raise CancelledItem(
            code=item.code, division=item.division, since=item.valid_to, superseded_by=item.superseded_by
        )
    if found == "suspended":
        raise SuspendedItem(code=item.code, division=item.division)
    if found == "not_yet_valid":
        raise NotYetValid(**{"code": item.code, "division": item.division, "from": item.valid_from})
    return item


def versions_on(items: Iterable[Item], day: str) -> list[Item]:
    """Of each code of each division the version of that day: the newest that has begun, else the first.

    A later version ends the earlier ones, also where their end was never written down. In the order of divisions
    and codes: no answer depends on the order in which rows are read.
    """
    chosen: dict[tuple[str, str], Item] = {}
    for item in items:
        key = (item.division, item.code)
        rival = chosen.get(key)
        if rival is None or _speaks_before(item, rival, day):
            chosen[key] = item
    return [chosen[key] for key in sorted(chosen)]


def _speaks_before(item: Item, rival: Item, day: str) -> bool:
    begun, rival_begun = item.valid_from <= day, rival.valid_from <= day
    if begun != rival_begun:
        return begun
    return item.version > rival.version if begun else item.valid_from < rival.valid_from


def own_places(question: Question) -> tuple[str, ...]:
    """Where the caller's own item may be kept: around the caller, or in the national catalogue itself."""
    return (*places(question.here_division), NATION)


def going_by(items: Sequence[Item], key: str) -> list[Item]:
    """Items with the (non-empty) code; if none, with that local code; if none, those that it is a part of."""
    return (
        [item for item in items if item.code == key]
        or [item for item in items if key == normalise(item.local_code)]
        or [item for item in items if key in (item.implementation_code, item.basic_code)]
    )
