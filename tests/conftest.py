"""The soak takes minutes and hardly any work, so it goes on in a process of its own beside the first tests."""

import subprocess
import sys
from pathlib import Path

import pytest

SOAK = "test_memory_and_descriptors_do_not_grow_under_a_light_load"
MINUTES = 2
SOAKING = pytest.StashKey[subprocess.Popen[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is said of the soak comes last; it begins now."""
    soaking = [item for item in items if item.name == SOAK]
    if soaking:
        items[:] = [*(item for item in items if item.name != SOAK), *soaking]
    if soaking and not config.option.collectonly:
        command = [sys.executable, "-m", "tests.bench.soak", "--minutes", str(MINUTES)]
        config.stash[SOAKING] = subprocess.Popen(
            command,
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever breaks off the tests breaks off the soak."""
    soak = config.stash.get(SOAKING, None)
    if soak is not None and soak.poll() is None:
        soak.terminate()
        soak.wait()


@pytest.fixture
def soak(request: pytest.FixtureRequest) -> subprocess.Popen[str]:
    return request.config.stash[SOAKING]
