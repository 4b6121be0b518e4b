"""A reply as a fact of the history: the only place where the adapters' verdicts become the trunk's."""

import re

from adapters.message import Reply
from gateway.model import Exchange, Fact, FactKind, Step

_CODE = re.compile(r"[\w.:/-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[^\x00-\x20\x7f]{1,100}")


def fact_of(reply: Reply, *, step: Step, attempt: int, at_ms: int, asked_ms: int) -> Fact:
    """What a reply makes known. An answer to a probe says landed, absent, or nothing at all (unclear).

    asked_ms: when it was claimed; what a probe says is no younger, however late its answer is read.
    A reference that cannot be a number is no reference, and taken without its reference is unknown.
    """
    kind: FactKind = reply.verdict if step == "send" or reply.verdict in {"landed", "absent"} else "unclear"
    cause, reference = reply.cause, number_of(reply.reference)
    if reply.reference and not reference and kind in {"taken", "already"}:
        kind, cause = "unknown", "no_reference"
    return Fact(
        kind=kind,
        at_ms=at_ms,
        attempt=attempt,
        # the connection is closed: none of our bytes can follow
        over_ms=at_ms if step == "send" else asked_ms,
        cause=cause,
        code=code_of(reply.code),
        reference=reference,
        retry_after_ms=int((reply.retry_after_s or 0) * 1000),
    )


def unsent(exchange: Exchange, cause: str, at_ms: int) -> Fact:
    """A claim of which surely no byte left: a message was not sent, a question not asked."""
    kind: FactKind = "not_sent" if exchange.step == "send" else "unclear"
    return Fact(kind, at_ms=at_ms, attempt=exchange.attempt, cause=cause)


def lease_expired(*, step: Step, attempt: int, lease_ms: int, at_ms: int) -> Fact:
    """An attempt of which nothing was heard before its lease ran out: it may have sent everything."""
    kind: FactKind = "unknown" if step == "send" else "unclear"
    return Fact(kind, at_ms=at_ms, attempt=attempt, over_ms=lease_ms, cause="lease_expired")


def code_of(code: str | None) -> str:
    """Their code if it looks like one; free text has no place in a fact, it could name a person."""
    return code if code and _CODE.fullmatch(code) else ("other" if code else "")


def number_of(reference: str | None) -> str:
    """A number of theirs: 1 to 100 characters without blanks; else empty."""
    return reference if reference and _NUMBER.fullmatch(reference) else ""
