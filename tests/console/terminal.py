"""`tongban account` as it is typed: at a terminal, with the password typed where it is asked for."""

import asyncio
import os
import shlex
import subprocess
from pathlib import Path

from argon2 import PasswordHasher

from tests.forked import python
from tests.shape.sources import CHECKOUT
from tests.waiting import LONGEST_S

PASSWORD = "test-password-of-nobody-7"
# a hash says itself how much work it takes: this one as little as there can be
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def typed(folder: Path, line: str, *passwords: str) -> tuple[int, str]:
    """(exit code, all that the terminal showed) of one command; passwords are typed where they are asked for."""
    program, *words = shlex.split(line)
    assert program == "tongban"
    ours, theirs = os.openpty()
    child = subprocess.Popen(
        [*python(), "-m", "gateway.cli", *words], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )  # fmt: skip
    os.close(theirs)
    shown, waiting = b"", list(passwords)
    while True:
        try:
            shown += os.read(ours, 4096)
        except OSError:  # the terminal is closed: the command has ended
            break
        asked = len(passwords) - len(waiting)
        if waiting and shown.count(b": ") > asked:
            os.write(ours, f"{waiting.pop(0)}\n".encode())
    os.close(ours)
    return child.wait(timeout=LONGEST_S), shown.decode()


async def account(folder: Path, words: str, *passwords: str) -> str:
    """What `tongban account …` showed; it went well."""
    code, shown = await asyncio.to_thread(typed, folder, f"tongban account {words} --conf conf", *passwords)
    assert code == 0, shown
    return shown
