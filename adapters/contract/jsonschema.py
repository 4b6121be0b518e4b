"""From JSON Schema, also as OpenAPI and Swagger write it, to parts."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from adapters.contract.documents import Documents
from adapters.contract.elements import placed
from adapters.contract.model import LARGEST, Part, Range

_DEEPEST = 40
_SHALLOW = 1
_NEVER = 1 << 30
_FORMATS = {"date": "date", "date-time": "time", "byte": "binary", "binary": "binary"}
_KINDS = {
    "string": "text",
    "integer": "integer",
    "number": "decimal",
    "boolean": "boolean",
    "object": "object",
}
_ALTERNATIVES = ("oneOf", "anyOf")
Node = Mapping[str, Any]


class Schemas:
    """Makes parts of schemas; what it has made once it gives again."""

    def __init__(self, documents: Documents, *, xml: bool = False) -> None:
        """xml: of messages in XML, whose names stand under `xml:`."""
        self._documents = documents
        self._xml = xml
        self._made: dict[int, tuple[Any, Part]] = {}
        self._left = LARGEST

    def part(self, node: Any, base: str, name: str = "", *, required: bool = False) -> Part:
        """The part that a schema in the file `base` describes."""
        self._left = LARGEST
        part = self._of(node, base, [])[0]
        return replace(part, name=name, required=required)

    def _of(self, node: Any, base: str, within: list[int]) -> tuple[Part, int]:
        """The part without name, and how far up it points back, as Parts does it."""
        node, base = self._followed(node, base)
        if not isinstance(node, dict):
            return Part("", "any", open=True), _NEVER
        if known := self._made.get(id(node)):
            return known[1], _NEVER
        if id(node) in within:
            return replace(self._plain(node), recursive=True), within.index(id(node))
        self._left -= 1
        if self._left < 0 or len(within) >= _DEEPEST:
            return replace(self._plain(node), open=True, cut=True), _SHALLOW
        part, reach = self._whole(node, base, [*within, id(node)])
        if reach == len(within):
            part = replace(part, recursive=True)
        if reach >= len(within):
            self._made[id(node)] = (node, part)
            reach = _NEVER
        return part, reach

    def _followed(self, node: Any, base: str) -> tuple[Any, str]:
        """What stands behind a reference; what stands beside it counts only where it is a reference alone."""
        if not isinstance(node, dict) or "$ref" not in node:
            return node, base
        found = self._documents.referred(node["$ref"], base)
        if found is None:
            return None, base
        if len(node) == 1 or not isinstance(found[0], dict):
            return found
        beside = {key: each for key, each in node.items() if key != "$ref"}
        if set(beside) <= {"description", "summary", "title", "nullable", "example"}:
            return found
        return {"allOf": [{"$ref": node["$ref"]}, beside]}, base

    def _whole(self, node: Node, base: str, within: list[int]) -> tuple[Part, int]:
        merged = self._merged(node, base)
        kind, many = _kind(merged)
        if many:
            items, reach = self._of(merged.get("items"), merged.get("items#base", base), within)
            if items.many:  # a list of lists has no path
                return Part("", "any", many=True, open=True, title=_title(merged)), reach
            fewest, most = _number(merged.get("minItems")), _number(merged.get("maxItems"))
            title = _title(merged) or items.title
            return replace(items, many=True, title=title, fewest=fewest, most=most), reach
        plain = self._plain(merged)
        if kind != "object":
            return plain, _NEVER
        self._left -= len(merged["properties"])
        parts, reach = [], _NEVER
        for name, (schema, file, choice) in merged["properties"].items():
            part, far = self._of(schema, file, within)
            title = _title(schema) if isinstance(schema, dict) else ""
            needed = name in merged["required"] and not choice
            part = replace(part, name=name, required=needed, choice=choice, title=title or part.title)
            parts.append(placed(name, schema, part) if self._xml else part)
            reach = min(reach, far)
        return plain.holding(tuple(parts)), reach

    def _plain(self, node: Node) -> Part:
        """Everything about a schema but what is inside it."""
        kind, many = _kind(node)
        among = _values(node)
        more = node.get("additionalProperties")
        free = kind == "object" and not node.get("properties")
        return Part(
            "",
            kind,
            many=many,
            title=_title(node),
            among=tuple(_text(each) for each in among if isinstance(each, str | int | float)),
            shortest=_number(node.get("minLength")),
            longest=_number(node.get("maxLength")),
            pattern=node["pattern"] if isinstance(node.get("pattern"), str) else None,
            range=_range(node),
            form=node["format"] if isinstance(node.get("format"), str) else "",
            open=kind == "any" or more is True or isinstance(more, dict) or free,
        )

    def _merged(self, node: Node, base: str) -> dict[str, Any]:
        """One schema for a schema and all that it is put together from: `properties` with file and choice."""
        made: dict[str, Any] = {"properties": {}, "required": set()}
        self._merge(made, node, base, 0)
        return made

    def _merge(self, made: dict[str, Any], node: Any, base: str, depth: int) -> None:
        node, base = self._followed(node, base) if depth else (node, base)
        self._left -= 1
        if not isinstance(node, dict) or depth > _DEEPEST or self._left < 0:
            made.setdefault("additionalProperties", True)
            return
        for each in _list(node.get("allOf")):
            self._merge(made, each, base, depth + 1)
        for key, value in node.items():
            if key == "items":
                made["items"], made["items#base"] = value, base
            elif key not in ("properties", "required", "allOf", *_ALTERNATIVES):
                made[key] = value
        if isinstance(node.get("properties"), dict):
            for name, schema in node["properties"].items():
                made["properties"][str(name)] = (schema, base, "")
        made["required"] |= {each for each in _list(node.get("required")) if isinstance(each, str)}
        for key in _ALTERNATIVES:
            sides = [each for each in _list(node.get(key)) if not self._is_null(each, base)]
            if sides:
                self._merge_sides(made, sides, base, (key, depth))

    def _merge_sides(self, made: dict[str, Any], sides: list[Any], base: str, at: tuple[str, int]) -> None:
        """One side is the schema itself; of several, members are optional, and exclude each other in oneOf."""
        key, depth = at
        if len(sides) == 1:
            self._merge(made, sides[0], base, depth + 1)
            return
        each_made: list[dict[str, Any]] = [{"properties": {}, "required": set()} for _ in sides]
        for one, side in zip(each_made, sides, strict=True):
            self._merge(one, side, base, depth + 1)
        kinds = {_kind(one) for one in each_made}
        if len(kinds) > 1:
            made.setdefault("type", "#any")
            return
        listed = [one.get("enum") for one in each_made]
        for one in each_made:
            made |= {name: one[name] for name in one if name not in (*made, "enum", "const")}
        if all(isinstance(each, list) for each in listed):
            made["enum"] = [value for each in listed if each for value in each]
        names = [set(one["properties"]) for one in each_made]
        shared = set.intersection(*names)
        for one in each_made:
            own = [name for name in one["properties"] if name not in shared]
            exclusive = own[0] if own and key == "oneOf" and not _stands_twice(own[0], names) else None
            for name, (schema, file, choice) in one["properties"].items():
                label = f"choice {depth + 1}" if name == exclusive else choice
                made["properties"].setdefault(name, (schema, file, label))
        made["required"] |= set.intersection(*(one["required"] for one in each_made))

    def _is_null(self, node: Any, base: str) -> bool:
        node, _ = self._followed(node, base)
        return isinstance(node, dict) and (node.get("type") == "null" or node.get("enum") == [None])


def _stands_twice(name: str, sides: list[set[str]]) -> bool:
    return sum(name in side for side in sides) > 1


def _kind(node: Node) -> tuple[str, bool]:
    """The kind of a schema, and whether it is a list of it (whose kind counts, then, not this one)."""
    kinds = node.get("type")
    told = kinds if isinstance(kinds, list) else [kinds]
    kinds = [each for each in told if isinstance(each, str) and each != "null"]
    if "array" in kinds or (not kinds and "items" in node):
        return "any", True
    if not kinds:
        kinds = [*_implied(node)]
    if kinds == ["file"]:
        return "binary", False
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        return ("decimal", False) if set(kinds) == {"integer", "number"} else ("any", False)
    kind = _KINDS[kinds[0]]
    form = node.get("format")
    if kind == "text" and "contentMediaType" in node and "contentEncoding" not in node:
        return "binary", False  # as 3.1 says it of a file
    return (_FORMATS.get(form, kind) if kind == "text" and isinstance(form, str) else kind), False


def _implied(node: Node) -> Iterator[str]:
    """The type that a schema without one must mean."""
    texts = {"pattern", "maxLength", "minLength"}
    values = _values(node)
    if node.get("properties") or "additionalProperties" in node:
        yield "object"
    elif (values and all(isinstance(each, str) for each in values)) or not texts.isdisjoint(node):
        yield "string"


def _values(node: Node) -> list[Any]:
    return [*_list(node.get("enum")), *([node["const"]] if "const" in node else [])]


def _title(node: Node) -> str:
    for key in ("title", "description", "summary"):
        if isinstance(node.get(key), str) and node[key].strip():
            return " ".join(node[key].split())
    return ""


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _range(node: Node) -> Range:
    """`exclusiveMinimum` is a bound of its own, or in older drafts says of `minimum` that it is out."""
    least, most = _bound(node, "minimum"), _bound(node, "maximum")
    above, below = _bound(node, "exclusiveMinimum"), _bound(node, "exclusiveMaximum")
    if node.get("exclusiveMinimum") is True:
        least, above = None, least
    if node.get("exclusiveMaximum") is True:
        most, below = None, most
    return Range(least, most, above, below)


def _bound(node: Node, key: str) -> float | None:
    value = node.get(key)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
