"""Who is let in: the signature of a call is made again, with what this installation knows, and must be the same.

A scheme that signs with a session secret is held against the long-lived key that the platform and this installation
share: nobody fetches a session here.
"""

from collections.abc import Mapping

import orjson

from adapters.auth.claims import Claim, Unclaimed, bears, claimed, is_now
from adapters.auth.scheme import Moment, needed
from adapters.auth.schemes import SCHEMES
from adapters.inward.declared import Call, Inward
from adapters.inward.signatures import CHOSEN, UNREADABLE, NotSigned, same
from adapters.message import Access, Request

# what a session secret is here; oauth2 and mutual-tls have no signature that could be made again
_LONG_LIVED = {"gjgxjhpt": "appkey", "gjzwfwpt": "appkey", "zj": "app_secret"}
VERIFIED = frozenset({"none", "bearer", "basic", *CHOSEN, *_LONG_LIVED})
_HERE = "http://inward.invalid"


class Door:
    """Of one platform. Why a call is not let in is told in a word, never with a secret."""

    def __init__(
        self, inward: Inward, settings: Mapping[str, str], secrets: Mapping[str, str], *, soap: bool
    ) -> None:
        """Raises SecretMissing for what scheme or arguments need and the installation does not name."""
        self._access = access = Access(_HERE, settings, secrets)
        self._auth = inward.auth
        self._scheme = SCHEMES[inward.auth](access)
        self._secret = _session(inward.auth, access)
        self._soap = soap
        self._wanted = {name: _wanted(each, access) for name, each in inward.calls.items()}

    def why_not(
        self, operation: str, call: Call, request: Request, arguments: Mapping[str, str], now_ms: int
    ) -> str:
        """Why this call is not let in; "" where it is."""
        for name, wanted in self._wanted[operation].items():
            if not same(arguments.get(name, ""), wanted):
                return "wrong_argument"
        try:
            at_ms, service = self._signed(request, call)
        except NotSigned as error:
            return error.why
        except (Unclaimed, *UNREADABLE):
            return "not_signed"
        if not is_now(Claim(at_ms), now_ms):
            return "signed_at_another_time"
        return "signed_for_another_service" if service != call.service and self._scheme.service else ""

    def _signed(self, request: Request, call: Call) -> tuple[int | None, str]:
        """When, and for which service. Raises NotSigned, Unclaimed."""
        if self._auth in CHOSEN:
            return CHOSEN[self._auth](request, self._access), call.service
        claim = claimed(self._auth, request)
        moment = Moment(claim.service or call.service, self._secret, claim.at_ms or 0, claim.nonce)
        if not bears(request, self._scheme.sign(request, moment), soap=self._soap):
            raise NotSigned("wrong_signature")
        return claim.at_ms, claim.service


def _session(auth: str, access: Access) -> str:
    if auth not in _LONG_LIVED:
        return ""
    secret = needed(access, "secrets", _LONG_LIVED[auth])
    if auth != "zj":
        return secret
    return orjson.dumps({"request": secret, "refresh": "", "refresh_ends_ms": 0}).decode()


def _wanted(call: Call, access: Access) -> dict[str, str]:
    """What each argument must be that is no document."""
    wanted = {}
    for name, part in call.arguments.items():
        if part.secret:
            wanted[name] = needed(access, "secrets", part.secret)
        elif part.setting:
            wanted[name] = needed(access, "settings", part.setting)
        elif part.value is not None:
            wanted[name] = part.value
    return wanted
