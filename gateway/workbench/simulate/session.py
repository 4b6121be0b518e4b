"""Session secrets as a platform gives them: to whoever asks with the right credential, for a while."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

import orjson
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from adapters.auth.claims import fields, json_fields
from adapters.auth.gjgxjhpt import appkey_to_aes
from adapters.auth.scheme import Moment, Scheme
from adapters.auth.zj import REFRESH_LIFE_MS
from adapters.message import Access, Request, Response

_JSON = {"Content-Type": "application/json;charset=UTF-8"}
_FOREVER_MS = 1 << 52


@dataclass(slots=True)
class Given:
    """The secrets that were given, with their ends (epoch ms). life_s: of the next one."""

    chance: Random
    life_s: float
    secrets: dict[str, int] = field(default_factory=dict)
    refreshing: dict[str, int] = field(default_factory=dict)  # of Zhejiang: they fetch the next pair

    def new(self, now_ms: int) -> tuple[str, int]:
        """(secret, its end), known from now on."""
        secret, ends_ms = self.word(), now_ms + round(self.life_s * 1000)
        self.secrets[secret] = ends_ms
        return secret, ends_ms

    def word(self) -> str:
        return self.chance.randbytes(16).hex()

    def live(self, now_ms: int) -> list[str]:
        return [secret for secret, ends_ms in self.secrets.items() if ends_ms > now_ms]

    def end(self) -> None:
        """All that were given are good for nothing any more; what refreshes them still is."""
        self.secrets.clear()


class Session(Protocol):
    """How one scheme's platform is asked for a secret, and answers.

    asks: whether this is such a request, good or not.    good: whether it is what the right caller would send.
    """

    def asks(self, request: Request) -> bool: ...
    def good(self, request: Request, given: Given, now_ms: int) -> bool: ...
    def gives(self, given: Given, now_ms: int) -> Response: ...
    def refuses(self) -> Response: ...


class National:
    """gjgxjhpt, gjzwfwpt: four signed fields in JSON; the secret comes sealed under the appkey."""

    def __init__(self, scheme: Any, access: Access, services: frozenset[str]) -> None:
        self._scheme: Scheme = scheme
        self._prefix: str = scheme.prefix
        self._services = services
        self._appkey = str(access.secrets.get("appkey"))
        self._good = min(scheme.good)

    def asks(self, request: Request) -> bool:
        """The proxy of gjzwfwpt takes calls at the same path; these carry no signature in their body."""
        path = self._scheme.asks(Moment("", "", 0, b""))[0].url.path
        return request.url.path == path and f"{self._prefix}_sign" in json_fields(request)

    def good(self, request: Request, given: Given, now_ms: int) -> bool:
        told = json_fields(request)
        service, time = told.get(f"{self._prefix}_sid", ""), told.get(f"{self._prefix}_rtime", "")
        if service not in self._services or not time.isdigit() or abs(int(time) - now_ms) > 300_000:
            return False
        (expected,) = self._scheme.asks(Moment(service, "", int(time), b""))
        return json_fields(expected) == told

    def gives(self, given: Given, now_ms: int) -> Response:
        secret, ends_ms = given.new(now_ms)
        opened = {"secret": sealed(secret, self._appkey), "secretEndTime": ends_ms}
        return _answer({"code": self._good, "message": "成功", "data": opened})

    def refuses(self) -> Response:
        return _answer({"code": "E-106", "message": "不在授权列表"})


class Zhejiang:
    """Two paths, a form of three fields: by the appSecret, or by a refreshSecret that was given."""

    def __init__(self, scheme: Scheme) -> None:
        self._scheme = scheme

    def asks(self, request: Request) -> bool:
        return request.url.path in {each.url.path for each in self._asks("", 0)}

    def good(self, request: Request, given: Given, now_ms: int) -> bool:
        told = fields(request)
        time = told.get("requestTime", "")
        if not time.isdigit() or abs(int(time) - now_ms) > 300_000:
            return False
        keys = ["", *(each for each, ends_ms in given.refreshing.items() if ends_ms > now_ms)]
        expected = [each for key in keys for each in self._asks(key, int(time))]
        return any(each.url.path == request.url.path and fields(each) == told for each in expected)

    def _asks(self, refresh: str, now_ms: int) -> Iterator[Request]:
        """By a refresh secret where one is given, and by the appSecret."""
        pair = orjson.dumps({"request": "", "refresh": refresh, "refresh_ends_ms": _FOREVER_MS}).decode()
        by_secret, by_key = self._scheme.asks(Moment("", pair, now_ms, b""))
        yield by_key
        if refresh or not now_ms:
            yield by_secret

    def gives(self, given: Given, now_ms: int) -> Response:
        secret, ends_ms = given.new(now_ms)
        refresh = given.word()
        given.refreshing[refresh] = now_ms + REFRESH_LIFE_MS
        pair = {
            "requestSecret": secret,
            "requestSecretEndTime": ends_ms,
            "refreshSecret": refresh,
            "refreshSecretEndTime": given.refreshing[refresh],
        }
        return _answer({"code": "00", "msg": "成功", "datas": pair})

    def refuses(self) -> Response:
        return _answer({"code": "14", "msg": "签名错误"})


class Tokens:
    """OAuth 2.0: the client says who it is in the header or in the form."""

    def __init__(self, scheme: Scheme) -> None:
        (self._expected,) = scheme.asks(Moment("", "", 0, b""))

    def asks(self, request: Request) -> bool:
        return request.method == "POST" and request.url.path == self._expected.url.path

    def good(self, request: Request, given: Given, now_ms: int) -> bool:
        sent = {name.lower(): value for name, value in request.headers.items()}
        wanted = self._expected.headers.get("Authorization")
        return sent.get("authorization") == wanted and fields(request) == fields(self._expected)

    def gives(self, given: Given, now_ms: int) -> Response:
        secret, ends_ms = given.new(now_ms)
        life_s = (ends_ms - now_ms) // 1000
        return _answer({"access_token": secret, "token_type": "Bearer", "expires_in": life_s})

    def refuses(self) -> Response:
        return _answer({"error": "invalid_client"}, 401)


def session_of(auth: str, scheme: Any, access: Access, services: frozenset[str]) -> Session | None:
    """None for schemes that sign with what the installation has."""
    if auth in ("gjgxjhpt", "gjzwfwpt"):
        return National(scheme, access, services)
    made: Mapping[str, Callable[[Scheme], Session]] = {"zj": Zhejiang, "oauth2": Tokens}
    return made[auth](scheme) if auth in made else None


def secret_text(auth: str, secret: str) -> str:
    """The secret as a caller keeps it between calls."""
    if auth != "zj":
        return secret
    return orjson.dumps({"request": secret, "refresh": "", "refresh_ends_ms": 0}).decode()


def sealed(secret: str, appkey: str) -> str:
    """As the first step returns it: AES-128-ECB, PKCS5, base64. What `adapters.auth.gjgxjhpt.open_secret` opens."""
    padder = PKCS7(128).padder()
    padded = padder.update(secret.encode()) + padder.finalize()
    cipher = Cipher(algorithms.AES(appkey_to_aes(appkey)), modes.ECB()).encryptor()  # noqa: S305 - the peer's
    return base64.b64encode(cipher.update(padded) + cipher.finalize()).decode()


def _answer(tree: Mapping[str, Any], status: int = 200) -> Response:
    return Response(status, _JSON, orjson.dumps(tree))
