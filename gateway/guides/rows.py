"""Cells of a list, by canonical path, become elements of a guide. Pure; a row is taken as it stands or refused."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.guides.limits import NoNumber, read_limit
from gateway.guides.sources import DIGITS_LOST
from gateway.guides.texts import Finding
from gateway.guides.vocabulary import TERMS, Codes, national
from mappings.problems import Refused
from mappings.words.any_times import any_date

Elements = dict[str, Any]
Tables = Mapping[str, Codes]
Cells = Mapping[str, str | list[str]]

_BETWEEN = re.compile(r"[\^,，、;；|\s]+")
_BETWEEN_NAMES = re.compile(r"\s*[\^;；|]\s*")
_NOTHING = frozenset({"", "null", "NULL", "Null", "\\N"})
_NUMBER = re.compile(r"[0-9]{1,5}")
_VERSION = re.compile(r"0*[1-9][0-9]{0,14}")

# Paths whose values are codes: of one, of several joined by ^ , 、 or ;
_CODED = {"item_type": "item_type", "case_type": "case_type", "unit.nature": "nature", "necessity": "necessity",
          "form": "form", "kind": "kind"}  # fmt: skip
_SEVERAL = {"reach": "reach", "levels": "levels", "service_objects": "service_objects"}
_NUMBERS = frozenset({"visits", "originals", "copies", "count"})
_DATES = frozenset({"valid_from", "valid_to"})
_TRUTHS = frozenset({"charged", "reducible"})
_LISTS = frozenset({*_SEVERAL, "situations", "bases"})
_LIMITS = ("promised", "statutory")
_OF_LIMIT = ("value", "unit", "explained")
_TRUST = frozenset("ABCD")


class _Bad(Exception):
    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


def tables_of(own: Mapping[str, Codes]) -> Tables:
    """The national tables, those of a platform in the place of theirs."""
    return {**{name: national(name) for name in TERMS}, **own}


def read_elements(cells: Cells, tables: Tables) -> tuple[Elements, list[Finding]]:
    """Cells by canonical path (`promised.value`); those that begin with @ are no elements. With what is wrong."""
    said = {path: text for path, text in cells.items() if path[:1] != "@" and not is_nothing(text)}
    elements: Elements = {}
    wrong: list[Finding] = []
    for path, text in said.items():
        if path.partition(".")[0] in _LIMITS:
            continue
        try:
            _place(elements, path, _value(path, text, tables))
        except _Bad as bad:
            wrong.append(Finding(path, bad.code, bad.facts))
    for name in _LIMITS:
        value, unit, explained = (str(said.get(f"{name}.{part}", "")) for part in _OF_LIMIT)
        try:
            limit = read_limit(value, unit, explained, tables["limit_unit"])
        except NoNumber:
            wrong.append(Finding(f"{name}.value", "guide_not_a_number"))
            continue
        if limit:
            elements[name] = limit
    return elements, wrong


def is_nothing(text: str | list[str]) -> bool:
    """Whether a cell says nothing: empty, or the null of a database that was written out."""
    return not text or (isinstance(text, str) and text in _NOTHING)


def _value(path: str, said: str | list[str], tables: Tables) -> Any:
    if isinstance(said, list) and path not in _LISTS:
        raise _Bad("guide_not_one")
    if said == DIGITS_LOST:
        raise _Bad("guide_digits_lost")
    if path in _SEVERAL:
        found = [_coded(_SEVERAL[path], each, tables) for each in _apart(said, _BETWEEN)]
        return list(dict.fromkeys(found))
    if path == "situations":
        return list(dict.fromkeys(_apart(said, _BETWEEN_NAMES)))
    if path == "bases":
        return said if isinstance(said, list) else [said]
    return _one(path, str(said), tables)


def _one(path: str, text: str, tables: Tables) -> Any:
    if path in _CODED:
        return _coded(_CODED[path], text, tables)
    if path in _TRUTHS:
        return _coded("yes_no", text, tables) == "yes"
    read = _READ.get(path)
    return read(text) if read else text


def _apart(said: str | list[str], between: re.Pattern[str]) -> list[str]:
    return said if isinstance(said, list) else [each for each in between.split(said) if each]


def _coded(table: str, text: str, tables: Tables) -> str:
    word = tables[table].get(text)
    if word is None:
        raise _Bad("guide_code_unmapped", found=text[:40], table=table)
    return word


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise _Bad("guide_not_a_number")
    return int(text)


def _version(text: str) -> int:
    if not _VERSION.fullmatch(text):
        raise _Bad("guide_version")
    return int(text)


def _day(text: str) -> str:
    try:
        return any_date(text)
    except Refused as error:
        raise _Bad("guide_not_a_date") from error


def _trust(text: str) -> str:
    if text.upper() not in _TRUST:
        raise _Bad("guide_code_unmapped", found=text[:40], table="trust")
    return text.upper()


_READ: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(_DATES, _day),
    "version": _version,
    "trust": _trust,
    "results": lambda text: [{"name": text}],
}


def _place(elements: Elements, path: str, value: Any) -> None:
    head, _, rest = path.partition(".")
    if rest:
        elements.setdefault(head, {})[rest] = value
    else:
        elements[head] = value
