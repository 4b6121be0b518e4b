"""What every adapter does the same way, once: fill, sign, send, read, classify."""

import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from adapters.auth.scheme import NOTHING, Moment, Scheme, Signature
from adapters.classify import Answers, ProbeAnswers, Reading, Seen
from adapters.declared import Operation, Platform
from adapters.errors import (
    Garbled,
    LeaseOver,
    MaterialMissing,
    NotSent,
    SessionBarred,
    SessionFailed,
    Unencodable,
    Unknown,
)
from adapters.holes import filled
from adapters.message import (
    Access,
    Credential,
    Desk,
    Go,
    Materials,
    Message,
    Reply,
    Request,
    Response,
    Transport,
    Tree,
    is_form,
)
from adapters.splicing import body_bytes, digest, md5

# told of every answer to a message as it came, and what was made of it; steps of a session are no message
Heard = Callable[[Message, Response, Reply], None]

_IDEMPOTENT = frozenset({"PUT", "DELETE"})
_OURS_TO_MEND = frozenset({"certificate_refused", "credential_refused"})
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an adapter is given by the trunk."""

    access: Access
    auth: Scheme
    transport: Transport
    credential: Credential | None
    clock_ms: Callable[[], int]
    random: Callable[[int], bytes]
    tls: ssl.SSLContext | None = None
    desk: Desk | None = None
    heard: Heard | None = None


class Adapter(ABC):
    """One platform, spoken to. Dialects and the odd one out override `encode` or `decode`, never `send`.

    streams: its transport takes a body whose large files are put in while it is written.
    """

    streams: ClassVar[bool] = False

    def __init__(self, platform: Platform, surroundings: Surroundings) -> None:
        self.platform = platform
        self._around = surroundings
        self._answers = {name: Answers(each) for name, each in platform.operations.items()}
        self._probes = {
            name: ProbeAnswers(each.probe, platform.operations[each.probe.ask])
            for name, each in platform.operations.items()
            if each.probe
        }

    @abstractmethod
    def encode(self, message: Message) -> Request:
        """The request without signature and materials. Pure; raises Unencodable with all problems."""

    @abstractmethod
    def decode(self, response: Response, operation: str) -> Tree:
        """The answer as a tree that paths can be followed in. Pure; raises Garbled."""

    def dressed(self, request: Request, signature: Signature) -> Request:
        """The request with its signature: headers, and parameters in the form or the query."""
        if signature is NOTHING:
            return request
        if signature.parameters:
            request = _with_parameters(request, signature.parameters)
        return replace(request, headers={**request.headers, **signature.headers})

    async def send(
        self, message: Message, *, materials: Materials, go: Go, encoded: Request | None = None
    ) -> Reply:
        """Send once and say what came of it. `go` is called right before the first byte of the message.

        encoded: what `encode` made of this very message a moment ago, where the caller still has it.
        Whatever the platform or the network does becomes a Reply. Errors of our own are raised.
        """
        secret = ""
        try:
            request = await self._filled(encoded or self.encode(message), materials)
            if self._around.auth.session:
                secret = await self._session_secret(message.operation)
        except Unencodable:
            return Reply("not_sent", cause="unencodable")
        except MaterialMissing:
            return Reply("not_sent", cause="material_missing")
        except SessionBarred as refusal:
            return Reply("barred", code=refusal.code, cause="session_barred")
        except SessionFailed:
            return Reply("not_sent", cause="session_failed")
        reply = await self._cross(message, request, secret, go)
        if reply.verdict == "barred" and secret and self._around.credential:
            await self._around.credential.spoil(secret)
        return reply

    async def _filled(self, request: Request, materials: Materials) -> Request:
        """With the materials, in one piece only where nobody can do with less."""
        signs = self._around.auth.signs_body
        whole = not self.streams or (signs and is_form(request))
        request = await filled(request, materials, whole=whole)
        return replace(request, md5=await md5(request)) if signs and request.fillings else request

    async def _cross(self, message: Message, request: Request, secret: str, go: Go) -> Reply:
        """Sign at the last moment (signatures carry the time), send, classify."""
        moment = self._moment(message.operation, secret)
        signed = self.dressed(request, self._around.auth.sign(request, moment))
        try:
            response = await self._exchange(signed, go)
        except LeaseOver:
            return Reply("not_sent", cause="lease_over")
        except NotSent as error:
            if error.cause in _OURS_TO_MEND:  # surely not taken
                return Reply("barred", code=error.cause, cause=error.cause)
            return Reply("not_sent", cause=error.cause)
        except Unknown as error:
            reply = Reply("unknown", cause=error.cause)
        else:
            reply = self.judged(response, message.operation, message.probes)
            if self._around.heard is not None:
                self._around.heard(message, response, reply)
        return replace(reply, sent_digest=await _digest(signed), sent_bytes=body_bytes(signed))

    def judged(self, response: Response, operation: str, probes: str | None = None) -> Reply:
        """The verdict on an answer; pure but for the clock that a Retry-After date is held against."""
        tree: Tree = None
        reading: Reading = "read" if response.body else "empty"
        if response.body:
            try:
                tree = self.decode(response, operation)
            except Garbled:
                reading = "garbled"
        wait = response.headers.get("Retry-After")
        seen = Seen(response.status, tree, reading, wait, self._around.clock_ms(), response.body)
        return (self._probes[probes] if probes else self._answers[operation]).judge(seen)

    def _moment(self, operation: str, secret: str) -> Moment:
        service = self.platform.operations[operation].service or ""
        return Moment(service, secret, self._around.clock_ms(), self._around.random(_NONCE_BYTES))

    async def _exchange(self, request: Request, go: Go) -> Response:
        limits = self.platform.limits
        if self._around.tls is not None:
            request = replace(request, tls=self._around.tls)
        return await self._around.transport.exchange(
            request,
            go=go,
            timeout_s=limits.timeout_s,
            connect_s=limits.connect_s,
            reply_bytes=limits.reply_bytes,
        )

    async def _session_secret(self, operation: str) -> str:
        if self._around.credential is None:
            raise SessionFailed("no shared credential")

        async def refresh(former: str) -> tuple[str, int]:
            *first, last = self._around.auth.asks(self._moment(operation, former))
            for request in first:
                with suppress(SessionBarred, SessionFailed):  # there is another way
                    return await self._learnt(request)
            return await self._learnt(last)

        return await self._around.credential.secret(refresh)

    async def _learnt(self, request: Request) -> tuple[str, int]:
        try:
            answer = await self._exchange(request, _free)
        except NotSent as error:
            if error.cause in _OURS_TO_MEND:
                raise SessionBarred(error.cause) from error
            raise SessionFailed(error.cause) from error
        except Unknown as error:
            raise SessionFailed(error.cause) from error
        return self._around.auth.learn(answer, self._around.clock_ms())


def needs_own_connection(operation: Operation, *, read: bool, method: str) -> bool:
    """A dropped pooled connection leaves the outcome unknown: harmless only if it may be repeated or probed.

    PUT and DELETE too, because HTTP libraries and proxies feel free to repeat them.
    """
    if method in _IDEMPOTENT:
        return True
    return not read and operation.repeatable is None and operation.probe is None


def _with_parameters(request: Request, parameters: Mapping[str, str]) -> Request:
    """In the body where that is a form, else in the query."""
    if not is_form(request):
        return replace(request, url=request.url.extend_query(parameters))
    added = urlencode(parameters).encode()
    return replace(request, body=request.body + b"&" + added if request.body else added)


async def _digest(request: Request) -> str | None:
    """None if a file broke off on the way: nobody knows any more what left."""
    try:
        return await digest(request)
    except MaterialMissing:
        return None


def _free() -> None:
    """Asking for a session secret sends nothing of the exchange and needs no claim."""
