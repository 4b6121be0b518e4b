"""Documents inside texts, as trees: XML both ways, JSON, and one value out of a tree.

The convention for XML is that of the adapters: an element is a dict of its children, a repeated child a list,
`@name` an attribute, `#text` the text beside attributes or children. Names are read without their namespaces; what
is written may carry prefixes (`ns:name`) and declare them (`@xmlns:ns`).
"""

import json
import re
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from mappings.problems import Refused
from mappings.values import scalar

_MOST_CHARACTERS = 1 << 20
_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_NAME = re.compile(r"[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_STEP = re.compile(
    r"(?P<name>[^.\[\]]+)(?:\[(?:(?P<place>[1-9][0-9]*)|(?P<key>[^=\]]+)=(?P<text>[^\]]*))\])?(\.|$)"
)
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
_PARSING = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
Step = tuple[str, int | None, str | None, str]


def read_xml(text: str) -> dict[str, Any]:
    """What stands inside the root element, without its name. Raises Refused."""
    parser = etree.XMLParser(remove_comments=True, remove_pis=True, **_PARSING)  # type: ignore[arg-type]
    try:
        if len(text) > _MOST_CHARACTERS:
            raise Refused("not_xml")
        root = etree.fromstring(_DECLARATION.sub("", text, count=1), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Refused("not_xml") from error
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise Refused("not_xml")
    inside = _tree(root)
    return inside if isinstance(inside, dict) else {"#text": inside}


def _tree(element: Any) -> Any:
    """None for xsi:nil, text for an element of text alone."""
    if element.get(f"{_INSTANCE}nil") in ("true", "1"):
        return None
    inside: dict[str, Any] = {
        f"@{etree.QName(name).localname}": value
        for name, value in element.attrib.items()
        if not name.startswith(_INSTANCE)
    }
    for child in element:
        name = etree.QName(child).localname
        if isinstance(inside.get(name), list):
            inside[name].append(_tree(child))
        else:
            inside[name] = [inside[name], _tree(child)] if name in inside else _tree(child)
    text = element.text or ""
    if not inside:
        return text
    text = text.strip() if len(element) else text
    return {**inside, "#text": text} if text else inside


def write_xml(tree: Any, root: str) -> str:
    """The tree as XML without a declaration, for the inside of a text. Raises Refused."""
    try:
        return "".join(_written(tree, root))
    except RecursionError as error:
        raise Refused("not_xml_tree") from error


def _written(value: Any, name: str) -> list[str]:
    if not _NAME.fullmatch(name):
        raise Refused("not_xml_tree")
    if isinstance(value, list):
        return [part for each in value for part in _written(each, name)]
    inside = value if isinstance(value, dict) else {"#text": value}
    attributes = "".join(
        f" {key[1:]}={quoteattr(_sound(one))}" for key, one in inside.items() if _is_attribute(key)
    )
    parts = [escape(_sound(inside["#text"]))] if inside.get("#text") is not None else []
    for key, one in inside.items():
        if key != "#text" and not key.startswith("@") and one is not None:
            parts += _written(one, key)
    return [f"<{name}{attributes}>", *parts, f"</{name}>"] if parts else [f"<{name}{attributes}/>"]


def _is_attribute(key: str) -> bool:
    if key.startswith("@") and not _NAME.fullmatch(key[1:]):
        raise Refused("not_xml_tree")
    return key.startswith("@")


def _sound(value: Any) -> str:
    text = scalar(value)
    if _NOT_XML.search(text):
        raise Refused("not_xml_tree")
    return text


def read_json(text: str) -> dict[str, Any]:
    """A JSON object; a number that would change when it is read as one is refused. Raises Refused."""
    try:
        if len(text) > _MOST_CHARACTERS:
            raise Refused("not_json")
        tree = json.loads(text, parse_float=_unchanged, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Refused("not_json") from error
    if not isinstance(tree, dict):
        raise Refused("not_json")
    return tree


def _unchanged(text: str) -> float:
    if Decimal(repr(float(text))) != Decimal(text):
        raise Refused("not_json")
    return float(text)


def _no_constant(text: str) -> float:
    raise Refused("not_json")


def write_json(tree: Any) -> str:
    """The tree as JSON on one line, in the order of its keys. Raises Refused."""
    try:
        return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError) as error:
        raise Refused("not_json_tree") from error


def steps(place: str) -> list[Step]:
    """`node.key[@label=NAME]`, `list[1].name` -> its steps; a place in a list counts from 1. Raises ValueError."""
    found: list[Step] = []
    offset = 0
    while offset < len(place) or not found:
        match = _STEP.match(place, offset)
        if match is None or (match.end() == len(place) and place.endswith(".")):
            raise ValueError(place)
        number = int(match["place"]) if match["place"] else None
        found.append((match["name"], number, match["key"], match["text"] or ""))
        offset = match.end()
    return found


def found_at(tree: Any, place: list[Step], written: str) -> str:
    """The text at the place; `written` is how the place was written. Raises Refused."""
    nodes = [tree]
    for name, number, key, text in place:
        below = [one for node in nodes for one in _children(node, name)]
        if key is not None:
            below = [one for one in below if _children(one, key) and _shown(one[key]) == text]
        nodes = below if number is None else below[number - 1 : number]
    if len(nodes) > 1:
        raise Refused("several_there", place=written)
    value = _text_of(nodes[0]) if nodes else None
    if value is None or value == "":
        raise Refused("not_there", place=written)
    return scalar(value)


def _children(node: Any, name: str) -> list[Any]:
    if not isinstance(node, dict) or name not in node:
        return []
    return node[name] if isinstance(node[name], list) else [node[name]]


def _shown(value: Any) -> str | None:
    value = _text_of(value)
    return None if value is None or isinstance(value, dict | list) else scalar(value)


def _text_of(value: Any) -> Any:
    return value.get("#text") if isinstance(value, dict) and "#text" in value else value
