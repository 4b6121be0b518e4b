"""The lines of the function for one of zeep's complex types, part by part, as zeep would write them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from zeep.xsd import ComplexType
from zeep.xsd.elements import Any as Wildcard
from zeep.xsd.elements import AnyAttribute, Choice, Element, Group
from zeep.xsd.elements.indicators import All, Sequence

from adapters.codecs.markup import in_attribute
from adapters.writer import models
from adapters.writer.forms import Form
from adapters.writer.odd import Odd, Unclaimed
from adapters.writer.schema import Declaration

if TYPE_CHECKING:
    from adapters.writer.source import Source

_NIL = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'
_GROUPS = (All, Choice, Group, Sequence)
_RESERVED = "self"  # zeep passes fields as keyword arguments


class TypeLines:
    """One complex type, being written: attributes, `>` and content of the document `d`, appended to `out`."""

    def __init__(self, source: "Source", kind: Any, node: Declaration) -> None:
        self._source = source
        self._kind = kind
        self._node = node
        self._parts: dict[str, Declaration] = {}
        self._lines: list[str] = []

    def lines(self) -> list[str]:
        """The body of the type's function. Raises Unclaimed where a part that must be there cannot be written."""
        kind = self._kind
        if kind._array_type:
            raise Unclaimed("SOAP-encoded array")
        content = kind.elements_nested[0][1] if kind.elements_nested else None
        text = None
        if isinstance(content, Element):
            # a base without elements is kept like a text; its attributes are the type's own, too
            text, content = None if isinstance(content.type, ComplexType) else content.type, None
        attributes = [each for _, each in kind.attributes if not isinstance(each, AnyAttribute)]
        self._parts = self._declarations(content)
        self._begin(attributes, list(elements(content or ())), is_text=text is not None)
        for each in attributes:
            self._attribute(each)
        self._put(1, ">")
        if text is not None:
            write = self._source.form(text, self._node, self._title)
            self._line(1, f"out.append({write}(get({self._source.constant('#text')})))")
        elif content is not None:
            self._group(content, 1, chosen=False)
        return self._lines

    def _begin(self, attributes: list[Any], inner: list[Any], *, is_text: bool) -> None:
        """Nothing else than these parts may be in the document; a text may stand alone."""
        names = [*(str(each.name) for each in inner), *(f"@{each.name}" for each in attributes)]
        if len(set(names)) < len(names):
            raise Unclaimed("two parts of one name")
        if any(each.attr_name == _RESERVED for each in (*inner, *attributes)):
            raise Unclaimed("a part of a name that zeep keeps for itself")
        text = self._source.constant("#text")
        known = self._source.bind(frozenset([*names, "#text"] if is_text else names), "N")
        self._line(1, "if type(d) is not dict:")
        self._line(2, f"d = {{{text}: d}}" if is_text else "raise Odd")
        self._line(1, f"if not {known}.issuperset(d):")
        self._line(2, "raise Odd")
        self._line(1, "get = d.get")

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
        self._line(2, f"out += {self._source.constant(head)}, {self._source.text(put, 'v')}, {quote}")
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
            names = [str(side.name)] if isinstance(side, Element) else [str(e.name) for e in elements(side)]
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
        nested = [each for side in sides if not isinstance(side, Element) for each in elements(side)]
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
            text = self._source.text(put, value)
            self._line(depth, f"out += {self._source.constant(f'<{tag}>')}, {text}, {close}")

    def _absent(self, element: Any, depth: int, *, chosen: bool) -> None:
        if element.is_optional:
            return
        name, tag = self._source.constant(str(element.name)), self._source.tag(element.qname)
        lacks = self._source.declared is not None and _has_required(element.type)
        nil = element.nillable and not element.accepts_multiple and not lacks
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
            for element, each, chosen in models.parts(declared, content, node):
                declaration = declared.element(element, each, chosen=chosen)
                found[str(element.name)] = declared.type_of(declaration)
            for name, each in models.attributes(declared, self._kind, node).items():
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
        self._lines.append("    " * depth + line)


def elements(group: Any) -> Iterator[Any]:
    """Every element of a group, however it is nested."""
    for each in group:
        if isinstance(each, Element):
            yield each
        elif isinstance(each, _GROUPS):
            yield from elements(each)


def _has_required(kind: Any) -> bool:
    """Attributes that zeep leaves out of a nil element, and that libxml2 misses there."""
    return isinstance(kind, ComplexType) and any(each.required for _, each in kind.attributes if each.name)
