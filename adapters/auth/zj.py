"""The token scheme of Zhejiang's interface platform (浙江 IRS, interface.zjzwfw.gov.cn and city copies).

Three parameters stand in the query or the form: appKey, sign, requestTime. The sign of a business call is made
with a requestSecret (15 minutes); a refreshSecret (48 hours) fetches the next pair of both, the long-lived
appSecret the first one. MD5 is the peer's protocol, not the gateway's own protection.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import orjson
from yarl import URL

from adapters.auth.answers import end_ms, json_object
from adapters.auth.scheme import Moment, Sessionless, Signature, needed
from adapters.errors import SessionBarred, SessionFailed
from adapters.message import Access, Request, Response
from adapters.patterns import as_text

BY_KEY, BY_SECRET = "/gateway/app/refreshTokenByKey.htm", "/gateway/app/refreshTokenBySec.htm"
REQUEST_LIFE_MS, REFRESH_LIFE_MS = 15 * 60_000, 48 * 3_600_000
_GOOD = "00"
_NO_PAIR: Mapping[str, Any] = {"request": "", "refresh": "", "refresh_ends_ms": 0}
_FORM = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8", "Accept": "application/json"}


def sign(app_key: str, key: str, request_time: str) -> str:
    """md5(appKey + key + requestTime) in small hex; request_time in epoch milliseconds."""
    return hashlib.md5(f"{app_key}{key}{request_time}".encode(), usedforsecurity=False).hexdigest()


class Zj(Sessionless):
    """settings: `app_key`, optionally `by_key_path`, `by_secret_path`; secrets: `app_secret`.

    The session secret is a JSON text: request and refresh, and when the latter ends (epoch ms).
    """

    session = True

    def __init__(self, access: Access) -> None:
        self._app_key = needed(access, "settings", "app_key")
        self._app_secret = needed(access, "secrets", "app_secret")
        base, settings = access.address.rstrip("/"), access.settings
        self._by_key = URL(base + settings.get("by_key_path", BY_KEY))
        self._by_secret = URL(base + settings.get("by_secret_path", BY_SECRET))

    def sign(self, request: Request, moment: Moment) -> Signature:
        return Signature(parameters=self._signed(_pair(moment.secret)["request"], moment.now_ms))

    def asks(self, moment: Moment) -> Sequence[Request]:
        by_key, former = self._ask(self._by_key, self._app_secret, moment.now_ms), _pair(moment.secret)
        if former["refresh_ends_ms"] <= moment.now_ms:
            return (by_key,)
        return (self._ask(self._by_secret, former["refresh"], moment.now_ms), by_key)

    def learn(self, response: Response, now_ms: int) -> tuple[str, int]:
        """Any code but 00 bars: they read the question and gave no secret."""
        answer = json_object(response)
        code, inside = as_text(answer.get("code")), answer.get("datas")
        if response.status == 200 and code is not None and code != _GOOD:
            raise SessionBarred(code)
        if response.status != 200 or code != _GOOD or not isinstance(inside, dict):
            raise SessionFailed(f"status {response.status}")
        request, refresh = (as_text(inside.get(name)) for name in ("requestSecret", "refreshSecret"))
        if not request or not refresh:
            raise SessionFailed("no secret in the answer")
        refresh_ends_ms = _end_ms(inside, "refreshSecretEndTime", now_ms + REFRESH_LIFE_MS)
        pair = {"request": request, "refresh": refresh, "refresh_ends_ms": refresh_ends_ms}
        return orjson.dumps(pair).decode(), _end_ms(inside, "requestSecretEndTime", now_ms + REQUEST_LIFE_MS)

    def _ask(self, url: URL, key: str, now_ms: int) -> Request:
        return Request("POST", url, _FORM, urlencode(self._signed(key, now_ms)).encode())

    def _signed(self, key: str, now_ms: int) -> dict[str, str]:
        time = str(now_ms)
        return {"appKey": self._app_key, "sign": sign(self._app_key, key, time), "requestTime": time}


def _pair(secret: str) -> Mapping[str, Any]:
    """What `learn` made; of anything else, as another scheme may have left it, a pair that has ended."""
    try:
        pair = orjson.loads(secret)
    except orjson.JSONDecodeError:
        return _NO_PAIR
    return pair if isinstance(pair, dict) and pair.keys() == _NO_PAIR.keys() else _NO_PAIR


def _end_ms(inside: dict[str, Any], name: str, documented_ms: int) -> int:
    """What the answer says; where it says nothing, what the interface document says."""
    if inside.get(name) in (None, ""):
        return documented_ms
    try:
        return end_ms(inside[name])
    except ValueError:
        raise SessionFailed(f"{name} cannot be read") from None
