"""Answers in the SOAP encoding, made plain: what stands elsewhere is put where it is meant.

Servers of that time write every structure once, beside the answer, and refer to it (`href="#id0"`); items of
arrays have any name. What refers to itself, or would grow beyond LARGEST elements, is garbled.
"""

from lxml import etree

from adapters.contract.kinds import ENCODINGS
from adapters.errors import Garbled

LARGEST = 200_000  # elements of one answer, after every reference has been followed
_DEEPEST = 100
_MARKS = ("id", "href", "ref", "root", "encodingStyle", "arrayType", "arraySize", "itemType", "offset")


def plain(body: etree._Element, most: int = LARGEST) -> etree._Element:
    """The body with references followed and arrays as `item`s; itself where it has neither.

    Raises Garbled("references").
    """
    named = {f"#{each.get('id')}": each for each in body.iter() if each.get("id") is not None}
    arrays = [each for each in body.iter() if _is_array(each)]
    refers = any(_target(each, named) is not None for each in body.iter())
    if not arrays and not refers:
        return body
    whole = etree.Element(body.tag)
    referred = {id(_target(each, named)) for each in body.iter()} - {id(None)}
    left = [most]
    for child in body:
        if id(child) not in referred or child is body[0]:
            whole.append(_followed(child, named, left, ()))
    return whole


def _followed(
    element: etree._Element, named: dict[str, etree._Element], left: list[int], within: tuple[str, ...]
) -> etree._Element:
    target = _target(element, named)
    source = element if target is None else target
    if target is not None:
        name = _reference(element)
        if name in within:
            raise Garbled("references")
        within = (*within, name)
    left[0] -= 1
    if left[0] < 0 or len(within) > _DEEPEST:
        raise Garbled("references")
    made = etree.Element(element.tag)
    made.text = source.text
    for key, value in source.attrib.items():
        if not _is_mark(str(key)):
            made.set(key, value)
    items = _is_array(source)
    for child in source:
        inner = _followed(child, named, left, within)
        if items:
            inner.tag = "item"
        made.append(inner)
    return made


def _reference(element: etree._Element) -> str:
    if (href := element.get("href")) is not None:
        return str(href)
    for encoding in ENCODINGS[1:]:
        if (reference := element.get(f"{{{encoding}}}ref")) is not None:
            return f"#{reference}"
    return ""


def _target(element: etree._Element, named: dict[str, etree._Element]) -> etree._Element | None:
    """What an empty element refers to; None when it stands for itself."""
    return named.get(_reference(element)) if not len(element) else None


def _is_array(element: etree._Element) -> bool:
    return any(
        element.get(f"{{{encoding}}}{name}") is not None
        for encoding in ENCODINGS
        for name in ("arrayType", "arraySize", "itemType")
    )


def _is_mark(name: str) -> bool:
    plain_name = etree.QName(name)
    if plain_name.namespace is None:
        return plain_name.localname in ("id", "href")
    envelope = "soap-envelope" in plain_name.namespace or "soap/envelope" in plain_name.namespace
    return (envelope or plain_name.namespace in ENCODINGS) and plain_name.localname in _MARKS
