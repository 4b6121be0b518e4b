"""Files that callers bring, while processes die, sweep and submit beside each other: none in use is lost."""

import asyncio
import base64
import copy
import hashlib
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientError, ClientSession

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.materials.folder import BUCKETS, COMING
from gateway.materials.uploads import Told
from gateway.store.uploads import Upload
from gateway.web.api.materials import KEEP_BYTES
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask, halves, states, verified
from tests.faults.nursery import Child, Nursery, nursery
from tests.faults.places import Place, asked, sound, taken
from tests.faults.stores import LONG, ON_BOTH_WHEN_LONG
from tests.installation import CALLERS
from tests.waiting import LONGEST_S, looks

NAME = "gd-organization"
CONTENT = b"%PDF-1.7\n" + random.Random(8).randbytes(600_000)
DIGEST = f"sha-256:{hashlib.sha256(CONTENT).hexdigest()}"
RUNS = 4  # so many boundaries, spread over all of them, at which a process dies; at each when long
LATER_MS = 60_000
TOLD = Told("application/pdf", "证明.pdf", DIGEST)
SWEEPING = tuple(
    f"{when} {what}" for what in ("DELETE uploads", "DELETE upload_parts") for when in ("before", "after")
)
KEEP_S = 48 * 3600


def using(upload_id: str) -> dict[str, Any]:
    """A case whose first file was brought before; any number of them may be open at once."""
    document = copy.deepcopy(case(NAME))
    document["insist"] = {"reason": "另一件"}
    file = next(file for material in document["materials"] for file in material["files"])
    del file["content"]
    size = len(CONTENT)
    file.update(upload=upload_id, size=size, digest=DIGEST, media_type="application/pdf", name="证明.pdf")
    return document


CALLER = next(name for name, (_, places) in CALLERS.items() if case(NAME)["receiving"]["division"] in places)


async def brought(gateway: Gateway) -> Upload:
    """A whole file of the caller that submits."""
    made = await gateway.uploads.create(CALLER, len(CONTENT), TOLD)
    turn = await gateway.uploads.begin(made, 0)
    await turn.take(CONTENT)
    whole = await turn.end()
    await turn.close()
    return whole


async def over(gateway: Gateway) -> None:
    """Every upload has been kept for long enough."""
    await gateway.store.write(lambda tx: tx.connection._driver.execute("update uploads set expires_ms = 1"))


def files_of(place: Place) -> set[str]:
    return {each.name for each in (place.folder / "state" / "materials").glob("??/*")}


async def content_of(gateway: Gateway, upload: Upload) -> bytes:
    file = await asyncio.to_thread(gateway.uploads.open, upload)
    return file.read(0, file.size)


async def test_cases_and_sweeping_at_once_never_lose_a_file_in_use(place: Place) -> None:
    """Each upload is over, and is submitted while it is swept: one of the two comes first, never half of each."""
    rounds = 12
    async with place.platforms("sim-gd"), AsyncExitStack() as stack:
        gateway = await stack.enter_async_context(place.gateway())
        other = gateway
        if place.server is not None:  # another process on the same database
            other = await stack.enter_async_context(place.gateway())
        whole = [await brought(gateway) for _ in range(rounds)]
        await over(gateway)
        dice = random.Random(9)

        async def submit(serial: int, upload: Upload) -> str:
            await asyncio.sleep(dice.random() * 0.05)
            try:
                exchange, _ = await gateway.exchanges.admit(
                    asked(gateway, using(upload.id), f"key-{serial:04d}")
                )
            except Refusal as refusal:
                assert refusal.code == "invalid_case"
                assert [each.code for each in refusal.problems] == ["upload_unknown"]
                return ""
            return exchange.id

        async def sweep() -> None:
            for _ in range(10):
                await other.sweep.sweep_over()
                await asyncio.sleep(dice.random() * 0.02)

        ids = await asyncio.gather(*(submit(serial, each) for serial, each in enumerate(whole)), sweep())
        admitted = [each for each in ids if each]
        await gateway.exchanges.drain()
        for exchange_id in admitted:
            found = await gateway.exchanges.look_up(exchange_id)
            ended = await gateway.exchanges.wait(found, 10)
            assert ended.state == "delivered"
        named = {digest for (digest,) in ask(place.database, "select digest from materials")}
        assert named <= files_of(place)
        swept = [each.digest for each, exchange_id in zip(whole, ids, strict=False) if not exchange_id]
        assert not files_of(place) & set(swept)
    sound(place)


