"""The JSON Schemas of canonical documents: loaded once, their errors told without a value from the document."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from mappings.problems import Facts, Problem
from mappings.texts import STRUCTURE

STRUCTURAL = frozenset(STRUCTURE)
_FOLDER = Path(__file__).parent
_SAFE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,40}")
Schema = dict[str, Any]


def _load() -> dict[str, Schema]:
    """Every schema by its name, whole: what it takes from another one stands in it."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted(_FOLDER.glob("*.json"))]
    written = {schema["$id"]: schema for schema in read}
    return {name: _joined(schema, written) for name, schema in written.items()}


def _joined(schema: Schema, written: dict[str, Schema]) -> Schema:
    """With `canonical/case@1#/properties/form` replaced by that part, and with the definitions that it leans on."""
    definitions = dict(schema.get("$defs", {}))

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(each) for each in part]
        if not isinstance(part, dict):
            return part
        name, _, path = str(part.get("$ref", "")).partition("#/")
        beside = {key: whole(value) for key, value in part.items() if key != "$ref" or not name}
        if not name:
            return beside
        definitions.update(written[name].get("$defs", {}))
        return {**whole(_part_of(written[name], path)), **beside}

    joined = {key: whole(value) for key, value in schema.items() if key != "$defs"}
    if definitions.keys() != schema.get("$defs", {}).keys():
        definitions = {
            name: part for name, part in definitions.items() if name in _meant(joined, definitions)
        }
    return {**joined, "$defs": definitions} if definitions else joined


def _meant(part: Any, definitions: dict[str, Any]) -> set[str]:
    """Names of the definitions that a part leans on, those of the definitions themselves among them."""
    if isinstance(part, list):
        return set().union(*(_meant(each, definitions) for each in part))
    if not isinstance(part, dict):
        return set()
    found = set().union(*(_meant(value, definitions) for key, value in part.items() if key != "$ref"))
    if isinstance(reference := part.get("$ref"), str):
        name = reference.rpartition("/")[2]
        found |= {name} | _meant(definitions[name], definitions)
    return found


def _part_of(schema: Schema, path: str) -> Schema:
    for step in path.split("/"):
        schema = schema[step]
    return schema


_SCHEMAS = _load()
NAMES = frozenset(_SCHEMAS)
# what an operation that changes something starts from; a question starts from canonical/exchange
GIVEN: Mapping[str, str] = {
    "case.submit": "canonical/case@1",
    "case.correct": "canonical/correction@1",
    "case.supplement": "canonical/supplement@1",
    "case.withdraw": "canonical/withdrawal@1",
    "case.parcel": "canonical/parcel@1",
    "case.visit": "canonical/visit@1",
}
LATER = frozenset(GIVEN.values()) - {"canonical/case@1", "canonical/visit@1"}


def schema(name: str) -> Schema:
    """The schema of that `$id`, such as `canonical/case@1`. Not to be changed. Raises KeyError."""
    return _SCHEMAS[name]


def structure_problems(name: str, document: Any) -> list[Problem]:
    """Where the document departs from the schema; empty if it fits."""
    validator = _validator(name)
    if validator.is_valid(document):
        return []
    root = _SCHEMAS[name]
    found = (problem for error in validator.iter_errors(document) for problem in _problems(root, error))
    return list({(problem.path, problem.code): problem for problem in found}.values())


@cache
def _validator(name: str) -> Any:
    """Compiled when it is first asked for: few of them are in one process."""
    return jsonschema_rs.validator_for(_SCHEMAS[name])


