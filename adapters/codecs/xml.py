"""XML documents as trees of dicts, both ways, with a parser that resolves nothing.

The convention: an element is a dict of its children; a repeated child is a list; `@name` is an attribute;
`#text` the text of an element that also has attributes or children; an element with text only is that text.
Names are local names: namespaces belong to the envelope, not to the mapping.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from adapters.codecs.charset import unfit_for_xml, unwritable, whole, writable
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
    source = _DECLARATION.sub("", text, count=1) if isinstance(text, str) else text
    try:
        root = etree.fromstring(source, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise Garbled("not_xml") from None
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
    if not len(element) and not element.attrib:
        return element.text or ""
    if element.get(_NIL) in ("true", "1"):
        return None
    inside: dict[str, Any] = {
        f"@{etree.QName(name).localname}": value
        for name, value in element.attrib.items()
        if not str(name).startswith(_INSTANCE)
    }
    for child in element:
        _add(inside, local(child), tree(child))
    text = (element.text or "").strip() if len(element) else element.text
    if not inside:
        return element.text or ""
    if text:
        inside["#text"] = text
    return inside


def _add(inside: dict[str, Any], name: str, value: Any) -> None:
    if name not in inside:
        inside[name] = value
    elif isinstance(inside[name], list):
        inside[name].append(value)
    else:
        inside[name] = [inside[name], value]


def local(element: etree._Element) -> str:
    name = element.tag
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

    Raises Unencodable with all problems: characters, control characters, names, kinds of values.
    """
    problems: list[Problem] = []
    try:
        top = etree.Element(root)
        _fill(top, document, "", problems)
    except ValueError:
        problems += unfit_for_xml(document) + _unfit_names(document)
    text = "" if problems else etree.tostring(top, encoding="unicode")
    if problems or not writable(text, charset):
        raise Unencodable(problems + unwritable(document, charset))
    return f'<?xml version="1.0" encoding="{charset}"?>{text}'


def _fill(element: etree._Element, value: Any, path: str, problems: list[Problem]) -> None:
    if isinstance(value, str):
        element.text = value
    elif isinstance(value, dict):
        for key, inner in value.items():
            _place(element, key, inner, f"{path}.{key}" if path else key, problems)
    elif value is not None:
        _scalar(element, value, path, problems)


def _place(element: etree._Element, key: str, value: Any, path: str, problems: list[Problem]) -> None:
    if isinstance(value, list | tuple):
        for index, each in enumerate(value):
            _fill(etree.SubElement(element, key), each, f"{path}.{index}", problems)
    elif key == "#text":
        _fill(element, value, path, problems)
    elif key[0] == "@":
        carrier = etree.Element("carrier")
        _fill(carrier, value, path, problems)
        element.set(key[1:], carrier.text or "")
    else:
        _fill(etree.SubElement(element, key), value, path, problems)


def _scalar(element: etree._Element, value: Any, path: str, problems: list[Problem]) -> None:
    if isinstance(value, bool):
        element.text = "true" if value else "false"
    elif isinstance(value, int):
        element.text = str(value)
    else:
        problems.append(Problem(path, "not_text"))


def _unfit_names(document: Any, path: str = "") -> list[Problem]:
    found: list[Problem] = []
    if isinstance(document, dict):
        for key, value in document.items():
            where = f"{path}.{key}" if path else str(key)
            if key != "#text" and not _is_name(key.removeprefix("@")):
                found.append(Problem(where, "not_xml_name"))
            found += _unfit_names(value, where)
    elif isinstance(document, list):
        for index, value in enumerate(document):
            found += _unfit_names(value, f"{path}.{index}")
    return found


def _is_name(text: str) -> bool:
    try:
        etree.QName(text)
    except ValueError:
        return False
    return True
