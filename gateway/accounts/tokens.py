"""ID tokens of an OpenID Connect provider (OpenID Connect Core 1.0 §3.1.3.7), checked strictly. Pure.

RS256 and ES256 alone, by a key of the provider's own list; nothing that a token says of itself chooses otherwise.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

APART_S = 60  # clocks of two machines differ by as much
OLDEST_S = 600  # since it was made; a sign-in takes no longer
LEAST_BITS = 2048
HALF = 32  # bytes of each number of an ES256 signature
LONGEST = 16_384
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0 §2
_KINDS = {"RS256": "RSA", "ES256": "EC"}


class TokenRejected(Exception):
    """The token proves nothing; the text is one word that says why, and holds nothing of the token."""


class KeyUnknown(TokenRejected):
    """None of the keys that are at hand is the one it names: the provider may have a newer one."""


@dataclass(frozen=True, slots=True)
class Due:
    """What a token must say: who made it, for whom, in answer to which nonce; now_s: seconds since 1970."""

    issuer: str
    client: str
    nonce: str
    now_s: int


def subject_of(token: str, keys: Sequence[Mapping[str, Any]], due: Due) -> str:
    """Whom the token is about. keys: of the provider's JWKS. Raises TokenRejected, KeyUnknown."""
    parts = token.split(".")
    if len(token) > LONGEST or len(parts) != 3:
        raise TokenRejected("form")
    header, claims, signature = _object(parts[0]), _object(parts[1]), unpadded(parts[2])
    algorithm = header.get("alg")
    if algorithm not in _KINDS or "crit" in header:
        raise TokenRejected("algorithm")
    key = _key(keys, str(algorithm), header.get("kid"))
    if not _holds(key, f"{parts[0]}.{parts[1]}".encode("ascii"), signature):
        raise TokenRejected("signature")
    _check(claims, due)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isascii():
        raise TokenRejected("subject")
    return subject


def _check(claims: Mapping[str, Any], due: Due) -> None:
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != due.issuer:
        raise TokenRejected("issuer")
    if not isinstance(named, list) or due.client not in named:
        raise TokenRejected("audience")
    if claims.get("azp", due.client) != due.client or (len(named) > 1 and "azp" not in claims):
        raise TokenRejected("party")
    if _second(claims, "exp") + APART_S <= due.now_s:
        raise TokenRejected("expired")
    if not -APART_S <= due.now_s - _second(claims, "iat") <= OLDEST_S + APART_S:
        raise TokenRejected("made")
    if "nbf" in claims and _second(claims, "nbf") > due.now_s + APART_S:
        raise TokenRejected("early")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not compare_digest(nonce.encode(), due.nonce.encode()):
        raise TokenRejected("nonce")


def _second(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRejected("times")
    return value


def _key(keys: Sequence[Mapping[str, Any]], algorithm: str, kid: Any) -> Mapping[str, Any]:
    """The one key that is meant: by its id, or the only one of its kind where none is named."""
    fit = [
        each
        for each in keys
        if each.get("kty") == _KINDS[algorithm]
        and each.get("use", "sig") == "sig"
        and each.get("alg", algorithm) == algorithm
        and (kid is None or each.get("kid") == kid)
    ]
    if len(fit) != 1:
        raise KeyUnknown("key")
    return fit[0]


def _holds(key: Mapping[str, Any], signed: bytes, signature: bytes) -> bool:
    try:
        if key["kty"] == "RSA":
            modulus, exponent = _number(key["n"]), _number(key["e"])
            if modulus.bit_length() < LEAST_BITS:
                raise TokenRejected("key")
            rsa.RSAPublicNumbers(exponent, modulus).public_key().verify(
                signature, signed, padding.PKCS1v15(), SHA256()
            )
        else:
            if key.get("crv") != "P-256" or len(signature) != 2 * HALF:
                raise TokenRejected("key")
            halves = [int.from_bytes(each) for each in (signature[:HALF], signature[HALF:])]
            numbers = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
            numbers.public_key().verify(encode_dss_signature(*halves), signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    except (KeyError, ValueError, TypeError) as error:
        raise TokenRejected("key") from error
    return True


def _number(text: Any) -> int:
    return int.from_bytes(unpadded(text))


def unpadded(text: Any) -> bytes:
    """base64url without padding (RFC 7515 §2), read strictly. Raises TokenRejected."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, TypeError) as error:
        raise TokenRejected("form") from error
    if encoded(raw) != text:
        raise TokenRejected("form")
    return raw


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any]:
    """A JSON object none of whose names stands twice. Raises TokenRejected."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise TokenRejected("form")
        return found

    try:
        read = json.loads(unpadded(part), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise TokenRejected("form") from error
    if not isinstance(read, dict):
        raise TokenRejected("form")
    return read
