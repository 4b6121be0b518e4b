"""Documents as a contract allows them, by chance; and each with one thing wrong on purpose."""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from adapters.contract import Part

DEEPEST = 5
_TEXT = st.text(
    st.characters(categories=["Lu", "Ll", "Nd", "Lo"], max_codepoint=0x9FFF), min_size=1, max_size=12
)
_BY_FORM: dict[str, list[str]] = {
    "dateTime": ["2026-11-22T10:11:12", "2026-11-22T10:11:12.5+08:00"],
    "date-time": ["2026-11-22T10:11:12+08:00", "2026-11-22T10:11:12Z"],
    "yyyy-MM-dd HH:mm:ss": ["2026-11-22 10:11:12"],
    "date": ["2026-11-22", "2024-02-29"],
    "time": ["10:11:12"],
    "gYear": ["2026"],
    "gYearMonth": ["2026-11"],
    "gMonthDay": ["--11-22"],
    "gDay": ["---22"],
    "gMonth": ["--11"],
    "duration": ["P1D"],
    "anyURI": ["urn:a"],
    "language": ["zh"],
    "hexBinary": ["0fB7"],
    "base64Binary": ["JVBERg=="],
    "byte": ["JVBERg=="],
}
_BY_KIND: dict[str, list[Any]] = {
    "integer": [1, 7, 12],
    "decimal": [1, 2],
    "boolean": [True, False],
    "date": ["2026-11-22"],
    "time": ["2026-11-22T10:11:12+08:00"],
    "binary": ["JVBERg=="],
}


@st.composite
def documents(
    draw: st.DrawFn, message: Part, *, xml: bool = False, typed: bool = True, depth: int = 0
) -> Any:
    """A message that the contract allows."""
    made: dict[str, Any] = {}
    chosen = {
        choice: draw(st.sampled_from([each.name for each in message.parts if each.choice == choice]))
        for choice in dict.fromkeys(each.choice for each in message.parts if each.choice)
    }
    for each in message.parts:
        needed = each.required if not each.choice else chosen[each.choice] == each.name
        if each.choice and not needed:
            continue
        if needed or (depth < DEEPEST and draw(st.booleans())):
            one = _value(each, xml=xml, typed=typed, depth=depth + 1)
            least = max(1, each.fewest or 0)
            many = st.lists(one, min_size=least, max_size=max(least, min(2, each.most or 2)))
            made[each.name] = draw(many if each.many else one)
    return made


def _value(part: Part, *, xml: bool, typed: bool, depth: int) -> st.SearchStrategy[Any]:
    if part.kind == "object":
        return documents(part, xml=xml, typed=typed, depth=depth)
    if part.among:
        values: list[Any] = [*part.among]
        if typed and part.kind in ("integer", "decimal"):
            values = [int(each) for each in part.among]
        return st.sampled_from(values)
    if part.pattern is not None:
        written = re.compile(part.pattern, re.ASCII)
        found = st.from_regex(
            written,
            fullmatch=True,
            alphabet=st.characters(max_codepoint=0x9FFF, categories=["L", "N", "P", "S", "Zs"]),
        )
        return found.filter(lambda text: _is_long_enough(part, text))
    if part.form in _BY_FORM:
        return st.sampled_from(_BY_FORM[part.form])
    if part.kind in _BY_KIND:
        values = _BY_KIND[part.kind]
        if part.kind in ("integer", "decimal"):
            values = [each for each in values if each in part.range] or [part.range.least or part.range.most]
        return st.sampled_from(values if typed else [_text(each) for each in values])
    longest = 12 if part.longest is None else part.longest
    alphabet = st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x9FFF)
    if xml and part.form not in ("", "string", "normalizedString", "token"):
        alphabet = st.sampled_from("abcXYZ")
    return st.text(alphabet, min_size=max(1, part.shortest or 0), max_size=max(1, longest))


def _is_long_enough(part: Part, text: str) -> bool:
    return (part.shortest or 0) <= len(text) and (part.longest is None or len(text) <= part.longest)


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


Put = Callable[[Any], None]


def defects(message: Part, document: Any) -> Iterator[tuple[str, str, Any]]:
    """(what was done, where, the document with it): each has one fault, and the rest of it is as it was."""
    for path, part, holder_part in _places(message, document, ()):
        above, last = path[:-1], path[-1]
        for name, change in _changes(part, holder_part, last):
            spoilt = copy.deepcopy(document)
            holder = spoilt
            for step in above:
                holder = holder[step]
            change(holder)
            yield name, ".".join(map(str, path)), spoilt


def _changes(part: Part, above: Part, last: Any) -> Iterator[tuple[str, Put]]:
    if isinstance(last, str) and part.required and not part.choice and last != "#text":
        yield "left out", lambda holder: holder.pop(last)
    if part.kind == "object" or part.kind == "any":
        return
    if part.among:
        yield "foreign", lambda holder: holder.__setitem__(last, "?!")
    elif part.longest is not None and part.kind == "text" and part.pattern is None:
        longest = part.longest
        yield "too long", lambda holder: holder.__setitem__(last, "a" * (longest + 1))
    elif part.kind in ("integer", "decimal", "boolean", "date", "time"):
        yield "of no kind", lambda holder: holder.__setitem__(last, "x?")
    if part.pattern is not None and not re.fullmatch(part.pattern, "\u2603?!"):
        yield "of no form", lambda holder: holder.__setitem__(last, "\u2603?!")
    if not above.open and isinstance(last, str) and last[0] not in "@#":
        yield "unknown", lambda holder: holder.__setitem__("unheard_of", "1")


def _places(part: Part, value: Any, path: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], Part, Part]]:
    for each in part.parts:
        if not isinstance(value, dict) or each.name not in value:
            continue
        found, at = value[each.name], (*path, each.name)
        yield at, (each if not isinstance(found, list) else _as_list(each)), part
        for place, one in enumerate(found) if isinstance(found, list) else [(None, found)]:
            where = at if place is None else (*at, place)
            if place is not None and each.kind != "object":
                yield where, each, part
            yield from _places(each, one, where)


def _as_list(part: Part) -> Part:
    """A list as a whole: it may be left out, and nothing more."""
    return Part(part.name, "any", required=part.required, many=True, choice=part.choice)
