"""What a witness does not say, or says wrongly, is told once and stops nothing; the next checkpoint asks again."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import sqlalchemy as sa

from adapters.message import Response
from audit import log
from audit.cosignatures import cosign, cosigned
from audit.notes import COSIGNATURE, Signer
from audit.quorum import Quorum
from audit.verify import verify_cosigned, verify_proof
from gateway.settings.witnesses import Cosigns
from gateway.store.witnessed import witnessed_logs
from gateway.witness.asking import Outcome, heard
from tests.witness.stage import Peer, two

Two = tuple[Peer, Peer]


@pytest_asyncio.fixture
async def peers(tmp_path) -> AsyncIterator[Two]:
    async with two(tmp_path) as both:
        yield both


async def findings(peer: Peer) -> list[tuple[str, str, str]]:
    _, text = await peer.get("/readyz")
    return [(each["code"], each["witness"], each["reason"]) for each in json.loads(text)["findings"]]


async def test_a_witness_that_is_away_is_told_once_and_cosigns_again_when_it_is_back(peers: Two) -> None:
    one, other = peers
    await one.grow()
    await other.stop()
    for _ in range(3):
        assert await one.ask(other.name)
        assert await findings(one) == [("cosignature.silent", other.name, "connect_refused")]
    await one.grow(3)  # nothing waits for it
    waited = await one.get("/metrics", Authorization="Bearer test-key-of-guichi")
    assert b'tongban_witness_behind_seconds{witness="guishan"}' in waited[1]
    assert await one.kinds("cosignature.refused") == []
    await other.start()
    assert await one.ask(other.name)
    assert await findings(one) == []
    assert cosigned(await one.grow(0), [other.witness.key])


async def test_a_proof_is_given_before_and_after_it_is_cosigned(peers: Two) -> None:
    one, other = peers
    await one.grow(3)
    quorum = Quorum([other.witness.key], 1)

    async def verdict() -> tuple[list[str], list[str]]:
        text = await one.running.store.read(lambda connection: log.proof(connection, 1))
        assert text
        sound = verify_proof("p", text, [one.signer.key], {})
        found = verify_cosigned("p", text, quorum, sound)
        return [each.code for each in found.findings], list(found.cosigned)

    assert await verdict() == (["cosignature.too_few"], [])
    await one.ask(other.name)
    assert await verdict() == ([], [other.witness.name])
    await one.grow(2)  # the newest checkpoint is not cosigned, and an older one serves better
    assert await verdict() == ([], [other.witness.name])


async def test_after_a_witness_lost_what_it_knew_it_is_asked_from_the_beginning(peers: Two) -> None:
    one, other = peers
    await one.grow(3)
    await one.ask(other.name)
    await other.running.store.write(lambda tx: tx.connection.run(sa.delete(witnessed_logs)))
    await one.grow(2)
    await one.ask(other.name)
    assert await findings(one) == []
    assert cosigned(await one.grow(0), [other.witness.key])


@pytest.fixture
def witness(tmp_path) -> Signer:
    return Signer.create(tmp_path / "w.key", "w.example/witness", COSIGNATURE)


@pytest.fixture
def note(signer: Signer) -> str:
    return signer.sign(f"{signer.name}\n1\n{'A' * 43}=\n")


@pytest.fixture
def signer(tmp_path) -> Signer:
    return Signer.create(tmp_path / "l.key", "gateway.example/log")


SIZE = {"Content-Type": "text/x.tlog.size"}


@pytest.mark.parametrize(
    "status, headers, body, outcome",
    [
        (200, {}, b"", Outcome(what="refused", why="not_its_key")),
        (200, {}, b"\xff", Outcome(what="refused", why="not_its_key")),
        (200, {}, "— w.example/witness AAAA\n".encode(), Outcome(what="refused", why="not_its_key")),
        (409, SIZE, b"17\n", Outcome(what="refused", why="behind", held=17)),
        (409, SIZE, b"-1\n", Outcome(what="refused", why="other_root")),
        (409, {}, b"other root", Outcome(what="refused", why="other_root")),
        (400, {}, b"", Outcome(what="refused", why="malformed")),
        (403, {}, b"", Outcome(what="refused", why="unsigned")),
        (404, {}, b"", Outcome(what="refused", why="unknown_log")),
        (422, {}, b"", Outcome(what="refused", why="inconsistent")),
        (301, {}, b"", Outcome(what="silent", why="http_301")),
        (500, {}, b"", Outcome(what="silent", why="http_500")),
    ],
)  # fmt: skip
def test_every_answer_means_something(witness, note, status, headers, body, outcome) -> None:
    cosigns = Cosigns(address="http://127.0.0.1:9", key=witness.vkey)
    assert heard(Response(status, headers, body), note, cosigns) == outcome


def test_the_line_of_the_witness_is_taken_and_no_other(witness, note, tmp_path) -> None:
    text = note.partition("\n\n")[0] + "\n"
    stranger = Signer.create(tmp_path / "s.key", "s.example/witness", COSIGNATURE)
    line = cosign(witness, text, 1_795_226_400)
    cosigns = Cosigns(address="http://127.0.0.1:9", key=witness.vkey)
    answer = Response(200, {}, (cosign(stranger, text, 1) + line).encode())
    assert heard(answer, note, cosigns) == Outcome(line)
    other = cosign(witness, text.replace("\n1\n", "\n2\n"), 1)
    assert heard(Response(200, {}, other.encode()), note, cosigns).why == "not_its_key"
