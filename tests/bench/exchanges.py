"""CPU per exchange: the gateway with everything on, a bare proxy and a plain script, in interleaved rounds."""

import asyncio
import tempfile
from pathlib import Path

from tests.bench.processes import resident_mb
from tests.bench.rounds import Load, Subject, take_turns
from tests.installation import CHECKOUT, Installation, Process, installed

# dialect -> its simulated platform, the case that it is sent, how many at once
DIALECTS = {"rest": ("sim-gd", "gd-person", 32), "soap": ("sim-gx", "gx-person", 16)}


async def measure(dialect: str, *, rounds: int, requests: int) -> tuple[dict[str, Subject], float]:
    """All subjects of a dialect, and the gateway's resident memory before the first request (MB)."""
    platform, fixture, at_once = DIALECTS[dialect]
    with tempfile.TemporaryDirectory() as folder:
        async with installed(Path(folder), platforms=False) as installation:
            await installation.start_platforms("--quiet-bench")
            await installation.start_gateway()
            subjects = await _subjects(installation, dialect, platform, folder)
            idle_mb = resident_mb(subjects["gateway"].pids[0])
            try:
                await take_turns(list(subjects.values()), Load(fixture, at_once, rounds, requests))
            finally:
                for subject in subjects.values():
                    await subject.processes[0].end()
    return subjects, idle_mb


async def _subjects(
    installation: Installation, dialect: str, platform: str, folder: str
) -> dict[str, Subject]:
    target = str(installation.platforms[platform].said["address"])
    wsdl = str(CHECKOUT / "mappings/examples/sim-gx/contract/service.wsdl")
    script = Process(["tests.bench.script", dialect, target, f"{folder}/script.db", wsdl])
    path = "/api/v2/cases" if dialect == "rest" else ""
    proxy = Process(["tests.bench.proxy", target + path])
    await asyncio.gather(script.start(), proxy.start())
    found = {"proxy": [proxy], "script": [script], "gateway": installation.gateways}
    return {name: Subject(name, processes) for name, processes in found.items()}
