"""The soak takes minutes and hardly any work: it goes on in a process of its own, beside a run of everything."""

import gc
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.databases import on_server as on_server
from tests.databases import server as server

MINUTES, PER_S = 2, 10
SAID = "TONGBAN_SOAK_SAID"  # the file in which workers of one run find what the soak said
SOAKING = pytest.StashKey[subprocess.Popen[bytes]]()


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # till all is collected: what is imported and collected stays
    # what a busy machine takes for an example says nothing of what is tested
    settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("suite")
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and config.option.markexpr != "alone"
    if is_whole and not hasattr(config, "workerinput") and not config.option.collectonly:
        said = Path(tempfile.mkdtemp(prefix="tongban-soak-")) / "said"
        config.stash[SOAKING] = soaking(said)
        os.environ[SAID] = str(said)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is said of the soak comes last."""
    items.sort(key=lambda item: item.path.name == "test_soak.py")


def pytest_collection_finish() -> None:
    """The modules and the tests of a run stay till its end: no search for garbage goes through them again."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Whoever runs only what measures need not import all the rest to find it."""
    if config.option.markexpr != "alone" or collection_path.suffix != ".py":
        return None
    return "pytest.mark.alone" not in collection_path.read_text("utf-8") or None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Whoever breaks off the tests breaks off the soak."""
    soak = config.stash.get(SOAKING, None)
    if soak is not None and soak.poll() is None:
        soak.terminate()
        soak.wait()


def soaking(said: Path) -> subprocess.Popen[bytes]:
    """A soak that has begun; once it has ended, the file holds its exit code and what it said."""
    script = (
        '"$0" -m tests.bench.soak "$@" >"$SAID.part" 2>&1; echo $? >>"$SAID.part"; mv "$SAID.part" "$SAID"'
    )
    command = ["sh", "-c", script, sys.executable, "--minutes", str(MINUTES), "--per-s", str(PER_S)]
    return subprocess.Popen(command, cwd=Path(__file__).parents[1], env=os.environ | {"SAID": str(said)})


@contextmanager
def begun(folder: Path) -> Iterator[Path]:
    if SAID in os.environ:
        yield Path(os.environ[SAID])
        return
    process = soaking(folder / "said")
    try:
        yield folder / "said"
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Path]:
    """Where the soak's words will stand: of the one that goes on beside this run, else of one that begins now."""
    with begun(tmp_path) as said:
        yield said
