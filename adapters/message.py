"""The shapes that pass through an adapter: message in, request and response on the wire, reply out."""

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from yarl import URL

Tree = Any  # what an answer decodes to: dict, list, text, number, bool or None
Document = Mapping[str, Any]

Verdict = Literal["taken", "already", "refused", "later", "barred", "not_sent", "unknown", "landed", "absent"]


@dataclass(frozen=True, slots=True)
class Message:
    """One operation for one platform, mapped into its words (报文).

    ours:   our number for the case in the platform's form; "" when it has none.
    probes: the operation whose outcome this read is to settle; None for an ordinary message.
    """

    operation: str
    document: Document = field(repr=False)
    ours: str = ""
    probes: str | None = None
    exchange: str = ""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a body where a material is spliced in while sending.

    quoted: the body is a form, in which `+`, `/` and `=` of base64 mean something else.
    apart:  it stands there as it is, between marks that it must not hold itself; b"" for base64.
    """

    token: bytes
    material: str
    quoted: bool = False
    apart: bytes = b""


# how a file is written into a body: base64, base64 as the value of a form (percent-encoded), or its own bytes
Form = Literal["base64", "quoted", "raw"]


class Stored(Protocol):
    """A file of a material at rest, as large as it may be; `read` blocks, so it belongs in a thread."""

    @property
    def size(self) -> int:
        """Bytes of the plain content."""
        ...

    def read(self, start: int, size: int) -> bytes:
        """So many bytes of the plain content from `start` on. Raises MaterialMissing."""
        ...


@dataclass(frozen=True, slots=True)
class Filling:
    """A large file that takes the place of `token` while the body is written. size: bytes of what is written."""

    token: bytes
    file: Stored = field(repr=False)
    size: int
    form: Form = "base64"


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `encode` leaves it unsigned and with holes; what the transport gets has neither.

    fresh: use a connection of its own, because a dropped pooled one would make the outcome unknown.
    tls:   for a platform that wants our certificate or has an authority of its own; None for the ordinary way.
    fillings: where files are large, the body is not whole: they take the places of their tokens in it while it is
              written (adapters.splicing). md5: hex, of a body that is not whole, where the signature needs it.
    """

    method: str
    url: URL = field(repr=False)  # a query may name a person
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    fresh: bool = False
    holes: tuple[Hole, ...] = ()
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    fillings: tuple[Filling, ...] = ()
    md5: str = ""


def is_form(request: Request) -> bool:
    return request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of sending one message (回执).

    reference: the platform's own number.    code, reason: theirs, for `refused` and `barred`.
    cause:     a stable word, for example `described`, `timeout`, `reset`, `garbled`, `lease_over`.
    document:  the decoded answer; None when there was none or it could not be read.
    sent_digest: `sha-256:<hex>` of the exact body bytes; None when surely none left, or a file broke off meanwhile.
    """

    verdict: Verdict
    reference: str | None = field(default=None, repr=False)
    code: str | None = None
    reason: str | None = field(default=None, repr=False)
    retry_after_s: float | None = None
    cause: str = ""
    status: int | None = None
    document: Tree = field(default=None, repr=False)
    raw: bytes | None = field(default=None, repr=False)
    sent_digest: str | None = None
    sent_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """Where one installation finds a platform, and with which secrets; never shown."""

    address: str = field(repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


class Credential(Protocol):
    """The shared, durable session secret of one credential; given by the trunk."""

    async def secret(self, refresh: Callable[[str], Awaitable[tuple[str, int]]]) -> str:
        """The secret that is good now.

        `refresh` is given the one before ("" if there is none), fetches (secret, expires_at epoch ms), and is
        run once.
        """
        ...

    async def spoil(self, secret: str) -> None:
        """Forget this secret if it is still the shared one: the platform barred a message signed with it."""
        ...


Go = Callable[[], None]
Materials = Callable[[str], Awaitable[bytes | Stored]]


class Transport(Protocol):
    """Carries one request, at most once.

    Raises NotSent only when surely no byte left, Unknown for everything else without a whole answer.
    `go` is called right before the first byte; whatever it raises passes through, and nothing is sent.
    """

    async def exchange(
        self, request: Request, *, go: Go, timeout_s: float, connect_s: float, reply_bytes: int
    ) -> Response: ...


class Desk(Protocol):
    """The work list of this installation; given by the trunk."""

    async def place(self, exchange_id: str) -> bool:
        """Have the message of an exchange on the list, durably; False if it stood there already.

        Raises NotSent where it surely does not stand there, Unknown where nobody can say.
        """
        ...

    async def look(self, platform: str, operation: str, number: str) -> Mapping[str, Any] | None:
        """What was recorded about the case of our number, in canonical words; None if there is nothing.

        operation: case.progress, or case.result for what its ending brought.

        Raises Unknown.
        """
        ...
