"""Signing in elsewhere (统一身份认证): OpenID Connect, the authorization code flow with PKCE, state and nonce.

What the browser brings back counts once, within minutes, and only in the browser that was sent on. Nothing is
followed to another place: no redirect, and the provider's own addresses must be as its discovery document says.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import aiohttp
import orjson

from gateway.accounts.sessions import digest_of
from gateway.accounts.tokens import Due, KeyUnknown, TokenRejected, encoded, subject_of
from gateway.settings.installation import Provider
from gateway.store import accounts
from gateway.store.accounts import Elsewhere
from gateway.store.store import Store

BACK = "/console/sign-in/back"
LONGEST_MS = 10 * 60_000  # from here to the provider and back
KEPT_S = 600  # the provider's description and keys
AGAIN_S = 10  # no sooner is it asked for newer keys
LONGEST_BYTES = 256 * 1024
TIMEOUT_S = 10
_RANDOM_BYTES = 32
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class NotElsewhere(Exception):
    """The sign-in elsewhere came to nothing; the text is one word that says why, and nothing of anybody."""


@dataclass(slots=True)
class Known:
    """What was heard of the provider, and when (monotonic seconds)."""

    described: Mapping[str, Any]
    keys: Sequence[Mapping[str, Any]]
    at_s: float


@dataclass(slots=True)
class IdentityProvider:
    """The provider of this installation. secret: read when it is needed; random: bytes that nobody can guess."""

    provider: Provider
    secret: Callable[[], str] = field(repr=False)
    store: Store
    clock_ms: Callable[[], int]
    random: Callable[[int], bytes]
    _known: Known | None = None

    @property
    def back(self) -> str:
        """Where the provider sends browsers back to."""
        return f"{self.provider.origin}{BACK}"

    async def send_on(self) -> tuple[str, str]:
        """(where the browser goes, the state that it must bring back). Raises NotElsewhere."""
        known = await self._described()
        state, nonce, verifier = (encoded(self.random(_RANDOM_BYTES)) for _ in range(3))
        now_ms = self.clock_ms()
        row = Elsewhere(digest_of(state), nonce, verifier, now_ms)
        await self.store.write(lambda tx: accounts.send_on(tx.connection, row, over_ms=now_ms - LONGEST_MS))
        asked = urlencode({
            "response_type": "code", "client_id": self.provider.client_id, "redirect_uri": self.back,
            "scope": "openid", "state": state, "nonce": nonce, "code_challenge_method": "S256",
            "code_challenge": encoded(sha256(verifier.encode()).digest()),
        })  # fmt: skip
        address = str(known.described["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{asked}", state

    async def come_back(self, state: str, code: str, issuer: str | None) -> str:
        """The subject that the provider names. issuer: as the answer names it (RFC 9207). Raises NotElsewhere."""
        # consumed before anything is asked: the same answer brought twice finds nothing
        row = await self.store.write(lambda tx: accounts.come_back(tx.connection, digest_of(state)))
        if row is None or self.clock_ms() - row.begun_ms > LONGEST_MS:
            raise NotElsewhere("state")
        if issuer not in (None, self.provider.issuer):
            raise NotElsewhere("issuer")
        token = await self._token(code, row.verifier)
        due = Due(self.provider.issuer, self.provider.client_id, row.nonce, self.clock_ms() // 1000)
        known = await self._described()
        try:
            return subject_of(token, known.keys, due)
        except KeyUnknown as error:
            if time.monotonic() - known.at_s < AGAIN_S:
                raise NotElsewhere(str(error)) from error
        except TokenRejected as error:
            raise NotElsewhere(str(error)) from error
        self._known = None
        try:
            return subject_of(token, (await self._described()).keys, due)
        except TokenRejected as error:
            raise NotElsewhere(str(error)) from error

    async def _token(self, code: str, verifier: str) -> str:
        known = await self._described()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.back,
            "code_verifier": verifier,
        }  # fmt: skip
        supported = known.described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        user = ""
        if "client_secret_basic" in supported:  # RFC 6749 §2.3.1: both are form-encoded first
            user = aiohttp.encode_basic_auth(
                quote(self.provider.client_id, safe=""), quote(self.secret(), safe="")
            )
        else:
            form |= {"client_id": self.provider.client_id, "client_secret": self.secret()}
        said = await self._ask("POST", str(known.described["token_endpoint"]), form, user)
        token = said.get("id_token")
        if not isinstance(token, str):
            raise NotElsewhere("answer")
        return token

    async def _described(self) -> Known:
        """Its description and keys, asked for again every few minutes. Raises NotElsewhere."""
        if self._known is None or time.monotonic() - self._known.at_s > KEPT_S:
            issuer = self.provider.issuer
            described = await self._ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            methods = described.get("code_challenge_methods_supported", ["S256"])
            if described.get("issuer") != issuer or "S256" not in methods:
                raise NotElsewhere("described")
            for name in _ENDPOINTS:
                _sound(described.get(name), issuer)
            keys = (await self._ask("GET", str(described["jwks_uri"]))).get("keys")
            if not isinstance(keys, list) or not all(isinstance(each, dict) for each in keys):
                raise NotElsewhere("keys")
            self._known = Known(described, keys, time.monotonic())
        return self._known

    async def _ask(
        self, method: str, address: str, form: Mapping[str, str] | None = None, user: str = ""
    ) -> dict[str, Any]:
        """A JSON object. A session of its own: it is asked seldom, and no cookie of it is kept."""
        headers = {"Accept": "application/json"} | ({"Authorization": user} if user else {})
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as client,
                client.request(
                    method, address, data=form, headers=headers, allow_redirects=False
                ) as response,
            ):
                if response.status != 200:
                    raise NotElsewhere("answer")
                raw = await response.content.read(LONGEST_BYTES + 1)
                while len(raw) <= LONGEST_BYTES and (more := await response.content.read(LONGEST_BYTES)):
                    raw += more
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise NotElsewhere("unreachable") from error
        try:
            said = orjson.loads(raw) if len(raw) <= LONGEST_BYTES else None
        except orjson.JSONDecodeError as error:
            raise NotElsewhere("answer") from error
        if not isinstance(said, dict):
            raise NotElsewhere("answer")
        return said


def _sound(address: Any, issuer: str) -> None:
    """Over TLS; without it only on this machine, where the issuer itself is. Raises NotElsewhere."""
    parts = urlsplit(address) if isinstance(address, str) else None
    if (
        parts is None
        or not parts.hostname
        or (
            parts.scheme != "https"
            and not (parts.scheme == "http" and parts.hostname in _LOOPBACK and issuer.startswith("http://"))
        )
    ):
        raise NotElsewhere("described")
