"""Whatever a simulated platform does to the connection, its own counts stay true."""

import asyncio
import json
from pathlib import Path

import aiohttp
import pytest

from tests.fakes import gd, gx
from tests.fakes.callers import GuishanCaller, LingnanCaller, guishan_package, lingnan_case
from tests.fakes.control import application
from tests.fakes.remote import start
from tests.fakes.server import running
from tests.waiting import LONGEST_S

HARD = aiohttp.ClientError
# (step, taken, what the caller sees: an error, or a status)
TABLE = [
    ({"do": "reset_before"}, 0, HARD),
    ({"do": "reset_after"}, 0, HARD),
    ({"do": "take_then_drop"}, 1, HARD),
    ({"do": "half_answer"}, 1, HARD),
    ({"do": "half_answer", "take": False}, 0, HARD),
    ({"do": "stall", "seconds": 5}, 1, TimeoutError),
    ({"do": "stall", "seconds": 5, "take": False}, 0, TimeoutError),
    ({"do": "slow", "seconds": 0.2}, 1, 200),
    ({"do": "garbage"}, 1, 200),
    ({"do": "empty"}, 1, 200),
    ({"do": "corrupt"}, 1, 200),
    ({"do": "wrong_charset"}, 1, 200),
    ({"do": "status", "code": 502}, 0, 502),
    ({"do": "status", "code": 504, "take": True}, 1, 504),
    ({"do": "status", "code": 500}, 0, 500),
    ({"do": "redirect"}, 0, 307),
    ({"do": "later"}, 0, 429),
    ({"do": "busy"}, 0, 503),
    ({"do": "bar"}, 0, 200),
    ({"do": "refuse"}, 0, 200),
]


async def seen(
    http: aiohttp.ClientSession, address: str, body: bytes, headers: dict[str, str], wanted: object
) -> object:
    """Status of the answer once it is read whole, or the class of what went wrong."""
    try:
        async with asyncio.timeout(1 if wanted is TimeoutError else LONGEST_S):
            post = http.post(address, data=body, headers=headers, allow_redirects=False)
            async with post as response:
                await response.read()
                return response.status
    except (aiohttp.ClientError, TimeoutError) as error:
        return type(error)


def fits(found: object, wanted: object) -> bool:
    return (
        issubclass(found, wanted) if isinstance(found, type) and isinstance(wanted, type) else found == wanted
    )


@pytest.mark.parametrize(("step", "taken", "wanted"), TABLE, ids=[json.dumps(row[0]) for row in TABLE])
async def test_the_rest_platform_counts_what_it_took(
    step: dict[str, object], taken: int, wanted: object
) -> None:
    async with running(gd.simulator(), application) as platform, aiohttp.ClientSession() as http:
        caller = LingnanCaller(http, platform.address)
        await caller.open()
        await http.post(f"{platform.control}/_sim/programme", json=step)
        headers = {**caller.signed("s_sim_0001", caller.secret), "Content-Type": "application/json"}
        body = json.dumps(lingnan_case()).encode()
        assert fits(await seen(http, f"{platform.address}/api/v2/cases", body, headers, wanted), wanted)
        counts = platform.ledger.counts()
        assert (counts["arrivals"], counts["takings"]) == (2, taken)  # the session, and the case
        again = await caller.submit(lingnan_case())
        assert again["code"] == ("4091" if taken else "200")


@pytest.mark.parametrize(("step", "taken", "wanted"), TABLE, ids=[json.dumps(row[0]) for row in TABLE])
async def test_the_soap_platform_counts_what_it_took(
    step: dict[str, object], taken: int, wanted: object
) -> None:
    async with running(gx.simulator(), application) as platform, aiohttp.ClientSession() as http:
        caller = GuishanCaller(http, platform.address)
        await http.post(f"{platform.control}/_sim/programme", json=step)
        body = caller.envelope("submitCase", guishan_package())
        assert fits(await seen(http, platform.address, body, caller.headers, wanted), wanted)
        counts = platform.ledger.counts()
        assert (counts["arrivals"], counts["takings"]) == (1, taken)
        await caller.submit(guishan_package())
        assert platform.ledger.counts()["takings"] == taken + 1


@pytest.mark.parametrize("module", ["gd", "gx"])
async def test_a_platform_runs_alone_and_remembers_after_a_kill(module: str, tmp_path: Path) -> None:
    for expected in (1, 2):
        platform = start(module, "--database", str(tmp_path / "sim.sqlite"))
        async with aiohttp.ClientSession() as http:
            await submit(module, http, platform.address, expected)
        assert (platform.counts()["cases"], platform.counts()["doubled"]) == (expected, {})
        platform.process.kill()
        platform.stop()


def test_a_platform_ends_with_who_started_it() -> None:
    platform = start("gx")
    platform.tell({"do": "later", "times": 2})
    assert platform.process.stdin is not None
    platform.process.stdin.close()
    assert platform.process.wait(timeout=LONGEST_S) == 0
    platform.stop()


async def test_a_quiet_platform_answers_without_remembering() -> None:
    async with running(gx.simulator(quiet=True), application) as platform, aiohttp.ClientSession() as http:
        answer = await GuishanCaller(http, platform.address).submit(guishan_package())
        assert answer.findtext("HEAD/YWLSH") == "GS-BENCH"
        assert platform.ledger.counts()["arrivals"] == 0


async def submit(module: str, http: aiohttp.ClientSession, address: str, number: int) -> None:
    if module == "gd":
        caller = LingnanCaller(http, address)
        await caller.open()
        assert (await caller.submit(lingnan_case(number)))["code"] == "200"
    else:
        answer = await GuishanCaller(http, address).submit(guishan_package(number))
        assert answer.findtext("HEAD/CODE") == "0"
