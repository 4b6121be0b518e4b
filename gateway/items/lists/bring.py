"""A file into the catalogue without asking anybody: what a start of the gateway does with the lists it names."""

from hashlib import sha256
from pathlib import Path

from audit.entries import Entry, Fact
from gateway.items.lists.apply import Word, apply
from gateway.items.lists.catalogue import Imported, import_alignments
from gateway.items.lists.formats import lines, recognised
from gateway.items.lists.preview import Preview, Scope, preview
from gateway.items.lists.problems import Overtaken
from gateway.items.lists.profile import named
from gateway.items.lists.rows import ItemReader
from gateway.items.remembered import changed
from gateway.store.store import Store, Transaction

TRIES = 20  # processes that start together import one after another


def file_sha256(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


async def bring_items(store: Store, path: Path, *, actor: str) -> Preview:
    """Our own columns; bad rows are left out. What is unchanged stays as it is, and leaves no entry.

    Raises UnreadableFile, and Overtaken when others keep changing items.
    """
    word, listed = Word(file_sha256(path), actor), recognised(path)
    for left in reversed(range(TRIES)):
        reader = ItemReader(named("own"))
        found = await preview(store, ((line, reader.read(line)) for line in lines(listed)), Scope())
        try:
            await apply(store, found, word)
        except Overtaken:
            if not left:
                raise
        else:
            break
        finally:
            found.spool.close()
    return found


def bring_alignments(tx: Transaction, rows: list[dict[str, str]], word: Word) -> Imported:
    """Rows of alignments.csv, in one transaction with their entry; nothing new leaves none."""
    changed(tx.connection)  # whoever else imports waits here
    done = import_alignments(tx.connection, rows)
    if done.added or done.changed:
        facts: dict[str, Fact] = {"list": f"sha256:{word.file_sha256}", "actor": word.actor, "added": done.added,
                 "changed": done.changed, "unchanged": done.unchanged, "refused": len(done.faults)}  # fmt: skip
        tx.record(Entry("alignments.imported", tx.now_ms, facts))
    return done
