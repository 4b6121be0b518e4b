"""The words of a pipe: found, their arguments checked, their kinds fitted to each other."""

from collections.abc import Mapping as Files
from typing import Any

from mappings.language import Call, Expression, Literal
from mappings.language import Path as Route
from mappings.plan import Bound
from mappings.problems import TEXTS, Refused, nearest
from mappings.reach import Wrong, a_kind
from mappings.source import Path
from mappings.tables import Table
from mappings.words import REGISTER, BadArgument, Word

TABLES_BACK = frozenset(
    {"table_back", "table_each_back", "from_private_use"}
)  # words that read theirs -> ours


class Pipes:
    """Binds the pipes of one file; `tables` are the names of the code tables that it uses."""

    def __init__(self, known: Files[str, Table], wrong: Wrong) -> None:
        self.tables: set[str] = set()
        self._known = known
        self._wrong = wrong

    def bound(self, expression: Expression, path: Path) -> tuple[Bound, ...] | None:
        """The words ready to be called; None after a mistake."""
        found = [self._bind(call, path) for call in expression.calls]
        words = tuple(bound for bound in found if bound is not None)
        if len(words) != len(found) or not self._fit(words, expression, path):
            return None
        return words

    def _bind(self, call: Call, path: Path) -> Bound | None:
        known = REGISTER.get(call.word)
        if known is None:
            write = nearest(call.word, REGISTER, "write one of docs/words.md")
            self._wrong(path, f"no word '{call.word}'", write, call.offset)
            return None
        try:
            known.check(call.arguments)
            if known.parameters and known.parameters[0].kind == "table":
                return self._bind_table(known, call, path)
            return Bound(call.word, known.bind(call.arguments), known.takes, known.gives)
        except BadArgument as error:
            self._wrong(path, error.what, error.write, call.offset)
            return None

    def _bind_table(self, known: Word, call: Call, path: Path) -> Bound | None:
        name = str(call.arguments[0])
        table = self._known.get(name)
        if table is None:
            write = nearest(name, self._known, f"write tables/{name}.yaml")
            self._wrong(path, f"no code table '{name}'", write, call.offset)
            return None
        if call.word in TABLES_BACK and table.ambiguous_back:
            what = f"table '{name}' has several of ours for '{table.ambiguous_back[0]}'"
            self._wrong(path, what, "keep one row per code of theirs in a table read backwards", call.offset)
        self.tables.add(name)
        return Bound(
            call.word, known.bind((table, *call.arguments[1:])), known.takes, known.gives, table, table.dated
        )

    def _fit(self, words: tuple[Bound, ...], expression: Expression, path: Path) -> bool:
        constant = _constant(expression)
        is_position = isinstance(expression.source, Route) and expression.source.is_position
        fed = "text" if is_position or constant is not None else None
        for bound, call in zip(words, expression.calls, strict=True):
            if fed is not None and fed != bound.takes:
                what = f"'{bound.word}' takes {a_kind(bound.takes)} and gets {a_kind(fed)}"
                self._wrong(path, what, "put it elsewhere in the pipe, or leave it out", call.offset)
                return False
            fed = bound.gives
        return constant is None or self._carries(words, expression, constant, path)

    def _carries(self, words: tuple[Bound, ...], expression: Expression, constant: Any, path: Path) -> bool:
        """A default or a literal must pass through its own words."""
        for bound, call in zip(words, expression.calls, strict=True):
            if bound.dated:
                return True
            try:
                constant = bound.function(constant)
            except Refused as error:
                said = TEXTS[error.code][1].format(**error.facts)
                what = f"the text written here is refused by '{bound.word}' ({said})"
                self._wrong(path, what, "write another text, or leave the word out", call.offset)
                return False
        return True


def _constant(expression: Expression) -> str | None:
    return expression.source.text if isinstance(expression.source, Literal) else expression.default
