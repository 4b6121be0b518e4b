"""`python -m tests.faults`: what it says of its parts, and that nothing outlives it that it has started."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.__main__ import Part, told
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S

DEAF_AND_AWAY = """
import os, signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()  # as a server of a database does
    if os.fork() == 0:
        Path(sys.argv[1]).write_text(str(os.getpid()))
        time.sleep(600)
    os._exit(0)
time.sleep(600)
"""
BREAKS_OFF = """
import sys
from tests.faults.__main__ import Part, Run, nothing_left
part = Part("breaks off", ("-c", *sys.argv[1:]))
with nothing_left((part,), leave_s=0.2):
    Run({}).beside_each_other((part,))
"""


def _as_in_the_background() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_breaks_off_leaves_no_process_behind_not_even_one_that_went_away(
    number: signal.Signals, tmp_path: Path
) -> None:
    born = tmp_path / "born"
    command = [sys.executable, "-c", BREAKS_OFF, DEAF_AND_AWAY, str(born)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stderr=subprocess.DEVNULL, preexec_fn=_as_in_the_background
    ) as faults:
        until_s = time.monotonic() + LONGEST_S
        while not (born.exists() and born.read_text()) and time.monotonic() < until_s:
            time.sleep(0.03)
        pid = int(born.read_text())
        assert is_there(pid)
        faults.send_signal(number)
        faults.wait(LONGEST_S)
    assert faults.returncode != 0
    assert not is_there(pid)


def test_the_table_names_each_part_with_what_became_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    parts = [Part("a part that passes", ("-c", "print(1)")), Part("a part that fails", ("-c", "exit(2)"))]
    for part in parts:
        part.start(dict(os.environ))
        assert part.process
        part.process.wait()
        part.goes_on()
    code = told([*parts, Part("a part that never began", ())])
    table = [line.split("  ")[0].strip() for line in capsys.readouterr().out.splitlines()[-3:]]
    assert code == 1
    assert table == ["a part that passes", "a part that fails", "a part that never began"]
