"""The stages of an exchange (环节): admitted → checked → aligned → mapped → sent → answered → mapped back.

Told by the exchange's own entries, which carry no personal value; what its mappings made is added where whoever
looks may see traces of it. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from audit.order import ENDS
from audit.records import Record
from gateway.model import Exchange
from gateway.replay.blame import Blame, Part

Name = Literal["admitted", "checked", "aligned", "mapped", "sent", "answered", "mapped_back"]
Outcome = Literal["done", "failed", "open", "none"]
TEXTS: Mapping[Name, tuple[str, str]] = {
    "admitted": ("受托", "Admitted"),
    "checked": ("校验", "Checked"),
    "aligned": ("对码", "Aligned"),
    "mapped": ("映射", "Mapped"),
    "sent": ("发送", "Sent"),
    "answered": ("回执", "Answered"),
    "mapped_back": ("回译", "Mapped back"),
}
_FIRST = frozenset({"exchange.admitted", "exchange.read", "exchange.inward"})
_CONCLUDED = ENDS | {"exchange.deferred", "exchange.held", "exchange.read", "exchange.late_reply"}
_TAKEN = frozenset({"taken", "already", "landed", "settled_taken"})
_NO_ANSWER = frozenset({"unknown", "not_sent", "withdraw_asked", "absent", "unclear"})


class Stage(NamedTuple):
    """at_ms: 0 where it has no time of its own, or has not come. told: (word, what), without personal values."""

    name: Name
    outcome: Outcome
    at_ms: int
    told: tuple[tuple[str, str], ...] = ()


def stages(was: Exchange, records: Sequence[Record], blame: Blame | None = None) -> list[Stage]:
    """All seven, in their order. records: of the exchange, as they stand in the log."""
    first = next((each for each in records if each.kind in _FIRST), None)
    facts: Mapping[str, object] = first.facts if first else {}
    return [
        Stage("admitted", "done", was.admitted_ms, _only(caller=was.caller, ours=was.ours, by=was.actor)),
        Stage("checked", "done", was.admitted_ms, _checked(facts)),
        _aligned(was, facts),
        _mapped(was, blame),
        _sent(was, records),
        _answered(was, records),
        _mapped_back(was, blame),
    ]


def _only(**told: object) -> tuple[tuple[str, str], ...]:
    return tuple((word, str(what)) for word, what in told.items() if what not in ("", None))


def _checked(facts: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    fields, materials = facts.get("fields"), facts.get("materials")
    count = len(fields) if isinstance(fields, list) else None
    return _only(personal_fields=count, materials=materials, authorisation=facts.get("authorisation_kind"))


def _aligned(was: Exchange, facts: Mapping[str, object]) -> Stage:
    if not was.item_there:
        return Stage("aligned", "none", 0)
    told = _only(
        item_here=was.item_here, item_there=was.item_there, alignment=was.alignment,
        version=facts.get("version_there"), agreement=was.agreement,
    )  # fmt: skip
    return Stage("aligned", "done", was.admitted_ms, told)


def _mapped(was: Exchange, blame: Blame | None) -> Stage:
    if was.kind == "inward":
        return Stage("mapped", "none", 0)
    return Stage("mapped", "done", was.admitted_ms, _part(blame.sent if blame else None, was))


def _part(part: Part | None, was: Exchange) -> tuple[tuple[str, str], ...]:
    if part is None:
        return _only(release=_short(was.release))
    return _only(mapping=part.mapping, values=len(part.values), release=_short(was.release))


def _short(release: str) -> str:
    return release.rpartition(":")[2][:12]


def _sent(was: Exchange, records: Sequence[Record]) -> Stage:
    claims = [each for each in records if _claims(each)]
    if was.kind == "inward":
        return Stage("sent", "none", 0)
    if not claims and was.kind == "write":
        return Stage("sent", "none" if was.ended else "open", 0)
    at_ms = claims[-1].at_ms if claims else was.admitted_ms
    last = next((each for each in reversed(records) if each.kind in _CONCLUDED), None)
    unsent = last is not None and last.text("fact") == "not_sent"
    return Stage("sent", "failed" if unsent else "done", at_ms, _only(attempts=was.attempt))


def _claims(record: Record) -> bool:
    """Whether a byte may leave from here on: an admission may be the first claim at once."""
    return record.kind == "exchange.sending" or (
        record.kind == "exchange.admitted" and record.text("state") == "sending"
    )


def _answered(was: Exchange, records: Sequence[Record]) -> Stage:
    answers = [each for each in records if each.kind in _CONCLUDED]
    if not answers:
        return Stage("answered", "open" if not was.ended else "none", 0)
    last = answers[-1]
    fact = last.text("fact") or ""
    begun = [each.at_ms for each in records if _claims(each) and each.at_ms <= last.at_ms]
    took_ms = last.at_ms - (begun[-1] if begun else was.admitted_ms)
    told = _only(
        verdict=fact, theirs=last.text("theirs"), code=last.text("code"), cause=last.text("cause"),
        took=f"{took_ms} ms" if fact not in _NO_ANSWER else None,
    )  # fmt: skip
    outcome: Outcome = "done" if fact in _TAKEN else "open" if not was.ended else "failed"
    return Stage("answered", outcome, last.at_ms, told)


def _mapped_back(was: Exchange, blame: Blame | None) -> Stage:
    part = blame.answered if blame else None
    if part is None:
        told = _only(state=was.state) if was.ended else ()
        return Stage("mapped_back", "done" if was.ended else "open", was.ended_ms, told)
    told = _only(mapping=part.mapping, values=len(part.values), refused=len(part.refused) or None)
    return Stage("mapped_back", "failed" if part.refused else "done", was.changed_ms, told)


def waits(found: Sequence[Stage]) -> Iterator[tuple[Name, int]]:
    """How long after the stage before it each one came that has a time of its own, in milliseconds."""
    before = 0
    for each in found:
        if each.at_ms:
            if before and each.at_ms > before:
                yield each.name, each.at_ms - before
            before = each.at_ms
