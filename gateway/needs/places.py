"""The places of a case that an item needs, as a tree that becomes a JSON Schema."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gateway.needs.limits import Limits, strictest
from gateway.needs.readings import Condition, Steps
from mappings.canonical.shape import Shape

Schema = dict[str, Any]
Unsaid = tuple[Steps, str]
_KEPT = (
    "title", "description", "type", "pattern", "minLength", "maxLength", "minimum", "maximum", "enum", "x-personal",
    "maxItems",
)  # fmt: skip
_SHARED_FROM = 200  # a longer fragment stands once, among the definitions


@dataclass(slots=True)
class Place:
    """One place. shape: what the canonical schema says; limits: what the mapping and the contract add to it.

    rules: of this object, or of each element of this list; together: of the list as a whole.
    texts: it is a list of texts. names: of its codes.
    """

    steps: Steps
    shape: Shape
    many: bool = False
    texts: bool = False
    required: bool = False
    title: str = ""
    least: int = 0
    limits: list[Limits] = dataclasses.field(default_factory=list)
    rules: list[Schema] = dataclasses.field(default_factory=list)
    together: list[Schema] = dataclasses.field(default_factory=list)
    names: dict[str, str] = dataclasses.field(default_factory=dict)
    there: list[str] = dataclasses.field(default_factory=list)
    below: dict[str, "Place"] = dataclasses.field(default_factory=dict)

    def touch(self, steps: Steps) -> "Place":
        """The place below at these steps, made where nobody asked for it yet."""
        if not steps:
            return self
        name, *rest = steps
        if name not in self.below:
            found = self.shape.field(name) or Shape(self.shape.root, {})
            many = found.kind == "list"
            self.below[name] = Place(
                (*self.steps, name),
                found.element() if many else found,
                many,
                title=found.part.get("title", ""),
            )
            if many:
                self.below[name].least = found.part.get("minItems", 0)
        return self.below[name].touch(tuple(rest))

    def find(self, steps: Steps) -> "Place | None":
        if not steps:
            return self
        below = self.below.get(steps[0])
        return below.find(steps[1:]) if below else None

    def walk(self) -> Iterator["Place"]:
        yield self
        for each in self.below.values():
            yield from each.walk()

    def complete(self) -> None:
        """What the canonical schema wants of every object that is there."""
        for name in self.shape.required if self.shape.kind == "object" else ():
            self.touch((name,)).required = True
        for each in list(self.below.values()):
            each.complete()

    def lists_above(self, steps: Steps) -> Steps:
        """The innermost list on the way, itself included: () for none."""
        found: Steps = ()
        at: Place | None = self
        for length in range(1, len(steps) + 1):
            at = at.below.get(steps[length - 1]) if at else None
            if at is not None and at.many:
                found = steps[:length]
        return found


class Writer:
    """Writes the tree as a schema; large parts are written once. `unsaid` is what it could not say."""

    def __init__(self) -> None:
        self.definitions: dict[str, Schema] = {}
        self.unsaid: list[Unsaid] = []

    def written(self, place: Place) -> Schema:
        if place.texts:
            return self._texts(place)
        one = self._object(place) if place.below or place.shape.kind == "object" else self._leaf(place)
        if not place.many:
            return one
        title = {"title": place.title} if place.title else {}
        least = {"minItems": place.least} if place.least else {}
        together = {"allOf": _once(place.together)} if place.together else {}
        return {**title, "type": "array", **least, "maxItems": 200, "items": one, **together}

    def _object(self, place: Place) -> Schema:
        properties = {
            name: self.written(each)
            for name, each in place.below.items()
            if each.required or not _is_empty(each)
        }
        title = place.shape.part.get("title", place.title)
        made: Schema = {"title": title} if title else {}
        made |= {"type": "object", "properties": properties, "additionalProperties": False}
        required = [name for name, each in place.below.items() if each.required]
        made |= {"required": required} if required else {}
        rules = _once(place.rules)
        return {**made, "allOf": rules} if rules else made

    def _texts(self, place: Place) -> Schema:
        known = strictest(place.limits)
        self._note(place, known)
        one: Schema = {"type": "string", "minLength": 1}
        one |= {"allOf": [self.shared(each) for each in known.all_of]} if known.all_of else {}
        return {"title": place.title, "type": "array", "minItems": max(place.least, 1), "items": one}

    def _leaf(self, place: Place) -> Schema:
        part = {key: value for key, value in place.shape.part.items() if key in _KEPT}
        part |= {"title": place.title} if place.title else {}
        known = strictest(place.limits)
        self._note(place, known)
        if place.there:
            part["x-there"] = place.there
        if known.among is not None:
            return _codes(part, known.among, place)
        if "enum" in part:
            return _codes(part, tuple(part["enum"]), place)
        if part.get("type") == "integer":
            return _number(part, known)
        part.setdefault("type", "string")
        return self._text(part, known)

    def _text(self, part: Schema, known: Limits) -> Schema:
        if part["type"] != "string":
            part["type"] = "string"
        more: list[Schema] = []
        for each in known.all_of:
            if set(each) <= {"maxLength"}:
                part["maxLength"] = min(part.get("maxLength", each["maxLength"]), each["maxLength"])
            elif set(each) <= {"minLength"}:
                part["minLength"] = max(part.get("minLength", 0), each["minLength"])
            elif set(each) == {"pattern"} and "pattern" not in part:
                part["pattern"] = each["pattern"]
            elif each.get("pattern") != part.get("pattern") or set(each) != {"pattern"}:
                more.append(self.shared(each))
        if "pattern" in part and len(part["pattern"]) > _SHARED_FROM:
            more.insert(0, self.shared({"pattern": part.pop("pattern")}))
        if "pattern" not in part:
            part["minLength"] = max(part.get("minLength", 0), 1)
        part |= {"x-check": list(known.checks)} if known.checks else {}
        return {**part, "allOf": more} if more else part

    def shared(self, fragment: Schema) -> Schema:
        """The fragment, or where it stands."""
        if len(str(fragment)) <= _SHARED_FROM:
            return fragment
        name = next((key for key, value in self.definitions.items() if value == fragment), None)
        if name is None:
            name = f"text{len(self.definitions) + 1}"
            self.definitions[name] = fragment
        return {"$ref": f"#/$defs/{name}"}

    def _note(self, place: Place, known: Limits) -> None:
        self.unsaid += [(place.steps, word) for word in (*known.unsaid, *known.checks)]


def _is_empty(place: Place) -> bool:
    """Nothing that may stand there would be taken: it is left out."""
    return not place.below and strictest(place.limits).among == ()


def _codes(part: Schema, among: tuple[str, ...], place: Place) -> Schema:
    named = {**_described(part.get("description", "")), **place.names}
    kept: Schema = {
        key: part[key] for key in ("title", "description", "x-personal", "x-there") if key in part
    }
    if len(among) == 1:
        title = {"x-title": named[among[0]]} if among[0] in named else {}
        return {**kept, "type": "string", "const": among[0], **title}
    if not any(code in named for code in among):
        return {**kept, "type": "string", "enum": list(among)}
    return {
        **kept,
        "type": "string",
        "oneOf": [{"const": code, "title": named.get(code, code)} for code in among],
    }


def _described(text: str) -> dict[str, str]:
    """The codes that a description explains: `A 机关制发, B 窗口核验`."""
    pairs = (each.strip().split(" ", 1) for each in text.partition(": ")[2].replace("，", ",").split(","))
    plain = (each.strip().split(" ", 1) for each in text.split(","))
    return {pair[0]: pair[1] for pair in (*plain, *pairs) if len(pair) == 2}


def _number(part: Schema, known: Limits) -> Schema:
    """A number that is written out over there has so many digits at most."""
    for each in known.all_of:
        if "maxLength" in each:
            part["maximum"] = min(part.get("maximum", 10**18), 10 ** each["maxLength"] - 1)
    return part


def _once(rules: list[Schema]) -> list[Schema]:
    kept: list[Schema] = []
    for each in rules:
        if each not in kept:
            kept.append(each)
    return kept


def nested(
    steps: Steps, leaf: Schema, lists: frozenset[Steps], above: Steps, *, needed: bool = False
) -> Schema:
    """A schema about the place at these steps below `above`; lists on the way are meant element by element.

    needed: everything on the way has to be there, as far as the first list.
    """
    if not steps:
        return leaf
    here = (*above, steps[0])
    is_list = here in lists
    inner = nested(steps[1:], leaf, lists, here, needed=needed and not is_list)
    if is_list:
        inner = {"items": inner}
    made: Schema = {"properties": {steps[0]: inner}}
    return {**made, "required": [steps[0]]} if needed else made


def holds(condition: Condition, above: Steps, lists: frozenset[Steps]) -> Schema:
    """A guard, as a schema of the object or element at `above`."""
    rest = condition.place[len(above) :]
    among = condition.guard.among
    found = nested(rest, {"enum": list(among)} if among is not None else {}, lists, above, needed=True)
    return {"not": found} if condition.guard.negated else found
