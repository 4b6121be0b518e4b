"""On which databases the tests of a module run: one by one on both takes long, so the suite has some on a file.

`make faults` has all of them on both.
"""

import os
from collections.abc import Sequence

import pytest

from tests.faults.places import Place

LONG = os.environ.get("FAULTS") == "long"
ON_BOTH_WHEN_LONG = pytest.mark.parametrize(
    "store", ["sqlite", "postgresql"] if LONG else ["sqlite"], indirect=True, scope="session"
)
ON_BOTH = pytest.mark.parametrize("store", ["sqlite", "postgresql"], indirect=True, scope="session")
ON_A_FILE = pytest.mark.parametrize("store", ["sqlite"], indirect=True, scope="session")


def thinned(boundaries: Sequence[int], apart: int, place: Place) -> Sequence[int]:
    """At which of them a process is killed in the suite: every `apart`-th; on a server at three."""
    if LONG:
        return boundaries
    return sorted({*boundaries[:: len(boundaries) if place.server else apart], *boundaries[-2:]})
