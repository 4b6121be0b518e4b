"""The required materials of an item as rules of its schema: which must be there, and what each of them must be."""

from collections.abc import Iterator, Sequence
from typing import Any

from gateway.needs.demand import ORIGINALS, Demand, Wanted

Schema = dict[str, Any]


def element_rules(wanted: Sequence[Wanted]) -> Iterator[Schema]:
    """Of one material of a case: if it is meant to answer this one, it has to be good enough for it."""
    for each in wanted:
        yield {"if": _answers(each), "then": _enough(each)}


def list_rules(wanted: Sequence[Wanted]) -> Iterator[Schema]:
    """Of all materials together: what must be there, and how many sheets of it."""
    for each in wanted:
        if each.asked:
            yield {"contains": _answers(each)}
        if counted := _counted(each):
            yield {"if": {"contains": _answers(each)}, "then": counted}


def situation_rules(demand: Demand) -> Iterator[Schema]:
    """Of the whole case, where the situation is still to be chosen."""
    for situation in demand.situations:
        wanted = demand.wanted(situation)
        materials = {"items": {"allOf": list(element_rules(wanted))}, "allOf": list(list_rules(wanted))}
        chosen = {"item": {"properties": {"situation": {"const": situation}}, "required": ["situation"]}}
        yield {
            "if": {"properties": chosen, "required": ["item"]},
            "then": {"properties": {"materials": {key: value for key, value in materials.items() if value}}},
        }


def _answers(wanted: Wanted) -> Schema:
    """By its code; where it has none, by its name as it is written: how names are compared no schema can say."""
    if wanted.codes:
        return {
            "title": wanted.required.name,
            "properties": {"code": {"enum": list(wanted.codes)}},
            "required": ["code"],
        }
    return {"properties": {"name": {"const": wanted.required.name}}, "required": ["name"]}


def _enough(wanted: Wanted) -> Schema:
    given: Schema = {"form": {"enum": list(wanted.forms)}}
    trust: Schema = {"trust": {"enum": list(wanted.trusts)}} if len(wanted.trusts) < 4 else {}
    if wanted.required.form == "electronic":
        given["files"] = {"minItems": 1}
    replaced: Schema = {"properties": {"instead": {"properties": {"kind": {"enum": list(wanted.instead)}}}}}
    if trust and "licence" in wanted.instead:
        licence = {"instead": {"properties": {"kind": {"const": "licence"}}}}
        replaced |= {"if": {"properties": licence}, "then": {"properties": trust}}
    return {
        "if": {"required": ["instead"]},
        "then": replaced if wanted.instead else {"properties": {"instead": False}},
        "else": {"properties": {**given, **trust}},
    }


def _counted(wanted: Wanted) -> Schema:
    """Sheets of paper; a file, or what stands for one, is as good as any number of them."""
    originals, copies = wanted.required.originals, wanted.required.copies
    if originals + copies <= 1 and not originals:
        return {}
    free = [
        _with(wanted, {"form": {"const": "electronic"}}),
        {"contains": _also(wanted, {"required": ["instead"]})},
    ]
    whole = _with(wanted, {"form": {"enum": list(ORIGINALS)}, "count": {"minimum": originals + copies}})
    if not originals:
        return {"anyOf": [*free, _with(wanted, {"count": {"minimum": copies}})]}
    apart = [
        _with(wanted, {"form": {"enum": list(ORIGINALS)}, "count": {"minimum": originals}}),
        _with(wanted, {"form": {"const": "copy"}, "count": {"minimum": copies}}),
    ]
    return {"anyOf": [*free, whole, *([{"allOf": apart}] if copies else [])]}


def _with(wanted: Wanted, properties: Schema) -> Schema:
    return {"contains": _also(wanted, {"properties": properties})}


def _also(wanted: Wanted, more: Schema) -> Schema:
    return {"allOf": [_answers(wanted), more]}


def shown(demand: Demand, situation: str) -> list[dict[str, Any]]:
    """The materials for people: those of the situation, or of every one where none was chosen."""
    chosen = (situation,) if situation or not demand.situations else demand.situations
    found: list[dict[str, Any]] = []
    for wanted in (each for one in chosen for each in demand.wanted(one)):
        made = {
            **wanted.required._asdict(),
            "asked": wanted.asked,
            "here": [code for code in wanted.codes if code != wanted.required.code],
            "instead": list(wanted.instead),
        }
        found += [] if made in found else [made]
    return found
