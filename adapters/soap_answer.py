"""What a SOAP answer is at first sight: the body of its envelope, or a fault."""

from typing import Any

from lxml import etree

from adapters.codecs import xml
from adapters.codecs.charset import charset_of_answer, decoded, whole
from adapters.contract import related
from adapters.errors import Garbled
from adapters.message import Response

ENVELOPES = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope")
_BODIES = {f"{{{each}}}Envelope": f"{{{each}}}Body" for each in ENVELOPES}


def body_of(response: Response) -> etree._Element:
    """The body of the envelope that an answer is or holds. Raises Garbled."""
    kind = response.headers.get("Content-Type", "")
    if kind.lower().startswith("multipart/"):
        opened, parts = related.opened(response)
        return related.included(body_of(opened), parts)
    charset = charset_of_answer(kind, response.body)
    root = xml.parsed(whole(decoded(response.body, charset)))
    wanted = _BODIES.get(str(root.tag))
    for each in root:
        if each.tag == wanted:
            return each
    raise Garbled("no_envelope")


def fault_of(fault: etree._Element) -> dict[str, Any]:
    """Code without its prefix, and text, of a SOAP 1.1 or 1.2 fault; `detail` as a tree.

    The codes of 1.2 say no more than whose fault it is; what it is stands in the (innermost) subcode.
    """
    parts = {xml.local(each): each for each in fault}
    code, text = parts.get("faultcode"), parts.get("faultstring")
    values = [*parts["Code"].iter("{*}Value")] if code is None and "Code" in parts else [code]
    if text is None and "Reason" in parts:
        text = next(parts["Reason"].iter("{*}Text"), None)
    detail = parts.get("detail", parts.get("Detail"))
    found = {
        "code": _local_code(values[0]) if values else None,
        "text": (text.text or "").strip() if text is not None else None,
        "detail": xml.tree(detail) if detail is not None else None,
    }
    return found | {"subcode": _local_code(values[-1])} if len(values) > 1 else found


def _local_code(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip().rpartition(":")[2]
