"""What can be wrong: a `Problem` in a document, a `Finding` in a file that an engineer wrote.

Neither holds a value from a document. The one exception is the single character that a charset cannot carry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Literal

from mappings.texts import TEXTS

__all__ = ["TEXTS", "Finding", "Problem", "Refused", "Unmappable", "Unreadable", "nearest"]
Fact = str | int
Facts = Mapping[str, Fact]
Language = Literal["zh", "en"]
_NO_FACTS: Facts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Problem:
    """One bad field (问题). `path`: a target path such as `CL[0].MC`, or a JSON pointer in canonical checks."""

    path: str
    code: str
    facts: Facts = field(default_factory=lambda: _NO_FACTS)

    def text(self, language: Language = "en") -> str:
        """A sentence for people, without the path."""
        chinese, english = TEXTS[self.code]
        return (chinese if language == "zh" else english).format(**{"path": self.path, **self.facts})


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a check of declared files (发现). Line and column count from 1."""

    file: str
    line: int
    column: int
    what: str
    write: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.what}: {self.write}"


class Refused(Exception):
    """A word or a lookup cannot carry this value. `code` is a key of TEXTS."""

    def __init__(self, code: str, **facts: Fact) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


class Unmappable(Exception):
    """The document cannot be said in the other vocabulary; every bad field is listed."""

    code = "unmappable"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("; ".join(f"{one.path}: {one.text()}" for one in problems))
        self.problems = problems


class Unreadable(Exception):
    """Declared files cannot be used; the findings say what to write."""

    code = "unreadable"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


def nearest(name: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean 'x'?` for the closest known name, else the given text."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"did you mean '{close[0]}'?" if close else otherwise
