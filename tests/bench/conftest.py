"""One installation for each kind of database; every test works on a copy of it."""

from tests.faults.conftest import new_place, place, ready, store

__all__ = ["new_place", "place", "ready", "store"]
