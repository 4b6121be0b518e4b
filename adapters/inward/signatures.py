"""Signatures of schemes in which the signer chooses: its nonce, how it writes a time, which headers it signs.

What it chose is taken from the call, and the signature made of it with what this installation knows.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from adapters.auth import tif
from adapters.auth.ca_hmac import string_to_sign
from adapters.auth.claims import header_leaves
from adapters.auth.scheme import needed
from adapters.auth.wsse import password_digest
from adapters.message import Access, Request, is_form

_SIGNED = frozenset({"x-ca-key", "x-ca-nonce", "x-ca-timestamp"})


class NotSigned(Exception):
    """Why this is no signature of theirs; a stable word."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def by_tif(request: Request, access: Access) -> int:
    """When it was signed, epoch ms. Digits in either case, as their servers take them."""
    told = lowered(request)
    stamp, nonce = told["x-tif-timestamp"], told["x-tif-nonce"]
    _require(told["x-tif-paasid"], needed(access, "settings", "paasid"))
    _require(told["x-tif-signature"].upper(), tif.sign(stamp, needed(access, "secrets", "token"), nonce))
    return int(stamp) * 1000


def by_hmac(request: Request, access: Access) -> int:
    """x-ca-*: over the headers that it names, which are key, nonce and time at least, and over the body."""
    told = lowered(request)
    names = [each.strip().lower() for each in told["x-ca-signature-headers"].split(",")]
    if not set(names) >= _SIGNED:
        raise NotSigned("wrong_signature")
    _require(told["x-ca-key"], needed(access, "settings", "app_key"))
    md5 = told.get("content-md5", "")
    if request.body and not is_form(request):
        digest = hashlib.md5(request.body, usedforsecurity=False).digest()
        _require(md5, base64.b64encode(digest).decode())
    headers = {"Accept": told.get("accept", ""), "Content-Type": told.get("content-type", "")}
    asked = Request(request.method, request.url, headers, request.body)
    text = string_to_sign(asked, md5, {name: told[name] for name in names}, told.get("date", ""))
    secret = needed(access, "secrets", "app_secret").encode()
    _require(told["x-ca-signature"], base64.b64encode(hmac.digest(secret, text.encode(), "sha256")).decode())
    return int(told["x-ca-timestamp"])


def by_username_token(request: Request, access: Access) -> int | None:
    """WS-Security: the password as a digest with nonce and time of creation, or as a text without either."""
    told, password = dict(header_leaves(request)), needed(access, "secrets", "password")
    _require(told["Username"], needed(access, "settings", "user"))
    if access.settings.get("password_type") == "text":
        _require(told["Password"], password)
        return None
    created = told["Created"]
    _require(told["Password"], password_digest(_nonce(told["Nonce"]), created, password))
    at = datetime.fromisoformat(created)
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


CHOSEN: Mapping[str, Callable[[Request, Access], int | None]] = {
    "tif": by_tif,
    "hmac": by_hmac,
    "ws-security": by_username_token,
}
# what stands in a call that is signed otherwise than it could be read
UNREADABLE = (LookupError, ValueError, OverflowError, binascii.Error)


def same(one: str, other: str) -> bool:
    """However far they agree, it takes the same time to tell."""
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))


def lowered(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers.items()}


def _require(said: str, known: str) -> None:
    if not same(said, known):
        raise NotSigned("wrong_signature")


def _nonce(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
