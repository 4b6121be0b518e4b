"""XML documents as trees of dicts, both ways, with a parser that resolves nothing.

The convention: an element is a dict of its children; a repeated child is a list; `@name` is an attribute;
`#text` the text of an element that also has attributes or children; an element with text only is that text.
Names are local names: namespaces belong to the envelope, not to the mapping.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from lxml import etree

from adapters.codecs import markup
from adapters.codecs.charset import unfit_for_xml, unwritable, whole, writable
from adapters.codecs.markup import scalar
from adapters.errors import Garbled, Unencodable
from adapters.problems import Problem

_DECLARATION = re.compile(r"^\ufeff?\s*<\?xml[^>]*\?>")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"


def parser() -> etree.XMLParser:
    """A hardened parser: no entity, DTD or network; libxml2's own bounds on depth and size stay on."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


_PARSER = parser()


def parsed(text: str | bytes) -> etree._Element:
    """The root element. A text may declare any encoding: it is decoded already, so the declaration goes.

    Raises Garbled for what is not well-formed or carries a DTD.
    """
    try:
        # bytes in UTF-8 are read in half the time of a text
        source = _DECLARATION.sub("", text, count=1).encode() if isinstance(text, str) else text
        root = etree.fromstring(source, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Garbled("not_xml") from None
    if isinstance(text, str) and "<!DOCTYPE" not in text:
        return root
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:
        raise Garbled("dtd")
    return root


def read(text: str, lists: Iterable[str] = ()) -> dict[str, Any]:
    """What stands inside the root element, without its name; paths in `lists` are lists even of one."""
    content = tree(parsed(whole(text)))
    document = content if isinstance(content, dict) else {"#text": content}
    for path in lists:
        make_list(document, path.split("."))
    return document


def tree(element: etree._Element) -> Any:
    """What is inside an element; None for xsi:nil, "" for an empty one."""
    attributes = element.items()
    if not attributes and not len(element):
        return element.text or ""
    inside: dict[str, Any] = {}
    for key, value in attributes:
        name = str(key)
        if not name.startswith(_INSTANCE):
            inside[f"@{_local(name)}"] = value
        elif name == _NIL and value in ("true", "1"):
            return None
    for child in element:
        key, value = _local(child.tag), tree(child)
        if key in inside:
            add(inside, key, value)
        else:
            inside[key] = value
    text = element.text
    if not inside:
        return text or ""
    if text and (text := text.strip() if len(element) else text):
        inside["#text"] = text
    return inside


def add(inside: dict[str, Any], name: str, value: Any) -> None:
    """A child beside the others; a second one of that name makes a list of them."""
    if name not in inside:
        inside[name] = value
    elif isinstance(inside[name], list):
        inside[name].append(value)
    else:
        inside[name] = [inside[name], value]


def local(element: etree._Element) -> str:
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(name: Any) -> str:
    """A name without its namespace; "" for what is no element."""
    return name[name.rfind("}") + 1 :] if isinstance(name, str) else ""


def make_list(node: Any, keys: list[str]) -> None:
    """Makes the value at the path a list where it is there at all; passes through lists on the way."""
    if isinstance(node, list):
        for each in node:
            make_list(each, keys)
    elif isinstance(node, dict) and keys[0] in node:
        if len(keys) > 1:
            make_list(node[keys[0]], keys[1:])
        elif not isinstance(node[keys[0]], list):
            node[keys[0]] = [] if node[keys[0]] in ("", None) else [node[keys[0]]]


def write(document: Mapping[str, Any], root: str, charset: str) -> str:
    """The document as text that declares `charset`, every character of which that charset can carry.

    None leaves an element or attribute out. Raises Unencodable with all problems: characters that the charset
    lacks or XML forbids, names that are none, kinds of values that have no one way to be written.
    """
    text = markup.quickly(root, document)
    if text is None:
        text = _by_lxml(document, root, charset)
    if not writable(text, charset):
        raise Unencodable(_faults(document, charset))
    return f'<?xml version="1.0" encoding="{charset}"?>{text}'


def _by_lxml(document: Mapping[str, Any], root: str, charset: str) -> str:
    try:
        top = etree.Element(root)
        _fill(top, document)
        return etree.tostring(top, encoding="unicode")
    except (ValueError, TypeError):
        raise Unencodable(_faults(document, charset) or [Problem(root, "not_xml_name")]) from None


def _fill(element: etree._Element, value: Any) -> None:
    if not isinstance(value, dict):
        element.text = scalar(value)
        return
    for key, inner in value.items():
        if isinstance(inner, str) and key[:1] not in ("@", "#"):  # most fields, by far
            etree.SubElement(element, key).text = inner
        elif inner is not None:
            _place(element, key, inner)


def _place(element: etree._Element, key: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        for each in value:
            _fill(etree.SubElement(element, key), each)
    elif key == "#text":
        element.text = scalar(value)
    elif key.startswith("@"):
        element.set(key[1:], scalar(value))
    else:
        _fill(etree.SubElement(element, key), value)


def _faults(document: Any, charset: str) -> list[Problem]:
    return [*unfit_for_xml(document), *unwritable(document, charset), *_misplaced(document, "")]


def _misplaced(value: Any, path: str) -> list[Problem]:
    """Names that XML does not allow, and values of a kind that has no text."""
    found: list[Problem] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            where = f"{path}.{key}" if path else key
            if key != "#text" and not _is_name(key.removeprefix("@")):
                found.append(Problem(where, "not_xml_name"))
            inside = isinstance(inner, dict | list | tuple)
            plain = key == "#text" or key.startswith("@")
            found += [Problem(where, "not_text")] if inside and plain else _misplaced(inner, where)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(value):
            where = f"{path}.{index}"
            found += [Problem(where, "not_text")] if each is None else _misplaced(each, where)
    elif value is not None and not isinstance(value, str | int):
        found.append(Problem(path, "not_text"))
    return found


def _is_name(text: str) -> bool:
    try:
        etree.Element(text)
    except ValueError:
        return False
    return ":" not in text and "{" not in text
