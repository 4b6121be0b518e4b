"""The log's words for what happens to an exchange. Entries can never be amended, so they say it all at once."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from adapters.message import Reply
from audit.commitments import commit, flatten
from audit.entries import Entry, china_time
from gateway.cases.parcels import Parcel
from gateway.cases.parcels import Told as ToldOfParcel
from gateway.exchange.asked import Prepared
from gateway.model import Decision, Exchange, Fact
from gateway.store.events import Told
from gateway.store.joints import Joint
from gateway.store.vault import DataKey
from gateway.store.visits import Visit

# fifteen digits in a row could be a person's number
NUMBER = re.compile(r"(?!.*[0-9]{15})[A-Za-z0-9._:/()-]{1,64}")


def admitted(exchange: Exchange, prepared: Prepared, key: DataKey) -> Entry:
    """exchange.admitted: who asked for what on whose behalf, under which release, and what was committed to."""
    document = prepared.document
    authorisation = document.get("authorisation") or {}
    facts = _asked(exchange) | {
        "authorisation": _reference(key, authorisation.get("reference")),
        "purpose": _purpose(key, document.get("purpose")),
        "fields": list(prepared.personal),
        "materials": len(prepared.contents) + len(prepared.uploads),
        "instead": _instead(document.get("materials") or ()),
        "received_at": document.get("received_at"),
        "from_unit": document["sender"]["unit"],
        "version_there": prepared.there.get("version"),
        "version_stated": document["item"].get("version"),
        **_window_checks(key, document.get("receiving") or {}),
        "authorisation_kind": _reference(key, authorisation.get("kind")),
        "commitment": commitment(prepared.message.document, key, "message"),
        "state": exchange.state,
        "attempt": exchange.attempt,
    }
    return Entry("exchange.admitted", exchange.admitted_ms, facts)


def told(case_id: str, each: Told, *, finding: str | None, state: str) -> Entry:
    """case.EVENT, or case.ignored for what does not count. state: where the case stands now."""
    facts = {
        "case": case_id,
        "by": each.exchange_id or None,  # the exchange by which it became known
        "event": each.kind,
        "happened_at": china_time(each.at_ms),
        "source": each.source,
        "number": each.number or None,
        "undoes": each.undoes or None,
        "due_on": each.due_on or None,
        "reason": each.reason or None,
        "cause": each.cause or None,
        "finding": finding,
        "state": state,
    }
    return Entry("case.ignored" if each.cause else "case.event", each.seen_ms, facts)


def joint_admitted(joint: Joint, parts: Sequence[Exchange], *, actor: str) -> Entry:
    """joint.admitted: a joint case, and its parts in their order; each of them has its own entry before it."""
    facts: dict[str, Any] = {
        "joint": joint.id,
        "case": parts[0].case_id,
        "caller": joint.caller,
        "actor": actor,
        "parts": len(parts),
        "cases": [each.case_id for each in parts],
        "standing": joint.standing,
    }
    return Entry("joint.admitted", joint.admitted_ms, facts)


def joint_changed(joint: Joint, case_id: str, outcomes: Sequence[str], at_ms: int) -> Entry:
    """joint.changed: what became of a part has changed where the parent stands. outcomes: of all its parts."""
    facts: dict[str, Any] = {
        "joint": joint.id, "case": case_id, "parts": len(outcomes), "outcomes": list(outcomes),
        "standing": joint.standing,
    }  # fmt: skip
    return Entry("joint.changed", at_ms, facts)


def _window_checks(key: DataKey, receiving: Mapping[str, Any]) -> dict[str, Any]:
    """What the receiving window has checked, when and how (收受分离); who did stands in the sealed papers."""
    identity, form = receiving.get("identity_check") or {}, receiving.get("form_check") or {}
    return {
        "identity_checked_at": identity.get("at"),
        "identity_check": _reference(key, identity.get("method")),
        "form_checked_at": form.get("at"),
    }


def parcel(case_id: str, each: Parcel, news: ToldOfParcel, *, actor: str, unit: str) -> Entry:
    """case.parcel: what happened to a parcel, by which unit it was told, and where it is now."""
    facts = {
        "case": case_id,
        "event": news.kind,
        "parcel": each.state,
        "direction": each.direction,
        "carrier": each.carrier,
        "number": each.number,
        "contents": [f"{one.code} {one.form} {one.copies}" for one in news.contents] or None,
        "happened_at": china_time(news.at_ms),
        "source": news.source,
        "unit": unit or None,
        "actor": actor,
        "finding": ", ".join(each.findings) or None,
    }
    return Entry("case.parcel", news.seen_ms, facts)


def handed_out(
    exchange: Exchange, service: Mapping[str, Any], key: DataKey, at_ms: int, *, actor: str
) -> Entry:
    """case.handed_out: the result was given to somebody at a window, against a receipt (送达回证)."""
    check = service["identity_check"]
    facts = {
        "exchange": exchange.id,
        "case": exchange.case_id,
        "to": service["to"],
        "receipt": _reference(key, service["receipt"]),
        "identity_checked_at": check["at"],
        "identity_check": _reference(key, check["method"]),
        "happened_at": service["by"]["at"],
        "actor": actor,
        "commitment": commitment(service, key, f"service/{service['receipt']}"),
    }
    return Entry("case.handed_out", at_ms, facts)


def visit_issued(visit: Visit, at_ms: int, *, actor: str) -> Entry:
    """visit.issued: a person is sent to another place's site."""
    facts = {
        "visit": visit.id, "platform": visit.platform, "case": visit.case_id or None, "caller": visit.caller,
        "expires_at": china_time(visit.expires_ms), "actor": actor,
    }  # fmt: skip
    return Entry("visit.issued", at_ms, facts)


