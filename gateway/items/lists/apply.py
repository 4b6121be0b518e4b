"""Applying what was shown: in short transactions, each with its entry, so that a crash loses nothing.

What was applied before a crash stays and is whole; the same file, imported again, brings the rest.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic

import orjson
import sqlalchemy as sa

from audit.entries import Entry
from gateway.items.lists.compare import CODE, DIVISION, SUPERSEDED_BY, has_ended
from gateway.items.lists.preview import SCOPE, Preview
from gateway.items.lists.problems import Overtaken
from gateway.items.lists.spool import Part
from gateway.items.lists.stored import Stored, add, put
from gateway.items.remembered import changed
from gateway.store import cases
from gateway.store.store import Store, Transaction

INSIST_S = 60.0  # for how long a part is tried again that another process holds up
REST = 0.25  # of the time that a transaction took: others may write meanwhile
MOST_REST_S = 0.05
CACHE_KIB, WAL_PAGES = 48 * 1024, 16_000  # every row touches three indexes, at places far apart
USUAL = 2000, 4000


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word: the digest of the file, who imports it."""

    file_sha256: str
    actor: str


async def apply(
    store: Store, found: Preview, word: Word, done: Callable[[int, int], object] = lambda *_: None
) -> None:
    """Bring in all that was shown; told (parts done, of how many). Nothing to change leaves no entry.

    Raises Overtaken when somebody else changed items since they were compared.
    """
    parts = found.spool.parts
    if not parts:
        return
    is_file = await store.write(_room(CACHE_KIB, WAL_PAGES))
    try:
        await _bring(store, found, word, done, rests=is_file)
    finally:
        await store.write(_room(*USUAL))


async def _bring(
    store: Store, found: Preview, word: Word, done: Callable[[int, int], object], *, rests: bool
) -> None:
    """rests: others get a turn between two parts, since only one at a time writes a file."""
    parts, free_at = found.spool.parts, 0.0
    for number, part in enumerate(found.spool, 1):
        work = _work(found, word, _linked(found, part), number, parts)
        await asyncio.sleep(free_at - monotonic())
        begun = monotonic()
        await store.write(work, insist_s=INSIST_S)
        if rests:
            free_at = monotonic() + min(REST * (monotonic() - begun), MOST_REST_S)
        done(number, parts)


def _room(cache_kib: int, wal_pages: int) -> Callable[[Transaction], bool]:
    """Of a file: how much of its indexes is kept in memory, and how often its log is folded in. Is it one?"""

    def work(tx: Transaction) -> bool:
        is_file = tx.connection.dialect == "sqlite"
        if is_file:
            tx.connection.run(sa.text(f"PRAGMA cache_size = -{cache_kib}"))
            tx.connection.run(sa.text(f"PRAGMA wal_autocheckpoint = {wal_pages}"))
        return is_file

    return work


def _work(found: Preview, word: Word, part: Part, number: int, parts: int) -> Callable[[Transaction], None]:
    replacing = [*part.changed, *part.ended]
    rows = [*part.added, *replacing]
    facts = {
        "list": f"sha256:{word.file_sha256}",
        "source": found.scope.source or None,
        "actor": word.actor,
        "part": number,
        "parts": parts,
        "divisions": sorted({row[DIVISION] for row in rows}),
        "added": len(part.added),
        "changed": len(part.changed),
        "ended": len(part.ended),
        "rows": f"sha256:{sha256(orjson.dumps(rows)).hexdigest()}",
    }

    def work(tx: Transaction) -> None:
        # whoever else imports waits here; what was compared must still be so
        if cases.take_numbers(tx.connection, SCOPE, 1) != found.found_at + number - 1:
            raise Overtaken()
        changed(tx.connection)
        add(tx.connection, part.added)
        put(tx.connection, replacing)
        tx.record(Entry("catalogue.changed", tx.now_ms, facts))
        if number == parts:
            tx.record(Entry("catalogue.imported", tx.now_ms, _whole(found, word)))

    return work


def _whole(found: Preview, word: Word) -> dict[str, str | int | None]:
    return {
        "list": f"sha256:{word.file_sha256}",
        "source": found.scope.source or None,
        "complete": found.scope.complete or None,
        "actor": word.actor,
        **found.counts,
        "refused": found.refused,
    }


def _linked(found: Preview, part: Part) -> Part:
    """Items that end by the file itself get the link to what came in their place."""
    if not found.links:
        return part
    return Part(part.added, list(_with_links(found, part.changed)), part.ended)


def _with_links(found: Preview, rows: Sequence[Stored]) -> Iterator[Stored]:
    for row in rows:
        link = found.links.get((row[DIVISION], row[CODE]), "")
        if link and has_ended(row, found.scope.day) and not row[SUPERSEDED_BY]:
            row = (*row[:SUPERSEDED_BY], link, *row[SUPERSEDED_BY + 1 :])
        yield row
