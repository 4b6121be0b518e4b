"""Changing the release in force (换版): what one transaction reads, decides and writes, with its entry.

A release that is scheduled comes in force by the first process that sees its moment passed, in a transaction like
any other activation; from there on every process learns of it as of any other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from audit.entries import Entry, Fact, china_time
from gateway.releases.approval import Declarations, Withheld, approvers, still_owed, withheld
from gateway.releases.compiled import declarations
from gateway.store import approvals, releases, scheduled
from gateway.store.approvals import FollowUp
from gateway.store.connection import Connection
from gateway.store.scheduled import Scheduled
from gateway.store.transaction import Transaction
from mappings.problems import Unreadable

GATEWAY = "tongban"  # cancels what may not come in force any more


class Overtaken(Exception):
    """Another process has changed the release in force meanwhile; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Mandate:
    """On whose word something comes in force, and why (free text, kept out of the log).

    production: platforms need an approval by a second person.
    due_ms: it is an emergency: what lacks its approval comes in force all the same, which is owed before then.
    """

    actor: str
    why: str
    production: bool = False
    due_ms: int = 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """A release that is to come in force."""

    digest: str
    files: Mapping[str, str] = field(repr=False)
    declared: Declarations


def wanted(digest: str, files: Mapping[str, str]) -> Wanted:
    return Wanted(digest, files, declarations(files))


def activate(tx: Transaction, release: Wanted, mandate: Mandate, *, first: bool = False) -> bool:
    """Put a release in force; False if it is already, or if it is to be the `first` and is not.

    Raises Unreadable with a finding for each platform that lacks its approval, Overtaken; nothing is changed then.
    """
    come_due(tx, production=mandate.production)
    place, before = releases.in_force(tx.connection)
    if before == release.digest or (first and before is not None):
        return False
    lacking = _lacking(tx.connection, release, mandate)
    releases.put(tx.connection, release.digest, release.files, tx.now_ms)
    facts: dict[str, Fact] = {
        "approved_by": _approved_by(tx.connection, release.declared) or None,
        "emergency": bool(lacking) or None,
        "unapproved": [each.platform for each in lacking] or None,
        "follow_up": china_time(mandate.due_ms) if lacking else None,
    }
    _put_in_force(tx, release, mandate, place=place, facts={"before": before, **facts})
    for each in lacking:
        owed = FollowUp(place + 1, each.platform, each.declaration, mandate.actor, mandate.due_ms, tx.now_ms)
        approvals.owe(tx.connection, owed)
    return True


def come_due(tx: Transaction, *, production: bool) -> list[Withheld]:
    """Activate what is scheduled for a moment that has passed, one after the other.

    The platforms that kept one from it, by the rules of now: it was scheduled before the installation was
    `production`, or over another release than is in force. Several that try do it once. Raises Overtaken; then
    nothing is changed, and it is still due.
    """
    due = [each for each in scheduled.still_to_come(tx.connection) if each.from_ms <= tx.now_ms]
    return [each for row in due for each in _come_due(tx, row, production=production)]


def _come_due(tx: Transaction, row: Scheduled, *, production: bool) -> list[Withheld]:
    release = wanted(row.digest, releases.files_of(tx.connection, row.digest) or {})
    lacking = _withheld(tx.connection, release, row.actor) if production else []
    by, why = (GATEWAY, "\n".join(str(each.finding) for each in lacking)) if lacking else ("", "")
    if not scheduled.end(tx.connection, row.place, tx.now_ms, by=by, why=why):
        return []
    if lacking:
        facts = _facts(row) | {"actor": GATEWAY, "unapproved": [each.platform for each in lacking]}
        tx.record(Entry("release.cancelled", tx.now_ms, facts))
        return lacking
    place, before = releases.in_force(tx.connection)
    moment: dict[str, Fact] = {"scheduled": row.place, "valid_from": china_time(row.from_ms)}
    _put_in_force(tx, release, Mandate(row.actor, row.why), place=place, facts={"before": before, **moment})
    return []


