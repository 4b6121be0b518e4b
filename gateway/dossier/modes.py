"""What comes of the mode (通办方式) of a case: its parcels, and the joint case that it is a part of."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.cases.joint import Standing, standing_of
from gateway.cases.parcels import Parcel, parcels_of
from gateway.exchange.following import parts_of
from gateway.store import joints, parcels
from gateway.store.connection import Connection


class Part(NamedTuple):
    """Which part of which joint case: `place` of `parts`, from 1."""

    joint_id: str
    place: int
    parts: int
    standing: Standing


class Modes(NamedTuple):
    """part: None for a case by itself."""

    parcels: Sequence[Parcel]
    part: Part | None


def modes_of(connection: Connection, case_id: str) -> Modes:
    return Modes(parcels_of(parcels.of_case(connection, case_id)), _part(connection, case_id))


def _part(connection: Connection, case_id: str) -> Part | None:
    found = joints.of_case(connection, case_id)
    if found is None:
        return None
    outcomes = [outcome for _, outcome in parts_of(connection, found[0])]
    return Part(*found, len(outcomes), standing_of(outcomes))
