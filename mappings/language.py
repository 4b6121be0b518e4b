"""The expressions of a mapping file: a path, a default, a literal, words in a pipe, one guard. Nothing else.

expression = source [ "?" [ text ] ] { "|" word }
source     = path | "=" text
path       = name { "." name } | "." [ name { "." name } ] | ".." name …      "." is the element of `each`
word       = name [ "(" [ argument { "," argument } ] ")" ]                     argument = text | integer
guard      = { "not" } path [ "=" text | "in" "(" text { "," text } ")" ]
text       = a JSON string
"""

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"(?:[^"\\]|\\.)*")
      | (?P<mark>[?|(),=])
      | (?P<name>[^\s?|(),="]+)""",
    re.VERBOSE,
)
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_INTEGER = re.compile(r"-?[0-9]+")


class BadSyntax(Exception):
    """The text is no expression. `offset` counts characters from 0; `write` says what would be one."""

    def __init__(self, offset: int, what: str, write: str) -> None:
        super().__init__(f"{what}: {write}")
        self.offset = offset
        self.what = what
        self.write = write


@dataclass(frozen=True, slots=True)
class Path:
    """Where a value is read. `up`: 0 the document, 1 the element of `each`, 2 what holds its list, and so on."""

    up: int
    steps: tuple[str, ...]

    @property
    def is_position(self) -> bool:
        return self.up > 0 and self.steps == ("@position",)

    def __str__(self) -> str:
        return "." * self.up + ".".join(self.steps)


@dataclass(frozen=True, slots=True)
class Literal:
    text: str

    def __str__(self) -> str:
        return "=" + json.dumps(self.text, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Call:
    """One word of a pipe; `offset` is where it stands in the expression."""

    word: str
    arguments: tuple[str | int, ...]
    offset: int

    def __str__(self) -> str:
        inside = ", ".join(json.dumps(one, ensure_ascii=False) for one in self.arguments)
        return f"{self.word}({inside})" if self.arguments else self.word


@dataclass(frozen=True, slots=True)
class Expression:
    """`optional`: an absent source leaves the target out. `default`: the text used instead of an absent one."""

    source: Path | Literal
    optional: bool = False
    default: str | None = None
    calls: tuple[Call, ...] = ()

    def __str__(self) -> str:
        default = "" if self.default is None else " " + json.dumps(self.default, ensure_ascii=False)
        mark = " ?" + default if self.optional or self.default is not None else ""
        return str(self.source) + mark + "".join(f" | {call}" for call in self.calls)


@dataclass(frozen=True, slots=True)
class Guard:
    """True if `path` is present, or its text is one of `among`; `negated` turns it round."""

    path: Path
    among: tuple[str, ...] | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    offset: int


def parse_expression(text: str) -> Expression:
    """Raises BadSyntax."""
    parser = _Parser(text)
    expression = parser.expression()
    parser.end()
    return expression


def parse_guard(text: str) -> Guard:
    """Raises BadSyntax."""
    parser = _Parser(text)
    guard = parser.guard()
    parser.end()
    return guard


def parse_path(text: str) -> Path:
    """Raises BadSyntax."""
    parser = _Parser(text)
    path = parser.path()
    parser.end()
    return path


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise BadSyntax(offset, "a text without its closing quote", 'write "…"')
        if match.lastgroup != "space":
            found.append(_Token(match.lastgroup or "", match.group(), offset))
        offset = match.end()
    return [*found, _Token("end", "", len(text))]


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0

    def expression(self) -> Expression:
        source = self._literal() if self._takes("=") else self.path()
        optional, default = False, None
        if self._takes("?"):
            if isinstance(source, Literal):
                raise self._wrong("a literal is never absent", "remove the '?'", back=1)
            default = self._text() if self._here.kind == "text" else None
            optional = default is None
        calls = []
        while self._takes("|"):
            calls.append(self._call())
        return Expression(source, optional, default, tuple(calls))

    def guard(self) -> Guard:
        negated = False
        while self._here.text == "not" and self._after.kind == "name":
            self._next += 1
            negated = not negated
        path = self.path()
        if self._takes("="):
            return Guard(path, (self._text(),), negated)
        if self._here.kind == "name" and self._here.text == "in":
            self._next += 1
            return Guard(path, self._texts(), negated)
        return Guard(path, None, negated)

    def path(self) -> Path:
        token = self._here
        if token.kind != "name":
            raise self._wrong("no source", 'write a path such as applicant.name, or ="text"')
        self._next += 1
        bare = token.text.lstrip(".")
        up = len(token.text) - len(bare)
        steps = tuple(bare.split(".")) if bare else ()
        if "" in steps or (up == 0 and not steps):
            raise self._wrong(f"'{token.text}' is no path", "write names with one dot between them", back=1)
        return Path(up, steps)

    def end(self) -> None:
        if self._here.kind != "end":
            raise self._wrong(f"'{self._here.text}' is not expected here", "write ' | word', or end here")

    @property
    def _here(self) -> _Token:
        return self._tokens[self._next]

    @property
    def _after(self) -> _Token:
        return self._tokens[min(self._next + 1, len(self._tokens) - 1)]

    def _takes(self, mark: str) -> bool:
        if self._here.kind != "mark" or self._here.text != mark:
            return False
        self._next += 1
        return True

    def _literal(self) -> Literal:
        return Literal(self._text())

    def _text(self) -> str:
        token = self._here
        if token.kind != "text":
            raise self._wrong("a text is expected", 'write it in double quotes: "…"')
        self._next += 1
        try:
            return str(json.loads(token.text))
        except ValueError as error:
            raise self._wrong(f"{token.text} is no JSON string", "mend the backslash", back=1) from error

    def _texts(self) -> tuple[str, ...]:
        if not self._takes("("):
            raise self._wrong("a list of texts is expected", 'write ("a", "b")')
        texts = [self._text()]
        while self._takes(","):
            texts.append(self._text())
        self._close()
        return tuple(texts)

    def _call(self) -> Call:
        token = self._here
        if token.kind != "name" or not _WORD.fullmatch(token.text):
            raise self._wrong("a word is expected after '|'", "write a word such as upper or pad(3)")
        self._next += 1
        arguments: list[str | int] = []
        if self._takes("(") and not self._takes(")"):
            arguments.append(self._argument())
            while self._takes(","):
                arguments.append(self._argument())
            self._close()
        return Call(token.text, tuple(arguments), token.offset)

    def _argument(self) -> str | int:
        token = self._here
        if token.kind == "name" and _INTEGER.fullmatch(token.text):
            self._next += 1
            return int(token.text)
        if token.kind != "text":
            raise self._wrong("an argument is a text or an integer", 'write "…" or 3')
        return self._text()

    def _close(self) -> None:
        if not self._takes(")"):
            raise self._wrong("the bracket is not closed", "write ')'")

    def _wrong(self, what: str, write: str, back: int = 0) -> BadSyntax:
        return BadSyntax(self._tokens[self._next - back].offset, what, write)
