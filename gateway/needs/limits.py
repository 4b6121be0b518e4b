"""A field of a mapping read backwards: which texts of ours get through its words and into the message over there.

Nothing is ever let pass on a guess. Where a word's limits cannot be said of its source, the word is named.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from gateway.needs.backwards import CODES, SIGNS, Passage, Schema, bytes_of, follow, length_at_most
from gateway.needs.charsets import Accepts, class_of
from gateway.needs.there import There
from mappings.plan import Bound, Field
from mappings.problems import Refused

_Signs = Callable[[str], str]
_CLASSES: dict[tuple[tuple[str, ...], tuple[str, ...]], str | None] = {}  # a few charsets, a few words
_TRUTH = ("1", "0")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is asked of a source. among: the only texts; None for any that fit all of `all_of`.

    checks: check digits, which no schema can prove. unsaid: words of which nothing could be said.
    """

    among: tuple[str, ...] | None = None
    all_of: tuple[Schema, ...] = ()
    checks: tuple[str, ...] = ()
    unsaid: tuple[str, ...] = ()


def limits(node: Field, known: tuple[str, ...] | None, there: There, received_at: str) -> Limits:
    """Of one field: `known` are the only texts that the canonical schema has for its source, if it says so."""
    candidates = known if known is not None else _candidates(node, there)
    if candidates is not None:
        return Limits(tuple(each for each in candidates if passes(node, each, there, received_at)))
    passage = Passage()
    for bound, call in zip(node.words, node.expression.calls, strict=True):
        follow(passage, bound, call)
    _arrive(passage, node, there)
    if passage.asked and (pattern := _class_of(passage)):
        charset = min(each.partition(" ")[0] for each in passage.asked)
        title = f"可以用 {charset} 书写、报文可以携带的字符"
        passage.all_of.append({"title": title, "x-charset": charset, "pattern": pattern})
    return Limits(None, tuple(passage.all_of), tuple(passage.checks), tuple(passage.unsaid))


def passes(node: Field, text: str, there: There, received_at: str) -> bool:
    """Whether this very text gets there."""
    try:
        made = run(node.words, text, received_at)
    except Refused:
        return False
    return there.takes(made) if isinstance(made, str) else True


def run(words: tuple[Bound, ...], text: Any, received_at: str) -> Any:
    """What the words make of a text. Raises Refused."""
    for bound in words:
        text = bound.function(text, received_at) if bound.dated else bound.function(text)
    return text


def _candidates(node: Field, there: There) -> tuple[str, ...] | None:
    """The texts among which those that pass are to be looked for; None where there is no end of them."""
    for bound in node.words:
        if bound.word in CODES:
            if bound.table is None:
                return _TRUTH if bound.word != "from_yes_no" else None
            column = "theirs" if bound.word == "table_back" else "ours"
            return tuple(dict.fromkeys(getattr(row, column) for row in bound.table.rows))
        if bound.word not in SIGNS:
            break
    if there.among and all(bound.word in SIGNS for bound in node.words):
        return there.among
    return None


def _arrive(passage: Passage, node: Field, there: There) -> None:
    """What the message itself takes at this place."""
    gives = node.words[-1].gives if node.words else "text"
    if passage.fixed is not None:
        if gives == "text" and not there.takes(passage.fixed):
            passage.unsaid.append("contract")
        return
    if gives != "text":
        return
    if there.carried is not None:
        passage.asked[there.carries] = there.carried
    if there.longest is not None:
        length_at_most(passage, there.longest, "contract")
    if there.bytes is not None:
        bytes_of(passage, there.bytes, there.charset, "contract")
    if there.shortest is not None and there.shortest > 1 and not passage.longer:
        passage.all_of.append({"minLength": there.shortest})
    if there.form is not None:
        same = not node.words or all(each.word in ("strip", "middle_dot", "at_most") for each in node.words)
        if same and not there.is_foreign:
            passage.all_of.append({"pattern": there.form})
        else:
            passage.unsaid.append("contract")
    if there.among and not passage.all_of:
        passage.unsaid.append("contract")


def _class_of(passage: Passage) -> str | None:
    """The characters that get through, remembered by the words and charsets that were asked."""
    key = (tuple(passage.written), tuple(sorted(passage.asked)))
    if key not in _CLASSES:
        functions, asked = tuple(each.function for each in passage.signs), tuple(passage.asked.values())
        charsets = {each.partition(" ")[0] for each in passage.asked} if not passage.signs else ()
        _CLASSES[key] = class_of(partial(_gets_through, functions, asked), charsets)
    return _CLASSES[key]


def _gets_through(functions: tuple[_Signs, ...], asked: tuple[Accepts, ...], text: str) -> bool:
    """Whether each sign of the text stays one sign, or none, and may go on."""
    made = f"a{text}a"
    for function in functions:
        made = function(made)
    inner = made[1:-1]
    return (len(inner) == len(text) or (len(text) == 1 and not inner)) and all(
        each(inner) for each in asked if inner
    )


def strictest(found: list[Limits]) -> Limits:
    """What several fields ask of one source."""
    among: tuple[str, ...] | None = None
    for each in found:
        if each.among is not None:
            among = each.among if among is None else tuple(one for one in among if one in each.among)
    return Limits(
        among,
        all_of=_once(schema for each in found for schema in each.all_of),
        checks=tuple(dict.fromkeys(check for each in found for check in each.checks)),
        unsaid=tuple(dict.fromkeys(word for each in found for word in each.unsaid)),
    )


def _once(schemas: Iterable[Schema]) -> tuple[Schema, ...]:
    kept: list[Schema] = []
    for each in schemas:
        if each not in kept:
            kept.append(each)
    return tuple(kept)
