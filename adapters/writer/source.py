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
from zeep.xsd.elements import Any as Wildcard
from zeep.xsd.elements import AnyAttribute, Choice, Element, Group
from zeep.xsd.elements.indicators import All, Sequence

from adapters.codecs.xml import in_attribute, in_text
from adapters.writer.forms import Escape, Form, form, quick
from adapters.writer.odd import Odd, Unclaimed, Unsaid
from adapters.writer.schema import Declaration, Declared

_NIL = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'
_XML = "http://www.w3.org/XML/1998/namespace"
_GROUPS = (All, Choice, Group, Sequence)
_RESERVED = "self"  # zeep passes fields as keyword arguments


class Source:
    """Lines of source, and what they name.

    prefixes: namespace -> prefix, in order of first use; the envelope's stands there from the start.
    declared: the schemas whose limits are to be kept; None where nobody checks.
    unclaimed: why a part cannot be written, by type and name; where such a part is absent the rest still can.
    unsaid: what only libxml2 can check, by type, with the reason.
    """

    def __init__(self, prefixes: dict[str, str], declared: Declared | None = None) -> None:
        self.declared = declared
        self.unsaid: dict[str, str] = {}
        self.quick: dict[str, str] = {}
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {"Odd": Odd}
        self.prefixes = prefixes
        self.unclaimed: dict[str, str] = {}
        self._functions: dict[int, str | Unclaimed] = {}
        self._kept: list[Any] = []  # ids stay good as long as what they belong to
        self._constants: dict[str, str] = {}

    def tag(self, name: etree.QName, *, attribute: bool = False) -> str:
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
                lines = _Type(self, kind, node).lines()
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
        if (test := quick(kind, limit)) is not None:
            self.quick[bound] = test
        return bound

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


