"""Lists of texts. Platforms join several values with `^`, `,`, `、` or `;`."""

from collections.abc import Callable
from typing import Any

from mappings.problems import Refused
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


@word(Example([1, "a", True], expect=["1", "a", "true"]), Example([{}], refuse="not_text"))
def texts(value: list[Any]) -> list[str]:
    """Every part as text. Leaves as a list."""
    return [_text(part) for part in value]


@word(Example(["a", "b"], expect="2"))
def count(value: list[Any]) -> str:
    """How many there are."""
    return str(len(value))


def _text(part: Any) -> str:
    if isinstance(part, bool):
        return "true" if part else "false"
    if isinstance(part, (str, int, float)):
        return str(part)
    raise Refused("not_text", source=".")
