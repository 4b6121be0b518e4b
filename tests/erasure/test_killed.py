"""A process that dies at every statement of an erasure: all of the case is gone, with its entries, or nothing."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from gateway.boot import boot
from gateway.erasure.erasing import Ground
from gateway.erasure.ordered import erase_case
from gateway.settings.conf import load
from gateway.world import World
from tests.erasure.conftest import cases_of, left
from tests.faults.failpoints import Failpoints
from tests.faults.ledgers import verified
from tests.faults.places import Place
from tests.faults.stores import LONG, ON_BOTH_WHEN_LONG
from tests.reconcile.told import entries_of

pytestmark = ON_BOTH_WHEN_LONG
COUNTING = None
APART = 1 if LONG else 4  # in the suite it dies at every fourth boundary, and round the COMMIT


def erased(folder: Path, conf: Path, case_id: str, at: int | None) -> int:
    """In a process of its own, which dies at boundary `at`; the signal that it died of, or 0."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.run(_erase(Failpoints(folder / "armed", folder / "marks", at), conf, case_id))
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(pid, 0)[1]
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


async def _erase(points: Failpoints, conf: Path, case_id: str) -> None:
    gateway = boot(load(conf), World(connect=points.connect))
    gateway.open()
    points.armed.touch()
    await erase_case(gateway.store, gateway.folder, case_id, Ground("court", document="模院〔2026〕1号"))
    await gateway.close()


def test_a_death_at_any_statement_leaves_all_or_nothing(
    place: Place, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    case_id, before = cases_of(place)[0], left(place, cases_of(place)[0])
    counted = place.copied(tmp_path / "counted")
    assert erased(counted.folder, counted.conf, case_id, COUNTING) == 0
    marks = (counted.folder / "marks").read_text().splitlines()
    assert {"before DELETE body_keys", "after COMMIT"} <= set(marks)
    committed = marks.index("after COMMIT")
    for number in sorted({*range(0, len(marks), APART), committed - 1, committed}):
        name = marks[number]
        with subtests.test(f"{number} {name}"):
            copy = place.copied(tmp_path / f"at-{number}")
            assert erased(copy.folder, copy.conf, case_id, number) == signal.SIGKILL
            gone = number >= committed
            now, said = left(copy, case_id), entries_of(copy, "content.erased")
            assert (sum(now.values()) == 0, bool(said)) == (gone, gone)
            assert gone or now == before
            assert not verified(copy.database, (copy.folder / "log_key").read_text())
            if not gone:
                assert erased(copy.folder, copy.conf, case_id, COUNTING) == 0
                assert sum(left(copy, case_id).values()) == 0