class _Type:
    """One complex type, being written."""

    def __init__(self, source: Source, kind: Any, node: Declaration) -> None:
        self._source = source
        self._kind = kind
        self._node = node
        self._parts: dict[str, Declaration] = {}
        self._lines: list[str] = []

    def lines(self) -> list[str]:
        kind = self._kind
        if _is_array(kind):
            raise Unclaimed("SOAP-encoded array")
        content = kind.elements_nested[0][1] if kind.elements_nested else None
        is_text = isinstance(content, Element) and not isinstance(content.type, ComplexType)
        if isinstance(content, Element) and not is_text:
            content = None  # it extends a type without elements, whose attributes it has
        self._parts = self._declarations(content if not is_text else None)
        attributes = [each for _, each in kind.attributes if not isinstance(each, AnyAttribute)]
        elements = [] if is_text or content is None else list(_elements(content))
        names = [str(each.name) for each in elements] + [f"@{each.name}" for each in attributes]
        _check_names(names, elements)
        known = frozenset([*names, "#text"] if is_text else names)
        text = self._source.constant("#text")
        self._line(1, "if type(d) is not dict:")
        self._line(2, f"d = {{{text}: d}}" if is_text else "raise Odd")
        self._line(1, f"elif not d.keys() <= {self._source.bind(known, 'N')}:" if is_text else "")
        if is_text:
            self._line(2, "raise Odd")
        else:
            self._line(1, f"if not d.keys() <= {self._source.bind(known, 'N')}:")
            self._line(2, "raise Odd")
        self._line(1, "get = d.get")
        for each in attributes:
            self._attribute(each)
        self._put(1, ">")
        if is_text:
            write = self._source.form(content.type, self._node, self._title)
            self._line(1, f"out.append({write}(get({text})))")
        elif content is not None:
            self._group(content, 1, chosen=False)
        return [line for line in self._lines if line.strip()]

    def _attribute(self, attribute: Any) -> None:
        self._line(1, f"v = get({self._source.constant(f'@{attribute.name}')})")
        head = f' {self._source.tag(attribute.qname)}="'
        with_default = attribute.default is not None
        try:
            node = self._parts.get(f"@{attribute.name}")
            put = self._source.form(attribute.type, node, f"{self._title}.@{attribute.name}", in_attribute)
            default = self._default(put, attribute.default) if with_default else ""
        except Unclaimed as error:
            if attribute.required or with_default:
                raise
            self._leave(1, "v is not None", f"@{attribute.name}", error)
            return
        self._line(1, "if v is not None:")
        quote = self._source.constant('"')
        self._line(2, f"out += {self._source.constant(head)}, {put}(v), {quote}")
        if attribute.required:
            self._line(1, "else:")
            self._line(2, "raise Odd")
        elif with_default:
            self._line(1, f"elif {self._source.constant(f'@{attribute.name}')} not in d:")
            self._put(2, f'{head}{default}"')

    def _group(self, group: Any, depth: int, *, chosen: bool) -> None:
        """chosen: inside a side of a choice, where zeep forgets defaults."""
        if group.accepts_multiple:
            raise Unclaimed("a group that repeats")
        if isinstance(group, Choice):
            self._choice(group, depth)
            return
        for each in group:
            if isinstance(each, Element):
                self._element(each, depth, chosen=chosen)
            elif isinstance(each, _GROUPS):
                self._group(each, depth, chosen=chosen)
            elif not isinstance(each, Wildcard):
                raise Unclaimed("a schema inside a message")
            elif not each.is_optional:
                raise Unclaimed("xsd:any that must be there")

    def _choice(self, choice: Any, depth: int) -> None:
        sides = list(choice)
        tests = []
        for side in sides:
            if not isinstance(side, Element | Choice | All | Sequence | Group):
                raise Unclaimed("xsd:any in a choice")
            names = [str(side.name)] if isinstance(side, Element) else [str(e.name) for e in _elements(side)]
            tests.append(" or ".join(f"get({self._source.constant(name)}) is not None" for name in names))
        tests = [each or "False" for each in tests]
        self._line(depth, f"n = {' + '.join(f'({each})' for each in tests)}")
        self._line(depth, "if n > 1:")
        self._line(depth + 1, "raise Odd")
        word = "if"
        for side, test in zip(sides, tests, strict=True):
            self._line(depth, f"{word} {test}:")
            # zeep drops a choice in which only empty values are given
            self._line(depth + 1, f"if not ({test.replace(' is not None', '')}):")
            self._line(depth + 2, "raise Odd")
            self._side(side, depth + 1)
            word = "elif"
        nested = [each for side in sides if not isinstance(side, Element) for each in _elements(side)]
        risky = any(each.default is not None or each.accepts_multiple for each in nested)
        if tests and (risky or choice.min_occurs):
            self._line(depth, "else:")
            self._line(depth + 1, "raise Odd")

    def _side(self, side: Any, depth: int) -> None:
        if isinstance(side, Element):
            if side.attr_name != side.name:
                raise Unclaimed("a choice of message parts")
            self._element(side, depth, chosen=True)
        else:
            self._group(side, depth, chosen=True)

    def _element(self, element: Any, depth: int, *, chosen: bool) -> None:
        start = len(self._lines)
        try:
            self._line(depth, f"v = get({self._source.constant(str(element.name))})")
            self._line(depth, "if v is not None:")
            if element.accepts_multiple:
                self._several(element, depth + 1)
            else:
                self._one(element, "v", depth + 1)
            self._absent(element, depth, chosen=chosen)
        except Unclaimed as error:
            if not element.is_optional and not chosen:
                raise
            del self._lines[start + 1 :]
            self._leave(depth, "v is not None", str(element.name), error)

    def _several(self, element: Any, depth: int) -> None:
        self._line(depth, "if type(v) is not list:")
        self._line(depth + 1, "v = (v,)")
        bounds = [f"len(v) < {element.min_occurs}"] if element.min_occurs else []
        if isinstance(element.max_occurs, int):
            bounds.append(f"len(v) > {element.max_occurs}")
        if bounds:
            self._line(depth, f"if {' or '.join(bounds)}:")
            self._line(depth + 1, "raise Odd")
        self._line(depth, "for e in v:")
        self._one(element, "e", depth + 1)

    def _one(self, element: Any, value: str, depth: int) -> None:
        tag = self._source.tag(element.qname)
        close = self._source.constant(f"</{tag}>")
        if isinstance(element.type, ComplexType):
            function = self._source.function(element.type, self._parts.get(str(element.name)))
            self._put(depth, f"<{tag}")
            self._line(depth, f"{function}({value}, out)")
            self._line(depth, f"out.append({close})")
        else:
            put = self._text(element)
            quick = self._source.quick.get(put)
            text = f"{value} if {quick.format(v=value)} else {put}({value})" if quick else f"{put}({value})"
            self._line(depth, f"out += {self._source.constant(f'<{tag}>')}, {text}, {close}")

    def _absent(self, element: Any, depth: int, *, chosen: bool) -> None:
        if element.is_optional:
            return
        name, tag = self._source.constant(str(element.name)), self._source.tag(element.qname)
        nil = element.nillable and not element.accepts_multiple and not self._has_required(element)
        if element.default is not None and not element.accepts_multiple and not chosen:
            text = self._default(self._text(element), element.default)
            self._line(depth, f"elif {name} not in d:")
            self._put(depth + 1, f"<{tag}>{text}</{tag}>")
        self._line(depth, "else:")
        if nil:
            self._put(depth + 1, f"<{tag}{_NIL}</{tag}>")
        else:
            self._line(depth + 1, "raise Odd")

    def _text(self, element: Any) -> str:
        name = str(element.name)
        return self._source.form(element.type, self._parts.get(name), f"{self._title}.{name}")

    def _has_required(self, element: Any) -> bool:
        """Attributes that zeep leaves out of a nil element, and that libxml2 misses there."""
        kind = element.type
        return isinstance(kind, ComplexType) and any(each.required for _, each in kind.attributes if each.name)

    @property
    def _title(self) -> str:
        return self._kind.name or "(anonymous)"

    def _declarations(self, content: Any) -> dict[str, Declaration]:
        """What declares the type of every element and attribute, where zeep and the schema say the same."""
        found: dict[str, Declaration] = {}
        declared, node = self._source.declared, self._node
        if declared is None or node is None:
            return found
        with self._source.saying(self._title):
            elements = {str(each.name): each for each in _elements(content or ())}
            for name, (each, chosen) in declared.parts(content, node).items():
                found[name] = declared.type_of(declared.element(elements[name], each, chosen=chosen))
            for name, each in declared.attributes(self._kind, node).items():
                found[f"@{name}"] = declared.type_of(each)
        return found

    def _default(self, put: str, default: str) -> str:
        write: Form = self._source.bound[put]
        try:
            return write(default)
        except Odd:
            raise Unclaimed("a default that zeep changes") from None

    def _leave(self, depth: int, condition: str, name: str, error: Unclaimed) -> None:
        self._source.unclaimed[f"{self._title}.{name}"] = error.reason
        self._line(depth, f"if {condition}:")
        self._line(depth + 1, "raise Odd")

    def _put(self, depth: int, text: str) -> None:
        self._line(depth, f"out.append({self._source.constant(text)})")

    def _line(self, depth: int, line: str) -> None:
        if line:
            self._lines.append("    " * depth + line)


def _elements(group: Any) -> Iterator[Any]:
    """Every element of a group, however it is nested."""
    for each in group:
        if isinstance(each, Element):
            yield each
        elif isinstance(each, _GROUPS):
            yield from _elements(each)


def _check_names(names: list[str], elements: list[Any]) -> None:
    if len(set(names)) < len(names):
        raise Unclaimed("two parts of one name")
    if any(each.attr_name == _RESERVED for each in elements) or f"@{_RESERVED}" in names:
        raise Unclaimed("a part of a name that zeep keeps for itself")


def _is_array(kind: Any) -> bool:
    return bool(kind._array_type)
