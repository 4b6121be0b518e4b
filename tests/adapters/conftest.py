"""A transport for each test, front databases of both kinds, a file system without room for those that need one."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.transport import HttpTransport
from tests.adapters.fronts import Front


@pytest.fixture
async def transport() -> AsyncIterator[HttpTransport]:
    async with HttpTransport() as transport:
        yield transport


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, with room for 64 KiB."""
    where = tmp_path / "device"
    where.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(where)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("only root on a machine that lets it mount can have a file system without room")
    yield where
    subprocess.run(["umount", str(where)], check=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def front(request: pytest.FixtureRequest, tmp_path: Path) -> Front:
    """A front database with its table, on each kind."""
    if request.param == "postgresql":
        made = Front(request.getfixturevalue("server").database())
    else:
        made = Front(f"sqlite:///{tmp_path}/front.db")
    made.make()
    return made
