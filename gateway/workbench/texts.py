"""What is known beforehand of the texts that a field can give: which ones, and how long."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from mappings.canonical.shape import Shape
from mappings.language import Literal
from mappings.plan import Bound, Field
from mappings.problems import Refused

_SAMPLE = {"time_as": "2026-11-22T10:11:12.123456+08:00", "date_as": "2026-11-22"}
_FIXED = {"uscc": 18, "identity_number": 18, "birth_date": 10, "sex_of": 1, "province_of": 6, "prefecture_of": 6,
          "epoch_ms": 13, "epoch_s": 10}  # fmt: skip
_SAME = frozenset(
    {"upper", "lower", "half_width", "full_width", "middle_dot", "id_upper", "writable", "digits", "at_least"}
)
_NOT_LONGER = frozenset({"strip", "without_spaces", "without_prefix", "without_suffix", "extension", "stem"})
_UNBOUNDED = 10_000
_AT_MOST = frozenset({"at_most", "at_most_bytes"})
_EXACTLY = frozenset({"pad", "division"})


@dataclass(frozen=True, slots=True)
class Texts:
    """among: every text that can come, None if that is not known. longest: in characters, None if not known.

    lost: texts of ours that the words refuse: codes without a row. tables: through which they went.
    """

    among: frozenset[str] | None = None
    longest: int | None = None
    lost: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def texts(field: Field, source: Shape | None) -> Texts:
    """Of a field that gives text; its arguments are those written in the file."""
    known = _source(field, source)
    for bound, call in zip(field.words, field.expression.calls, strict=True):
        known = _through(known, bound, call.arguments)
    if field.expression.default is None:
        return known
    default = _through_all(field.words, field.expression.default)
    if default is None:
        return known
    among = known.among | {default} if known.among is not None else None
    longest = max(known.longest, len(default)) if known.longest is not None else None
    return Texts(among, longest, known.lost, known.tables)


def arriving(field: Field, source: Shape | None) -> Iterator[tuple[Bound, frozenset[str] | None]]:
    """Every word with the texts that can come to it, None where they are not known."""
    known = _source(field, source)
    default = field.expression.default
    for bound, call in zip(field.words, field.expression.calls, strict=True):
        yield bound, known.among if known.among is None or default is None else known.among | {default}
        known = _through(known, bound, call.arguments)
        default = _through_all((bound,), default) if default is not None else None


def _source(field: Field, source: Shape | None) -> Texts:
    written = field.expression.source
    if isinstance(written, Literal):
        return Texts(frozenset({written.text}), len(written.text))
    if source is None:
        return Texts()
    if "enum" in source.part:
        among = frozenset(str(each) for each in source.part["enum"] if each is not None)
        return Texts(among, max(map(len, among), default=0))
    if source.part.get("type") == "boolean":
        return Texts(frozenset({"true", "false"}), 5)
    return Texts(None, source.part.get("maxLength", _widest(source.part.get("pattern", ""))))


@cache
def _widest(pattern: str) -> int | None:
    """The most characters that an anchored pattern of a canonical schema takes; None where there is no most."""
    if not (pattern.startswith("^") and pattern.endswith("$")):
        return None
    _, widest = re._parser.parse(pattern).getwidth()  # type: ignore[attr-defined] # no public way in 3.11 to 3.13
    return int(widest) if widest < _UNBOUNDED else None


def _through(known: Texts, bound: Bound, arguments: tuple[str | int, ...]) -> Texts:
    tables = (*known.tables, bound.table.name) if bound.table else known.tables
    if bound.gives not in ("text", "integer", "number", "boolean"):
        return Texts(None, None, known.lost, tables)  # a list is no text, and nothing is lost by that
    if known.among is not None and not bound.dated:
        given = {text: _through_all((bound,), text) for text in known.among}
        lost = tuple(sorted(text for text, made in given.items() if made is None))
        made = frozenset(text for text in given.values() if text is not None)
        return Texts(made, max(map(len, made), default=0), (*known.lost, *lost), tables)
    if bound.table:
        made = frozenset(row.theirs if bound.word == "table" else row.ours for row in bound.table.rows)
        held = {row.ours if bound.word == "table" else row.theirs for row in bound.table.rows}
        lost = tuple(sorted((known.among or frozenset()) - held))
        return Texts(made, max(map(len, made), default=0), (*known.lost, *lost), tables)
    if bound.word in ("yes_no", "from_yes_no"):
        both = frozenset(map(str, arguments)) if bound.word == "yes_no" else frozenset({"true", "false"})
        return Texts(both, max(map(len, both)), known.lost, tables)
    return Texts(None, _longest(known.longest, bound, arguments), known.lost, tables)


def _longest(before: int | None, bound: Bound, arguments: tuple[str | int, ...]) -> int | None:
    word = bound.word
    if word in _SAMPLE:
        return len(str(bound.function(_SAMPLE[word])))
    if word in _FIXED:
        return _FIXED[word]
    if word in _AT_MOST | _EXACTLY and isinstance(most := arguments[0], int):
        return most if before is None or word in _EXACTLY else min(before, most)
    return before if word in _SAME | _NOT_LONGER else None


def _through_all(words: Iterable[Bound], text: str) -> str | None:
    """The text that the words make of a text; None if one of them refuses it, or gives no text."""
    made: object = text
    for bound in words:
        function: Callable[..., object] = bound.function
        try:
            made = function(made, _SAMPLE["time_as"]) if bound.dated else function(made)
        except Refused:
            return None
    return made if isinstance(made, str) else str(made) if isinstance(made, int | float) else None
