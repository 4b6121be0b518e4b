"""What persons say of a suggestion: confirmed, by one or by two, or refused. A confirmation becomes an alignment.

Each decision is one transaction: the suggestion, the declared row and the entry of the log together, or nothing.
"""

from hashlib import sha256

import sqlalchemy as sa

from audit.entries import Entry, china_time
from gateway.items.item import Declared
from gateway.items.likeness.stored import CONFIRMED, OPEN, REFUSED, Kept, Pair, one
from gateway.items.likeness.tables import suggestions
from gateway.items.remembered import changed
from gateway.items.tables import alignments
from gateway.store.store import Transaction

_c = suggestions.c
_KEY = ("here_division", "there_division", "here_code", "there_code")
_SAID = ("decision", "first_by", "first_ms", "second_by", "second_ms", "alignment")
_DECIDE = (
    sa.update(suggestions)
    .where(*(_c[name] == sa.bindparam(name) for name in _KEY))
    .values({name: sa.bindparam(f"{name}_new") for name in _SAID})
)
_ROW = sa.select(alignments.c.id).where(alignments.c.id == sa.bindparam("id"))
_ADD = sa.insert(alignments)


class NotOpen(Exception):
    """There is no such suggestion, or somebody has decided it meanwhile; nothing was changed."""


class SamePerson(Exception):
    """Who confirmed first cannot be the second as well; nothing was changed."""


def confirm(tx: Transaction, pair: Pair, codes: tuple[str, str], *, actor: str, persons: int) -> Kept:
    """persons: 1, or 2 if a second and different one has to confirm before anything is aligned.

    codes: here, there. Raises NotOpen, SamePerson.
    """
    kept = _open(tx, pair, codes)
    if kept.first_by == actor:
        raise SamePerson
    said = _signed(kept, actor, tx.now_ms)
    if persons > 1 and not kept.first_by:
        return _store(tx, said, "suggestion.first_confirmed", actor)
    said = said._replace(decision=CONFIRMED, alignment=_id(kept))
    _declare(tx, said)
    return _store(tx, said, "alignment.confirmed", actor)


def refuse(tx: Transaction, pair: Pair, codes: tuple[str, str], *, actor: str) -> Kept:
    """One person is enough to refuse, also after a first has confirmed. Raises NotOpen."""
    said = _signed(_open(tx, pair, codes), actor, tx.now_ms)._replace(decision=REFUSED)
    return _store(tx, said, "suggestion.refused", actor)


def _signed(kept: Kept, actor: str, now_ms: int) -> Kept:
    """With the actor as its first person, or as its second."""
    if kept.first_by:
        return kept._replace(second_by=actor, second_ms=now_ms)
    return kept._replace(first_by=actor, first_ms=now_ms)


def _open(tx: Transaction, pair: Pair, codes: tuple[str, str]) -> Kept:
    kept = one(tx.connection, pair, *codes)
    if kept is None or kept.decision != OPEN:
        raise NotOpen
    return kept


def _declare(tx: Transaction, said: Kept) -> None:
    """The declared row, in force from today; and everybody forgets what they remember of the catalogue."""
    if tx.connection.row(_ROW, {"id": said.alignment}) is not None:
        raise NotOpen
    day = china_time(tx.now_ms)[:10]
    persons = [*filter(None, (said.first_by, said.second_by))]
    source = f"confirmed by {' and '.join(persons)} on {day}, suggestion of {said.permille / 10:.1f} %"
    pair = {name: getattr(said, name) for name in _KEY}
    row = Declared(said.alignment, **pair, valid_from=day, source=source, confirmed_by=", ".join(persons))
    tx.connection.run(_ADD, row._asdict())
    changed(tx.connection)


def _store(tx: Transaction, said: Kept, kind: str, actor: str) -> Kept:
    key = {name: getattr(said, name) for name in _KEY}
    tx.connection.run(_DECIDE, key | {f"{name}_new": getattr(said, name) for name in _SAID})
    facts = key | {"permille": said.permille, "actor": actor, "alignment": said.alignment or None}
    tx.record(Entry(kind, tx.now_ms, facts))
    return said


def _id(kept: Kept) -> str:
    """The same for the same two items: a suggestion cannot become two rows."""
    key = "\n".join(getattr(kept, name) for name in _KEY)
    return f"suggested-{sha256(key.encode()).hexdigest()[:16]}"
