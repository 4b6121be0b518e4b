"""What an auth scheme is: given a request and a moment, what is to be added to the request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from adapters.message import Access, Request, Response


@dataclass(frozen=True, slots=True)
class Moment:
    """What a signature is made of beside the request and the installation's secrets; all of it is handed in.

    service: the platform's id of the operation, "" where it has none.
    secret:  the session secret; "" in a scheme without a session. While one is asked for: the one before.
    nonce:   16 random bytes, others for every request.
    """

    service: str
    secret: str = field(repr=False)
    now_ms: int
    nonce: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """What a scheme adds to a request.

    parameters:  go into the form where the body is one, else into the query.
    soap_header: XML elements for the SOAP header; only SOAP requests have a place for them.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    soap_header: str = field(default="", repr=False)


NOTHING = Signature()


class Scheme(Protocol):
    """Pure: the same arguments give the same signature. Clock, chance and session secret are handed in.

    session: it signs with a session secret that must be fetched first; one that is barred is fetched anew, once.
    service: it signs the platform's id of the operation, so that every operation must declare one.
    soap:    it puts everything into the SOAP header, so that the platform must speak SOAP.
    signs_body: it signs a digest of the body, or the fields of a form.
    """

    session: ClassVar[bool]
    service: ClassVar[bool]
    soap: ClassVar[bool]
    signs_body: ClassVar[bool]

    def __init__(self, access: Access) -> None:
        """Raises SecretMissing for a secret or setting that the installation does not name."""

    def sign(self, request: Request, moment: Moment) -> Signature: ...

    def asks(self, moment: Moment) -> Sequence[Request]:
        """The requests that fetch a session secret, the best first; the next one only if that gave none."""
        ...

    def learn(self, response: Response, now_ms: int) -> tuple[str, int]:
        """Secret and its end (epoch ms) from the answer; raises SessionBarred or SessionFailed."""
        ...


class Sessionless:
    """Base of the schemes that need nothing but the installation's secrets."""

    session: ClassVar[bool] = False
    service: ClassVar[bool] = False
    soap: ClassVar[bool] = False
    signs_body: ClassVar[bool] = False

    def asks(self, moment: Moment) -> Sequence[Request]:
        return ()

    def learn(self, response: Response, now_ms: int) -> tuple[str, int]:
        raise NotImplementedError("this scheme has no session")


class SecretMissing(Exception):
    """The installation's conf names no such secret or setting, or one that cannot be used; never a value."""

    def __init__(self, kind: str, name: str, what: str = "is missing") -> None:
        super().__init__(f"{kind} {name} {what}")
        self.kind = kind
        self.name = name


def needed(access: Access, kind: str, name: str) -> str:
    """A secret or setting that must be there; `kind` is `secrets` or `settings`."""
    value: str | None = getattr(access, kind).get(name)
    if not value:
        raise SecretMissing(kind, name)
    return value


def one_of(access: Access, name: str, choices: Sequence[str]) -> str:
    """A setting that has a few possible values; the first is what is meant where it is left out."""
    value = access.settings.get(name, choices[0])
    if value not in choices:
        raise SecretMissing("settings", name, f"is none of {', '.join(choices)}")
    return value
