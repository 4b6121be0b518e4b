"""Answers in the SOAP encoding, made plain: what stands elsewhere is put where it is meant.

Servers of that time write every structure once, beside the answer, and refer to it (`href="#id0"`); items of
arrays have any name. What refers to itself, or would grow beyond LARGEST elements, is garbled.
"""

from lxml import etree

from adapters.contract.kinds import ENCODINGS
from adapters.errors import Garbled

LARGEST = 200_000  # elements of one answer, after every reference has been followed
_DEEPEST = 256
_MARKS = ("id", "href", "ref", "root", "encodingStyle", "arrayType", "arraySize", "itemType", "offset")
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_DRAFTS = ("http://www.w3.org/1999/XMLSchema-instance", "http://www.w3.org/2000/10/XMLSchema-instance")


def plain(body: etree._Element, most: int = LARGEST) -> etree._Element:
    """The body with references followed and arrays as `item`s; itself where it has neither.

    Raises Garbled("references").
    """
    follower = _Follower(body, most)
    if not any(follower.changes(each) for each in body.iter()):
        return body
    whole = etree.Element(body.tag)
    for number, child in enumerate(body):
        if number == 0 or not follower.is_referred(child):
            whole.append(follower.followed(child, (), 0))
    return whole


class _Follower:
    """Copies elements with what they refer to; stops after `most`."""

    def __init__(self, body: etree._Element, most: int) -> None:
        self._left = most
        self._named = {name: each for each in body.iter() if (name := _name(each))}
        self._referred = {_reference(each) for each in body.iter() if self._target(each) is not None}

    def changes(self, element: etree._Element) -> bool:
        drafts = any(str(name).startswith("{") and _is_draft(str(name)) for name in element.attrib)
        return drafts or _is_array(element) or self._target(element) is not None

    def is_referred(self, element: etree._Element) -> bool:
        return _name(element) in self._referred

    def followed(self, element: etree._Element, within: tuple[str, ...], depth: int) -> etree._Element:
        source = self._target(element)
        if source is not None:
            within = (*within, _reference(element))
        self._left -= 1
        if self._left < 0 or depth > _DEEPEST or len(set(within)) < len(within):
            raise Garbled("references")
        source = element if source is None else source
        made = etree.Element(element.tag)
        made.text = source.text
        for key, value in source.attrib.items():
            if not _is_mark(str(key)):
                made.set(*_of_today(str(key), str(value)))
        items = _is_array(source)
        for child in source:
            inner = self.followed(child, within, depth + 1)
            inner.tag = "item" if items else inner.tag
            made.append(inner)
        return made

    def _target(self, element: etree._Element) -> etree._Element | None:
        """What an empty element refers to; None when it stands for itself."""
        return self._named.get(_reference(element)) if not len(element) else None


def _name(element: etree._Element) -> str:
    """What others refer to the element by; "" when none can."""
    for name in ("id", *(f"{{{encoding}}}id" for encoding in ENCODINGS)):
        if (identity := element.get(name)) is not None:
            return f"#{identity}"
    return ""


def _reference(element: etree._Element) -> str:
    if (href := element.get("href")) is not None:
        return str(href)
    for encoding in ENCODINGS[1:]:
        if (reference := element.get(f"{{{encoding}}}ref")) is not None:
            return f"#{reference}"
    return ""


def _is_array(element: etree._Element) -> bool:
    return any(
        element.get(f"{{{encoding}}}{name}") is not None
        for encoding in ENCODINGS
        for name in ("arrayType", "arraySize", "itemType")
    )


def _is_mark(name: str) -> bool:
    plain_name = etree.QName(name)
    if _is_draft(name):
        return plain_name.localname != "null"
    if plain_name.namespace is None:
        return plain_name.localname in ("id", "href")
    envelope = "soap-envelope" in plain_name.namespace or "soap/envelope" in plain_name.namespace
    return (envelope or plain_name.namespace in ENCODINGS) and plain_name.localname in _MARKS


def _is_draft(name: str) -> bool:
    return name[1:].partition("}")[0] in _DRAFTS


def _of_today(name: str, value: str) -> tuple[str, str]:
    """The drafts' way to say that an element is nil, as it is said today."""
    return (_NIL, "true" if value in ("1", "true") else "false") if name.endswith("}null") else (name, value)
