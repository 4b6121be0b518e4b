"""A JSON Schema with its definitions as components of OpenAPI."""

from typing import Any

from gateway.web.openapi.shapes import Schema


def hoisted(name: str, schema: Schema) -> dict[str, Schema]:
    """A schema and its definitions as components of their own: `#/$defs/line` becomes `…/Case.line`."""
    top = {key: value for key, value in schema.items() if key not in ("$schema", "$id", "$defs")}
    parts = {name: top} | {f"{name}.{key}": part for key, part in schema.get("$defs", {}).items()}
    return {key: _pointed(part, name) for key, part in parts.items()}


def _pointed(part: Any, name: str) -> Any:
    if isinstance(part, list):
        return [_pointed(each, name) for each in part]
    if not isinstance(part, dict):
        return part
    return {
        key: f"#/components/schemas/{name}.{value.rpartition('/')[2]}"
        if key == "$ref"
        else _pointed(value, name)
        for key, value in part.items()
    }
