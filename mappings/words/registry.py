"""The register of words (函数). A word is a pure function of one value; its docstring and examples are its manual.

A word with arguments is a function that takes the arguments and returns the function of the value, so arguments
are checked and everything that depends on them is prepared once, when the mapping is compiled.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from mappings.tables import Table

Value = Any
Function = Callable[..., Value]
Defined = TypeVar("Defined", bound=Function)
_KINDS: Mapping[Any, str] = {str: "text", int: "integer", float: "number", bool: "boolean", Table: "table"}
REGISTER: dict[str, "Word"] = {}


class BadArgument(Exception):
    """An argument that the word cannot work with; `write` says what would do."""

    def __init__(self, what: str, write: str) -> None:
        super().__init__(f"{what}: {write}")
        self.what = what
        self.write = write


@dataclass(frozen=True, slots=True)
class Example:
    """`expect` is the result, or with `refuse` the code of the refusal."""

    given: Value
    arguments: tuple[Any, ...] = ()
    expect: Value = None
    refuse: str | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    kind: str  # text | integer | table
    default: str | int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """`takes` and `gives` are text, integer, number, boolean, list or object."""

    name: str
    function: Function
    parameters: tuple[Parameter, ...]
    takes: str
    gives: str
    theme: str
    manual: str
    examples: tuple[Example, ...]
    inverse: str | None = None

    def bind(self, arguments: tuple[Any, ...]) -> Function:
        """The function of the value. Raises BadArgument."""
        return self.function(*arguments) if self.parameters else self.function

    def check(self, arguments: tuple[str | int, ...]) -> None:
        """Raises BadArgument if the number or the kinds of the written arguments do not fit."""
        least = sum(one.default is None for one in self.parameters)
        if not least <= len(arguments) <= len(self.parameters):
            raise BadArgument(f"'{self.name}' has {len(arguments)} argument(s)", f"write {self.usage}")
        for given, one in zip(arguments, self.parameters, strict=False):
            if isinstance(given, int) != (one.kind == "integer"):
                wanted = "an integer" if one.kind == "integer" else "a text in double quotes"
                raise BadArgument(f"'{one.name}' of '{self.name}' is {wanted}", f"write {self.usage}")

    @property
    def usage(self) -> str:
        """How it is written, such as `pad(width, fill="0")`."""
        shown = [
            one.name + ("" if one.default is None else f"={_quoted(one.default)}") for one in self.parameters
        ]
        return f"{self.name}({', '.join(shown)})" if shown else self.name


def word(*examples: Example, inverse: str | None = None) -> Callable[[Defined], Defined]:
    """Registers the function as a word; kinds are read from its annotations. `inverse` names the word back."""

    def register(function: Defined) -> Defined:
        made = _describe(function, examples, inverse)
        if made.name in REGISTER:
            raise ValueError(f"two words are named {made.name}")
        REGISTER[made.name] = made
        return function

    return register


def _describe(function: Function, examples: tuple[Example, ...], inverse: str | None) -> Word:
    hints = get_type_hints(function)
    result = hints.pop("return")
    if get_origin(result) is Callable:  # a word with arguments
        (taken,), given = get_args(result)
        defaults = {key: one.default for key, one in inspect.signature(function).parameters.items()}
        parameters = tuple(
            Parameter(key, _kind(hint), None if defaults[key] is inspect.Parameter.empty else defaults[key])
            for key, hint in hints.items()
        )
    else:
        (taken,), given, parameters = hints.values(), result, ()
    manual = inspect.getdoc(function) or ""
    theme = function.__module__.rpartition(".")[2]
    return Word(
        function.__name__, function, parameters, _kind(taken), _kind(given), theme, manual, examples, inverse
    )


def _kind(hint: Any) -> str:
    if get_origin(hint) is list:
        return "list"
    return _KINDS.get(hint, "object")


def _quoted(default: str | int) -> str:
    return str(default) if isinstance(default, int) else f'"{default}"'