def visit_redeemed(visit: Visit, case_id: str, at_ms: int, *, actor: str, fields: Sequence[str]) -> Entry:
    """visit.redeemed: the site learns who they are, and has the case. fields: names of what it learns."""
    facts: dict[str, Any] = {
        "visit": visit.id, "platform": visit.platform, "case": case_id, "actor": actor, "fields": list(fields),
    }  # fmt: skip
    return Entry("visit.redeemed", at_ms, facts)


def _instead(materials: Sequence[Mapping[str, Any]]) -> list[str] | None:
    """What stands for materials that were not handed in, each kind once: licences, data, pledges, what is owed."""
    return sorted({each["instead"]["kind"] for each in materials if each.get("instead")}) or None


def _purpose(key: DataKey, said: str | None) -> str | None:
    """Only a new case says one."""
    return None if said is None else _keyed(key, "purpose", said.encode()).hex()


def _reference(key: DataKey, text: str | None) -> str | None:
    """A reference number as it stands; free text, which could name a person, only as a keyed digest."""
    if text is None or NUMBER.fullmatch(text):
        return text
    return _keyed(key, "authorisation", text.encode()).hex()


def sending(exchange: Exchange) -> Entry:
    """exchange.sending: a claim; from here on a byte may leave."""
    facts = _of(exchange) | {"attempt": exchange.attempt, "step": exchange.step, "release": exchange.release}
    return Entry("exchange.sending", exchange.changed_ms, facts)


def concluded(
    exchange: Exchange, fact: Fact, decision: Decision, *, late: bool, actor: str, evidence: Mapping[str, str]
) -> Entry:
    """exchange.STATE; exchange.read; exchange.late_reply for what came after its claim was lost."""
    kind = "read" if exchange.kind == "read" else "late_reply" if late else decision.state
    facts: dict[str, Any] = _of(exchange) | {
        "attempt": fact.attempt,
        "fact": fact.kind,
        "cause": decision.cause or fact.cause,
        "fact_cause": fact.cause or None,
        "code": fact.code or None,
        "theirs": decision.reference or fact.reference or None,
        "state": exchange.state,
        "actor": actor or None,
    }
    if exchange.kind == "read":  # its only entry; what is about no case has neither places nor an item
        facts |= {name: fact or None for name, fact in _asked(exchange).items()}
    return Entry(f"exchange.{kind}", fact.at_ms, {**facts, **evidence})


