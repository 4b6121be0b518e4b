"""On which databases the tests of a module run: one by one on both takes long, so the suite has some on a file.

`make faults` has all of them on both.
"""

import os

import pytest

LONG = os.environ.get("FAULTS") == "long"
ON_BOTH_WHEN_LONG = pytest.mark.parametrize(
    "store", ["sqlite", "postgresql"] if LONG else ["sqlite"], indirect=True, scope="session"
)
ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True, scope="session")
ON_A_FILE = pytest.mark.parametrize("store", ["sqlite"], indirect=True, scope="session")
