"""Documents of one of zeep's types, by chance: mostly as they should be, now and then a little wrong."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from zeep.xsd import ComplexType
from zeep.xsd.elements import Choice, Element, Group
from zeep.xsd.elements.indicators import All
from zeep.xsd.elements.indicators import Sequence as InOrder
from zeep.xsd.types import builtins

DEEPEST = 6
NOTHING: Mapping[str, Sequence[Any]] = {}
TEXTS = [
    "张三",
    "a",
    "",
    " x ",
    "<&>\"']]>",
    "a\r\nb\tc",
    "龘𠅤",
    "0",
    "12",
    "-3",
    "1990-01-01",
    "true",
    "é\u00a0",
]
NUMBERS = [
    "0",
    "-0",
    "12",
    "+7",
    "007",
    "-128",
    "300",
    "70000",
    "99999999999",
    "1.50",
    "-.5",
    "1e3",
    "INF",
    "x",
]
DATES = [
    "1990-01-01",
    "2024-02-29",
    "2023-02-29",
    "1990-01-01Z",
    "1990-01-01+08:00",
    "-0044-03-15",
    "19900101",
]
TIMES = ["12:00:00", "24:00:00", "23:59:59.999", "12:00:00+08:00", "25:00:00", "12:00"]
BINARIES = ["", "JVBERg==", "QQ==", "QR==", "JVBE Rg==", "0fB7", "0fb", "not base64!", "AAAA"]
ODD = [None, [], {}, "", 0, False, True, 1.5, [None], ["a", "b"], {"x": "y"}, "\x00", "\ud800", "\ufffe"]
_BY_KIND: list[tuple[Any, list[Any]]] = [
    (builtins.Boolean, [True, False, "true", "false", "0", "1", 1, 0, "yes", " true "]),
    (builtins.Decimal, [*NUMBERS, 0, 5, -7, 10**12]),
    ((builtins.Double, builtins.Float), [*NUMBERS, 0, 5, "NaN", "1E-5", "inf"]),
    (builtins.DateTime, [f"{date}T{time}" for date in DATES[:6] for time in TIMES] + DATES[:1]),
    (builtins.Date, DATES),
    (builtins.Time, TIMES),
    ((builtins.Base64Binary, builtins.HexBinary), BINARIES),
    (builtins.Duration, ["P1D", "PT5M", "P1Y2M", "-P1D", "1 day", "P400D"]),
]


class Documents:
    """wild: how often something is put in, or left out, that makes a document wrong.

    enumerated: texts that the contract names, so that enumerations are hit.
    known: values by the name of a simple type, where those of its built-in one would seldom do.
    """

    def __init__(
        self,
        chance: Random,
        *,
        wild: float = 0.02,
        enumerated: Sequence[str] = (),
        known: Mapping[str, Sequence[Any]] = NOTHING,
    ) -> None:
        self._chance = chance
        self._wild = wild
        self._texts = TEXTS + 2 * list(enumerated)
        self._known = known

    def of_body(self, kind: Any) -> dict[str, Any]:
        """None is the type of an empty body."""
        if kind is None:
            return {"unknown": "x"} if self._happens(self._wild) else {}
        made = self.of(kind)
        return made if isinstance(made, dict) else {"#text": made}

    def of(self, kind: Any, depth: int = 0) -> Any:
        if not isinstance(kind, ComplexType):
            return self._simple(kind)
        made: dict[str, Any] = {}
        if depth > 2 * DEEPEST:  # a type that needs itself: what is missing is found
            return made
        if isinstance(kind._element, Element):
            if not isinstance(kind._element.type, ComplexType):
                made["#text"] = self._simple(kind._element.type)
        else:
            for _, content in kind.elements_nested:
                self._fill(made, content, depth)
        for _, attribute in kind.attributes:
            if attribute.name and self._there(attribute.required, depth):
                made[f"@{attribute.name}"] = self._simple(attribute.type)
        if self._happens(self._wild):
            made["unknown"] = "x"
        if list(made) == ["#text"] and self._happens(0.5):
            return made["#text"]
        return made

    def _fill(self, made: dict[str, Any], group: Any, depth: int) -> None:
        if isinstance(group, Choice):
            sides = list(group)
            if depth > DEEPEST:  # some way out of a type that contains itself
                sides = [each for each in sides if not _is_deep(each)] or sides
            count = 1 if not self._happens(2 * self._wild) else self._chance.choice([0, 2])
            for side in self._chance.sample(sides, min(count, len(sides))):
                self._part(made, side, depth, chosen=True)
        else:
            for each in [group.child] if isinstance(group, Group) else group:
                self._part(made, each, depth, chosen=False)

    def _part(self, made: dict[str, Any], part: Any, depth: int, *, chosen: bool) -> None:
        if isinstance(part, All | Choice | Group | InOrder):
            if chosen or self._there(bool(part.min_occurs), depth):
                self._fill(made, part, depth)
        elif isinstance(part, Element) and self._there(chosen or not part.is_optional, depth):
            made[str(part.name)] = self._value(part, depth)

    def _value(self, element: Any, depth: int) -> Any:
        if self._happens(self._wild):
            return self._chance.choice(ODD)
        if not element.accepts_multiple or self._happens(0.2):
            return self.of(element.type, depth + 1)
        count = (
            max(1, element.min_occurs)
            if depth > DEEPEST
            else self._chance.choice([1, 2, 3, element.min_occurs])
        )
        return [self.of(element.type, depth + 1) for _ in range(count)]

    def _simple(self, kind: Any) -> Any:
        if self._happens(self._wild):
            return self._chance.choice(ODD)
        if kind.name in self._known:
            return self._chance.choice(self._known[kind.name])
        for classes, values in _BY_KIND:
            if isinstance(kind, classes):
                return self._chance.choice(values)
        return self._chance.choice(self._texts)

    def _there(self, required: bool, depth: int) -> bool:
        if required:
            return not self._happens(self._wild)
        return depth <= DEEPEST and self._happens(0.6 if depth < 3 else 0.3)

    def _happens(self, share: float) -> bool:
        return self._chance.random() < share


def _is_deep(part: Any) -> bool:
    return not isinstance(part, Element) or isinstance(part.type, ComplexType)
