"""The signature of the national data-sharing exchange platform (国家共享交换平台, gjgxjhpt; also gjzwfwpt).

Two signatures with one formula and two keys: the long-lived appkey fetches a session secret, the session
secret signs calls. Times are epoch milliseconds. The body is not signed. HMAC-SHA256 and AES-128-ECB are the
peer's protocol, not the gateway's own protection.
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from yarl import URL

from adapters.auth.scheme import needed
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Request, Response
from adapters.patterns import as_text

REFRESH_PATH = "/sysapi/auth/refreshappsecret"
_BARRED = frozenset({"-1", "E-106"})  # not in the authorisation list
_CHINA = timezone(timedelta(hours=8))
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


class Gjgxjhpt:
    """settings: `rid` (our requester id), optionally `refresh_path`, `session_sid`; secrets: `appkey`."""

    session = True
    soap_header: str | None = "tongtechheader"

    def __init__(self, access: Access, prefix: str = "gjgxjhpt") -> None:
        self._names = tuple(f"{prefix}_{part}" for part in ("rid", "sid", "rtime", "sign"))
        self._rid = needed(access, "settings", "rid")
        self._appkey = needed(access, "secrets", "appkey")
        self._session_sid = access.settings.get("session_sid")
        path = access.settings.get("refresh_path", REFRESH_PATH)
        self._refresh = URL(access.address.rstrip("/") + path)

    def headers(self, service: str, secret: str, now_ms: int) -> Mapping[str, str]:
        rtime = str(now_ms)
        values = (self._rid, service, rtime, sign(secret, service, self._rid, rtime))
        return dict(zip(self._names, values, strict=True))

    def ask(self, service: str, now_ms: int) -> Request:
        fields = self.headers(self._session_sid or service, self._appkey, now_ms)
        return Request("POST", self._refresh, {**_JSON, **fields}, orjson.dumps(dict(fields)))

    def learn(self, response: Response) -> tuple[str, int]:
        answer = _json(response)
        code = as_text(answer.get("code"))
        if code in _BARRED:
            raise SessionBarred(str(code))
        inside = answer.get("data")
        if response.status != 200 or code != "0" or not isinstance(inside, dict):
            raise SessionFailed(f"status {response.status}")
        try:
            return open_secret(str(inside.get("secret")), self._appkey), end_ms(inside.get("secretEndTime"))
        except ValueError:
            raise SessionFailed("secret or its end cannot be read") from None


def gjzwfwpt(access: Access) -> Gjgxjhpt:
    """The national service platform's variant: the same formula under other header names."""
    return Gjgxjhpt(access, prefix="gjzwfwpt")


def _json(response: Response) -> dict[str, Any]:
    try:
        answer = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        raise SessionFailed("not JSON") from None
    return answer if isinstance(answer, dict) else {}


def end_ms(value: Any) -> int:
    """Epoch ms of a secret's end: 13 digits, or China time as `yyyy-MM-dd HH:mm:ss` or `yyyyMMddHHmmss`.

    Raises ValueError for anything else: a secret of unknown life is not kept.
    """
    text = as_text(value) or ""
    if text.isascii() and text.isdigit() and len(text) == 13:
        return int(text)
    form = "%Y%m%d%H%M%S" if text.isdigit() else "%Y-%m-%d %H:%M:%S"
    return int(datetime.strptime(text, form).replace(tzinfo=_CHINA).timestamp() * 1000)