def schedule(tx: Transaction, release: Wanted, mandate: Mandate, *, from_ms: int) -> bool:
    """Have a release come in force at a later moment; False if that was scheduled before.

    Raises Unreadable for platforms without approval, Taken, Past, Overtaken; nothing is changed then.
    """
    if from_ms <= tx.now_ms:
        raise Past
    at_that_moment = [each for each in scheduled.still_to_come(tx.connection) if each.from_ms == from_ms]
    if at_that_moment:
        if at_that_moment[0].digest == release.digest:
            return False
        raise Taken
    _lacking(tx.connection, release, mandate)
    releases.put(tx.connection, release.digest, release.files, tx.now_ms)
    place = scheduled.last_place(tx.connection) + 1
    row = Scheduled(place, release.digest, from_ms, mandate.actor, mandate.why, tx.now_ms)
    if not scheduled.add(tx.connection, row):
        raise Overtaken
    facts: dict[str, Fact] = _facts(row) | {
        "approved_by": _approved_by(tx.connection, release.declared) or None,
        "platforms": sorted(release.declared),
    }
    tx.record(Entry("release.scheduled", tx.now_ms, facts))
    return True


def cancel(tx: Transaction, from_ms: int, *, actor: str, why: str) -> Scheduled:
    """Take back what was scheduled for a moment that has not come. Raises Past, NotScheduled."""
    if from_ms <= tx.now_ms:
        raise Past
    found = [each for each in scheduled.still_to_come(tx.connection) if each.from_ms == from_ms]
    if not found or not scheduled.end(tx.connection, found[0].place, tx.now_ms, by=actor, why=why):
        raise NotScheduled
    tx.record(Entry("release.cancelled", tx.now_ms, _facts(found[0]) | {"actor": actor}))
    return found[0]


def owed(connection: Connection) -> list[FollowUp]:
    """Follow-ups that wait for an approval, the nearest day first."""
    ever = approvals.follow_ups_ever(connection)
    if not ever:
        return []
    return still_owed(ever, approvals.every(connection), declarations_in_force(connection))


def declarations_in_force(connection: Connection) -> Declarations:
    digest = releases.active(connection)
    return declarations((releases.files_of(connection, digest) if digest else None) or {})


class Past(Exception):
    """The moment has come already."""


class Taken(Exception):
    """Another release is scheduled for that moment."""


class NotScheduled(Exception):
    """Nothing is scheduled for that moment."""


def _lacking(connection: Connection, release: Wanted, mandate: Mandate) -> list[Withheld]:
    """What an emergency puts in force without approval. Raises Unreadable where there is none."""
    if not mandate.production:
        return []
    lacking = _withheld(connection, release, mandate.actor)
    if lacking and not mandate.due_ms:
        raise Unreadable([each.finding for each in lacking])
    return lacking


def _withheld(connection: Connection, release: Wanted, actor: str) -> list[Withheld]:
    before = declarations_in_force(connection)
    return list(withheld(release.declared, approvals.every(connection), before=before, actor=actor))


def _put_in_force(
    tx: Transaction, release: Wanted, mandate: Mandate, *, place: int, facts: Mapping[str, Fact]
) -> None:
    if not releases.activate(
        tx.connection, release.digest, place=place + 1, actor=mandate.actor, why=mandate.why, at_ms=tx.now_ms
    ):
        raise Overtaken
    said: dict[str, Fact] = {
        "release": release.digest,
        "actor": mandate.actor,
        "platforms": sorted(release.declared),
    }
    tx.record(Entry("release.activated", tx.now_ms, {**said, **facts}))


def _approved_by(connection: Connection, declared: Declarations) -> list[str]:
    """`platform:account` for every approval of what is declared."""
    known = approvals.every(connection)
    return [
        f"{platform}:{who}"
        for platform, declaration in sorted(declared.items())
        for who in sorted(approvers(known, platform, declaration))
    ]


def _facts(row: Scheduled) -> dict[str, Fact]:
    return {
        "scheduled": row.place, "release": row.digest, "valid_from": china_time(row.from_ms), "actor": row.actor,
    }  # fmt: skip