async def test_a_file_that_no_row_names_goes_and_all_others_stay(place: Place) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        used, kept, coming = await brought(gateway), await brought(gateway), await begun(gateway)
        exchange, _ = await gateway.exchanges.admit(asked(gateway, using(used.id), "key-0001"))
        await gateway.exchanges.wait(exchange, 10)
        await gateway.uploads.forget(used.caller, used.id)  # from now on only the case names it
        named = files_of(place)
        folder = place.folder / "state" / "materials"
        orphan = folder / "ab" / ("ab" * 32)
        orphan.parent.mkdir(exist_ok=True)
        orphan.write_bytes(b"of a process that died before commit 1")
        left = folder / COMING / f"{kept.id}.7"
        left.write_bytes(b"of a turn that nobody finished")
        assert await swept(gateway) == 0  # all of it is new
        for file in folder.rglob("*"):
            if file.is_file():
                os.utime(file, (1, 1))
        assert await swept(gateway) == 2
        assert files_of(place) == named
        assert not left.exists()
        assert await content_of(gateway, kept) == CONTENT
        turn = await gateway.uploads.begin(coming, coming.received)
        await turn.take(CONTENT[coming.received :])
        assert await content_of(gateway, await turn.end()) == CONTENT
        await turn.close()
    sound(place)


async def begun(gateway: Gateway) -> Upload:
    """A file half of which came."""
    made = await gateway.uploads.create(CALLER, len(CONTENT), TOLD)
    turn = await gateway.uploads.begin(made, 0)
    await turn.take(CONTENT[:300_000])
    now = await turn.end()
    await turn.close()
    return now


async def swept(gateway: Gateway) -> int:
    return sum([await gateway.sweep.sweep_place(each) for each in (COMING, *BUCKETS)])


async def test_what_is_kept_no_longer_goes_and_what_a_case_uses_stays(place: Place) -> None:
    async with place.platforms("sim-gd"), place.gateway() as gateway:
        used, unused, coming = await brought(gateway), await brought(gateway), await begun(gateway)
        exchange, _ = await gateway.exchanges.admit(asked(gateway, using(used.id), "key-0001"))
        await gateway.exchanges.wait(exchange, 10)
        assert await gateway.sweep.sweep_over() == 0
        await over(gateway)
        assert await gateway.sweep.sweep_over() == 1
        for each in (used, unused, coming):
            with pytest.raises(Refusal, match="not_found"):
                await gateway.uploads.find(each.caller, each.id)
        assert used.digest in files_of(place)
        assert unused.digest not in files_of(place)
        again = await gateway.exchanges.admit(asked(gateway, using(used.id), "key-0001"))
        assert (again[0].id, again[1]) == (exchange.id, True)
    sound(place)


# ---- processes that die ---------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="module")
async def children(ready: Place) -> AsyncIterator[Nursery]:
    async with nursery(ready.folder) as made:
        yield made


class Caller:
    """Brings a file and submits a case with it, as often as it is told to, and goes on where it was."""

    def __init__(self) -> None:
        self.address = ""
        self.status = 0

    async def go_on(self, host: str) -> None:
        """As far as the process lives."""
        headers = {"Authorization": f"Bearer demo-key-of-{CALLER}", "Tus-Resumable": "1.0.0"}
        try:
            async with ClientSession(headers=headers) as session:
                await self._bring(session, host)
                document = using(self.address.rpartition("/")[2])
                keyed = {"Idempotency-Key": "key-of-the-case", "Prefer": "wait=20"}
                async with session.post(f"{host}/v1/cases", json=document, headers=keyed) as answer:
                    self.status = answer.status
        except (ClientError, OSError):
            self.status = 0

    async def _bring(self, session: ClientSession, host: str) -> None:
        if not self.address:
            said = f"filetype {base64.b64encode(b'application/pdf').decode()}"
            announced = {"Upload-Length": str(len(CONTENT)), "Upload-Metadata": said}
            async with session.post(f"{host}/v1/materials", headers=announced) as answer:
                self.address = answer.headers["Location"]
        async with session.head(host + self.address) as answer:
            offset = int(answer.headers["Upload-Offset"])
        while offset < len(CONTENT):
            piece = CONTENT[offset : offset + 250_000]
            kind = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            async with session.patch(host + self.address, data=piece, headers=kind) as answer:
                assert answer.status == 204, await answer.text()
                offset = int(answer.headers["Upload-Offset"])


async def started(children: Nursery, place: Place, **job: Any) -> tuple[Child, str]:
    for name in ("armed", "marks"):
        (place.folder / name).unlink(missing_ok=True)
    child = await children.gateway(place.folder, **job)
    host = await child.address()
    assert host
    (place.folder / "armed").touch()
    return child, host


def marks(place: Place) -> list[str]:
    file = place.folder / "marks"
    return file.read_text().splitlines() if file.exists() else []


