"""Items that sample documents bring along: so that one can be sent before any list of items was imported."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway.items.codes import parse

_ITEMS = ("division", "code", "kind", "name", "basic_code", "implementation_code", "handling_code", "local_code",
          "unit", "version", "state", "valid_from")  # fmt: skip
_ALIGNED = ("id", "here_division", "here_code", "there_division", "there_code", "valid_from", "source")
_SINCE = "2000-01-01"
_CODES = ("handling_code", "implementation_code", "local_code")  # an item goes by the first that it has


def lists(documents: Sequence[Mapping[str, Any]], folder: Path) -> tuple[Path, ...]:
    """Lists of the items that the documents name on both sides (`item.there`), and of their alignments."""
    items: dict[tuple[str, str], dict[str, str]] = {}
    aligned: dict[tuple[str, str, str], dict[str, str]] = {}
    for document in documents:
        if (rows := _rows(document)) is not None:
            here, there = rows
            items |= {(each["division"], each["code"]): each for each in rows}
            pair = (here["division"], here["code"], there["division"])
            aligned[pair] = dict(zip(_ALIGNED[1:5], (*pair, there["code"]), strict=True))
    if not items:
        return ()
    numbered = [
        {**each, "id": f"S-{number}", "valid_from": _SINCE, "source": "样例 / a sample"}
        for number, each in enumerate(aligned.values(), 1)
    ]
    return (
        _written(folder / "sample-items.csv", _ITEMS, list(items.values())),
        _written(folder / "sample-alignments.csv", _ALIGNED, numbered),
    )


def _rows(document: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]] | None:
    """The item here and the item there; None where the document does not say both."""
    item, receiving = document.get("item"), document.get("receiving")
    there = item.get("there") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(receiving, dict) or not isinstance(there, dict):
        return None
    goes_by = next((each for each in _CODES if there.get(each)), "")
    places = [str(each or "") for each in (receiving.get("division"), document.get("division"))]
    if not all((*places, item.get("code"), goes_by)):
        return None
    always = {"state": "in_use", "valid_from": _SINCE, "name": str(there.get("name", "")), "version": "1"}
    own_code = parse(str(item["code"]))
    own = {
        "division": places[0],
        "code": own_code.text,
        "kind": own_code.kind,
        f"{own_code.kind}_code": own_code.text,
    }
    known = {each: str(there[each]) for each in (*_CODES, "basic_code", "unit", "version") if there.get(each)}
    theirs = {**known, "division": places[1], "code": known[goes_by], "kind": goes_by.partition("_")[0]}
    return {**always, **own}, {**always, **theirs}


def _written(path: Path, headings: Sequence[str], rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings)
        writer.writeheader()
        writer.writerows(rows)
    return path
