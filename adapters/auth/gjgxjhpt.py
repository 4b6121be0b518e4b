"""The signature of the national data-sharing exchange platform (国家共享交换平台, gjgxjhpt), and of the national
service platform (国家政务服务平台 数据直达, gjzwfwpt), which differs in names and paths.

Two signatures with one formula and two keys: the long-lived appkey fetches a session secret, the session
secret signs calls. Times are epoch milliseconds. The body is not signed. HMAC-SHA256 and AES-128-ECB are the
peer's protocol, not the gateway's own protection.
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from yarl import URL

from adapters.auth.answers import end_ms, json_object
from adapters.auth.scheme import Moment, Sessionless, Signature, needed, one_of
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Request, Response
from adapters.patterns import as_text

_PARTS = ("rid", "sid", "rtime", "sign")
_BARRED = frozenset({"-1", "E-106"})  # not in the authorisation list
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_JSON = {"Content-Type": "application/json;charset=UTF-8", "Accept": "application/json"}


def sign(secret: str, sid: str, rid: str, rtime: str) -> str:
    """base64(HMAC-SHA256(secret, sid + rid + rtime)); the order is service, requester, time."""
    inner, outer = (state.copy() for state in _hmac_states(secret))
    inner.update(f"{sid}{rid}{rtime}".encode())
    outer.update(inner.digest())
    return base64.b64encode(outer.digest()).decode()


@lru_cache(maxsize=256)
def _hmac_states(secret: str) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """HMAC's two hash states (RFC 2104) after the key: OpenSSL's own HMAC takes ten times as long a call."""
    key = secret.encode()
    block = (hashlib.sha256(key).digest() if len(key) > 64 else key).ljust(64, b"\0")
    return hashlib.sha256(block.translate(_INNER)), hashlib.sha256(block.translate(_OUTER))


def appkey_to_aes(appkey: str) -> bytes:
    """What Java's SHA1PRNG makes of the appkey as seed: SHA1(SHA1(appkey))[:16]."""
    inner = hashlib.sha1(appkey.encode(), usedforsecurity=False).digest()
    return hashlib.sha1(inner, usedforsecurity=False).digest()[:16]


def open_secret(sealed: str, appkey: str) -> str:
    """The session secret inside the base64 text (AES-128-ECB, PKCS5). Raises ValueError if it is not one."""
    cipher = Cipher(algorithms.AES(appkey_to_aes(appkey)), modes.ECB()).decryptor()  # noqa: S305
    padded = cipher.update(base64.b64decode("".join(sealed.split()), validate=True)) + cipher.finalize()
    unpadder = PKCS7(128).unpadder()
    return (unpadder.update(padded) + unpadder.finalize()).decode()


_escaped = lru_cache(maxsize=256)(escape)


class Gjgxjhpt(Sessionless):
    """settings: `rid` (our requester id), optionally `refresh_path`, `session_sid`, and `soap_names`: `prefixed`
    (default) or `bare`, how the four are called in the SOAP header; secrets: `appkey`.
    """

    session = True
    service = True
    prefix = "gjgxjhpt"
    refresh_path = "/sysapi/auth/refreshappsecret"
    good = frozenset({"0"})

    def __init__(self, access: Access) -> None:
        self._names = tuple(f"{self.prefix}_{part}" for part in _PARTS)
        is_bare = one_of(access, "soap_names", ("prefixed", "bare")) == "bare"
        self._rid = needed(access, "settings", "rid")
        elements = "".join(map("<{0}>%s</{0}>".format, _PARTS if is_bare else self._names))
        self._header = f"<tongtechheader>{elements}</tongtechheader>"
        self._appkey = needed(access, "secrets", "appkey")
        self._session_sid = access.settings.get("session_sid")
        path = access.settings.get("refresh_path", self.refresh_path)
        self._refresh = URL(access.address.rstrip("/") + path)

    def sign(self, request: Request, moment: Moment) -> Signature:
        """Four headers, which SOAP repeats in an element of its own."""
        values = self._signed(moment.service, moment.secret, moment.now_ms)
        rid, sid, rtime, signed = values  # the last two hold nothing that XML would escape
        headers = dict(zip(self._names, values, strict=True))
        return Signature(headers, soap_header=self._header % (_escaped(rid), _escaped(sid), rtime, signed))

    def asks(self, moment: Moment) -> Sequence[Request]:
        values = self._signed(self._session_sid or moment.service, self._appkey, moment.now_ms)
        fields = dict(zip(self._names, values, strict=True))
        return (Request("POST", self._refresh, {**_JSON, **fields}, orjson.dumps(fields)),)

    def learn(self, response: Response, now_ms: int) -> tuple[str, int]:
        answer = json_object(response)
        code = as_text(answer.get("code"))
        if code in _BARRED:
            raise SessionBarred(str(code))
        inside = answer.get("data")
        if response.status != 200 or code not in self.good or not isinstance(inside, dict):
            raise SessionFailed(f"status {response.status}")
        try:
            return open_secret(str(inside.get("secret")), self._appkey), end_ms(inside.get("secretEndTime"))
        except ValueError:
            raise SessionFailed("secret or its end cannot be read") from None

    def _signed(self, service: str, secret: str, now_ms: int) -> tuple[str, str, str, str]:
        rtime = str(now_ms)
        return self._rid, service, rtime, sign(secret, service, self._rid, rtime)


class Gjzwfwpt(Gjgxjhpt):
    """The same formula under other header names; the proxy gives the secret, and 200 is success there, too."""

    prefix = "gjzwfwpt"
    refresh_path = "/gateway/httpproxy"
    good = frozenset({"0", "200"})
