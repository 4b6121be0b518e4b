"""A release for a later moment, seen by two processes under load: they switch at it, no caller is told an error."""

import asyncio
import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.activation import checked, schedule, sources
from gateway.cli.opened import opened
from gateway.settings.conf import load
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask, halves, verified
from tests.installation import EXAMPLES, Installation, installed
from tests.postgres import Server
from tests.serving.load import under_load
from tests.serving.several import column, logged, serving
from tests.waiting import LONGEST_S, eventually

AHEAD_S = 5
LATE_MS = 3_000  # until a process has looked, on a busy machine

OF_RELEASES = "select kind from audit_entries where substr(kind, 1, 8) = 'release.' order by position"
ALIGNED = "select count(distinct alignment) from exchanges group by item_here, division"


@pytest_asyncio.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, server: Server) -> AsyncIterator[Installation]:
    folder = tmp_path_factory.mktemp("scheduled")
    shutil.copytree(EXAMPLES, folder / "platforms")
    async with installed(
        folder, folders=(folder / "platforms",), database=server.database(), lease_margin_s=5
    ) as made:
        await made.start_gateway("gateway.cli", "--workers", "2")
        yield made


async def scheduled(place: Installation) -> tuple[str, int]:
    """A release with another limit in one mapping: its digest, and its moment in epoch seconds."""
    file = place.folder / "platforms" / "sim-gd" / "case.submit.yaml"
    text = file.read_text("utf-8")
    assert "at_most(500)" in text
    file.write_text(text.replace("at_most(500)", "at_most(400)", 1), "utf-8")
    async with opened(load(place.conf)) as gateway:
        release = checked(gateway, sources(gateway.settings))
        at_s = gateway.clock_ms() // 1000 + AHEAD_S
        await schedule(gateway, release, actor="li.w", why="their new limit", from_ms=at_s * 1000)
    return release.digest, at_s


async def test_two_processes_switch_at_the_moment_and_what_was_admitted_before_ends_under_its_own(place):
    database = place.address_of_database
    later = {"do": "later", "after_s": AHEAD_S + 10, "operation": "case.submit"}
    await place.control("sim-gd", "programme", later)
    status, waiting, _ = await place.submit(case("gd-person"), "key-before-0001", Prefer="wait=1")
    assert (status, waiting["state"]) == (202, "deferred")
    old = waiting["release"]
    async with under_load(place.address) as callers:
        await callers.more(20)
        new, at_s = await scheduled(place)
        assert {answer.release for answer in callers.answers} == {old}
        await eventually(lambda: len(logged(place, "release.activated")) == 3)  # the first start, then both
        await callers.more(20)
    assert callers.broken == [] and {answer.status for answer in callers.answers} == {201}
    assert callers.answers[-1].release == new
    followed = [line for line in logged(place, "release.activated") if line["release"] == new]
    assert {line["pid"] for line in followed} == set(serving(place))
    (row,) = ask(database, "select at_ms, actor from activations where place = 2")
    assert at_s * 1000 <= row[0] <= at_s * 1000 + LATE_MS
    assert column(database, OF_RELEASES) == ["release.activated", "release.scheduled", "release.activated"]
    early = f"select count(*) from exchanges where release = '{new}' and admitted_ms < {(at_s - 1) * 1000}"
    assert column(database, early) == [0]
    after = (
        f"select count(*) from exchanges where release = '{old}' and admitted_ms > {at_s * 1000 + LATE_MS}"
    )
    assert column(database, after) == [0]
    path = waiting["links"]["self"]
    async with asyncio.timeout(LONGEST_S):
        while not (now := (await place.call("GET", path))[1])["ended"]:  # noqa: ASYNC110 - it ends elsewhere
            await asyncio.sleep(0.2)
    assert (now["state"], now["release"]) == ("delivered", old)
    assert set(column(database, ALIGNED)) == {1}, "by the day it was received, whatever the release"
    assert halves(database) == []
    assert verified(database, place.log_key) == ""
