"""Nobody is killed before the time is over that it said itself, and nobody stays for longer."""

import asyncio
import sys
from asyncio.subprocess import PIPE

import pytest

from gateway.cli.serve.child import Child
from tests.waiting import LONGEST_S

BEGINNING = "import json, signal, sys, time\n"
READY = 'print(json.dumps({"leave_s": 0.4}), flush=True)\ntime.sleep(60)\n'
DEAF = f"{BEGINNING}signal.signal(signal.SIGTERM, signal.SIG_IGN)\n{READY}"
SLOW = f"""{BEGINNING}
def leave(*_):
    print(json.dumps({{"leave_s": 30}}), flush=True)
    time.sleep(1)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
{READY}"""


async def started(program: str) -> Child:
    return Child(await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdin=PIPE, stdout=PIPE))


@pytest.mark.parametrize("program, code", [(DEAF, -9), (SLOW, 0)], ids=["overdue", "in time"])
async def test_how_long_one_may_take_is_what_it_said_last(program: str, code: int) -> None:
    child = await started(program)
    assert await child.ready()
    async with asyncio.timeout(LONGEST_S):
        assert await child.leave() == code
    assert not child.alive


async def test_one_that_ends_without_a_word_was_never_ready() -> None:
    child = await started("raise SystemExit(3)")
    assert not await child.ready()
    assert await child.ended() == 3