def pointer(steps: list[str | int]) -> str:
    """RFC 6901."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)


def resolved(root: Schema, part: Schema) -> Schema:
    """The part with its reference followed; what stands beside `$ref` stays."""
    reference = part.get("$ref")
    if not isinstance(reference, str):
        return part
    target = root["$defs"][reference.rpartition("/")[2]]
    return {**target, **{key: value for key, value in part.items() if key != "$ref"}}


def step_into(root: Schema, part: Schema, step: str | int) -> Schema | None:
    """The schema of a property, or of the elements for a number; None if there is no such property."""
    if isinstance(step, int):
        return resolved(root, part.get("items", {}))
    found = part.get("properties", {}).get(step, part.get("additionalProperties", True))
    if found is False:
        return None
    return resolved(root, found) if isinstance(found, dict) else {}


def _problems(root: Schema, error: Any) -> Iterator[Problem]:
    at = list(error.instance_path)
    kind = type(error.kind).__name__
    part = _part_at(root, at)
    if kind == "Required":
        yield Problem(pointer([*at, error.kind.property]), "missing")
    elif kind == "AdditionalProperties":
        known = ", ".join(sorted(part.get("properties", {})))
        for name in error.kind.unexpected:
            shown = name if _SAFE_NAME.fullmatch(name) else "?"
            yield Problem(pointer([*at, shown]), "unknown_field", {"known": known})
    elif kind == "PropertyNames":
        yield Problem(pointer(at), "wrong_name")
    else:
        yield _simple(part, kind, pointer(at))


def _simple(part: Schema, kind: str, at: str) -> Problem:
    facts: Facts
    if kind == "Type":
        types = part.get("type", "object")
        facts = {"expected": types if isinstance(types, str) else " | ".join(types)}
        return Problem(at, "wrong_type", facts)
    if kind == "Enum":
        return Problem(at, "not_one_of", {"allowed": ", ".join(map(str, part.get("enum", ())))})
    if kind == "Pattern":
        return Problem(at, "wrong_form", {"pattern": str(part.get("pattern", ""))})
    if kind in ("Minimum", "Maximum"):
        facts = {"least": str(part.get("minimum", "-")), "most": str(part.get("maximum", "-"))}
        return Problem(at, "wrong_number", facts)
    if kind in ("MinLength", "MaxLength", "MinItems", "MaxItems", "MinProperties", "MaxProperties"):
        least = part.get("minLength", part.get("minItems", 0))
        most = part.get("maxLength", part.get("maxItems", part.get("maxProperties", "-")))
        return Problem(at, "wrong_length", {"least": str(least), "most": str(most)})
    return Problem(at, "wrong_shape")


def _part_at(root: Schema, at: list[str | int]) -> Schema:
    part = root
    for step in at:
        part = step_into(root, part, step) or {}
    return part


@dataclass(frozen=True, slots=True)
class _Personal:
    """Which properties of an object are personal, and below which there may be some."""

    fields: frozenset[str]
    below: dict[str, "_Personal"]
    every: bool = False


@cache
def _personal(name: str) -> _Personal:
    return _personal_in(_SCHEMAS[name], _SCHEMAS[name])


def _personal_in(root: Schema, part: Schema) -> _Personal:
    fields: set[str] = set()
    below: dict[str, _Personal] = {}
    for key, value in part.get("properties", {}).items():
        child = resolved(root, value)
        child = resolved(root, child["items"]) if child.get("type") == "array" else child
        inner = _personal_in(root, child)
        if child.get("x-personal") and "additionalProperties" not in child:
            fields.add(key)
        elif inner.fields or inner.below or child.get("x-personal"):
            below[key] = _Personal(inner.fields, inner.below, bool(child.get("x-personal")))
    return _Personal(frozenset(fields), below)


def personal_fields(document: dict[str, Any], name: str = "canonical/case@1") -> list[str]:
    """The personal fields that the document holds, without list indexes: `materials.files.name`. Sorted."""
    found: set[str] = set()
    _collect(document, _personal(name), "", found)
    return sorted(found)


def _collect(document: Any, personal: _Personal, above: str, found: set[str]) -> None:
    if isinstance(document, list):
        for element in document:
            _collect(element, personal, above, found)
    elif isinstance(document, dict):
        present = document.keys() if personal.every else document.keys() & personal.fields
        found.update(above + key for key in present)
        for key in document.keys() & personal.below.keys():
            _collect(document[key], personal.below[key], f"{above}{key}.", found)
