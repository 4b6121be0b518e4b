"""Lists of texts. Platforms join several values with `^`, `,`, `、` or `;`."""

from collections.abc import Callable
from typing import Any

from mappings.problems import Refused
from mappings.values import scalar
from mappings.words.registry import BadArgument, Example, word


@word(
    Example(["3", "4"], ("^",), expect="3^4"),
    Example([], ("^",), expect=""),
    Example(["3^4", "5"], ("^",), refuse="separator_inside"),
    Example([["3"]], ("^",), refuse="not_text"),
    inverse="split",
)
def join(separator: str) -> Callable[[list[Any]], str]:
    """One text with `separator` between; refused if a part already contains it."""

    def joined(value: list[Any]) -> str:
        parts = texts(value)
        if any(separator in part for part in parts):
            raise Refused("separator_inside", separator=separator)
        return separator.join(parts)

    return joined


@word(Example("3^4", ("^",), expect=["3", "4"]), inverse="join")
def split(separator: str) -> Callable[[str], list[str]]:
    """The texts between the separators. Leaves as a list."""
    if not separator:
        raise BadArgument("'separator' of 'split' is empty", 'write split(",")')
    return lambda value: value.split(separator)


@word(Example([1, "a", True, 2.5], expect=["1", "a", "true", "2.5"]), Example([{}], refuse="not_text"))
def texts(value: list[Any]) -> list[str]:
    """Every part as text. Leaves as a list."""
    return [scalar(part) for part in value]


@word(Example(["a", "b"], expect="2"))
def count(value: list[Any]) -> str:
    """How many there are."""
    return str(len(value))
