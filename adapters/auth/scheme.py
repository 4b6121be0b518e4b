"""What an auth scheme is: given the moment, headers for one request."""

from collections.abc import Mapping
from typing import Protocol

from adapters.message import Access, Request, Response


class Scheme(Protocol):
    """Pure: the same arguments give the same headers. The clock and the session secret are handed in.

    session:     the scheme signs with a session secret that must be fetched first.
    soap_header: name of an element in the SOAP header that repeats the headers; None for HTTP headers only.
    """

    session: bool
    soap_header: str | None

    def headers(self, service: str, secret: str, now_ms: int) -> Mapping[str, str]: ...

    def ask(self, service: str, now_ms: int) -> Request:
        """The request that fetches a session secret; only called where `session` is true."""
        ...

    def learn(self, response: Response) -> tuple[str, int]:
        """Secret and its end (epoch ms) from the answer; raises SessionBarred or SessionFailed."""
        ...


class Still:
    """Base of schemes without a session: the same headers for every request."""

    session = False
    soap_header: str | None = None

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def headers(self, service: str, secret: str, now_ms: int) -> Mapping[str, str]:
        return self._headers

    def ask(self, service: str, now_ms: int) -> Request:
        raise NotImplementedError("this scheme has no session")

    def learn(self, response: Response) -> tuple[str, int]:
        raise NotImplementedError("this scheme has no session")


class SecretMissing(Exception):
    """The installation's conf names no such secret or setting; `name` is the key, never a value."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name} is missing")
        self.kind = kind
        self.name = name


def needed(access: Access, kind: str, name: str) -> str:
    """A secret or setting that must be there; `kind` is `secrets` or `settings`."""
    value: str | None = getattr(access, kind).get(name)
    if not value:
        raise SecretMissing(kind, name)
    return value
