"""A document made up from the parts of a contract, to see whether what is called typed can really be written."""

from typing import Any

from adapters.contract import Part

_BY_FORM = {
    "time": "10:00:00",
    "duration": "P1D",
    "gYear": "2026",
    "gMonth": "--05",
    "gDay": "---05",
    "gYearMonth": "2026-05",
    "gMonthDay": "--05-05",
    "hexBinary": "00FF",
    "language": "zh",
    "QName": "xsd:string",
    "NOTATION": "n",
    "positiveInteger": "1",
    "negativeInteger": "-1",
    "nonPositiveInteger": "0",
}
_BY_KIND = {
    "integer": "1",
    "decimal": "1.5",
    "boolean": "true",
    "date": "2026-05-05",
    "time": "2026-05-05T10:00:00Z",
    "binary": "AAEC",
    "any": "x",
}


def made(part: Part, *, whole: bool) -> Any:
    """A value for a part: with all its parts, of a choice the first, or with the required ones only."""
    if part.kind == "object" or part.parts or not part.name:
        taken: set[str] = set()
        document: dict[str, Any] = {}
        for each in part.parts:
            if each.choice and each.choice in taken:
                continue
            if (each.recursive and not each.parts) or each.cut:
                continue
            if whole or each.required:
                taken.add(each.choice)
                value = made(each, whole=whole)
                document[each.name] = [value] if each.many else value
        return document
    return _text(part)


def _text(part: Part) -> str:
    if part.among:
        return part.among[0]
    text = _BY_FORM.get(part.form) or _BY_KIND.get(part.kind, "a")
    if part.shortest and len(text) < part.shortest:
        text = text.ljust(part.shortest, "a" if part.kind != "integer" else "1")
    return text[: part.longest] if part.longest is not None else text
