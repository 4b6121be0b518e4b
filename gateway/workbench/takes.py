"""What one place of a contract takes: the only answer to it, for drafts of mappings and for messages alike."""

import base64
import binascii
import re
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from adapters.contract import Part
from adapters.contract.fitting import problems
from adapters.contract.kinds import Facets, Kind

_SHOWN = 12
_WRITTEN = {
    "integer": re.compile(r"[+-]?\d+", re.ASCII),
    "decimal": re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII),
    "boolean": re.compile(r"true|false"),
}
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})?", re.ASCII
)  # RFC 3339; without its zone, too: nobody in China sends one
_BLANKS = frozenset({"", "string", "normalizedString"})  # XML Schema: all other types have them collapsed


def refusal(part: Part, value: Any, *, xml: bool) -> str:
    """Why the place does not take this one value, said without the value; "" if it does.

    xml: the contract is an XML Schema: patterns are whole, libxml2 decides. Else patterns are searched for.
    A number or a flag is of the kind that it is; texts are held against the kind where they stand for it.
    """
    if part.kind == "any":
        return ""
    if isinstance(value, bool | int | float):
        return _of_number(part, value)
    text = " ".join(value.split()) if xml and part.form not in _BLANKS else value
    if xml and part.form and not any(problems(_kind(part), text, "")):
        return ""
    return _of_text(part, text, xml=xml)


def fits(part: Part, value: Any, *, xml: bool) -> bool:
    return not refusal(part, value, xml=xml)


def has_form(part: Part, text: str, *, xml: bool) -> bool:
    """Whether the pattern takes the text; one that cannot be read decides nothing."""
    if part.pattern is None:
        return True
    if xml:
        return not any(problems(Kind(base="string", facets=Facets(pattern=part.pattern)), text, ""))
    try:
        return re.search(part.pattern, text) is not None
    except re.error:
        return True


def listed(texts: Any) -> str:
    """Texts of a contract, not all of them where they are many."""
    found = list(texts)
    return ", ".join(found[:_SHOWN]) + (f" … ({len(found)} in all)" if len(found) > _SHOWN else "")


def _of_number(part: Part, value: bool | int | float) -> str:
    whole = isinstance(value, int) or value.is_integer()
    is_flag = isinstance(value, bool)
    suits = {"boolean": is_flag, "integer": whole and not is_flag, "decimal": not is_flag}
    if not suits.get(part.kind, False):
        return f"is {part.kind} there, not {'a flag' if is_flag else 'a number'}"
    text = ("true" if value else "false") if is_flag else str(value)
    if part.among and text not in part.among:
        return f"is none of {listed(part.among)}"
    return "" if is_flag or value in part.range else f"is not {part.range}"


def _of_text(part: Part, text: str, *, xml: bool) -> str:
    if part.among and text not in part.among:
        return f"is none of {listed(part.among)}"
    if part.kind != "binary":  # facets of binary types count octets
        if part.longest is not None and len(text) > part.longest:
            return f"is longer than {part.longest}"
        if part.shortest is not None and len(text) < part.shortest:
            return f"is shorter than {part.shortest}"
    if not has_form(part, text, xml=xml):
        return f"has not the form {part.pattern}"
    is_number = part.kind in ("integer", "decimal") and _WRITTEN[part.kind].fullmatch(text)
    if is_number and float(text) not in part.range:
        return f"is not {part.range}"
    if (xml and part.form) or not _is_of_kind(part, text):  # libxml2 has said no already
        return f"is no {part.form or part.kind}"
    return ""


@lru_cache(maxsize=4096)
def _kind(part: Part) -> Kind:
    return Kind(
        base=part.form, facets=Facets(part.among, part.shortest, part.longest, part.pattern, part.limits)
    )


def _is_of_kind(part: Part, text: str) -> bool:
    if part.kind in _WRITTEN:
        return _WRITTEN[part.kind].fullmatch(text) is not None
    if part.kind == "date":
        return _is_day(text)
    if part.kind == "time":
        return _is_time(text, bare=part.form == "yyyy-MM-dd HH:mm:ss")
    return part.kind != "binary" or part.form != "byte" or _is_base64(text)


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_time(text: str, *, bare: bool) -> bool:
    """bare: as samples showed it, with a blank and without a zone."""
    found = _TIME.fullmatch(text)
    if found is None or (bare and (text[10] != " " or found[4])):
        return False
    try:
        return bool(datetime.fromisoformat(f"{found[1]}T{found[2]}"))
    except ValueError:
        return False


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
