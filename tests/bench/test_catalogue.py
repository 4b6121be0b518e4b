"""The short form of the bench: what a list and a code cost, in processor time, since the machine is shared."""

import tempfile
from pathlib import Path

import pytest

from tests.bench.catalogue import COLD_MS, HOT_US, RESIDENT_MB, ROWS_S, on_store, write_list

ROWS = 20_000
# A machine that others use too is up to three times slower in processor time as well.
MARGIN = 3


@pytest.mark.alone
async def test_a_list_comes_in_fast_and_a_code_is_found_at_once() -> None:
    imported, aligned = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.csv"
        write_list(path, ROWS)
        for turn in range(3):
            address = f"sqlite:///{folder}/store-{turn}.db"
            imported.append(await on_store(address, "import", path))
            aligned.append(await on_store(address, "align", path, cold=1_000, hot=200))
    assert all(each["added"] == ROWS for each in imported)
    assert max(each["busy_rows_s"] for each in imported) > ROWS_S / MARGIN
    assert min(each["hot_us"] for each in aligned) < HOT_US
    assert min(each["cold_busy_ms"] for each in aligned) < COLD_MS
    assert min(each["more_mb"] for each in aligned) < RESIDENT_MB
