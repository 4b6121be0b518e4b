"""Numbers and truth. Only these words make a value leave as something else than text."""

import re
from collections.abc import Callable
from decimal import Decimal

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,6})?")


@word(Example("012", expect=12), Example("-3", expect=-3), Example("1.5", refuse="not_an_integer"))
def integer(value: str) -> int:
    """A whole number of at most 18 digits. Leaves as a number."""
    if not _INTEGER.fullmatch(value):
        raise Refused("not_an_integer")
    return int(value)


@word(
    Example("12.50", expect=12.5),
    Example("12,5", refuse="not_a_decimal"),
    Example("1e3", refuse="not_a_decimal"),
    Example("123456789012345.123456", refuse="not_a_decimal"),
)
def decimal(value: str) -> float:
    """A decimal number that survives unchanged as a JSON number. Leaves as a number."""
    if not _DECIMAL.fullmatch(value) or Decimal(repr(float(value))) != Decimal(value):
        raise Refused("not_a_decimal")
    return float(value)


@word(
    Example("true", expect=True),
    Example("0", expect=False),
    Example("否", expect=False),
    Example("2", refuse="not_a_boolean"),
)
def boolean(value: str) -> bool:
    """`true`, `1`, `是` or `false`, `0`, `否`. Leaves as true or false."""
    if value in ("true", "1", "是"):
        return True
    if value in ("false", "0", "否"):
        return False
    raise Refused("not_a_boolean")


@word(
    Example("true", ("1", "2"), expect="1"),
    Example("0", ("是", "否"), expect="否"),
    Example("2", ("1", "2"), refuse="not_a_boolean"),
    inverse="from_yes_no",
)
def yes_no(yes: str, no: str) -> Callable[[str], str]:
    """What `boolean` takes for true or false, in the platform's two texts (1/2, Y/N, 是/否)."""
    _distinct(yes, no, "yes_no")
    return lambda value: yes if boolean(value) else no


@word(
    Example("2", ("1", "2"), expect="false"),
    Example("3", ("1", "2"), refuse="not_a_boolean"),
    inverse="yes_no",
)
def from_yes_no(yes: str, no: str) -> Callable[[str], str]:
    """The platform's two texts become `true` or `false`."""
    _distinct(yes, no, "from_yes_no")

    def read(value: str) -> str:
        if value not in (yes, no):
            raise Refused("not_a_boolean")
        return "true" if value == yes else "false"

    return read


def _distinct(yes: str, no: str, name: str) -> None:
    if yes == no:
        raise BadArgument(f"'{name}' has the same text twice", f'write {name}("1", "0")')
