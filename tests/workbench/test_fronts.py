"""Fronts simulated from what is declared of them: rows and files are taken, held against it, and answered."""

import asyncio
import signal
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.build import build
from adapters.message import Access, Message, Reply
from gateway.settings.conf import load
from gateway.workbench.simulate import fronts
from gateway.workbench.simulate.fronts import Side, working
from gateway.workbench.simulate.made import far_side
from gateway.workbench.there import differences
from tests.adapters.fronts import NOWHERE
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT, Installation, installed
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES, example

NAMES = ("sim-table", "sim-folder")
BOTH = pytest.mark.parametrize("name", NAMES)
DIVISIONS = {"sim-table": "440281", "sim-folder": "440282"}
FAILED = (sqlite3.Error, OSError)


@asynccontextmanager
async def standing(name: str, place: Path, **how: Any) -> AsyncIterator[tuple[Side, list[str]]]:
    """A front with its other side, and what was told of it."""
    told: list[str] = []
    (place / name).mkdir()
    side = far_side(example(name), place / name, said=lambda *each: told.append(each[2]), **how)
    async with working(side, FAILED):
        yield side, told


async def sent(name: str, side: Side, number: str = "44028120261120000001") -> Reply:
    release = example(name)
    document = fixtures.admitted("gd-person")
    files = fixtures.files(document)
    mapped = release.mappings["case.submit"]({**document, "numbers_ours": number})
    adapter = build(
        release.declared, access=Access(side.address), transport=NOWHERE, clock_ms=lambda: 0, random=bytes,
        contract=release.files,
    )  # fmt: skip

    async def material(identity: str) -> bytes:
        return files[identity]

    return await adapter.send(
        Message("case.submit", mapped, ours=number), materials=material, go=lambda: None
    )


async def until(told: list[str], what: str) -> None:
    async with asyncio.timeout(LONGEST_S):
        while what not in told:  # noqa: ASYNC110 - another thread tells
            await asyncio.sleep(0.02)


@BOTH
async def test_what_was_put_there_is_taken_and_answered_by_the_sample(name: str, tmp_path: Path) -> None:
    async with (
        standing(name, tmp_path) as (side, told),
        installed(tmp_path / "gateway", python=python()) as place,
    ):
        place.point(name, side.address)
        await place.start_gateway()
        document = {**fixtures.case("gd-person"), "division": DIVISIONS[name]}
        status, done, _ = await place.submit(document, "key-0001")
        assert (status, done.get("state")) == (201, "delivered"), done
        progress = await answered(place, done["links"]["case"], "accepted")
        assert progress["events"]
        assert (side.clerk.counts, told) == ({"taken": 1}, ["taken"])


async def answered(place: Installation, case_link: str, state: str) -> dict[str, Any]:
    async with asyncio.timeout(LONGEST_S):
        while True:
            _, answer, _ = await place.call("GET", f"{case_link}/progress")
            if answer["progress"]["state"] == state:
                found: dict[str, Any] = answer["progress"]
                return found
            await asyncio.sleep(0.05)


@BOTH
async def test_a_case_may_be_turned_down_with_their_reason(name: str, tmp_path: Path) -> None:
    async with (
        standing(name, tmp_path, faults={"refused": 1.0}) as (side, told),
        installed(tmp_path / "gateway", python=python()) as place,
    ):
        place.point(name, side.address)
        await place.start_gateway()
        document = {**fixtures.case("gd-person"), "division": DIVISIONS[name]}
        _, done, _ = await place.submit(document, "key-0001")
        progress = await answered(place, done["links"]["case"], "not_accepted")
        assert (progress["words"], told) == ("申请人不符合条件", ["refused"])


@BOTH
async def test_what_comes_twice_is_there_already_and_counted_once(name: str, tmp_path: Path) -> None:
    async with standing(name, tmp_path) as (side, told):
        assert (await sent(name, side)).verdict == "taken"
        await until(told, "taken")
        assert (await sent(name, side)).verdict in (
            "already",
            "refused",
        )  # theirs is as ours, or it is a conflict
        assert (await sent(name, side, "44028120261120000002")).verdict == "taken"
        await asyncio.sleep(3 * fronts.EVERY_S)
        assert side.clerk.counts == {"taken": 2}


@BOTH
async def test_what_nobody_fetches_lies_there(name: str, tmp_path: Path) -> None:
    async with standing(name, tmp_path, faults={"never": 1.0}) as (side, told):
        await sent(name, side)
        await until(told, "never")
        await asyncio.sleep(3 * fronts.EVERY_S)
        assert side.clerk.counts == {"never": 1}


