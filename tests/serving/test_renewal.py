"""Several processes on one address: nobody notices that one is replaced, and the others go on when one dies."""

import os
import shutil
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, TCPConnector

from tests.faults.ledgers import halves, verified
from tests.installation import EXAMPLES, Installation, installed
from tests.postgres import Server
from tests.serving.load import under_load
from tests.serving.several import activate_something_else, column, logged, serving, takings
from tests.waiting import eventually

WORKERS = 2


@dataclass(frozen=True, slots=True)
class Several:
    place: Installation
    database: str

    @property
    def supervisor(self) -> int:
        assert self.place.gateway and self.place.gateway.child
        return self.place.gateway.child.pid


@pytest_asyncio.fixture(scope="module")
async def several(tmp_path_factory: pytest.TempPathFactory, server: Server) -> AsyncIterator[Several]:
    """Two processes under a supervisor, and their platforms; what is declared are copies."""
    folder, database = tmp_path_factory.mktemp("several"), server.database()
    shutil.copytree(EXAMPLES, folder / "platforms")
    async with installed(
        folder, folders=(folder / "platforms",), database=database, lease_margin_s=5, linger_s=3
    ) as place:
        await place.start_gateway("gateway.cli", "--workers", str(WORKERS))
        yield Several(place, database)


async def answered(place: Installation, times: int) -> set[int]:
    """What so many callers are told, each on a connection of its own."""
    found = set()
    async with ClientSession(connector=TCPConnector(force_close=True)) as session:
        for _ in range(times):
            async with session.get(f"{place.address}/readyz") as response:
                found.add(response.status)
    return found


async def test_under_load_a_new_release_and_new_processes_come_without_an_error_to_any_caller(several):
    place, before = several.place, serving(several.place)
    async with under_load(place.address) as load:
        await load.more(50)
        release = await activate_something_else(place)
        await place.control("sim-gd", "programme", {"do": "stall", "seconds": 2, "times": 3})
        os.kill(several.supervisor, signal.SIGHUP)
        await eventually(lambda: bool(logged(place, "renewal.done", "renewal.failed")))
        await load.more(50)
    assert load.broken == []
    assert {answer.status for answer in load.answers} == {201}
    assert logged(place, "renewal.failed", "process.ended", "process.overdue", "worker.failed") == []
    assert len(before) == len(serving(place)) == WORKERS
    assert set(before).isdisjoint(serving(place))
    assert any(answer.last for answer in load.answers), "some were on a process that left"
    assert load.answers[0].release != release == load.answers[-1].release
    acknowledged = sorted(answer.exchange for answer in load.answers)
    assert column(several.database, "select id from exchanges order by id") == acknowledged
    assert column(several.database, "select distinct state from exchanges") == ["delivered"]
    assert column(several.database, "select distinct kind from history") == ["taken"]
    taken = await takings(place)
    assert len(taken) == len(acknowledged)
    assert set(taken.values()) == {1}
    assert halves(several.database) == []
    assert verified(several.database, place.log_key) == ""


async def test_a_process_that_is_killed_is_replaced_and_the_others_go_on(several):
    place = several.place
    victim, other = serving(place)
    os.kill(victim, signal.SIGKILL)
    assert await answered(place, 20) == {200}
    await eventually(lambda: bool(logged(place, "process.ended")))
    await eventually(lambda: len(serving(place)) == WORKERS)
    (line,) = logged(place, "process.ended")
    assert (line["child"], line["code"], line["wait_s"]) == (victim, -9, 0.5)
    fresh = next(pid for pid in serving(place) if pid != other)
    await eventually(lambda: any(started["pid"] == fresh for started in logged(place, "gateway.started")))


async def test_where_a_new_process_does_not_come_up_the_old_ones_go_on(several):
    place, before = several.place, serving(several.place)
    (place.folder / "appkey").rename(place.folder / "mislaid")
    os.kill(several.supervisor, signal.SIGHUP)
    await eventually(lambda: bool(logged(place, "renewal.failed")))
    (place.folder / "mislaid").rename(place.folder / "appkey")
    (line,) = logged(place, "renewal.failed")
    assert line["code"] == 2
    assert serving(place) == before
    assert await answered(place, 5) == {200}


async def test_processes_leave_in_order_when_their_supervisor_is_gone(several):
    place, alone = several.place, serving(several.place)
    os.kill(several.supervisor, signal.SIGKILL)
    await eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in alone))
    assert {line["pid"] for line in logged(place, "gateway.stopped")} >= set(alone)


async def test_what_keeps_processes_from_starting_is_said_once_and_ends_the_command(several):
    place = several.place
    (place.folder / "licence").unlink()
    (place.folder / "gateway.log").unlink()
    with pytest.raises(RuntimeError, match="exit 2"):
        await place.start_gateway("gateway.cli", "--workers", str(WORKERS))
    assert (place.folder / "gateway.log").read_text("utf-8").count("secret sim-gx.licence") == 1
    assert len(logged(place, "process.started")) == 1
