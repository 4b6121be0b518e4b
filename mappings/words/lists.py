"""Lists of texts. Platforms join several values with `^`, `,`, `、` or `;`."""

import re
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


@word(
    Example("3,4、5；6", (",、;；",), expect=["3", "4", "5", "6"]),
    Example(" 3 , , 4 ", (",",), expect=["3", "4"]),
)
def split_any(signs: str) -> Callable[[str], list[str]]:
    """The texts between any of these signs, without the spaces around them and without empty ones."""
    if not signs:
        raise BadArgument("'signs' of 'split_any' is empty", 'write split_any(",、;")')
    separators = re.compile(f"[{re.escape(signs)}]")
    return lambda value: [part for each in separators.split(value) if (part := each.strip())]


@word(
    Example(["a", "b"], (2,), expect="b"),
    Example(["a"], (2,), refuse="no_such_place"),
    Example([{}], (1,), refuse="not_text"),
)
def nth(place: int) -> Callable[[list[Any]], str]:
    """The text at `place`, counted from 1; refused if there are fewer."""
    if place < 1:
        raise BadArgument("'place' of 'nth' counts from 1", "write nth(1)")

    def found(value: list[Any]) -> str:
        if len(value) < place:
            raise Refused("no_such_place", place=place)
        return scalar(value[place - 1])

    return found


@word(Example(["b", "a", "b"], expect=["b", "a"]), Example([{}], refuse="not_text"))
def distinct(value: list[Any]) -> list[str]:
    """Every text once, in the order of its first place."""
    return list(dict.fromkeys(texts(value)))
