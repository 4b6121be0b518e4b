"""One real transport per test; a file system of its own for those that need one without room."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from adapters.transport import HttpTransport


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