def hastened(exchange: Exchange, *, actor: str) -> Entry:
    """exchange.hastened: a person has the next try made at once; on what ground is sealed apart."""
    facts = _of(exchange) | {
        "state": exchange.state, "attempt": exchange.attempt, "cause": exchange.cause or None, "actor": actor,
    }  # fmt: skip
    return Entry("exchange.hastened", exchange.due_ms, facts)


def numbered(exchange: Exchange, *, at_ms: int) -> Entry:
    """exchange.late_reply that tells nothing new but their number: a call in named it before their answer did."""
    facts = _of(exchange) | {"cause": "told", "theirs": exchange.theirs, "state": exchange.state}
    return Entry("exchange.late_reply", at_ms, facts)


def ticket_closed(exchange: Exchange, kind: str, *, actor: str, at_ms: int) -> Entry:
    """ticket.closed: a person has seen to it."""
    return Entry("ticket.closed", at_ms, _of(exchange) | {"ticket": kind, "actor": actor})


def values_shown(exchange: Exchange, command: str, *, actor: str, at_ms: int) -> Entry:
    """values.shown: a person was shown what an exchange says about people; on what ground is sealed apart."""
    facts = _of(exchange) | {"release": exchange.release, "command": command, "actor": actor}
    return Entry("values.shown", at_ms, facts)


def evidence_of(reply: Reply, key: DataKey, attempt: int) -> dict[str, str]:
    """What proves a reply without showing it: commitments under the exchange's key, which die with it."""
    evidence = {}
    if reply.sent_digest:
        evidence["sent"] = _keyed(key, "sent", reply.sent_digest.encode()).hex()
    if reply.raw:
        evidence["reply"] = _keyed(key, "reply", reply.raw).hex()
    if isinstance(reply.document, Mapping):
        evidence["reply_commitment"] = commitment(reply.document, key, f"reply/{attempt}")
    return evidence


def commitment(document: Mapping[str, Any], key: DataKey, name: str) -> str:
    """The root over all fields, salted under a key of this one document (docs/evidence.md, Commitments)."""
    return commit(flatten(document), commitment_key(key, name)).hex()


def commitment_key(key: DataKey, name: str) -> bytes:
    """The key from which the salts of one document come; it dies with the exchange's."""
    return _keyed(key, "commitment", name.encode())


def _keyed(key: DataKey, purpose: str, content: bytes) -> bytes:
    """BLAKE2b-256 keyed with the data key: a digest that cannot be guessed back once the key is erased."""
    return blake2b(purpose.encode() + b"\0" + content, key=key.plain, digest_size=32).digest()


def _asked(exchange: Exchange) -> dict[str, Any]:
    """Who asked for what, of whom, under which release: it stands in the first entry of an exchange."""
    return _of(exchange) | {
        "caller": exchange.caller,
        "actor": exchange.actor,
        "from": exchange.here,
        "to": exchange.division,
        "unit": exchange.unit,
        "mode": exchange.mode,
        "item_here": exchange.item_here,
        "item_there": exchange.item_there,
        "basic_code": exchange.basic_code,
        "alignment": exchange.alignment,
        "release": exchange.release,
        "ours": exchange.ours,
    }


def _of(exchange: Exchange) -> dict[str, Any]:
    """Which exchange it is about; each entry of a hand-over names the agreement on whose ground it passes."""
    facts = {
        "exchange": exchange.id,
        "case": exchange.case_id or None,
        "platform": exchange.platform,
        "operation": exchange.operation,
    }
    return facts | {"agreement": exchange.agreement} if exchange.agreement else facts
