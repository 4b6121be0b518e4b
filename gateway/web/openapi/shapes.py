"""The pieces that the JSON Schemas of answers are made of."""

from typing import Any

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
OPTIONAL: Schema = {"type": ["string", "null"]}
TIME: Schema = {"type": "string", "format": "date-time"}
OPTIONAL_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
FLAG: Schema = {"type": "boolean"}
BOTH: Schema = {"type": "object", "properties": {"zh": TEXT, "en": TEXT}, "required": ["zh", "en"]}


def an_object(title: str, properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"title": title, "type": "object", "properties": properties, "required": required}


def a_list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def a_ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def titled(title: str, schema: Schema) -> Schema:
    return {"title": title, **schema}


LEFT = {"type": ["integer", "null"], "minimum": 0}
