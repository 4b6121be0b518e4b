"""Rules for the names of files: `YW01_{GLBH}_*.xml`, where `{field}` is a field of the document."""

import re
from collections.abc import Mapping
from typing import Any

FIELD = re.compile(r"\{([^{}]+)\}")
# nothing that leads elsewhere, nothing that stands between the parts
PART = re.compile(r"[0-9A-Za-z-]{1,80}")


def read_by(rule: str, name: str) -> dict[str, str] | None:
    """The fields that a name holds; None for a name that is not of this rule, which has no star."""
    pieces = FIELD.split(rule)
    pattern = "".join(
        f"({PART.pattern})" if place % 2 else re.escape(each) for place, each in enumerate(pieces)
    )
    found = re.fullmatch(pattern, name)
    return dict(zip(pieces[1::2], found.groups(), strict=True)) if found else None


def filled_in(rule: str, fields: Mapping[str, str]) -> str:
    """A name by these fields; any text where one is not among them."""
    return FIELD.sub(lambda found: fields.get(found[1], "*"), rule)


def nested(fields: Mapping[str, str]) -> dict[str, Any]:
    """Fields of a document by their dotted names, as the document has them."""
    whole: dict[str, Any] = {}
    for path, text in fields.items():
        *above, last = path.split(".")
        below = whole
        for step in above:
            below = below.setdefault(step, {})
        below[last] = text
    return whole
