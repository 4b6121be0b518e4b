"""SOAP with attachments: a message of several parts (multipart/related), written and read.

Attachments are written as the base64 text that stands in the document, so that materials can be spliced in
while sending; what an answer includes by reference (MTOM) is put back where it is meant, as base64.
"""

import base64
import binascii
import quopri
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from lxml import etree

from adapters.errors import Garbled
from adapters.message import Response

_PARAMETER = re.compile(r';\s*([A-Za-z-]+)\s*=\s*(?:"([^"]*)"|([^;\s]+))')
_INCLUDE = "{http://www.w3.org/2004/08/xop/include}Include"
_ENVELOPE = "envelope@tongban"
Parts = Mapping[str, bytes]


def written(
    envelope: bytes, headers: Mapping[str, str], attached: Sequence[tuple[str, str, str]]
) -> tuple[bytes, Mapping[str, str]]:
    """The envelope with attachments: (name, media type, base64 text) each; body and headers of the request."""
    salt = 0
    while (boundary := f"tongban-part-{salt:03d}").encode() in envelope:
        salt += 1
    media = headers["Content-Type"]
    pieces = [_piece(boundary, media, "8bit", _ENVELOPE), envelope]
    for name, kind, text in attached:
        pieces += [_piece(boundary, kind, "base64", f"{name}=1@tongban"), text.encode()]
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    kind = media.split(";")[0]
    whole = f'multipart/related;type="{kind}";start="<{_ENVELOPE}>";boundary="{boundary}"'
    return b"".join(pieces), {**headers, "Content-Type": whole}


def _piece(boundary: str, media: str, encoding: str, identity: str) -> bytes:
    lines = [
        f"\r\n--{boundary}",
        f"Content-Type: {media}",
        f"Content-Transfer-Encoding: {encoding}",
        f"Content-ID: <{identity}>",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def opened(response: Response) -> tuple[Response, Parts]:
    """The part with the envelope as an answer of its own, and all parts by Content-ID.

    Raises Garbled("multipart") where there is none.
    """
    kind = response.headers.get("Content-Type", "")
    told = {name.lower(): quoted or plain for name, quoted, plain in _PARAMETER.findall(kind)}
    found = list(_split(response.body, told.get("boundary", "")))
    if not found:
        raise Garbled("multipart")
    start = told.get("start", "").strip("<>")
    parts = {headers.get("content-id", "").strip().strip("<>"): content for headers, content in found}
    root = next(
        (each for each in found if each[0].get("content-id", "").strip().strip("<>") == start), found[0]
    )
    media = root[0].get("content-type", told.get("start-info", "text/xml"))
    if media.lower().startswith("multipart/"):
        raise Garbled("multipart")
    return replace(response, headers={**response.headers, "Content-Type": media}, body=root[1]), parts


def included(body: etree._Element, parts: Parts) -> etree._Element:
    """The body with what it includes by reference in its place. Raises Garbled for what did not come."""
    for each in list(body.iter(_INCLUDE)):
        content = parts.get((each.get("href") or "").removeprefix("cid:"))
        parent = each.getparent()
        if content is None or parent is None:
            raise Garbled("multipart")
        parent.remove(each)
        parent.text = base64.b64encode(content).decode()
    return body


def _split(body: bytes, boundary: str) -> list[tuple[dict[str, str], bytes]]:
    """Headers and content of every part; nothing when the message does not end as it must."""
    if not boundary:
        return []
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode("utf-8", "replace"))
    ends = next((number for number, each in enumerate(pieces) if number and each.startswith(b"--")), None)
    found = []
    for each in pieces[1:ends] if ends is not None else ():
        head, blank, content = each.partition(b"\r\n\r\n")
        if blank:
            headers = _headers(head)
            found.append((headers, _plain(content, headers.get("content-transfer-encoding", ""))))
    return found


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("utf-8", "replace").replace("\r\n ", " ").replace("\r\n\t", " ").split("\r\n")
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


def _plain(content: bytes, encoding: str) -> bytes:
    try:
        if encoding.lower() == "base64":
            return base64.b64decode(content)
    except binascii.Error:
        raise Garbled("multipart") from None
    return quopri.decodestring(content) if encoding.lower() == "quoted-printable" else content