@pytest.mark.parametrize(("name", "fault", "cause"), [
    ("sim-table", "lock", "locked"), ("sim-table", "away", "unreachable"), ("sim-folder", "away", "unreachable"),
])  # fmt: skip
async def test_a_front_that_is_locked_or_away_takes_nothing_meanwhile(
    name: str, fault: str, cause: str, tmp_path: Path
) -> None:
    long_s = 6.0 if fault == "lock" else 2.0
    async with standing(name, tmp_path, faults={fault: 1.0}, trouble_s=long_s) as (side, told):
        assert (await sent(name, side)).verdict == "taken"
        await until(told, f"taken, {fault}")
        await asyncio.sleep(3 * fronts.EVERY_S)
        reply = await sent(name, side, "44028120261120000002")
        assert (reply.verdict, reply.cause) == ("not_sent", cause)


def rows(side: Side, statement: str) -> list[Any]:
    with sqlite3.connect(side.address.removeprefix("sqlite:///")) as connection:
        return connection.execute(statement).fetchall()


async def test_a_row_that_does_not_fit_is_turned_down_without_a_value(tmp_path: Path) -> None:
    async with standing("sim-table", tmp_path) as (side, told):
        await sent("sim-table", side)
        await until(told, "taken")
        names = [each[1] for each in rows(side, "pragma table_info(pro_accept)")]
        put = [
            "'44028120261120000009'" if each == "project_no" else f"'{'𠀀' * 31}'" if each == "applyer_name" else
            "'0'" if each == "cd_status" else each for each in names
        ]  # fmt: skip
        rows(side, f"insert into pro_accept select {', '.join(put)} from pro_accept")
        await until(told, "unfit")
        assert any("'pro_accept.applyer_name' has a character" in each for each in told), told
        asked = "select cd_status, fb_state from pro_accept where project_no like '%0009'"
        async with asyncio.timeout(LONGEST_S):
            while rows(side, asked) != [("9", "05")]:  # noqa: ASYNC110 - it is said before it is written
                await asyncio.sleep(0.05)
        assert "𠀀" not in str(told)


async def test_their_tables_refuse_what_is_longer_than_declared(tmp_path: Path) -> None:
    async with standing("sim-table", tmp_path) as (side, _):
        for column, value in (("remark", "x" * 501), ("cd_operation", "U")):
            with pytest.raises(sqlite3.IntegrityError):
                rows(side, f"insert into pro_accept ({column}) values ('{value}')")


async def test_a_file_that_is_not_what_its_digest_says_is_turned_down(tmp_path: Path) -> None:
    async with standing("sim-folder", tmp_path) as (side, told):
        drop = Path(side.address) / "out"
        name = "YW01_44028220261120000001.xml"
        (drop / f"{name}.md5").write_text("0" * 32)
        (drop / name).write_bytes('<?xml version="1.0" encoding="gb18030"?><PACKAGE/>'.encode("gb18030"))
        (drop / f"{name}.ok").touch()
        await until(told, "unfit")
        assert "- is not what its digest says" in told
        answers = sorted(each.name for each in (Path(side.address) / "in").iterdir())
        assert answers == ["HZ01_44028220261120000001_1.xml", "HZ01_44028220261120000001_1.xml.md5"]


async def test_a_simulated_front_is_what_its_declaration_says_it_is(tmp_path: Path) -> None:
    """As `platform check --database test` looks at a real one: nothing but that a file keeps no lengths."""
    async with standing("sim-table", tmp_path) as (side, _):
        place = Installation(tmp_path, folders=(EXAMPLES,))
        place.write()
        place.point("sim-table", side.address)
        found = differences(example("sim-table"), load(place.conf), "production")
        assert {each.finding.what.split(" ")[0] for each in found if each.grade.word == "bronze"} == set()


@pytest.mark.parametrize(
    ("name", "faults"), [("sim-table", "drop=5"), ("sim-table", "garbage=5"), ("sim-gx", "lock=1")]
)
def test_a_fault_of_another_kind_of_platform_is_told(name: str, faults: str) -> None:
    command = [
        *python(),
        "-m",
        "gateway.cli",
        "platform",
        "simulate",
        str(EXAMPLES / name),
        "--faults",
        faults,
    ]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 2 and "no fault of this kind" in done.stderr


@BOTH
def test_the_command_stands_in_for_a_front_until_it_is_ended(name: str, tmp_path: Path) -> None:
    command = [
        *python(),
        "-m",
        "gateway.cli",
        "platform",
        "simulate",
        str(EXAMPLES / name),
        "--at",
        str(tmp_path / "at"),
    ]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        address = process.stdout.readline().strip()
        stands = Path(address.removeprefix("sqlite:///"))
        assert stands.exists() and stands.is_relative_to(tmp_path)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=LONGEST_S)
    assert (process.returncode, out.strip()) == (0, "{}"), err
    again = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert again.returncode == 2 and "is no empty folder" in again.stderr
