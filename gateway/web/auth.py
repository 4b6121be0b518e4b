"""Who asks: bearer keys, hashed at rest, several at once for each caller (so that they can be changed)."""

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from hashlib import sha256

from aiohttp import web

from gateway.errors import Refusal
from gateway.settings.callers import Caller

SCHEME = "bearer "


@dataclass(frozen=True, slots=True)
class Identity:
    """A caller, and which of its keys it showed."""

    caller: Caller
    key_id: str


class Authenticator:
    """Looks a key up by its SHA-256: a key holds 256 random bits, so its digest tells nothing about it."""

    def __init__(self, callers: Mapping[str, Caller]) -> None:
        self._keys = {
            key.sha256: Identity(caller, key.id) for caller in callers.values() for key in caller.keys
        }

    def identify(self, request: web.Request) -> Identity:
        """Raises Refusal unauthenticated."""
        found = self._keys.get(shown_digest(request))
        if found is None:
            raise Refusal("unauthenticated")
        return found


def shown_digest(request: web.Request) -> str:
    """The SHA-256 of the bearer key that is shown, in hex. Raises Refusal unauthenticated if there is none."""
    header = request.headers.get("Authorization", "")
    if header[: len(SCHEME)].lower() != SCHEME:
        raise Refusal("unauthenticated")
    shown = header[len(SCHEME) :].strip().encode("utf-8", "surrogateescape")  # any bytes may be sent
    return sha256(shown).hexdigest()


def require(identity: Identity, operation: str) -> None:
    """Raises Refusal forbidden_operation unless one of the caller's patterns is of the operation."""
    if not any(fnmatchcase(operation, pattern) for pattern in identity.caller.rights.operations):
        raise Refusal("forbidden_operation", operation=operation)
