"""How values of documents are shown to people who need not see them: masked (脱敏), and harmless to a terminal.

Shown as it stands is only what the canonical schema makes a closed form (codes, dates, times, divisions, numbers)
and what the gateway itself added. Everything else, free text too, is masked by the stricter of the field's rules.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from mappings import canonical
from mappings.canonical.schema import Schema, resolved
from mappings.canonical.shape import ADDED, CASE

MASK = "＊＊"
SHORTEST = 2  # a single letter or digit says nothing about anybody
LONGEST = 24  # stars; how long an address or a note is, is nobody's business
_INDEX = re.compile(r"\[\d*\]")
_CODE = re.compile(r"[A-Za-z0-9._:/+=()-]{0,100}")
PERSON_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])([1-9][0-9]{5}(18|19|20)[0-9]{2}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"|[1-9][0-9]{7}(0[1-9]|1[0-2])([0-2][0-9]|3[01])[0-9]{3}|1[3-9][0-9]{9})(?![0-9A-Za-z])"
)
_TO_ASCII = str.maketrans("".join(map(chr, range(0xFF01, 0xFF5F))), "".join(map(chr, range(0x21, 0x7F))))
_MASKS = (  # what it looks like -> characters kept at its beginning and end
    (re.compile(r"[0-9]{14,17}[0-9Xx]"), 1, 1),  # identity numbers of 15 and 18 digits
    (re.compile(r"1[0-9]{10}"), 3, 4),  # mobile numbers
    (re.compile(r"[A-Za-z]{1,2}[0-9]{5,9}"), 2, 2),  # passports, permits
    (re.compile(r"[0-9\W_]+.?"), 0, 0),  # dates, amounts, one sign
    (re.compile(r"..+", re.DOTALL), 1, 0),  # names, addresses, notes
)


def masked(value: Any) -> Any:
    """A value of which only a trace is left: `张**`, `138****3210`, `3****************1`; None stays.

    Objects and lists keep their form. Numbers and flags become stars.
    """
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    text = str(value)
    if not isinstance(value, str):
        return "*" * len(text)
    for form, first, last in _MASKS:
        if form.fullmatch(text):
            stars = "*" * min(len(text) - first - last, LONGEST)
            return text[:first] + stars + text[len(text) - last :]
    return "*" * min(len(text), LONGEST)


def shown(value: Any, *, is_plain: bool) -> Any:
    """The value itself if it may stand there and looks like a code, a number or a time; else masked."""
    if is_plain and (value is None or isinstance(value, bool | int | float) or _is_code(str(value))):
        return value
    return masked(value)


def is_plain(schema: str, path: str) -> bool:
    """Whether what stands at `path` (`materials[0].name`) of a canonical document may be shown as it stands."""
    return schema in canonical.NAMES and _INDEX.sub("", path) in _plain_paths(schema)


def without_values(words: str, document: Mapping[str, Any], schema: str = CASE) -> str:
    """`words` without any personal value of a canonical document."""
    for value in sorted(_personal_values(document, schema), key=len, reverse=True):
        words = words.replace(value, MASK)
    return words


def printable(line: str) -> str:
    """What could move a terminal's cursor or turn its text round stands as its code."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in line)


def scrubbed(text: str) -> str:
    """A text of somebody else's without anything that looks like a person's number in it, full-width digits too."""
    plain = text.translate(_TO_ASCII)
    for found in reversed([*PERSON_NUMBER.finditer(plain)]):
        text = text[: found.start()] + MASK + text[found.end() :]
    return text


def _is_code(text: str) -> bool:
    return _CODE.fullmatch(text) is not None and not PERSON_NUMBER.search(text)


@cache
def _plain_paths(schema: str) -> frozenset[str]:
    """Without list indexes."""
    root, added = canonical.schema(schema), canonical.schema(ADDED)
    return frozenset((*_plain(root, root, "", by_us=False), *_plain(added, added, "", by_us=True)))


def _plain(root: Schema, part: Schema, above: str, *, by_us: bool) -> Iterator[str]:
    for name, value in part.get("properties", {}).items():
        child = resolved(root, value)
        if child.get("x-personal"):
            continue
        if child.get("type") == "array":
            child = resolved(root, child["items"])
        if "properties" in child:
            yield from _plain(root, child, f"{above}{name}.", by_us=by_us)
        elif by_us or _is_closed(child):
            yield above + name


def _is_closed(part: Schema) -> bool:
    """Whether the schema leaves no room for words of people."""
    pattern = part.get("pattern", r"\S")
    return "enum" in part or part.get("type") in ("integer", "number", "boolean") or r"\S" not in pattern


def _personal_values(document: Mapping[str, Any], schema: str) -> Iterator[str]:
    for path in canonical.personal_fields(dict(document), schema):
        yield from _texts(document, path.split("."))


def _texts(node: Any, steps: list[str]) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _texts(each, steps)
    elif isinstance(node, Mapping):
        for name in (steps[0],) if steps else tuple(node):
            if name in node:
                yield from _texts(node[name], steps[1:])
    elif isinstance(node, str) and len(node) >= SHORTEST:
        yield node
