"""Where every value of a message came from (溯源): path, words, line, table row, release, who activated it.

The values are those that were sent, from the sealed message; their origins are found by taking the steps of the
mapping again under the release of the exchange, whatever is in force by now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gateway.boot import Gateway
from gateway.exchange.papers import Erased
from gateway.exchange.receipt import as_of_exchange
from gateway.model import Exchange
from gateway.releases.compiled import DECLARATION, declaration, declarations
from gateway.releases.meant import NotMeant, compiled
from gateway.replay.given import given
from gateway.replay.made import Made, made, run
from gateway.store import approvals, releases
from gateway.store.approvals import Approval
from gateway.store.connection import Connection
from gateway.store.releases import Activation
from mappings.mapping import Mapping as Mapped


@dataclass(frozen=True, slots=True)
class Part:
    """What one mapping made: the message that was sent, or the answer in our words.

    mapping, digest: where there is none, the description of the answer in platform.yaml, and the release.
    changed: targets that this program would make otherwise today (a word has changed since).
    refused: paths and codes of what the mapping could not carry (an answer that it does not describe).
    """

    mapping: str
    digest: str
    values: tuple[Made, ...]
    changed: frozenset[str] = frozenset()
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Blame:
    """An exchange with all that is still known of its values. sent, answered: None where there is none kept.

    approved: whoever approved this declaration of the platform; of all times, the earliest first.
    """

    exchange: Exchange
    activated: Activation | None
    approved: tuple[Approval, ...] = ()
    erased: bool = False
    sent: Part | None = None
    answered: Part | None = None

    @property
    def has_values(self) -> bool:
        return any(part.values for part in (self.sent, self.answered) if part)


async def blame(gateway: Gateway, exchange_id: str) -> Blame:
    """Raises Refusal: not_found; NotMeant for a release that is not in the store; Unreadable."""
    was = await gateway.exchanges.look_up(exchange_id)
    stored = await gateway.store.read(lambda connection: _stored(connection, was.release))
    if stored is None:
        raise NotMeant(f"{was.release}: 库中没有此发布 / this release is not in the store")
    files = stored.files
    activated = await gateway.store.read(
        lambda connection: releases.activation_of(connection, was.release, was.admitted_ms)
    )
    approved = await gateway.store.read(lambda connection: _approved(connection, files, was.platform))
    try:
        key = await gateway.papers.key_of(was.id)
    except Erased:
        return Blame(was, activated, approved, erased=True)
    mappings = _mappings(stored, was.platform)
    document, message = [await gateway.papers.tree(was.id, name, key) for name in ("document", "message")]
    answer = await gateway.papers.tree(was.id, f"answer/{was.attempt}", key) or {}
    mapping, reply = mappings.get(was.operation), mappings.get(f"{was.operation}.reply")
    sent = None if mapping is None or message is None else _sent(mapping, document, message)
    if reply is not None:
        reply = reply.as_of(await as_of_exchange(gateway.store, was))
    answered = _answer(files, was, reply, answer.get("document"))
    return Blame(was, activated, approved, sent=sent, answered=answered)


@dataclass(frozen=True, slots=True)
class _Stored:
    """A release that is known by its digest, whatever its files hold."""

    digest: str
    files: Mapping[str, str] = field(compare=False, repr=False)


_READ: dict[str, _Stored] = {}  # content-addressed: what was read under a digest is what it is
_MOST_READ = 8


def _stored(connection: Connection, digest: str) -> _Stored | None:
    if digest not in _READ:
        files = releases.files_of(connection, digest)
        if files is None:
            return None
        if len(_READ) >= _MOST_READ:
            _READ.clear()
        _READ[digest] = _Stored(digest, files)
    return _READ[digest]


@lru_cache(maxsize=32)  # an immutable release compiles to the same for ever
def _mappings(stored: _Stored, platform: str) -> Mapping[str, Mapped]:
    return compiled(stored.files, platform).get(platform, {})


def _approved(connection: Connection, files: Mapping[str, str], platform: str) -> tuple[Approval, ...]:
    declared = declarations(declaration(files, platform)).get(platform)
    return tuple(
        each
        for each in approvals.every(connection)
        if (each.platform, each.declaration) == (platform, declared)
    )


def _answer(files: Mapping[str, str], was: Exchange, reply: Mapped | None, document: Any) -> Part | None:
    """By its mapping; where there is none, what the description of the answer gave."""
    if not document:
        return None
    if reply is not None:
        return _answered(reply, document)
    description, values = given(files, was, document)
    return Part(f"{was.platform}/{DECLARATION} {description}", was.release, values) if description else None


def _sent(mapping: Mapped, document: Any, message: Any) -> Part:
    values = made(mapping, document, message)
    again = made(mapping, document, run(mapping, document)[0])
    changed = frozenset(
        target for target, was in values.items() if target not in again or again[target].value != was.value
    )
    return Part(mapping.name, mapping.digest, tuple(values.values()), changed)


def _answered(reply: Mapped, document: Any) -> Part:
    tree, problems = run(reply, document)
    refused = tuple((problem.path, problem.code) for problem in problems)
    values = () if refused else tuple(made(reply, document, tree).values())
    return Part(reply.name, reply.digest, values, refused=refused)
