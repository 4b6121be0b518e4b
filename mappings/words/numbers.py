"""Numbers and truth. Only these words make a value leave as something else than text."""

import re
from collections.abc import Callable
from decimal import Decimal

from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_YUAN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,6}))?")
_FEN = re.compile(r"[0-9]{1,14}")
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
    Example("12.5", expect="1250"),
    Example("0.07", expect="7"),
    Example("12.500", expect="1250"),
    Example("12.345", refuse="finer_than_fen"),
    Example("1,200.00", refuse="not_an_amount"),
    inverse="fen_to_yuan",
)
def yuan_to_fen(value: str) -> str:
    """An amount in yuan (元) becomes whole fen (分); nothing is rounded."""
    match = _YUAN.fullmatch(value)
    if match is None:
        raise Refused("not_an_amount")
    fraction = (match[2] or "").ljust(2, "0")
    if fraction[2:].strip("0"):
        raise Refused("finer_than_fen")
    return str(int(match[1] + fraction[:2]))


@word(
    Example("1250", expect="12.50"),
    Example("7", expect="0.07"),
    Example("12.5", refuse="not_an_amount"),
    inverse="yuan_to_fen",
)
def fen_to_yuan(value: str) -> str:
    """Whole fen (分) become an amount in yuan (元) with two digits after the point."""
    if not _FEN.fullmatch(value):
        raise Refused("not_an_amount")
    fen = value.lstrip("0").rjust(3, "0")
    return f"{fen[:-2]}.{fen[-2:]}"


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
