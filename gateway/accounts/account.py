"""An account (账号): a role, and the divisions and units that it sees. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from gateway.settings.agreements import prefix_of
from gateway.store.accounts import AccountRow

Role = Literal["auditor", "operator", "engineer", "window", "administrator"]
Desk = Literal[
    "search", "case", "contents", "types", "unmask", "unmaskings", "readers", "bundle", "held", "overdue",
    "unsigned", "deferred", "health", "review", "agreements", "releases", "figures", "checkpoints", "saved",
    "settle", "align", "parcel", "accounts", "work",
]  # fmt: skip
ROLES: tuple[Role, ...] = get_args(Role)
TEXTS: dict[Role, tuple[str, str]] = {
    "auditor": ("审计", "auditor"),
    "operator": ("运维", "operator"),
    "engineer": ("接入工程师", "engineer"),
    "window": ("窗口", "window"),
    "administrator": ("账号管理", "administrator"),
}
_READ: frozenset[Desk] = frozenset({
    "search", "case", "held", "overdue", "unsigned", "deferred", "health", "agreements", "releases", "figures",
    "checkpoints", "saved",
})  # fmt: skip
# What a role may open; a page that it may not open is not there for it. `contents` is what a case says, masked;
# `types` its types and lengths; `unmask` asking for it as it stands; `unmaskings` answering others who ask;
# `readers` who looked at a case; `bundle` its evidence to take away; `settle`, `align` and `parcel` are
# what a person may say: what became of an exchange, which item is which, what came by post to their own window;
# `accounts` those that see no more than oneself does; `work` the list of one's own units.
MAY: dict[Role, frozenset[Desk]] = {
    "auditor": _READ | {"contents", "unmask", "unmaskings", "readers", "bundle", "review"},
    "operator": _READ | {"settle"},
    "engineer": _READ - {"overdue", "unsigned", "checkpoints"} | {"contents", "types", "review", "align"},
    "window": frozenset(
        {
            "search",
            "case",
            "contents",
            "unmask",
            "unmaskings",
            "overdue",
            "unsigned",
            "agreements",
            "saved",
            "parcel",
            "work",
        }
    ),
    "administrator": frozenset({"accounts"}),
}
EVERYWHERE = "*"
NAME = re.compile(r"(?!.*[0-9]{10})[A-Za-z0-9._@-]{1,64}")  # it stands in entries: no person's number
DIVISION = re.compile(r"\*|[0-9]{6}([0-9]{3}){0,2}")
SUBJECT = re.compile(r"[!-~]{0,255}")  # OpenID Connect Core 1.0 §2
UNIT = re.compile(r"[0-9A-Z]{18}")


@dataclass(frozen=True, slots=True)
class Scope:
    """What an account sees: cases that come from or go to one of its places, and are decided by one of its units.

    places: the digits that divisions in them begin with; "" is everywhere. units: empty for every one.
    """

    places: tuple[str, ...]
    units: tuple[str, ...] = ()

    def covers(self, divisions: Sequence[str], units: Sequence[str]) -> bool:
        """Whether it has a case of these divisions (receiving, deciding), decided by one of these units."""
        placed = any(each.startswith(place) for each in divisions for place in self.places)
        return placed and (not self.units or any(unit in self.units for unit in units))

    def holds(self, other: "Scope") -> bool:
        """Whether the other one sees nothing that this one does not."""
        placed = all(any(each.startswith(place) for place in self.places) for each in other.places)
        return placed and (not self.units or (bool(other.units) and set(other.units) <= set(self.units)))


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who is signed in."""

    name: str
    role: Role
    scope: Scope

    def may(self, desk: Desk) -> bool:
        return desk in MAY[self.role]


def account_of(row: AccountRow) -> Account:
    places = tuple("" if place == EVERYWHERE else prefix_of(place) for place in row.divisions.split())
    role: Role = next(each for each in ROLES if each == row.role)
    return Account(row.name, role, Scope(places, tuple(row.units.split())))


def misshapen(row: AccountRow) -> str:
    """A word for what of it is not in its form, of WORDS of the console; empty where all of it is."""
    checks = {
        "no_account_name": NAME.fullmatch(row.name),
        "no_role": row.role in ROLES,
        "no_places": row.divisions and all(map(DIVISION.fullmatch, row.divisions.split())),
        "no_units": all(map(UNIT.fullmatch, row.units.split())),
        "no_last_day": not row.until_on or _is_day(row.until_on),
    }
    return next((word for word, good in checks.items() if not good), "")


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def is_good(row: AccountRow, today: date) -> bool:
    """Whether it may be used on a China day."""
    return not row.disabled and (not row.until_on or today <= date.fromisoformat(row.until_on))
