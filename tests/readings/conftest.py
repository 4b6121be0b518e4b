"""An installation for each kind of database."""

from pathlib import Path

import pytest

from tests.faults.conftest import NewPlace, new_place, store
from tests.faults.places import Place

__all__ = ["new_place", "store"]


@pytest.fixture
def place(new_place: NewPlace, tmp_path: Path) -> Place:
    made = new_place(tmp_path / "place")
    made.write(names=("sim-gd",))
    return made
