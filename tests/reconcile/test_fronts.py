"""A day with a front database and with a file drop: both can be listed."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes.fixtures import case
from tests.fakes.fronts import Far, Tables
from tests.faults.places import Place, submitted
from tests.faults.test_fronts import DIVISIONS, person, told, world
from tests.reconcile.told import day_of, kinds, reconciled

BOTH = pytest.mark.parametrize("name", DIVISIONS)


def lose(far: Far, number: str) -> None:
    """Somebody over there removes what lies under a number."""
    if isinstance(far, Tables):
        far.ask("delete from pro_accept where project_no = ?", number)
    else:
        for each in Path(far.address).rglob(f"YW01_{number}.xml*"):
            each.unlink()


@BOTH
async def test_what_lies_in_a_front_agrees_with_what_was_sent(place: Place, name: str) -> None:
    async with world(place, name) as (gateway, far):
        first = await submitted(gateway, person(name))
        second = await submitted(
            gateway, {**person(name), "applicant": case("gd-minor")["applicant"]}, "key-0002"
        )
        await told(gateway, first.id, "handed_over")
        far.move(first.ours, "04")
        done = await reconciled(gateway, name, day_of(first))
        assert (done.source, done.sent, done.listed, kinds(done)) == ("list", 2, 2, ["agree", "agree"])
        records = {each.theirs[0].ours: each.theirs[0] for each in done.differences}
        assert records.keys() == {first.ours, second.ours}
        assert (records[first.ours].state, records[first.ours].theirs[-20:]) == ("accepted", first.ours)

        lose(far, second.ours)
        done = await reconciled(gateway, name, day_of(first))
        assert sorted(kinds(done)) == ["agree", "missing_there"]
        empty = await reconciled(gateway, name, day_of(first) - timedelta(days=1))
        assert (empty.sent, empty.listed) == (0, 0)
