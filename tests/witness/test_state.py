"""What a witness keeps, on both databases: of two requests that go on from one size, one is cosigned."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from audit import log, tree
from audit.checkpoints import Checkpoint
from audit.cosigned import best_cosigned, cosigned_up_to, keep_cosignature, not_cosigned_since
from audit.entries import Entry
from audit.notes import COSIGNATURE, Signer
from audit.witness import Asked, Declined, write_request
from gateway.store import witnessed
from gateway.store.database import connect, open_engine
from gateway.store.store import Store
from gateway.store.witnessed import WitnessedLog
from gateway.witness.keeping import Keeping
from tests.databases import address, server

__all__ = ["address", "server"]
NOW_MS = 1_795_226_400_000


@pytest_asyncio.fixture
async def store(address: str) -> AsyncIterator[Store]:
    engine = open_engine(
        address, log.append, log.holds, connect=connect, clock_ms=lambda: NOW_MS, heard=lambda _: NOW_MS
    )
    opened = Store(engine)
    opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    return Signer.create(tmp_path / "log.key", "gateway.example/log")


@pytest.fixture
def keeping(store: Store, signer: Signer, tmp_path: Path) -> Keeping:
    witness = Signer.create(tmp_path / "witness.key", "w.example/witness", COSIGNATURE)
    return Keeping(store, witness, [signer.key])


def asked(signer: Signer, old: int, new: int) -> str:
    """A request of a log of which every entry is its own number."""
    leaves = [tree.leaf_hash(b"%d" % number) for number in range(new)]
    spans = tree.consistency_spans(old, new)
    hashes = tuple(tree.root_of(leaves[start:end]) for start, end in spans)
    note = signer.sign(Checkpoint(signer.name, new, tree.root_of(leaves)).text)
    return write_request(Asked(old, hashes, note))


async def test_what_goes_on_is_cosigned_and_kept(store: Store, keeping: Keeping, signer: Signer) -> None:
    before = 0
    for size in (1, 2, 3, 8, 8, 300):
        line = await keeping.cosign(asked(signer, before, size))
        kept = await keeping.newest(signer.name)
        assert kept
        assert kept.endswith(line)
        before = size
    found = await store.read(lambda connection: witnessed.one(connection, signer.name))
    assert found
    assert (found.size, found.refused, found.at_ms) == (300, "", NOW_MS)


async def test_of_many_at_once_only_one_goes_on_from_a_size(keeping: Keeping, signer: Signer) -> None:
    await keeping.cosign(asked(signer, 0, 3))
    sizes = range(4, 24)
    said = await asyncio.gather(
        *(keeping.cosign(asked(signer, 3, each)) for each in sizes), return_exceptions=True
    )
    lines = [each for each in said if isinstance(each, str)]
    declined = {each.reason for each in said if isinstance(each, Declined)}
    assert len(lines) == 1
    assert declined <= {"behind", "shorter"}
    assert len(lines) + sum(isinstance(each, Declined) for each in said) == len(sizes)


async def test_another_process_that_was_faster_is_not_overwritten(
    store: Store, keeping: Keeping, signer: Signer
) -> None:
    await keeping.cosign(asked(signer, 0, 3))
    late = WitnessedLog(signer.name, 2, "note", "", NOW_MS)
    assert not await store.write(lambda tx: witnessed.put(tx.connection, late, 1))
    found = await store.read(lambda connection: witnessed.one(connection, signer.name))
    assert found
    assert found.size == 3


async def test_the_best_cosigned_checkpoint_covers_the_entry(store: Store, signer: Signer) -> None:
    for _ in range(3):
        await store.write(lambda tx: tx.record(Entry("release.activated", NOW_MS, {"release": "r"})))
        await store.write(lambda tx: log.checkpoint(tx.connection, signer, tx.now_ms), alone=True)
    given = ((1, "a", "1a"), (2, "a", "2a"), (2, "b", "2b"), (2, "b", "again"), (3, "a", "3a"))
    for size, name, line in given:
        await store.write(
            lambda tx, size=size, name=name, line=line: keep_cosignature(
                tx.connection, size=size, name=name, line=f"{line}\n", at_ms=tx.now_ms
            )
        )

    def look(connection):
        notes = [best_cosigned(connection, position) or "" for position in range(4)]
        return (
            notes,
            cosigned_up_to(connection, "b"),
            not_cosigned_since(connection, "b"),
            not_cosigned_since(connection, "a"),
        )

    notes, up_to, since, none = await store.read(look)
    assert [note.split("\n\n")[-1].split("\n", 1)[-1] for note in notes] == [
        "2a\n2b\n",
        "2a\n2b\n",
        "3a\n",
        "",
    ]
    assert (up_to, since, none) == (2, NOW_MS, 0)
