"""Simulated platforms as processes of their own, and their control interface as Python calls."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Remote:
    """A running simulated platform: where cases go (`address`), and where it is asked and told (`control`)."""

    address: str
    control: str
    process: subprocess.Popen[str]

    def counts(self) -> dict[str, Any]:
        """arrivals, takings (with doubles), cases (distinct numbers), doubled {number: times}, outcomes."""
        return dict(self._ask("GET", "counts"))

    def cases(self) -> list[dict[str, Any]]:
        """One row per number: number, times, reference, division, item, at_ms."""
        return list(self._ask("GET", "cases"))

    def case(self, number: str) -> dict[str, Any]:
        """Every taking of the number with the document as the platform read it, and its states."""
        return dict(self._ask("GET", f"cases/{number}"))

    def arrivals(self, number: str = "") -> list[dict[str, Any]]:
        """Raw arrivals in order: seq, at_ms, operation, number, outcome, code, step, digest."""
        return list(self._ask("GET", f"arrivals?number={number}" if number else "arrivals"))

    def tell(self, *steps: dict[str, Any]) -> None:
        """Programme what comes next; raises HTTPError 400 for an unknown behaviour."""
        self._ask("POST", "programme", list(steps))

    def clear(self) -> None:
        """Back to ordinary behaviour; whatever was absent is visible again."""
        self._ask("DELETE", "programme")

    def move(self, number: str, state: str) -> None:
        """The authority moves a case: signed, accepted, granted, served …"""
        self._ask("POST", f"cases/{number}/state", {"state": state})

    def expire_secret(self) -> None:
        """The session secret is forgotten now."""
        self._ask("POST", "expire_secret", {})

    def stop(self) -> None:
        """End the process; its database file stays."""
        self.process.terminate()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()

    def _ask(self, method: str, path: str, document: Any = None) -> Any:
        body = None if document is None else json.dumps(document).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.control}/_sim/{path}", data=body, headers=headers, method=method)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)


def start(module: str, *options: str) -> Remote:
    """`start("gd", "--database", "x.sqlite")`: returns once it listens; it ends with who started it."""
    command = [sys.executable, "-m", f"tests.fakes.{module}", "--with-parent", *options]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    return Remote(told["address"], told["control"], process)
