"""Single values of a row, as text in and text out. Pure; remembered, since a list says few of them often."""

import re
from datetime import date, datetime
from functools import lru_cache

from gateway.items.codes import normalise, unit_faults
from gateway.items.item import short_division

# 事项状态: our word, the national term; its codes mean different things in two tables (domain of `Profile.states`)
STATES = {
    **dict.fromkeys(("in_use", "在用"), "in_use"),
    **dict.fromkeys(("suspended", "暂停"), "suspended"),
    **dict.fromkeys(("cancelled", "取消"), "cancelled"),
}
IN_USE = {"1": "in_use", "2": "suspended", "3": "cancelled"}
PUBLICATION = {"1": "in_use", "2": "in_use"}
UNPUBLISHED = frozenset("03")
STATE_CODES = {"use": IN_USE, "publication": PUBLICATION, "": {"1": "in_use"}}
_DIVISION = re.compile(r"[0-9]{6}(?:[0-9]{3}){0,2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BETWEEN = re.compile(r"[\^,，、;；|\s]+")
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@lru_cache(maxsize=4096)
def division_of(text: str) -> str:
    """The division without the zeros that pad it; empty for what is none."""
    return short_division(text) if _DIVISION.fullmatch(text) else ""


@lru_cache(maxsize=4096)
def day_of(text: str, forms: tuple[str, ...]) -> str:
    """The ISO day; empty for what is none in these forms of strptime."""
    if _DAY.fullmatch(text):
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return ""
    for form in forms:
        if form == "%Y-%m-%d":
            continue
        try:
            return datetime.strptime(text, form).date().isoformat()
        except ValueError:
            continue
    return ""


@lru_cache(maxsize=4096)
def several(text: str) -> str:
    """Several values in one cell, joined by ^, whatever stood between them."""
    return "^".join(part for part in _BETWEEN.split(text) if part)


@lru_cache(maxsize=4096)
def unit_of(text: str) -> str:
    return normalise(text)


@lru_cache(maxsize=4096)
def is_unit(unit: str) -> bool:
    """Whether a normalised unit is a sound unified social credit code."""
    return len(unit) == 18 and not unit_faults(unit)


@lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """A heading or a word of a table in simplified script, as profiles have it; for comparison only."""
    try:
        text.encode("gb2312")  # which has no character of the traditional script alone
    except UnicodeEncodeError:
        from gateway.items.likeness.fold import in_simplified_script  # its dictionaries take a while

        return in_simplified_script(text)
    return text


def is_fit(text: str) -> bool:
    """Whether every database can hold the text, and every document carry it."""
    return text.isprintable() or _UNFIT.search(text) is None
