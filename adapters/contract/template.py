"""A raw envelope: for operations whose types nobody can read, or that need what types cannot say.

`envelope: contract/NAME.xml` in platform.yaml names a file with a whole SOAP envelope, sent as it stands, in
which exactly one element carries the attribute `document` of the namespace `urn:tongban:envelope`. Into that
element the mapped document is written, each member as one child element, in the order of the mapping; a list
is one element for each item, `@name` an attribute, `#text` the text. None is left out.

What stands inside the marked element in the file are examples, not content. A member that has an example of its
name gets the example's namespace and attributes (xsi:type, …), and so on further down; a number in brackets at
the end of an attribute `arrayType`, and an attribute `arraySize`, become the count of the children. A member
without an example is in the namespace that is the value of the mark, in none if that is empty.

    <e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="urn:tongban:envelope" …>
      <e:Body><n:submit xmlns:n="urn:n" e:encodingStyle="…" t:document="">
        <xm xsi:type="xsd:string"/><cl enc:arrayType="n:CL[0]"><item><clmc xsi:type="xsd:string"/></item></cl>
      </n:submit></e:Body>
    </e:Envelope>

The attribute `action` of the same namespace on the envelope itself is the SOAPAction, where no contract says it.
There is no more to it: no conditions, no loops, no second place.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from lxml import etree

from adapters.codecs import xml
from adapters.errors import Garbled, Unbuildable
from adapters.problems import Problem

MARK = "{urn:tongban:envelope}document"
ACTION = "{urn:tongban:envelope}action"
ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_COUNT = re.compile(r"\[\d*\]$")
_DEEPEST = 200


class Template:
    """One literal envelope with its marked place. `namespace`: of the envelope, which is the version of SOAP."""

    def __init__(self, path: str, files: Mapping[str, str]) -> None:
        """Raises Unbuildable for what is not there, is no envelope, or has not exactly one mark."""
        if path not in files:
            raise Unbuildable(("envelope",), f"{path} is not in the folder", "write the envelope there")
        try:
            root = xml.parsed(files[path])
        except Garbled as error:
            what = f"{path} carries a DTD" if error.what == "dtd" else f"{path} is not well-formed XML"
            raise Unbuildable(("envelope",), what, "write one SOAP envelope") from None
        name = etree.QName(root)
        if name.localname != "Envelope" or name.namespace not in ENVELOPES:
            raise Unbuildable(("envelope",), f"{path} is no SOAP envelope", f"begin with {ENVELOPES[0]}")
        marked = [each for each in root.iter() if each.get(MARK) is not None]
        if len(marked) != 1:
            what = f"{path} has {len(marked)} marked places"
            raise Unbuildable(
                ("envelope",), what, 'mark one element with document="" of urn:tongban:envelope'
            )
        self.namespace = name.namespace or ""
        self.action = str(root.attrib.pop(ACTION, ""))
        self._default = str(marked[0].attrib.pop(MARK))
        self._examples = copy.deepcopy(marked[0])
        for child in list(marked[0]):
            marked[0].remove(child)
        marked[0].text, marked[0].tail = None, marked[0].tail
        marked[0].set(MARK, "")
        self._root = _prefixed(root)

    def problems(self, document: Mapping[str, Any]) -> list[Problem]:
        """Members that cannot be XML: names that are none, values without one way to be written."""
        return list(_problems(document, "", 0))

    def envelope(self, document: Mapping[str, Any]) -> etree._Element:
        """Of a document without problems."""
        root = copy.deepcopy(self._root)
        place = next(each for each in root.iter() if each.get(MARK) is not None)
        del place.attrib[MARK]
        self._fill(place, document, self._examples)
        return root

    def _fill(self, element: etree._Element, value: Any, example: etree._Element | None) -> None:
        if not isinstance(value, Mapping):
            element.text = _text(value)
            return
        for key, each in value.items():
            if each is None:
                continue
            if key == "#text":
                element.text = _text(each)
            elif key.startswith("@"):
                _set(element, key[1:], _text(each))
            else:
                self._place(element, key, each if isinstance(each, list) else [each], example)
        _count(element)

    def _place(
        self, parent: etree._Element, key: str, values: list[Any], example: etree._Element | None
    ) -> None:
        shown = _shown(example, key)
        tag = shown.tag if shown is not None else (f"{{{self._default}}}{key}" if self._default else key)
        prefixes: Any = shown.nsmap if shown is not None else None  # attributes' values name types by them
        for value in values:
            element = etree.SubElement(parent, tag, nsmap=prefixes)
            for name, text in shown.attrib.items() if shown is not None else ():
                element.set(name, text)
            self._fill(element, value, shown)


def _prefixed(root: etree._Element) -> etree._Element:
    """With the prefix `soap-env` for the envelope, by which signatures find their place in the header."""
    uri = str(etree.QName(root).namespace)
    names: Any = {prefix: each for prefix, each in root.nsmap.items() if each != uri}
    made = etree.Element(root.tag, nsmap={**names, "soap-env": uri})
    for name, value in root.attrib.items():
        made.set(name, value)
    for each in list(root):
        each.tail = None
        made.append(each)
    return made


def _shown(example: etree._Element | None, key: str) -> etree._Element | None:
    for each in example if example is not None else ():
        if xml.local(each) == key:
            return each
    return None


def _set(element: etree._Element, name: str, text: str) -> None:
    """An attribute; one that the example has in a namespace is meant."""
    for known in element.attrib:
        if etree.QName(known).localname == name:
            element.set(known, text)
            return
    element.set(name, text)


def _count(element: etree._Element) -> None:
    """How many children an encoded array says that it has."""
    for name, text in element.attrib.items():
        local = etree.QName(name).localname
        if local == "arrayType":
            element.set(name, _COUNT.sub(f"[{len(element)}]", str(text)))
        elif local == "arraySize":
            element.set(name, str(len(element)))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _problems(value: Any, path: str, depth: int) -> Any:
    if depth > _DEEPEST:
        yield Problem(path, "not_text")
    elif isinstance(value, Mapping):
        for key, each in value.items():
            where = f"{path}.{key}" if path else key
            plain = key == "#text" or key.startswith("@")
            if key != "#text" and not _is_name(key.removeprefix("@")):
                yield Problem(where, "not_xml_name")
            elif plain and not isinstance(each, str | int | None):
                yield Problem(where, "not_text")
            else:
                yield from _problems(each, where, depth + 1)
    elif isinstance(value, list):
        for number, each in enumerate(value):
            where = f"{path}.{number}"
            if each is None or isinstance(each, list):
                yield Problem(where, "not_text")
            else:
                yield from _problems(each, where, depth + 1)
    elif value is not None and not isinstance(value, str | int):
        yield Problem(path, "not_text")


def _is_name(text: str) -> bool:
    try:
        etree.Element(text)
    except ValueError:
        return False
    return ":" not in text and "{" not in text
