"""How values are read: what counts as absent, as text, as an object, as a list. Used by compiled mappings."""

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite
from typing import Any, NoReturn

from mappings.problems import Refused

NOTHING: dict[str, Any] = {}


class Misshapen(dict[str, Any]):
    """Stands where an object was expected and something else was; reading from it is refused."""

    def get(self, key: str, default: object = None) -> NoReturn:
        raise Refused("not_one")


def part(parent: dict[str, Any], key: str) -> dict[str, Any]:
    """The object under `key`: empty if absent, Misshapen if it is no object."""
    if parent.__class__ is Misshapen:
        return parent
    return shaped(parent.get(key))


def shaped(value: Any) -> dict[str, Any]:
    """An object as it is; absent becomes empty; everything else becomes Misshapen."""
    if value.__class__ is dict:
        return value
    return NOTHING if value is None or value == "" else Misshapen()


def elements(parent: dict[str, Any], key: str) -> Iterable[Any]:
    """The elements of a list; an object alone is a list of one; absent is empty. Raises Refused."""
    value = parent.get(key)
    if value.__class__ is list:
        return value
    if value is None or value == "":
        return ()
    if value.__class__ is dict:
        return (value,)
    raise Refused("not_list")


def text(value: Any) -> str:
    """A scalar as text. Raises Refused."""
    if value is None or value == "":
        raise Refused("absent")
    return scalar(value)


def scalar(value: Any) -> str:
    """Text as it is, numbers without exponent, `true` or `false`. Raises Refused."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and isfinite(value):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    raise Refused("not_text")


def an_object(value: Any) -> dict[str, Any]:
    """An object. Raises Refused."""
    if value is None or value == "":
        raise Refused("absent")
    if value.__class__ is not dict:
        raise Refused("not_object")
    return value


def a_list(value: Any) -> list[Any]:
    """A list. Raises Refused."""
    if value is None or value == "":
        raise Refused("absent")
    if value.__class__ is not list:
        raise Refused("not_list")
    return value


def is_present(value: Any) -> bool:
    return value is not None and value != ""


def is_among(value: Any, texts: frozenset[str]) -> bool:
    """True if the value's text is one of `texts`; absent and structured values are none."""
    return isinstance(value, str | int | float) and scalar(value) in texts


READERS = {"text": text, "object": an_object, "list": a_list}  # by what a word takes
