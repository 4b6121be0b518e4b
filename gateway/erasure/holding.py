"""Placing and lifting holds (保全), each with its entry, in the same commit."""

from audit.connection import take_turn
from audit.entries import Entry
from gateway.erasure.erasing import ERASURE
from gateway.store import cases, holds
from gateway.store.holds import CASE, Hold
from gateway.store.store import Store, Transaction


class NoCase(LookupError):
    """There is no case of that id."""


async def place(store: Store, hold: Hold) -> bool:
    """Nothing of it is erased once this returns. False if the same document holds it already. Raises NoCase."""

    def work(tx: Transaction) -> bool:
        take_turn(tx.connection, ERASURE)  # what is being erased at this moment is gone before, or stays
        if hold.kind == CASE and cases.by_id(tx.connection, hold.subject) is None:
            raise NoCase
        placed = holds.place(tx.connection, hold._replace(at_ms=tx.now_ms))
        if placed:
            _record(tx, "hold.placed", hold)
        return placed

    return await store.write(work, alone=True)


async def lift(store: Store, hold: Hold) -> bool:
    """False if that document does not hold it."""

    def work(tx: Transaction) -> bool:
        take_turn(tx.connection, ERASURE)
        lifted = holds.lift(tx.connection, hold.subject, hold.document)
        if lifted:
            _record(tx, "hold.lifted", hold)
        return lifted

    return await store.write(work, alone=True)


def _record(tx: Transaction, kind: str, hold: Hold) -> None:
    """A person stands there as the keyed digest by which their cases are found."""
    facts = {hold.kind: hold.subject, "ground": hold.ground, "document": hold.document, "actor": hold.actor}
    tx.record(Entry(kind, tx.now_ms, facts))
