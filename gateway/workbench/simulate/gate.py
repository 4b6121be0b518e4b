"""Who comes in: a simulated platform gives its session secrets, and turns away what is not signed as agreed.

A signature is made again, with the scheme, from what the request says of itself, and must be the same; so what is
signed here and what is taken there stand on the same published vectors.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from adapters.auth.claims import Claim, Unclaimed, bears, claimed, is_now
from adapters.auth.scheme import Moment, Scheme
from adapters.auth.schemes import SCHEMES
from adapters.declared import Argument, Platform
from adapters.message import Access, Request, Response
from gateway.workbench.simulate.session import Given, Session, secret_text, session_of

_PARAMETERS = {"zj": frozenset({"appKey", "sign", "requestTime"})}
_HERE = "http://simulated.invalid"
LIFE_S = 900.0
MADE_UP = "simulated"
_NOT_NEEDED = frozenset({"session_sid", "scope"})  # schemes do as well without


class MadeUp(dict[str, str]):
    """Settings and secrets where the installation has none for the platform: each that must be is `simulated`."""

    def get(self, key: str, default: object = None) -> object:  # type: ignore[override]
        return MADE_UP if default is None and key not in _NOT_NEEDED else default


@dataclass(slots=True)
class Gate:
    """The door of one platform. Why somebody is not let in is told in a few words, never with a secret.

    services: the platform's id of each operation, "" where it has none.    soap: it speaks SOAP.
    is_made_up: the credential is nobody's, so that an argument may hold any.
    """

    auth: str
    scheme: Scheme
    access: Access
    services: Mapping[str, str]
    given: Given
    clock_ms: Callable[[], int]
    soap: bool
    is_made_up: bool = False
    session: Session | None = field(init=False)

    def __post_init__(self) -> None:
        known = frozenset({*self.services.values(), self.access.settings.get("session_sid", "")}) - {""}
        self.session = session_of(self.auth, self.scheme, self.access, known)

    def asked(self, request: Request) -> tuple[str, Response] | None:
        """(outcome, answer) to who asks for a session secret; None for every other request."""
        if self.session is None or not self.session.asks(request):
            return None
        if not self.session.good(request, self.given, self.clock_ms()):
            return "secret refused", self.session.refuses()
        return "secret given", self.session.gives(self.given, self.clock_ms())

    def why_not(self, operation: str, request: Request) -> str:
        """Why this request is not let in; "" where it is."""
        try:
            claim = claimed(self.auth, request)
        except Unclaimed:
            return "not signed"
        if not is_now(claim, self.clock_ms()):
            return "signed at another time"
        if self.scheme.service and claim.service != self.services[operation]:
            return "signed for another service"
        if self.session is None:
            return "" if self._is_signed(request, claim, operation, "") else "wrong signature"
        live = self.given.live(self.clock_ms())
        if any(self._is_signed(request, claim, operation, secret_text(self.auth, each)) for each in live):
            return ""
        return "wrong signature" if live else "no secret is good any more"

    def wrong(self, arguments: Mapping[str, Argument], sent: Mapping[str, str]) -> str:
        """The first argument that is not the secret or setting that it should be; "" where all are."""
        for name, each in arguments.items() if not self.is_made_up else ():
            kind, wanted = ("secrets", each.secret) if each.secret else ("settings", each.setting)
            if wanted and sent.get(name) != getattr(self.access, kind).get(wanted):
                return f"wrong {name}"
        return ""

    def end(self) -> None:
        """No secret that was given is good any more."""
        self.given.end()

    def _is_signed(self, request: Request, claim: Claim, operation: str, secret: str) -> bool:
        moment = Moment(self.services[operation], secret, claim.at_ms or 0, claim.nonce)
        return bears(request, self.scheme.sign(request, moment), soap=self.soap)


def gate_of(
    platform: Platform,
    access: Access | None,
    *,
    chance: Random,
    clock_ms: Callable[[], int],
    life_s: float = LIFE_S,
) -> Gate:
    """access: settings and secrets that the caller has, too; None: they are made up.

    Raises SecretMissing where one is not among them.
    """
    here = Access(_HERE, access.settings if access else MadeUp(), access.secrets if access else MadeUp())
    services = {name: each.service or "" for name, each in platform.operations.items()}
    scheme = SCHEMES[platform.auth](here)
    given = Given(chance, life_s)
    is_soap = platform.speaks == "soap"
    return Gate(platform.auth, scheme, here, services, given, clock_ms, is_soap, is_made_up=access is None)


def parameters_of(auth: str) -> frozenset[str]:
    """What a scheme adds to a query or form; no part of the message."""
    return _PARAMETERS.get(auth, frozenset())
