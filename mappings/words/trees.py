"""Documents inside a text: XML and JSON in a field. A whole body inside a string is the adapter's (`answer:`)."""

from collections.abc import Callable, Mapping
from typing import Any

from mappings.problems import Refused
from mappings.trees import found_at, read_json, read_xml, steps, write_json, write_xml
from mappings.words.registry import BadArgument, Example, word

Tree = Mapping[str, Any]
_NODES = {"node": [{"@label": "NAME", "#text": "张三"}, {"@label": "SEX", "#text": "1"}], "n": {"a": 2}}


@word(
    Example('<a><b x="1">t</b><c/><c>2</c></a>', expect={"b": {"@x": "1", "#text": "t"}, "c": ["", "2"]}),
    Example('<?xml version="1.0" encoding="gb2312"?><a>t</a>', expect={"#text": "t"}),
    Example('<n:a xmlns:n="urn:n"><n:b>t</n:b></n:a>', expect={"b": "t"}),
    Example("<a>", refuse="not_xml"),
    Example("<!DOCTYPE a><a/>", refuse="not_xml"),
    inverse="xml_text",
)
def xml_tree(value: str) -> Tree:
    """What is inside the root element of an XML text, as a tree: children, `@attribute`, `#text`.

    Names are read without their namespaces. Leaves as an object; the adapter writes it as real elements.
    """
    return read_xml(value)


@word(
    Example({"b": {"@x": "1", "#text": "<t>"}}, ("a",), expect='<a><b x="1">&lt;t&gt;</b></a>'),
    Example({"@xmlns:n": "urn:n", "n:b": "1"}, ("a",), expect='<a xmlns:n="urn:n"><n:b>1</n:b></a>'),
    Example({"1b": "x"}, ("a",), refuse="not_xml_tree"),
    inverse="xml_tree",
)  # fmt: skip
def xml_text(root: str) -> Callable[[Tree], str]:
    """A tree as XML in a text, inside the element `root`. A prefix in a name needs its `@xmlns:…` in the tree."""
    _written_once(root)
    return lambda value: write_xml(value, root)


@word(
    Example('{"a": [1, "x"]}', expect={"a": [1, "x"]}),
    Example("[1]", refuse="not_json"),
    Example('{"a": 0.1000000000000000055}', refuse="not_json"),
    inverse="json_text",
)
def json_tree(value: str) -> Tree:
    """The object inside a JSON text, as a tree. Leaves as an object."""
    return read_json(value)


@word(Example({"姓名": "张三", "a": [1]}, expect='{"姓名":"张三","a":[1]}'), inverse="json_tree")
def json_text(value: Tree) -> str:
    """A tree as JSON in a text, on one line."""
    return write_json(value)


@word(
    Example(_NODES, ("node[@label=NAME]",), expect="张三"),
    Example(_NODES, ("node[2].@label",), expect="SEX"),
    Example(_NODES, ("n.a",), expect="2"),
    Example(_NODES, ("node",), refuse="several_there"),
    Example(_NODES, ("node[@label=AGE]",), refuse="not_there"),
)
def at(place: str) -> Callable[[Tree], str]:
    """The text at `place` of a tree: names with dots, `[2]` for the second, `[@label=NAME]` for the one so."""
    found = _steps(place, "at")
    return lambda value: found_at(value, found, place)


@word(
    Example(_NODES, ("node[@label=AGE]", "0"), expect="0"),
    Example(_NODES, ("n.a", "0"), expect="2"),
    Example(_NODES, ("node", "0"), refuse="several_there"),
)
def at_or(place: str, otherwise: str) -> Callable[[Tree], str]:
    """The text at `place` of a tree, or `otherwise` where there is none."""
    found = _steps(place, "at_or")

    def read(value: Tree) -> str:
        try:
            return found_at(value, found, place)
        except Refused as refused:
            if refused.code != "not_there":
                raise
            return otherwise

    return read


@word(Example({"name": "张三", "n": 1}, expect={"name": "张三", "n": 1}))
def whole(value: Tree) -> Tree:
    """An object as it is, everything in it and every kind kept. For platforms that speak our own vocabulary."""
    return value


def _steps(place: str, name: str) -> Any:
    try:
        return steps(place)
    except ValueError as error:
        raise BadArgument(
            f"'{place}' is no place in a tree", f'write {name}("node[@label=NAME].key")'
        ) from error


def _written_once(root: str) -> None:
    try:
        write_xml({}, root)
    except Refused as refused:
        raise BadArgument(f"'{root}' is no name of an element", 'write xml_text("ROOT")') from refused
