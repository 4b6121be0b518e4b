"""A document against the message of a contract: everything that does not fit, by its path, without a value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.contract import Part
from adapters.contract.kinds import TYPE
from adapters.problems import TEXTS, Problem
from gateway.workbench.takes import refusal
from mappings.problems import nearest

_NUMBERS = ("integer", "decimal", "boolean")


@dataclass(frozen=True, slots=True)
class Misfit:
    """One fault of a message. path: dotted, in the platform's words; "" for the whole of it."""

    path: str
    what: str

    def __str__(self) -> str:
        return f"'{self.path}' {self.what}" if self.path else self.what


@dataclass(frozen=True, slots=True)
class Against:
    """Holds documents against parts.

    xml:   by XML Schema, see `takes`.
    typed: numbers, flags and lists are such in the document (JSON); else all is text, and one may be a list of one.
    """

    xml: bool
    typed: bool

    def misfits(self, document: Any, message: Part) -> list[Misfit]:
        return list(self._object(document, message, ""))

    def _object(self, value: Any, part: Part, above: str) -> Iterator[Misfit]:
        if not isinstance(value, Mapping):
            yield Misfit(above, "is an object there")
            return
        if self.xml and part.abstract and TYPE not in value:
            yield Misfit(above, f"is abstract there and must name a type in {TYPE}")
            return
        if self.xml and TYPE in value:
            concrete = _concrete(part, str(value[TYPE]))
            if concrete is None:
                yield Misfit(above, f"names a type in {TYPE} that may not stand there")
                return
            value, part = {name: each for name, each in value.items() if name != TYPE}, concrete
        known = {each.name: each for each in part.parts}
        for name in value:
            if name not in known and not part.open:
                yield Misfit(_joined(above, name), f"is unknown there{_near(name, known)}")
        for name, each in known.items():
            yield from self._place(value.get(name), each, _joined(above, name))
        yield from _choices(value, part, above)

    def _place(self, value: Any, part: Part, path: str) -> Iterator[Misfit]:
        if value is None:
            if self._must_be_there(part):
                yield Misfit(path, "is required there")
        elif isinstance(value, list):
            if not part.many:
                yield Misfit(path, "stands there once")
            elif part.required and not value and not self.typed:
                yield Misfit(path, "is required there")
            elif part.fewest is not None and len(value) < part.fewest:
                yield Misfit(path, f"has fewer than {part.fewest} items")
            elif part.most is not None and len(value) > part.most:
                yield Misfit(path, f"has more than {part.most} items")
            for place, each in enumerate(value):
                if each is not None or self.typed:
                    yield from self._one(each, part, f"{path}.{place}")
        elif part.many and self._is_typed(part):
            yield Misfit(path, "is a list there")
        else:
            yield from self._one(value, part, path)

    def _is_typed(self, part: Part) -> bool:
        """What stands beside a JSON body is text all the same."""
        return self.typed and part.where in ("", "body")

    def _must_be_there(self, part: Part) -> bool:
        """The text of an element is there when the element is, and may be empty."""
        return part.required and not part.choice and not (self.xml and part.name == "#text")

    def _one(self, value: Any, part: Part, path: str) -> Iterator[Misfit]:
        if part.kind == "any" or (part.recursive and not part.parts):
            return
        if part.kind == "object":
            if not self.typed and not isinstance(value, Mapping | list):
                value = {"#text": value} if value != "" else {}  # an element without children or attributes
            if self.typed or part.parts or not part.open:
                yield from self._object(value, part, path)
            return
        if not self.typed and isinstance(value, Mapping) and value.keys() <= {"#text", TYPE}:
            value = value.get("#text", "")
        if not isinstance(value, str | bool | int | float):
            yield Misfit(path, "is one value there")
        elif self._is_typed(part) and isinstance(value, str) and part.kind in _NUMBERS:
            yield Misfit(path, f"is {part.kind} there, not text")
        elif why := refusal(part, value, xml=self.xml):
            yield Misfit(path, why)


def told(problem: Problem) -> str:
    """A problem of an adapter without its path, in English, as findings are."""
    if problem.code == "cannot_write":
        return f"has a character at {problem.facts['position']} that {problem.facts['charset']} lacks"
    if problem.code == "too_long_there":
        return f"is longer than {problem.facts['limit']}"
    if problem.code == "not_allowed_there":
        return f"is not as the contract allows it ({problem.facts['type']})"
    if problem.code == "needed_there":
        return "is required there"
    return TEXTS[problem.code][1].format(path=problem.path, **problem.facts)


def _concrete(part: Part, name: str) -> Part | None:
    """What stands there under the type of this name, which may have its namespace; None where it may not."""
    if not part.types and not part.abstract:
        return part  # there is nothing to choose: encoded messages name every type, also this one
    return part.chosen(name) or part.chosen(name.rpartition("}")[2])


def _choices(value: Mapping[str, Any], part: Part, above: str) -> Iterator[Misfit]:
    for choice in dict.fromkeys(each.choice for each in part.parts if each.choice):
        sides = [each for each in part.parts if each.choice == choice]
        names = ", ".join(each.name for each in sides)
        given = [each.name for each in sides if value.get(each.name) is not None]
        if len(given) > 1:
            yield Misfit(above, f"takes only one of {', '.join(given)}")
        elif not given and all(each.required for each in sides):
            yield Misfit(above, f"takes one of {names}, and has none")


def _near(name: str, known: Mapping[str, Part]) -> str:
    near = nearest(name, known, "")
    return f": {near}" if near else ""


def _joined(above: str, name: str) -> str:
    return f"{above}.{name}" if above else str(name)
