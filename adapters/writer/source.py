"""Turns zeep's complex types into straight-line Python functions that append text to a list.

One function for each type, so that a type may contain itself. Names, tags and forms are *bound* as globals of the
functions, never written into their source: nothing in a contract can become code. What a function cannot write as
zeep would, it leaves: `raise Odd`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from lxml import etree
from zeep.xsd import ComplexType

from adapters.codecs.markup import in_text
from adapters.writer.forms import Escape, form
from adapters.writer.odd import Odd, Unclaimed, Unsaid
from adapters.writer.quick import quick
from adapters.writer.schema import Declaration, Declared
from adapters.writer.types import TypeLines

_XML = "http://www.w3.org/XML/1998/namespace"


class Source:
    """Lines of source, and what they name.

    prefixes: namespace -> prefix, in order of first use; the envelope's stands there from the start.
    declared: the schemas whose limits are to be kept; None where nobody checks.
    unclaimed: why a part cannot be written, by type and name; where such a part is absent the rest still can.
    unsaid: what only libxml2 can check, by type, with the reason.
    quick: what stands in source before the call of a form, for the values that need none.
    """

    def __init__(self, prefixes: dict[str, str], declared: Declared | None = None) -> None:
        self.prefixes = prefixes
        self.declared = declared
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {"Odd": Odd}
        self.unclaimed: dict[str, str] = {}
        self.unsaid: dict[str, str] = {}
        self.quick: dict[str, str] = {}
        self._functions: dict[int, str | Unclaimed] = {}
        self._kept: list[Any] = []  # ids stay good as long as what they belong to
        self._constants: dict[str, str] = {}

    def tag(self, name: etree.QName) -> str:
        """The name with the prefix of its namespace."""
        if name.namespace is None:
            return str(name.localname)
        if name.namespace == _XML:
            return f"xml:{name.localname}"
        prefix = self.prefixes.setdefault(name.namespace, f"ns{len(self.prefixes) - 1}")
        return f"{prefix}:{name.localname}"

    def function(self, kind: Any, node: Declaration) -> str:
        """The name of the function (document, out) that writes a type's attributes, `>` and content.

        node: the type's declaration, None where its limits are not to be kept or cannot be said.
        """
        known = self._functions.get(id(kind))
        if isinstance(known, Unclaimed):
            raise known
        if known is None:
            known = self._functions[id(kind)] = f"t{len(self._functions)}"
            self._kept.append(kind)
            try:
                lines = TypeLines(self, kind, node).lines()
            except Unclaimed as error:
                self._functions[id(kind)] = error
                self.lines += [f"def {known}(d, out):", "    raise Odd", ""]
                raise
            self.lines += [f"def {known}(d, out):", *lines, ""]
        return known

    def content(self, element: Any) -> list[str]:
        """The lines that write the body's element from the document `d`, from its `>` on."""
        node: Declaration = None
        with self.saying(str(element.name)):
            if self.declared is not None:
                found = self.declared.get("element", element.qname.text)
                node = self.declared.type_of(self.declared.alone(element, found))
        if isinstance(element.type, ComplexType):
            return [f"    {self.function(element.type, node)}(d, out)"]
        write, text = self.form(element.type, node, str(element.name)), self.constant("#text")
        return [
            "    if type(d) is not dict or len(d) != 1:",
            "        raise Odd",
            f"    out += {self.constant('>')}, {write}(d.get({text}))",
        ]

    def form(self, kind: Any, node: Declaration, name: str, escape: Escape = in_text) -> str:
        """The name of the form of a simple type, with its limits where they can be said."""
        limit = None
        with self.saying(name):
            if node is not None and self.declared is not None:
                limit = self.declared.limit(node)
        bound = self.bind(form(kind, escape, limit), "F")
        self.quick[bound] = quick(kind, limit, escape, self.bind)
        return bound

    def text(self, bound: str, value: str) -> str:
        """The expression for the text of a value, by the form of that name."""
        return f"{self.quick[bound].format(v=value)}{bound}({value})"

    @contextmanager
    def saying(self, name: str) -> Iterator[None]:
        """What is Unsaid inside is left to libxml2, and the reason kept."""
        try:
            yield
        except Unsaid as error:
            self.unsaid[name] = error.reason

    def bind(self, value: Any, letter: str) -> str:
        name = f"{letter}{len(self.bound)}"
        self.bound[name] = value
        return name

    def constant(self, text: str) -> str:
        if text not in self._constants:
            self._constants[text] = self.bind(text, "K")
        return self._constants[text]
