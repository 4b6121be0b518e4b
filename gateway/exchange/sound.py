"""Whether an answer that was mapped can be of a case at all: a mapping may pass any text. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.exchange.prepare import epoch_ms
from mappings.canonical.schema import schema, structure_problems
from mappings.problems import Refused

PARCEL = "canonical/parcel.in@1"
_TOLD = frozenset(schema("canonical/progress@1")["$defs"]["kind"]["enum"])


def is_sound(document: Mapping[str, Any]) -> bool:
    """Whether a progress answer tells what can be of a case, and stand in the log: a mapping may pass any text."""
    found = (document, *document.get("events", ()))
    asked = [document[name] for name in ("correction", "supplement") if name in document]
    try:
        times = all(epoch_ms(each["at"]) > 0 for each in found if "at" in each)
        for each in (*found, *asked):
            date.fromisoformat(each.get("due_on") or "2000-01-01")
    except (Refused, ValueError):
        return False
    states = all(each.get("state", document["state"]) in _TOLD for each in found)
    return times and states and all(_is_parcel(each) for each in document.get("parcels", ()))


def _is_parcel(document: Mapping[str, Any]) -> bool:
    """Whether all that is told of a parcel can be of one: as in a call that tells of each by itself."""
    same = {name: each for name, each in document.items() if name != "events"}
    told = [{**same, **each} for each in document.get("events", ())]
    if any(structure_problems(PARCEL, each) for each in told):
        return False
    return all(is_parcel_told(each) for each in told)


def is_parcel_told(document: Mapping[str, Any]) -> bool:
    """What its schema cannot say: it has happened at some time, and what was sent holds something."""
    try:
        at_ms = epoch_ms(document["at"])
    except Refused:
        return False
    return at_ms > 0 and (document["event"] != "sent" or bool(document.get("contents")))
