"""How OpenAPI names a JSON-like schema in XML (`xml:`): elements, attributes, lists with an element around them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from adapters.contract.model import Part


def is_xml(media: str) -> bool:
    kind = media.partition(";")[0].strip().lower()
    return kind in ("application/xml", "text/xml") or kind.endswith("+xml")


def root_of(schema: Any, target: Any) -> str:
    """The name of a body's element: what its schema says, else the name of that schema; "" where nothing says it.

    schema: as it stands at the body.    target: what it refers to, or itself.
    """
    own = _said(target).get("name") or _said(schema).get("name")
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    return str(own or (reference.rpartition("/")[2] if isinstance(reference, str) else ""))


def placed(name: str, schema: Any, part: Part) -> Part:
    """The member `name` of an object as it stands in its element."""
    said = _said(schema)
    called = str(said.get("name") or name)
    if not part.many:
        return replace(part, name=f"@{called}" if said.get("attribute") is True else called)
    item = str(_said(schema.get("items")).get("name") or name) if isinstance(schema, Mapping) else name
    if said.get("wrapped") is not True:
        return replace(part, name=item)
    inside = replace(part, name=item, required=bool(part.fewest), choice="")
    return Part(called, "object", required=part.required, choice=part.choice, title=part.title).holding(
        (inside,)
    )


def _said(schema: Any) -> Mapping[str, Any]:
    found = schema.get("xml") if isinstance(schema, Mapping) else None
    return found if isinstance(found, Mapping) else {}
