"""What may be read from, and written to, a canonical document: its schema as a tree of names."""

from dataclasses import dataclass
from typing import Any

from mappings.canonical.schema import LATER, NAMES, Schema, resolved, schema

ADDED, CASE = "canonical/exchange@1", "canonical/case@1"
ANSWERS = frozenset({"canonical/reply@1", "canonical/redeemed@1", "canonical/answered@1"})  # to calls in


@dataclass(frozen=True, slots=True)
class Shape:
    """One part of a schema. An open part (free form fields) knows nothing of what is inside."""

    root: Schema
    part: Schema

    @property
    def kind(self) -> str:
        """object | list | plain | open"""
        kind = self.part.get("type", "" if "enum" not in self.part else "string")
        if not kind or isinstance(kind, list):
            return "plain" if kind and "object" not in kind and "array" not in kind else "open"
        return {"object": "object", "array": "list"}.get(kind, "plain")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self.part.get("properties", ()))

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(self.part.get("required", ()))

    def field(self, name: str) -> "Shape | None":
        """None if an object has no field of this name."""
        if self.kind != "object":
            return Shape(self.root, {}) if self.kind == "open" else None
        found: Any = self.part.get("properties", {}).get(name, self.part.get("additionalProperties", True))
        if found is False:
            return None
        return Shape(self.root, resolved(self.root, found) if isinstance(found, dict) else {})

    def element(self) -> "Shape":
        return Shape(self.root, resolved(self.root, self.part.get("items", {})))


def written(name: str) -> Shape | None:
    """What a mapping `to: NAME` writes; None if NAME is no canonical schema."""
    return Shape(schema(name), schema(name)) if name in NAMES else None


def read(name: str) -> Shape | None:
    """What a mapping `from: NAME` reads: the document with what the gateway adds to it; nothing to an answer."""
    if name not in NAMES or name in ANSWERS:
        return written(name)
    merged = _merged(schema(name), schema(ADDED))
    if name in LATER:
        merged = _beside(merged, schema(CASE))
    return Shape(merged, merged)


def _beside(later: Schema, case: Schema) -> Schema:
    """What comes to a case later has the case itself beside it, as it was submitted, but for its materials.

    Who took it in is always known by its unit: if none was named, it is the one that received the case.
    """
    fields = {key: part for key, part in case["properties"].items() if key != "materials"}
    submitted = {**case, "properties": fields, "required": [key for key in case["required"] if key in fields]}
    by = later["properties"]["by"]
    return {
        **later,
        "required": [*later["required"], "case"],
        "properties": {
            **later["properties"],
            "case": submitted,
            "by": {**by, "required": [*by["required"], "unit"]},
        },
        "$defs": {**case["$defs"], **later.get("$defs", {})},
    }


def _merged(one: Schema, other: Schema) -> Schema:
    properties = dict(one.get("properties", {}))
    for key, value in other.get("properties", {}).items():
        properties[key] = (
            _merged(properties[key], value) if "properties" in properties.get(key, {}) else value
        )
    required = [*dict.fromkeys([*one.get("required", ()), *other.get("required", ())])]
    return {**other, **one, "properties": properties, "required": required}
