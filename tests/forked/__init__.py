"""`python -m MODULE …` for tests, in the time of a fork: most of what a command costs is importing.

What runs is the real command: a process of its own, with its own arguments, folder, environment, descriptors and
exit code. Only its imports were done before, by a server that each process of the tests starts once. What tests of
starting, of signals and of kills run is `sys.executable`.
"""

import atexit
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("client.py")


@cache
def python() -> tuple[str, ...]:
    """What to write before `-m MODULE …`, instead of `sys.executable`."""
    folder = tempfile.TemporaryDirectory(prefix="tongban-forked-", ignore_cleanup_errors=True)
    socket = Path(folder.name) / "socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forked.server", str(socket)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        cwd=CHECKOUT,
    )  # fmt: skip
    assert server.stdin and server.stdout
    atexit.register(folder.cleanup)
    atexit.register(server.stdin.close)  # it ends with whoever started it, however that ended
    server.stdout.readline()
    return sys.executable, "-I", "-S", str(CLIENT), str(socket)
