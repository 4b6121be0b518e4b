"""From an answer to its verdict, by what the platform declares; pure.

Exactly one description must fit. None means that nobody described this answer, several that the
descriptions contradict each other: both are unknown, never success.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from adapters.declared import Operation, Predicate, Probe, Records
from adapters.message import Reply, Tree, Verdict
from adapters.patterns import Finder, as_identifier, as_text, finder, text_matcher, value_matcher

Reading = Literal["read", "empty", "garbled"]
_DESCRIBED: tuple[Verdict, ...] = ("taken", "already", "refused", "later", "barred")
SETTLED = "settled"  # the cause of a refusal that is about the number, whatever attempt brought it
_FROM_UNREADABLE = frozenset({"later", "barred"})  # a proxy's HTML page says nothing about the business


@dataclass(frozen=True, slots=True)
class Seen:
    """What came back: status, the decoded answer, how reading it went, and what Retry-After says."""

    status: int
    tree: Tree = None
    reading: Reading = "read"
    retry_after: str | None = None
    now_ms: int = 0
    raw: bytes | None = None


class Description:
    """One predicate, compiled once."""

    __slots__ = (
        "_checks",
        "_code",
        "_reason",
        "_records",
        "_reference",
        "_retry_after",
        "_status",
        "verdict",
    )

    def __init__(self, verdict: Verdict, predicate: Predicate) -> None:
        self.verdict = verdict
        self._status = text_matcher(predicate.status)
        self._checks = [(finder(path), value_matcher(each)) for path, each in predicate.body.items()]
        self._records = _records(predicate.records) if predicate.records else None
        self._reference = _finder(predicate.reference)
        self._code = _finder(predicate.code)
        self._reason = _finder(predicate.reason)
        self._retry_after = _finder(predicate.retry_after)

    def fits(self, status: str, tree: Tree) -> bool:
        if not self._status(status):
            return False
        if not all(matches(find(tree)) for find, matches in self._checks):
            return False
        return self._records is None or self._records(tree)

    @property
    def by_status_alone(self) -> bool:
        return not self._checks and self._records is None

    def reply(self, seen: Seen) -> Reply:
        """The verdict with what the answer carries; an expected reference that is missing: unknown."""
        reference = as_identifier(self._reference(seen.tree)) if self._reference else None
        if self._reference and reference is None and self.verdict in ("taken", "already"):
            return _unknown(seen, "no_reference")
        return Reply(
            self.verdict,
            reference=reference,
            code=as_text(self._code(seen.tree)) if self._code else None,
            reason=as_text(self._reason(seen.tree)) if self._reason else None,
            retry_after_s=self._wait_s(seen) if self.verdict in ("later", "barred") else None,
            cause="described",
            status=seen.status,
            document=seen.tree,
            raw=seen.raw,
        )

    def _wait_s(self, seen: Seen) -> float | None:
        said = as_text(self._retry_after(seen.tree)) if self._retry_after else None
        return retry_after_s(said if said is not None else seen.retry_after, seen.now_ms)


class Answers:
    """All descriptions of one operation."""

    def __init__(self, operation: Operation) -> None:
        declared = [(verdict, getattr(operation, verdict)) for verdict in _DESCRIBED]
        self._all = [Description(verdict, each) for verdict, each in declared if each]
        settled = operation.repeatable.settled if operation.repeatable else None
        self._settled = Description("refused", settled) if settled else None

    def judge(self, seen: Seen) -> Reply:
        reply = _the_one(self._all, seen) or _undescribed(seen)
        if reply.verdict == "refused" and self._settled and self._settled.fits(str(seen.status), seen.tree):
            return replace(reply, cause=SETTLED)
        return reply


class ProbeAnswers:
    """What a probe's answer says about the operation that it asks after.

    `later` and `barred` of the asking operation keep their meaning, everything else undecided is unknown.
    """

    def __init__(self, probe: Probe, asked: Operation) -> None:
        settling: list[tuple[Verdict, Predicate | None]] = [
            ("landed", probe.landed),
            ("absent", probe.absent),
        ]
        putting_off: list[tuple[Verdict, Predicate | None]] = [
            ("later", asked.later),
            ("barred", asked.barred),
        ]
        self._settling = [Description(verdict, each) for verdict, each in settling if each]
        self._putting_off = [Description(verdict, each) for verdict, each in putting_off if each]

    def judge(self, seen: Seen) -> Reply:
        return _the_one(self._settling, seen) or _the_one(self._putting_off, seen) or _undescribed(seen)


def _the_one(descriptions: list[Description], seen: Seen) -> Reply | None:
    status = str(seen.status)
    fitting = [each for each in descriptions if each.fits(status, seen.tree)]
    if seen.reading == "garbled":
        fitting = [each for each in fitting if each.verdict in _FROM_UNREADABLE and each.by_status_alone]
    if not fitting:
        return None
    return fitting[0].reply(seen) if len(fitting) == 1 else _unknown(seen, "ambiguous_answer")


def _undescribed(seen: Seen) -> Reply:
    if seen.status in (502, 504):
        return _unknown(seen, "bad_gateway")
    if 300 <= seen.status < 400:
        return _unknown(seen, "redirected")
    return _unknown(seen, "garbled" if seen.reading == "garbled" else "undescribed")


def _unknown(seen: Seen, cause: str) -> Reply:
    return Reply("unknown", cause=cause, status=seen.status, document=seen.tree, raw=seen.raw)


def _finder(path: str | None) -> Finder | None:
    return finder(path) if path else None


def _records(declared: Records) -> Callable[[Tree], bool]:
    find = finder(declared.at)
    every = [(finder(path), value_matcher(each)) for path, each in (declared.all or {}).items()]
    some = [(finder(path), value_matcher(each)) for path, each in (declared.any or {}).items()]

    def fits(record: Any, checks: list[tuple[Finder, Callable[[Any], bool]]]) -> bool:
        return all(matches(look(record)) for look, matches in checks)

    def matches_records(tree: Tree) -> bool:
        found = find(tree)
        records = found if isinstance(found, list) else [found] if found is not None else []
        if not records or not all(fits(each, every) for each in records):
            return False
        return not some or any(fits(each, some) for each in records)

    return matches_records


def retry_after_s(text: str | None, now_ms: int) -> float | None:
    """Seconds to wait by a Retry-After value (RFC 9110 §10.2.3: seconds or a date); None when unreadable."""
    if text is None:
        return None
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_ms / 1000)
    except (ValueError, TypeError, OverflowError):
        return None
