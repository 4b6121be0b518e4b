"""Two minutes of a light, troubled load: enough to see what grows with every exchange. `make soak` takes longer."""

import time
from pathlib import Path

import pytest

from tests.bench.soak import slope
from tests.conftest import MINUTES


def test_a_slope_is_told_through_what_jumps_now_and_then() -> None:
    at = [float(second) for second in range(60)]
    growing = [100 + 0.05 * second + (30 if second % 17 == 0 else 0) for second in at]
    assert slope(at, growing) == pytest.approx(0.05)
    assert slope(at, [100.0] * 60) == 0


def test_memory_and_descriptors_do_not_grow_under_a_light_load(soak: Path) -> None:
    end_s = time.monotonic() + MINUTES * 60 + 300
    while not soak.exists():
        assert time.monotonic() < end_s, "the soak does not come to its end"
        time.sleep(0.5)
    *said, code = soak.read_text("utf-8").splitlines()
    assert code == "0", "\n".join(said)
