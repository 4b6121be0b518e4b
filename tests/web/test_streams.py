"""50 MB go in, out by REST and SOAP, and back with little memory, and while they do, everything else goes on."""

import pytest

from tests.bench.streams import LARGE_BYTES, MOST_GAP_MS, MOST_MB, quietest

pytestmark = pytest.mark.alone


async def test_fifty_megabytes_take_little_memory_and_hold_up_nobody() -> None:
    assert LARGE_BYTES >= 50_000_000
    costs = await quietest(3)
    assert {each.name: each.extra_mb for each in costs if each.extra_mb >= MOST_MB} == {}
    assert {each.name: each.gap_ms for each in costs if each.gap_ms >= MOST_GAP_MS} == {}
