"""Two gateways cosign each other's checkpoints; a fork and a shorter log are refused by name, and nothing waits."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from audit import tree
from audit.checkpoints import Checkpoint, parse_checkpoint
from audit.cosignatures import cosigned
from audit.witness import Asked, write_request
from tests.waiting import LONGEST_S
from tests.witness.stage import Peer, two

Two = tuple[Peer, Peer]


@pytest_asyncio.fixture
async def peers(tmp_path) -> AsyncIterator[Two]:
    async with two(tmp_path) as both:
        yield both


async def test_each_cosigns_what_the_other_has_signed(peers: Two) -> None:
    for one, other in (peers, peers[::-1]):
        size = parse_checkpoint(await one.grow(3)).size
        assert await one.ask(other.name)
        await one.running.sign(now=True)
        note = one.running.checkpoint
        assert parse_checkpoint(note).size == size  # a cosignature makes no entry
        assert list(cosigned(note, [other.witness.key])) == [f"{other.origin}/witness"]
        assert (one.folder / "state" / "checkpoint").read_text("utf-8") == note
        assert (await one.get("/log/checkpoint"))[1].decode() == note
        status, kept = await other.get(f"/log/witnessed?origin={one.origin}")
        assert (status, parse_checkpoint(kept.decode())) == (200, parse_checkpoint(note))
        assert not await one.ask(other.name)  # there is nothing new


async def test_it_goes_on_from_what_was_cosigned_last_also_after_a_restart(peers: Two) -> None:
    one, other = peers
    for count in (1, 2, 300):
        await one.grow(count)
        assert await one.ask(other.name)
        await other.stop()
        await other.start()
    await one.running.sign(now=True)
    assert cosigned(one.running.checkpoint, [other.witness.key])
    assert await other.kinds("witness.refused") == []


async def test_it_happens_by_itself(tmp_path) -> None:
    async with two(tmp_path, every_s=0.1) as (one, other):
        await one.grow()
        async with asyncio.timeout(LONGEST_S):
            while not cosigned(one.running.checkpoint, [other.witness.key]):  # noqa: ASYNC110 - it comes by itself
                await asyncio.sleep(0.05)


def forked(one: Peer, size: int) -> tuple[str, bytes]:
    """A checkpoint of another log under the same key: who has the key can sign whatever he likes."""
    leaves = [tree.leaf_hash(b"another %d" % each) for each in range(size)]
    root = tree.root_of(leaves)
    return one.signer.sign(Checkpoint(one.origin, size, root).text), root


async def test_a_fork_is_refused_by_name_and_is_evidence(peers: Two) -> None:
    one, other = peers
    size = parse_checkpoint(await one.grow(3)).size
    await one.ask(other.name)
    note, _ = forked(one, size)
    status, _, text = await other.post(write_request(Asked(size, (), note)))
    assert (status, text.partition(":")[0]) == (409, "other_root")
    longer, _ = forked(one, size + 2)
    status, _, text = await other.post(write_request(Asked(size, (bytes(32), bytes(32)), longer)))
    assert (status, text.partition(":")[0]) == (422, "inconsistent")
    [kept] = await other.kinds("witness.refused")  # once, however often it is tried
    assert (kept["origin"], kept["reason"], kept["size"], kept["held"]) == (
        one.origin,
        "other_root",
        size,
        size,
    )
    assert parse_checkpoint(kept["note"]).root != parse_checkpoint(kept["held_note"]).root
    assert kept["note"] == note
    await one.grow()
    assert await one.ask(other.name)  # the honest log goes on all the same
    assert await one.kinds("cosignature.refused") == []


async def test_a_shorter_log_is_refused_with_the_size_that_was_cosigned(peers: Two) -> None:
    one, other = peers
    size = parse_checkpoint(await one.grow(5)).size
    await one.ask(other.name)
    note, _ = forked(one, size - 2)
    assert await other.post(write_request(Asked(0, (), note))) == (409, "text/x.tlog.size", f"{size}\n")
    [kept] = await other.kinds("witness.refused")
    assert (kept["reason"], kept["size"], kept["held"]) == ("shorter", size - 2, size)


async def test_who_is_elsewhere_is_told_where_the_witness_is(peers: Two) -> None:
    one, other = peers
    size = parse_checkpoint(await one.grow(5)).size
    await one.ask(other.name)
    note = await one.grow()
    assert await other.post(write_request(Asked(0, (), note))) == (409, "text/x.tlog.size", f"{size}\n")
    assert await other.kinds("witness.refused") == []  # it is no fault of the log


@pytest.mark.parametrize(
    "change, status, reason",
    [
        (lambda note, one: b"\xff\xfe", 400, "malformed"),
        (lambda note, one: "old -1\n\n" + note, 400, "malformed"),
        (lambda note, one: "old 00\n\n" + note, 400, "malformed"),
        (lambda note, one: "old 99\n\n" + note, 400, "malformed"),
        (lambda note, one: "old 0\n" + "A" * 43 + "\n\n" + note, 400, "malformed"),
        (lambda note, one: "old 0\n\nno checkpoint\n", 400, "malformed"),
        (lambda note, one: "old 0\n\n" + note.replace(one.origin, "nobody.example/log"), 404, "unknown_log"),
        (lambda note, one: "old 0\n\n" + note.replace(one.origin, f"{one.origin}/epoch-2"), 404, "unknown_log"),
        (lambda note, one: "old 0\n\n" + note.replace("\n1\n", "\n2\n", 1), 403, "unsigned"),
    ],
)  # fmt: skip
async def test_whatever_is_no_signed_checkpoint_of_a_known_log_is_told_so(
    peers: Two, change, status, reason
) -> None:
    one, other = peers
    note = await one.grow()
    assert parse_checkpoint(note).size == 1
    found, _, text = await other.post(change(note, one))
    assert (found, text.partition(":")[0]) == (status, reason)
    assert (await other.get(f"/log/witnessed?origin={one.origin}"))[0] == 404


async def test_what_is_too_large_is_not_read(peers: Two) -> None:
    status, media, _ = await peers[1].post("old 0\n\n" + "x" * 20_000)
    assert (status, media) == (413, "application/problem+json")
