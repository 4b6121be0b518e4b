"""What a signed request says of itself: when it was signed, with which nonce, for which service; and its leaves.

From that the one true signature can be made again, with the scheme that callers sign with: the platform's check.
"""

import base64
import binascii
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import orjson
from lxml import etree

from adapters.auth.scheme import Signature
from adapters.codecs import xml
from adapters.errors import Garbled
from adapters.message import Request, is_form

_WINDOW_MS = 300_000
_HEADER = '<h xmlns:soap-env="urn:tongban:header">{}</h>'


@dataclass(frozen=True, slots=True)
class Claim:
    """at_ms: None where the scheme says no time.    service: "" where it says none."""

    at_ms: int | None = None
    nonce: bytes = b""
    service: str = ""


class Unclaimed(Exception):
    """The request says nothing of the kind, or what cannot be read."""


def claimed(auth: str, request: Request) -> Claim:
    """Raises Unclaimed."""
    reader = _READERS.get(auth)
    if reader is None:
        return Claim()
    try:
        return reader(request)
    except (ValueError, LookupError, binascii.Error):
        raise Unclaimed from None


def is_now(claim: Claim, now_ms: int) -> bool:
    """Within the five minutes that platforms allow between two clocks."""
    return claim.at_ms is None or abs(claim.at_ms - now_ms) <= _WINDOW_MS


def bears(request: Request, signature: Signature, *, soap: bool) -> bool:
    """Whether everything that a signature adds stands in the request; only SOAP has a place for a header of it."""
    headers = _lowered(request.headers)
    if not all(_same(headers.get(name.lower(), ""), value) for name, value in signature.headers.items()):
        return False
    given = fields(request) if signature.parameters else {}
    if not all(_same(given.get(name, ""), value) for name, value in signature.parameters.items()):
        return False
    if not soap or not signature.soap_header:
        return True
    said = list(header_leaves(request))
    return all(
        any(name == other and _same(text, theirs) for other, theirs in said)
        for name, text in _leaves(signature.soap_header)
    )


def _same(one: str, other: str) -> bool:
    """However far they agree, it takes the same time to tell."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def fields(request: Request) -> dict[str, str]:
    """Of the form where the body is one, and of the query."""
    given = dict(request.url.query)
    if is_form(request):
        given |= dict(parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True))
    return given


def json_fields(request: Request) -> dict[str, str]:
    """Of a JSON object; nothing of any other body."""
    try:
        tree = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return {}
    return {str(key): str(value) for key, value in tree.items()} if isinstance(tree, dict) else {}


def header_leaves(request: Request) -> Iterator[tuple[str, str]]:
    """(name, text) of everything in the SOAP header that holds text."""
    try:
        root = xml.parsed(request.body)
    except Garbled:
        return
    for each in root:
        if xml.local(each) == "Header":
            yield from _texts(each)


def _leaves(written: str) -> Iterator[tuple[str, str]]:
    yield from _texts(xml.parsed(_HEADER.format(written)))


def _texts(element: etree._Element) -> Iterator[tuple[str, str]]:
    for each in element.iter():
        if not len(each) and (each.text or "").strip():
            yield xml.local(each), (each.text or "").strip()


def _prefixed(prefix: str) -> Callable[[Request], Claim]:
    def read(request: Request) -> Claim:
        told = {name.lower(): value for name, value in request.headers.items()}
        return Claim(int(told[f"{prefix}_rtime"]), service=told[f"{prefix}_sid"])

    return read


def _zj(request: Request) -> Claim:
    return Claim(int(fields(request)["requestTime"]))


def _tif(request: Request) -> Claim:
    told = _lowered(request.headers)
    return Claim(
        int(told["x-tif-timestamp"]) * 1000,
        bytes.fromhex(told["x-tif-nonce"]),
        told.get("x-tif-serviceid", ""),
    )


def _hmac(request: Request) -> Claim:
    told = _lowered(request.headers)
    return Claim(int(told["x-ca-timestamp"]), bytes.fromhex(told["x-ca-nonce"]))


def _wsse(request: Request) -> Claim:
    """A password in plain text carries neither nonce nor time."""
    told = dict(header_leaves(request))
    if "Created" not in told:
        return Claim()
    at = datetime.strptime(told["Created"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return Claim(int(at.timestamp() * 1000), base64.b64decode(told["Nonce"], validate=True))


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


_READERS: Mapping[str, Callable[[Request], Claim]] = {
    "gjgxjhpt": _prefixed("gjgxjhpt"),
    "gjzwfwpt": _prefixed("gjzwfwpt"),
    "zj": _zj,
    "tif": _tif,
    "hmac": _hmac,
    "ws-security": _wsse,
}
