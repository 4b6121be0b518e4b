"""Imports and compiles everything that a command may need once, and forks each command.

    python -m tests.forked.server SOCKET

Whoever connects sends stdin, stdout and stderr of the command, and {"words", "folder", "environment"} as a line of
JSON; the pid and the exit status come back as a line each. Who hangs up before has the command killed.
"""

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import SelectBase

import adapters
import audit
import gateway
import mappings
from gateway.releases.compiled import compile_release, gather
from gateway.store.connection import prepared
from gateway.store.postgres_driver import postgres_dialect
from gateway.store.sqlite import sqlite_dialect

EXAMPLES = Path(mappings.__path__[0]) / "examples"


def main(address: str) -> int:
    for package in (adapters, audit, gateway, mappings):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(".__main__"):
                _compile(importlib.import_module(module.name))
    compile_release(gather([EXAMPLES]))  # most installations of tests have them, or nearly
    gc.collect()
    gc.freeze()  # what is there now stays shared between all commands
    with socket.socket(socket.AF_UNIX) as listening, selectors.DefaultSelector() as selector:
        selector.register(woken_by_children(), selectors.EVENT_READ)
        listening.bind(address)
        listening.listen(64)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        selector.register(listening, selectors.EVENT_READ)
        selector.register(sys.stdin, selectors.EVENT_READ)
        return _serve(listening, selector)


def _compile(module: ModuleType) -> None:
    """Its statements, for both databases: else each command compiles anew what it asks."""
    for value in vars(module).values():
        if isinstance(value, UpdateBase | SelectBase):
            prepared(value, sqlite_dialect())
            prepared(value, postgres_dialect())


def woken_by_children() -> int:
    """A descriptor that can be read when a child has ended; a child of this process calls `unwoken`."""
    woken, wake = os.pipe()
    for end in (woken, wake):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken


def unwoken() -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _serve(listening: socket.socket, selector: selectors.BaseSelector) -> int:
    running: dict[int, socket.socket] = {}
    while True:
        for key, _ in selector.select():
            if (
                key.fileobj is sys.stdin
            ):  # whoever wanted commands has gone: none of them outlives this process
                for pid in running:
                    os.kill(pid, signal.SIGKILL)
                return 0
            if key.fileobj is listening:
                pid, line = _begin(listening)
                running[pid] = line
                selector.register(line, selectors.EVENT_READ, pid)
            elif key.data is None:
                os.read(key.fd, 4096)
            else:  # they hung up
                selector.unregister(key.fileobj)
                os.kill(key.data, signal.SIGKILL)
        _reap(running, selector)


def _begin(listening: socket.socket) -> tuple[int, socket.socket]:
    line, _ = listening.accept()
    _, descriptors, _, _ = socket.recv_fds(line, 1, 3)
    asked = json.loads(line.makefile("rb").readline())
    pid = os.fork()
    if pid == 0:
        _become(asked, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    line.sendall(f"{pid}\n".encode())
    return pid, line


def _reap(running: dict[int, socket.socket], selector: selectors.BaseSelector) -> None:
    for pid in list(running):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            line = running.pop(pid)
            with suppress(KeyError):
                selector.unregister(line)
            with suppress(OSError), line:
                line.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())


def _become(asked: dict[str, Any], descriptors: list[int]) -> None:
    """The child: nothing of the server is left in it but what it has imported."""
    unwoken()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    os.closerange(3, 256)
    # what they were opened on before may have been of another kind: a file can be sought in, a pipe cannot
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    flag, module, *arguments = asked["words"]
    assert flag == "-m"
    sys.argv[:] = [module, *arguments]
    sys.path[0] = asked["folder"]
    code = 1
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter itself would say it
        sys.excepthook(*sys.exc_info())
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]))))
