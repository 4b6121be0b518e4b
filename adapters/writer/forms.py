"""Simple types: the text of one value as zeep writes it, or Odd where zeep must look at the value itself.

A form takes text and, where the type has numbers in it, whole numbers; what it returns is escaped already.
"""

from collections.abc import Callable
from typing import Any

from zeep.xsd.types import AnySimpleType, AnyType, ListType, UnionType, builtins

from adapters.envelope import UNWRITABLE
from adapters.writer.limits import Limit, Test
from adapters.writer.odd import Odd, Unclaimed

Form = Callable[[Any], str]
Escape = Callable[[str], str]

_TEXTS = (
    builtins.DateTime,
    builtins.Time,
    builtins.Date,
    builtins.HexBinary,
    builtins.Base64Binary,
    builtins.AnyURI,
)
NUMBERS = (builtins.String, builtins.Decimal, builtins.Double)  # whole numbers may stand for their texts
AS_TEXT = (*NUMBERS, *_TEXTS)
# zeep cannot write the first five from text, the others need prefixes that are in force
_UNCLAIMED = (
    builtins.gYearMonth,
    builtins.gYear,
    builtins.gMonthDay,
    builtins.gDay,
    builtins.gMonth,
    builtins.QName,
    builtins.Notation,
)
_BOOLEANS = {"true": "true", "1": "true", "false": "false", "0": "false"}


def form(kind: Any, escape: Escape, limit: Limit | None = None) -> Form:
    """The form of one of zeep's simple types, by what zeep's own class does with a value.

    limit: what the schema allows besides; None where nobody asks.
    """
    if isinstance(kind, _UNCLAIMED):
        raise Unclaimed(f"simple type {_title(kind)}")
    test = limit.test() if limit is not None else None
    if limit is not None and limit.is_plain:
        escape = _as_it_is
    if limit is not None and limit.among is not None and isinstance(kind, builtins.String):
        return _one_of({text: escape(text) for text in limit.among if test is None or test(text)})
    if isinstance(kind, builtins.Boolean):
        return _boolean if limit is None or limit.is_builtin else _limited(_boolean, test)
    if isinstance(kind, builtins.Float):
        return _by_zeep(kind.xmlvalue, escape, test)
    if isinstance(kind, NUMBERS):
        return _text(escape, test, numbers=True)
    if isinstance(kind, _TEXTS):
        return _text(escape, test, numbers=False)
    if isinstance(kind, ListType):
        return _by_zeep(_items(kind), escape, test)
    if isinstance(kind, AnySimpleType | AnyType | UnionType):
        return _by_zeep(kind.xmlvalue, escape, test)
    raise Unclaimed(f"simple type {_title(kind)}")


def _as_it_is(text: str) -> str:
    return text


def _one_of(written: dict[str, str]) -> Form:
    def text(value: Any) -> str:
        if type(value) is not str or value not in written:
            raise Odd
        return written[value]

    return text


def _text(escape: Escape, test: Test | None, *, numbers: bool) -> Form:
    """A text as it is; a whole number as its digits."""

    def text(value: Any) -> str:
        if type(value) is not str:
            if not numbers or type(value) is not int:
                raise Odd
            value = str(value)
        return escape(value)

    def tested(value: Any) -> str:
        if type(value) is not str:
            if not numbers or type(value) is not int:
                raise Odd
            value = str(value)
        if not test(value):  # type: ignore[misc]
            raise Odd
        return escape(value)

    return text if test is None else tested


def _boolean(value: Any) -> str:
    """zeep takes every other text for true: that it may do by itself."""
    if value is True:
        return "true"
    if value is False:
        return "false"
    if type(value) is str and value in _BOOLEANS:
        return _BOOLEANS[value]
    raise Odd


def _limited(write: Form, test: Test | None) -> Form:
    def text(value: Any) -> str:
        written = write(value)
        if test is not None and not test(written):
            raise Odd
        return written

    return text


def _by_zeep(xmlvalue: Callable[[str], Any], escape: Escape, test: Test | None) -> Form:
    def text(value: Any) -> str:
        if type(value) is not str:
            raise Odd
        try:
            written = xmlvalue(value)
        except UNWRITABLE as error:
            raise Odd from error
        if type(written) is not str or (test is not None and not test(written)):
            raise Odd
        return escape(written)

    return text


def _items(kind: Any) -> Callable[[str], Any]:
    """A list's text is given to zeep item by item."""
    return lambda text: kind.xmlvalue(text.split())


def _title(kind: Any) -> str:
    """zeep's own class of a type: a contract's classes are made from it."""
    return next(
        (each.__name__ for each in type(kind).__mro__ if each.__module__.startswith("zeep.xsd.types")), "?"
    )
