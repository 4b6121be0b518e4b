"""Erasing in one transaction: key, salts, sealed bodies, rows of files, and the entry that says so.

The key is the content: once the commit is durable nobody can open what was sealed under it, nor compute its salts.
Files go after it; a crash before that leaves files that nobody can open and no row names, which are swept away.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from audit.connection import take_turn
from audit.entries import Entry
from gateway.materials.folder import MaterialFolder
from gateway.store import erased, events, holds
from gateway.store.connection import Connection
from gateway.store.erased import Content
from gateway.store.holds import Hold
from gateway.store.store import Store, Transaction

ERASURE = int.from_bytes(b"erasure")  # of PostgreSQL's advisory locks: erasing and holding take turns


@dataclass(frozen=True, slots=True)
class Ground:
    """Why, in the words of the log. days: of a period that is over; document, actor: of an order."""

    word: str
    days: int | None = None
    document: str | None = None
    actor: str | None = None


def take_erasure_turn(connection: Connection, case_id: str) -> None:
    """Nobody else holds or erases till the transaction ends, and nobody changes the case."""
    take_turn(connection, ERASURE)
    if case_id:
        events.lock(connection, case_id)


def held_by(connection: Connection, content: Content) -> Hold | None:
    return holds.holding(connection, content.case, content.person)


def erase(tx: Transaction, contents: Sequence[Content], ground: Ground) -> list[str]:
    """Erase, whatever holds: the caller has looked, in its turn. Names of the files that were theirs."""
    files: list[str] = []
    for content in contents:
        removed = erased.erase(tx.connection, content)
        files += removed.files
        facts = {
            "exchange": content.exchange, "case": content.case or None, "operation": content.operation,
            "ground": ground.word, "days": ground.days, "document": ground.document, "actor": ground.actor,
            "bodies": removed.bodies, "files": len(removed.files), "results": removed.results,
        }  # fmt: skip
        tx.record(Entry("content.erased", tx.now_ms, facts))
    return files


async def remove_files(store: Store, folder: MaterialFolder, files: Sequence[str]) -> int:
    """Remove those that no other exchange or upload names; how many."""
    if not files:
        return 0
    unused = await store.read(lambda connection: erased.unused(connection, files))
    for digest in unused:
        await asyncio.to_thread(folder.remove, digest)
    return len(unused)