@ON_BOTH_WHEN_LONG
async def test_wherever_a_process_dies_the_file_arrives_whole_and_the_case_once(
    ready: Place, children: Nursery, tmp_path: Path
) -> None:
    boundaries, _ = await _through(ready.copied(tmp_path / "counted"), children, None)
    assert boundaries > 20
    killed = 0
    for at in range(random.Random(boundaries).randrange(apart := _apart(boundaries)), boundaries, apart):
        _, died = await _through(ready.copied(tmp_path / f"at-{at}"), children, at)
        killed += died
    assert killed >= RUNS - 2  # some boundaries are passed by the clock, and not in every run


def _apart(boundaries: int) -> int:
    return 1 if LONG else -(-boundaries // RUNS)


async def _through(place: Place, children: Nursery, at: int | None) -> tuple[int, bool]:
    """(boundaries that were passed, whether the process died at one of them)"""
    async with place.platforms("sim-gd") as simulators:
        caller = Caller()
        child, host = await started(children, place, mortal=True, at=at, pace=0.05)
        await caller.go_on(host)
        code = await child.end()
        passed = len(marks(place))
        if code:
            assert code == -signal.SIGKILL
            child, host = await started(children, place, ahead_ms=LATER_MS)
            await caller.go_on(host)
            assert await child.end() == 0
        assert (caller.status, taken(simulators["sim-gd"])) == (201, 1), at
        document = simulators["sim-gd"].ledger.ask("select document from takings")[0][0]
        assert base64.b64encode(CONTENT).decode() in document, at
    assert (halves(place.database), states(place.database)) == ([], ["delivered"])
    assert not verified(place.database, (place.folder / "log_key").read_text())
    return passed, bool(code)


@ON_BOTH_WHEN_LONG
async def test_a_process_killed_in_the_middle_of_a_stream_loses_only_what_was_not_kept_yet(
    place: Place, children: Nursery
) -> None:
    content = b"%PDF-1.7\n" + random.Random(10).randbytes(20_000_000)
    said = f"filetype {base64.b64encode(b'application/pdf').decode()}"
    headers = {"Authorization": f"Bearer demo-key-of-{CALLER}", "Tus-Resumable": "1.0.0"}
    kind = {"Content-Type": "application/offset+octet-stream"}
    child, host = await started(children, place)

    async def most_of_it() -> AsyncIterator[bytes]:
        for start in range(0, 14_000_000, 1_000_000):
            yield content[start : start + 1_000_000]
        await asyncio.sleep(1)  # it has arrived
        child.send(signal.SIGKILL)
        await asyncio.sleep(60)  # until the line is broken

    async with ClientSession(headers=headers) as session:
        announced = {"Upload-Length": str(len(content)), "Upload-Metadata": said}
        async with session.post(f"{host}/v1/materials", headers=announced) as answer:
            address = answer.headers["Location"]
        with pytest.raises((ClientError, OSError)):
            await session.patch(host + address, data=most_of_it(), headers={**kind, "Upload-Offset": "0"})
        assert await child.ended == -signal.SIGKILL
        child, host = await started(children, place)
        async with session.head(host + address) as answer:
            offset = int(answer.headers["Upload-Offset"])
        assert KEEP_BYTES <= offset <= 14_000_000
        rest = {**kind, "Upload-Offset": str(offset)}
        async with session.patch(host + address, data=content[offset:], headers=rest) as answer:
            assert answer.status == 204
        async with session.get(host + address) as answer:
            assert await answer.read() == content
    assert await child.end() == 0


@ON_BOTH_WHEN_LONG
async def test_wherever_a_process_dies_while_it_sweeps_the_file_of_a_case_stays(
    ready: Place, children: Nursery, tmp_path: Path
) -> None:
    prepared = ready.copied(tmp_path / "prepared")
    async with prepared.platforms("sim-gd"), prepared.gateway() as gateway:
        used, unused = await brought(gateway), await brought(gateway)
        exchange, _ = await gateway.exchanges.admit(asked(gateway, using(used.id), "key-0001"))
        await gateway.exchanges.wait(exchange, 10)
    for at in ("before DELETE upload_parts", "after DELETE uploads") if not LONG else SWEEPING:
        place = prepared.copied(tmp_path / at.replace(" ", "-"))
        (place.folder / "armed").touch()
        ahead_ms = (KEEP_S + 60) * 1000
        child = await children.gateway(place.folder, mortal=True, at=at, ahead_ms=ahead_ms)
        assert await asyncio.wait_for(child.ended, LONGEST_S) == -signal.SIGKILL, at
        (place.folder / "armed").unlink()
        child = await children.gateway(place.folder, ahead_ms=ahead_ms)
        await child.address()
        async for _ in looks():
            if not ask(place.database, "select id from uploads"):
                break
        await child.end()
        assert used.digest in files_of(place)
        assert unused.digest not in files_of(place)
