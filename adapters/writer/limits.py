"""Which texts a simple type of a schema surely allows, said in Python where that is simple.

A limit never allows what libxml2 would refuse (a property holds the two against each other). It may refuse what
libxml2 allows, a leap day for instance: then the slower way looks. What is not simple is Unsaid: libxml2 says it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from adapters.writer.odd import Unsaid
from adapters.writer.patterns import LONGEST, python_pattern

Test = Callable[[str], object]  # true where the text is allowed
XSD = "{http://www.w3.org/2001/XMLSchema}"
_DAY = r"[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8]|29(?<!02-29)|30(?<!02-30)|31(?<!0[2469]-31)(?<!11-31))"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)?"
_WHOLE = r"-?\d{1,18}"
_REAL = r"-?\d{1,15}(?:\.\d{1,15})?(?:[eE][+-]?\d)?|-?INF|NaN"
_NAME = r"[A-Za-z_][A-Za-z0-9._-]*"
# one way to write each: what begins, ends or goes on with blanks is looked at by libxml2
_COLLAPSED = r"(?:[^ \t\r\n]+(?: [^ \t\r\n]+)*)?"
_FORMS = {
    "normalizedString": r"[^\t\r\n]*",
    "token": _COLLAPSED,
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "NMTOKEN": r"[A-Za-z0-9._-]+",
    "Name": _NAME,
    "NCName": _NAME,
    "boolean": r"true|false",
    "decimal": r"[+-]?\d{1,18}(?:\.\d{1,18})?",
    "float": _REAL,
    "double": _REAL,
    "date": _DAY + _ZONE,
    "time": _TIME + _ZONE,
    "dateTime": f"{_DAY}T{_TIME}{_ZONE}",
    "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
    "base64Binary": r"[A-Za-z0-9+/]*(?:[AQgw]==|[AEIMQUYcgkosw048]=)?",  # and in fours
    "anyURI": r"[A-Za-z0-9._~/-]*|[a-z]{2,8}://[A-Za-z0-9._~/-]*",
}
_RANGES = {
    "integer": (None, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "long": (None, None),  # eighteen digits are always among them
    "unsignedLong": (0, None),
    "int": (-(2**31), 2**31 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "short": (-(2**15), 2**15 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "byte": (-128, 127),
    "unsignedByte": (0, 255),
}
_FREE = frozenset({"string", "anySimpleType", "anyType"})
_TEXTS = frozenset({"string", "normalizedString", "token", "language", "NMTOKEN", "Name", "NCName"})
_PLAIN = frozenset({*_RANGES, *_FORMS} - {"normalizedString", "token"})  # by the forms above
_NUMBERS = frozenset({*_RANGES, "decimal"})


@dataclass(frozen=True, slots=True)
class Limit:
    """What a text must be: so many characters long, one of `among`, and pass all tests. None: no limit.

    primitive: the built-in type that it is made from.    whole: least and most, where that is a whole number.
    """

    primitive: str
    shortest: int = 0
    longest: int | None = None
    among: frozenset[str] | None = None
    tests: tuple[Test, ...] = ()
    whole: tuple[int, int] | None = None

    @property
    def is_builtin(self) -> bool:
        """Whether there are no facets besides the type's own form."""
        return self.among is None and len(self.tests) < 2 and self.longest is None and not self.shortest

    @property
    def is_plain(self) -> bool:
        """Whether no text that is allowed has a character to escape."""
        return self.primitive in _PLAIN

    def test(self) -> Test | None:
        """All of it as one test; None where every text is allowed."""
        among = () if self.among is None else (self.among.__contains__,)
        return _all((*self._length(), *among, *self.tests))

    def _length(self) -> tuple[Test, ...]:
        shortest, longest = self.shortest, self.longest
        if longest is not None:
            return (lambda text: shortest <= len(text) <= longest,)
        return (lambda text: len(text) >= shortest,) if shortest else ()


def _all(tests: tuple[Test, ...]) -> Test | None:
    if len(tests) < 2:
        return tests[0] if tests else None
    first, rest = tests[0], _all(tests[1:])
    return lambda text: first(text) and rest is not None and rest(text)


def builtin(name: str) -> Limit:
    if name in _FREE:
        return Limit(name)
    if name in _RANGES:
        least, most = _RANGES[name]
        whole = (-(10**18) + 1 if least is None else least, 10**18 - 1 if most is None else most)
        return Limit(name, tests=(_whole(*whole),), whole=whole)
    if name in _FORMS:
        match = _form(_FORMS[name])
        in_fours: Test = lambda text: len(text) % 4 == 0 and match(text)  # noqa: E731
        return Limit(name, tests=(in_fours if name == "base64Binary" else match,))
    raise Unsaid(f"simple type {name}")


def restricted(base: Limit, facets: list[etree._Element]) -> Limit:
    """The limit with further facets, the children of an xsd:restriction."""
    shortest, longest, among = base.shortest, base.longest, base.among
    tests = list(base.tests)
    values: dict[str, list[str]] = {}
    for facet in facets:
        name = str(etree.QName(facet).localname)
        if name not in ("annotation", "simpleType"):
            values.setdefault(name, []).append(facet.get("value", ""))
    for name, given in values.items():
        if name == "enumeration":
            among = frozenset(given) if among is None else among & frozenset(given)
        elif name == "pattern":
            tests.append(_patterns(given))
        elif name in ("length", "minLength", "maxLength") and base.primitive in _TEXTS:
            count = int(given[0])
            shortest = max(shortest, count) if name != "maxLength" else shortest
            most = count if longest is None else min(longest, count)
            longest = most if name != "minLength" else longest
        elif name == "whiteSpace" and base.primitive in _TEXTS | _NUMBERS:
            tests.append(_form(_COLLAPSED))
        elif base.primitive in _NUMBERS:
            tests.append(_numeric(name, given[0]))
        else:
            raise Unsaid(f"{name} of {base.primitive}")
    return Limit(base.primitive, shortest, longest, among, tuple(tests), base.whole)


def _form(pattern: str) -> Test:
    return re.compile(pattern, re.ASCII).fullmatch


def _patterns(given: list[str]) -> Test:
    """One of the patterns of one step."""
    any_of = "|".join(f"(?:{python_pattern(each)})" for each in given)
    return _form(rf"(?=(?s:.){{0,{LONGEST}}}\Z)(?:{any_of})")


def _whole(least: int, most: int) -> Test:
    match = _form(_WHOLE)
    return lambda text: match(text) and least <= int(text) <= most


def _numeric(name: str, value: str) -> Test:
    """The base's own tests come first: what arrives here is a number."""
    bound = Decimal(value.strip())
    tests: dict[str, Test] = {
        "minInclusive": lambda text: Decimal(text) >= bound,
        "maxInclusive": lambda text: Decimal(text) <= bound,
        "minExclusive": lambda text: Decimal(text) > bound,
        "maxExclusive": lambda text: Decimal(text) < bound,
        "totalDigits": lambda text: sum(each.isdigit() for each in text) <= bound,
        "fractionDigits": lambda text: len(text.partition(".")[2]) <= bound,
    }
    if name not in tests:
        raise Unsaid(f"facet {name}")
    return tests[name]
