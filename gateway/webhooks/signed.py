"""Signing what is told, as https://www.standardwebhooks.com says it (v1: HMAC with SHA-256). Pure."""

import base64
import binascii
import hmac
from collections.abc import Mapping
from hashlib import sha256

PREFIX = "whsec_"
LEAST_BYTES, MOST_BYTES = 24, 64


class BadSecret(ValueError):
    """The secret is not `whsec_` and base64 of 24 to 64 bytes; it is never quoted."""


def key_of(secret: str) -> bytes:
    """The bytes of a secret as it is written. Raises BadSecret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not (secret.startswith(PREFIX) and LEAST_BYTES <= len(key) <= MOST_BYTES):
        raise BadSecret("a webhook's secret is whsec_ and base64 of 24 to 64 bytes")
    return key


def signed_headers(key: bytes, message_id: str, at_s: int, body: bytes) -> Mapping[str, str]:
    """The three headers of one try. at_s: of the try, in seconds, so that an old one cannot be played back."""
    content = b".".join((message_id.encode(), str(at_s).encode(), body))
    signature = base64.b64encode(hmac.new(key, content, sha256).digest()).decode()
    return {
        "webhook-id": message_id, "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{signature}",
    }  # fmt: skip
