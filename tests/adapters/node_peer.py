"""Starts the node-soap server of tests/contract/node; its packages are installed once into a cache folder."""

import hashlib
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

from tests.waiting import LONGEST_S

NODE = Path(__file__).resolve().parents[1] / "contract" / "node"
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tongban-tests"


class NodePeer:
    """A running server: where it is, and what it was called with."""

    def __init__(self, process: subprocess.Popen[str], path: str) -> None:
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, args=(process.stdout,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._line()['port']}{path}"

    def call(self) -> Any:
        """The next call that the server reports: {operation, args}."""
        return self._line()

    def _listen(self, output: IO[str]) -> None:
        for line in output:
            self._lines.put(line)

    def _line(self) -> Any:
        return json.loads(self._lines.get(timeout=LONGEST_S))


@contextmanager
def node_peer(wsdl: Path, answers: dict[str, Any], path: str = "/services/exchange") -> Iterator[NodePeer]:
    """Skips, with the reason, where node is not there or its packages cannot be had."""
    modules = installed()
    command = ["node", str(NODE / "server.js"), str(wsdl), json.dumps(answers), path]
    environment = {**os.environ, "NODE_PATH": str(modules)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        yield NodePeer(process, path)
    finally:
        process.terminate()
        process.wait(timeout=LONGEST_S)


def installed() -> Path:
    """node_modules for the locked packages, installed at most once per lock file and machine."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed, so there is no foreign SOAP server from npm")
    lock = (NODE / "package-lock.json").read_bytes()
    folder = _CACHE / f"node-soap-{hashlib.sha256(lock).hexdigest()[:16]}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(NODE / name, folder / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=180, check=False)
        if done.returncode != 0:
            pytest.skip(f"npm ci could not fetch the SOAP server: {done.stderr.strip()[-200:]}")
        (folder / "complete").touch()
    return folder / "node_modules"
