"""An OpenID Connect provider that listens on loopback and keeps to the letter of the specifications.

OpenID Connect Core 1.0 (authorization code flow), Discovery 1.0, RFC 7636 (PKCE, S256), RFC 9207. It lets in
whoever it is told to, and makes a token that is wrong in one way where a test says in which.
"""

import json
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlencode

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT, SECRET, PERSON = "tongban-console", "s3cret of+the/client", "person-0001"
Changed = Callable[[dict[str, Any], dict[str, Any]], None]


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def whole(number: int, length: int) -> str:
    return encoded(number.to_bytes(length))


@dataclass(slots=True)
class Key:
    """A signing key under its id."""

    kid: str
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

    @property
    def algorithm(self) -> str:
        return "RS256" if isinstance(self.private, rsa.RSAPrivateKey) else "ES256"

    @property
    def public(self) -> dict[str, str]:
        same = {"kid": self.kid, "use": "sig", "alg": self.algorithm}
        if isinstance(self.private, rsa.RSAPrivateKey):
            numbers = self.private.public_key().public_numbers()
            size = (numbers.n.bit_length() + 7) // 8
            return {**same, "kty": "RSA", "n": whole(numbers.n, size), "e": whole(numbers.e, 3)}
        point = self.private.public_key().public_numbers()
        return {**same, "kty": "EC", "crv": "P-256", "x": whole(point.x, 32), "y": whole(point.y, 32)}

    def sign(self, text: bytes) -> bytes:
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(text, padding.PKCS1v15(), SHA256())
        r, s = decode_dss_signature(self.private.sign(text, ec.ECDSA(SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)


def rsa_key(kid: str = "r1", bits: int = 2048) -> Key:
    return Key(kid, rsa.generate_private_key(65537, bits))


def ec_key(kid: str = "e1") -> Key:
    return Key(kid, ec.generate_private_key(ec.SECP256R1()))


def token(key: Key, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Signed, unless its header says that it is not."""
    signed = ".".join(encoded(json.dumps(each).encode()) for each in (header, claims))
    if header.get("alg") == "none":
        return f"{signed}."
    return f"{signed}.{encoded(key.sign(signed.encode()))}"


@dataclass(slots=True)
class Provider:
    """change: makes header and claims of the next tokens wrong. codes: not redeemed yet, with what was asked."""

    key: Key
    address: str = ""
    person: str = PERSON
    change: Changed = lambda header, claims: None
    published: list[Key] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    redeemed: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    async def describe(self, request: web.Request) -> web.Response:
        return web.json_response(self.described)

    async def jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [each.public for each in (self.published or [self.key])]})

    async def authorize(self, request: web.Request) -> web.Response:
        asked = dict(request.query)
        due = {"response_type": "code", "client_id": CLIENT, "code_challenge_method": "S256"}
        sound = all(asked.get(name) == value for name, value in due.items())
        if not sound or "openid" not in asked["scope"].split() or len(asked["code_challenge"]) != 43:
            return web.Response(status=400, text="invalid_request")
        code = encoded(sha256(f"{len(self.codes)}{time.monotonic_ns()}".encode()).digest())
        self.codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.address})
        return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{back}"})

    def _fits(self, form: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
        made = encoded(sha256(str(form.get("code_verifier")).encode()).digest())
        said = form.get("grant_type"), form.get("redirect_uri"), made
        return said == ("authorization_code", asked["redirect_uri"], asked["code_challenge"])

    async def redeem(self, request: web.Request) -> web.Response:
        form = await request.post()
        said = request.headers.get("Authorization", "").removeprefix("Basic ")
        user = [unquote(each) for each in b64decode(said).decode().split(":")]
        asked = self.codes.pop(str(form.get("code")), None)
        why = "" if asked and self._fits(form, asked) else "invalid_grant"
        if user != [CLIENT, SECRET]:
            why = "invalid_client"
        if why or asked is None:
            self.refused.append(why)
            return web.json_response({"error": why}, status=400)
        self.redeemed.append(str(form["code"]))
        now_s = int(time.time())
        header: dict[str, Any] = {"alg": self.key.algorithm, "kid": self.key.kid, "typ": "JWT"}
        claims: dict[str, Any] = {
            "iss": self.address, "aud": CLIENT, "sub": self.person, "nonce": asked["nonce"], "iat": now_s,
            "exp": now_s + 300,
        }  # fmt: skip
        self.change(header, claims)
        made = token(self.key, header, claims)
        return web.json_response(
            {"access_token": "unused", "token_type": "Bearer", "id_token": made},
            headers={"Cache-Control": "no-store"},
        )


@asynccontextmanager
async def providing(key: Key) -> AsyncIterator[Provider]:
    """It listens on a free port, until the end."""
    provider = Provider(key)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", provider.describe)
    app.router.add_get("/jwks", provider.jwks)
    app.router.add_get("/authorize", provider.authorize)
    app.router.add_post("/token", provider.redeem)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
