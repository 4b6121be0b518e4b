"""The signature of API gateways of the Aliyun family (x-ca-*, 阿里云 API 网关 and its copies in provinces).

    X-Ca-Signature = base64(HMAC-SHA256(appSecret, string to sign))

    string to sign = METHOD \\n Accept \\n Content-MD5 \\n Content-Type \\n Date \\n
                     then for each signed header, sorted by its small name:  name:value \\n
                     then the path, and if there are parameters: ? and name=value joined by &, sorted by name

Signed headers are x-ca-key, x-ca-nonce, x-ca-timestamp (epoch ms) and, if it is sent, x-ca-stage; their names
stand in X-Ca-Signature-Headers, joined by commas. Parameters are those of the query and of a form, unescaped; of
one without a value only the name stands there. Content-MD5 is base64 of the MD5 of a body that is no form, empty
otherwise; Date is not sent. Gateways differ in the stage only.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl

from adapters.auth.scheme import Moment, Sessionless, Signature, needed
from adapters.message import Access, Request, is_form


def string_to_sign(request: Request, content_md5: str, signed: Mapping[str, str], date: str = "") -> str:
    """signed: header -> value, names in small letters."""
    accept, kind = (request.headers.get(name, "") for name in ("Accept", "Content-Type"))
    headers = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    parameters = list(request.url.query.items())
    if is_form(request):
        parameters += parse_qsl(request.body.decode("ascii"), keep_blank_values=True)
    pairs = "&".join(f"{name}={value}" if value else name for name, value in sorted(parameters))
    resource = f"{request.url.path}?{pairs}" if pairs else request.url.path
    return f"{request.method}\n{accept}\n{content_md5}\n{kind}\n{date}\n{headers}{resource}"


class CaHmac(Sessionless):
    """settings: `app_key`, optionally `stage` (RELEASE, PRE, TEST); secrets: `app_secret`."""

    signs_body = True

    def __init__(self, access: Access) -> None:
        self._key = needed(access, "settings", "app_key")
        self._secret = needed(access, "secrets", "app_secret").encode()
        self._stage = access.settings.get("stage", "")

    def sign(self, request: Request, moment: Moment) -> Signature:
        signed = {
            "x-ca-key": self._key,
            "x-ca-nonce": moment.nonce.hex(),
            "x-ca-timestamp": str(moment.now_ms),
        }
        if self._stage:
            signed["x-ca-stage"] = self._stage
        md5 = "" if is_form(request) or not request.body else _md5(request)
        digest = hmac.digest(self._secret, string_to_sign(request, md5, signed).encode(), "sha256")
        named = {
            "x-ca-signature-headers": ",".join(sorted(signed)),
            "x-ca-signature": base64.b64encode(digest).decode(),
        }
        return Signature(signed | named | ({"Content-MD5": md5} if md5 else {}))


def _md5(request: Request) -> str:
    """request.md5: of a body that is not whole."""
    found = bytes.fromhex(request.md5) or hashlib.md5(request.body, usedforsecurity=False).digest()
    return base64.b64encode(found).decode()
