"""WS-Security UsernameToken (OASIS WSS 1.0 and 1.1, UsernameToken Profile): user and password in the SOAP header.

    PasswordDigest = base64(SHA-1(nonce + created + password))

A digest carries nonce and time of creation, so that the peer can refuse what it has seen or what is old. SHA-1 is
the profile's, not the gateway's own protection.
"""

import base64
import hashlib
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from adapters.auth.scheme import Moment, Sessionless, Signature, needed, one_of
from adapters.message import Access, Request

_OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
_PASSWORD = f"{_OASIS}-username-token-profile-1.0#Password"
_BASE64 = f"{_OASIS}-soap-message-security-1.0#Base64Binary"
_SECURITY = (
    f'<wsse:Security xmlns:wsse="{_OASIS}-wssecurity-secext-1.0.xsd" '
    f'xmlns:wsu="{_OASIS}-wssecurity-utility-1.0.xsd" soap-env:mustUnderstand="1">'
    "<wsse:UsernameToken><wsse:Username>{user}</wsse:Username>{rest}</wsse:UsernameToken></wsse:Security>"
)


def password_digest(nonce: bytes, created: str, password: str) -> str:
    """nonce: its bytes, not their base64."""
    secret = nonce + created.encode() + password.encode()
    return base64.b64encode(hashlib.sha1(secret, usedforsecurity=False).digest()).decode()


def created_at(now_ms: int) -> str:
    """`2020-09-13T12:26:40Z`, as the profile's examples write it."""
    return f"{datetime.fromtimestamp(now_ms // 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


class UsernameToken(Sessionless):
    """settings: `user`, optionally `password_type`: `digest` (default) or `text`; secrets: `password`."""

    soap = True

    def __init__(self, access: Access) -> None:
        self._user = escape(needed(access, "settings", "user"))
        self._password = needed(access, "secrets", "password")
        self._digests = one_of(access, "password_type", ("digest", "text")) == "digest"

    def sign(self, request: Request, moment: Moment) -> Signature:
        rest = self._digested(moment) if self._digests else _password("Text", self._password)
        return Signature(soap_header=_SECURITY.format(user=self._user, rest=rest))

    def _digested(self, moment: Moment) -> str:
        created = created_at(moment.now_ms)
        nonce = base64.b64encode(moment.nonce).decode()
        return (
            _password("Digest", password_digest(moment.nonce, created, self._password))
            + f'<wsse:Nonce EncodingType="{_BASE64}">{nonce}</wsse:Nonce><wsu:Created>{created}</wsu:Created>'
        )


def _password(kind: str, text: str) -> str:
    return f'<wsse:Password Type="{_PASSWORD}{kind}">{escape(text)}</wsse:Password>'
