"""A raw envelope (adapters.contract.template) from a message that somebody sent: its shape without its content."""

from typing import Any

from lxml import etree

from adapters.codecs import xml
from adapters.contract.template import ACTION, ENVELOPES, MARK
from adapters.errors import Garbled


def marked(text: str) -> str | None:
    """The envelope with the one element of its body marked; None for what is no envelope with such a body.

    All texts and all attributes of the message's own are left out, they are of a person or a secret; attributes
    with a namespace (xsi:type, arrayType) belong to the shape. Of what repeats the first is kept. SOAPAction,
    which a message does not carry, is left to be written.
    """
    try:
        root = xml.parsed(text)
    except Garbled:
        return None
    name = etree.QName(root)
    body = root.find(f"{{{name.namespace}}}Body")
    if name.localname != "Envelope" or name.namespace not in ENVELOPES or body is None or len(body) != 1:
        return None
    _strip(root)
    place = body[0]
    place.set(MARK, _namespace_inside(place))
    taken = {prefix for each in root.iter() for prefix in each.nsmap}
    prefixes: Any = {**root.nsmap, "tongban" if "t" in taken else "t": etree.QName(MARK).namespace}
    whole = etree.Element(root.tag, nsmap=prefixes)
    whole.extend(list(root))
    whole.set(ACTION, "")
    etree.cleanup_namespaces(whole, keep_ns_prefixes=_used_in_values(whole))
    etree.indent(whole)
    return etree.tostring(whole, encoding="unicode") + "\n"


def _strip(element: etree._Element) -> None:
    element.text = element.tail = None
    for key in [str(each) for each in element.attrib if not str(each).startswith("{")]:
        del element.attrib[key]
    known = set()
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag in known:
            element.remove(child)
        else:
            known.add(child.tag)
            _strip(child)


def _namespace_inside(place: etree._Element) -> str:
    """That of members without an example: as the members that were seen have it."""
    return (etree.QName(place[0]).namespace if len(place) else etree.QName(place).namespace) or ""


def _used_in_values(root: etree._Element) -> list[str]:
    """Prefixes that only the values of attributes use: xsi:type="n:Case"."""
    values = {str(value).partition(":")[0] for each in root.iter() for value in each.attrib.values()}
    return sorted(values & {str(prefix) for each in root.iter() for prefix in each.nsmap if prefix})
