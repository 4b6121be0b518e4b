"""The commonest values without a call: what stands in the source before the call of a form.

Most values are texts with nothing to escape and within their limits, and a call costs more than looking at them.
"""

from collections.abc import Callable
from typing import Any

from zeep.xsd.types import builtins

from adapters.writer.forms import AS_TEXT, NUMBERS, Escape
from adapters.writer.limits import Limit

Bind = Callable[[Any, str], str]  # a value and a letter -> the name by which the source knows it
_SPECIAL = '&<>\r"\n\t'  # what one of the ways of escaping changes
_BOOLEAN = '"true" if {v} is True else "false" if {v} is False else '


def quick(kind: Any, limit: Limit | None, escape: Escape, bind: Bind) -> str:
    """`TEXT if TEST else `, over a value `{v}`, to stand before the call of its form; "" where there is none.

    Where the test holds, the text is what the form would give; where it does not, the form has the word.
    """
    if isinstance(kind, builtins.Boolean):
        return _BOOLEAN if limit is None or limit.is_builtin else ""
    if not isinstance(kind, AS_TEXT) or isinstance(kind, builtins.Float):
        return ""
    if limit is not None and limit.among is not None:
        return _text([f"{{v}} in {bind(_unchanged(limit, escape), 'S')}"])
    digits = _digits(limit) if limit is not None and isinstance(kind, NUMBERS) else ""
    return digits + _text([*_limits(limit, bind), *_escapes(limit, escape)])


def _text(tests: list[str]) -> str:
    return f"{{v}} if {' and '.join(['type({v}) is str', *tests])} else "


def _unchanged(limit: Limit, escape: Escape) -> frozenset[str]:
    test = limit.test()
    return frozenset(
        each for each in limit.among or () if escape(each) == each and (test is None or test(each))
    )


def _digits(limit: Limit) -> str:
    """A whole number where nothing but its range is asked."""
    if limit.whole is None or not limit.is_builtin:
        return ""
    least, most = limit.whole
    return f"str({{v}}) if type({{v}}) is int and {least} <= {{v}} <= {most} else "


def _limits(limit: Limit | None, bind: Bind) -> list[str]:
    if limit is None:
        return []
    found = [f"{bind(each, 'T')}({{v}})" for each in limit.tests]
    if limit.longest is not None:
        return [f"{limit.shortest} <= len({{v}}) <= {limit.longest}", *found]
    return [f"len({{v}}) >= {limit.shortest}", *found] if limit.shortest else found


def _escapes(limit: Limit | None, escape: Escape) -> list[str]:
    """Letters and digits of any script need none, and that is soonest seen."""
    if limit is not None and limit.is_plain:
        return []
    free = " and ".join(f"{each!r} not in {{v}}" for each in _SPECIAL if escape(each) != each)
    return [f"({{v}}.isalnum() or {free})"]
