"""A short campaign on each store: a seed that stays, and one by chance, which is printed if it finds something."""

import secrets

import pytest

from tests.faults.campaign.alone import told
from tests.faults.campaign.run import campaign
from tests.faults.campaign.schedule import FRONTS, SEATS, drawn

FIXED, CHANCE = 20261122, secrets.randbelow(1_000_000)
SECONDS = 6
CALLERS = 10  # half as many as else: it is the faults that should keep the machine busy, not what it is asked


@pytest.mark.parametrize("store", SEATS)
@pytest.mark.parametrize("seed", [pytest.param(FIXED, id="fixed"), pytest.param(CHANCE, id="by chance")])
async def test_whatever_goes_wrong_at_the_same_time_no_promise_is_broken(seed, store):
    done = await campaign(drawn(seed, store, SECONDS), callers=CALLERS)
    assert len(done.seen.rows) > 10
    assert not told(done), (
        f"python -m tests.faults.campaign --seed {seed} --store {store} --seconds {SECONDS}"
    )


@pytest.mark.parametrize("store", SEATS)
async def test_the_same_holds_for_a_front_database_and_a_folder_that_fail_as_those_do(store):
    done = await campaign(drawn(CHANCE, store, SECONDS, fronts=True))
    delivered = {row.platform for row in done.seen.rows if row.state == "delivered"}
    assert set(FRONTS) <= delivered
    assert not told(done), (
        f"python -m tests.faults.campaign --seed {CHANCE} --store {store} --seconds {SECONDS} --fronts"
    )


@pytest.mark.parametrize("store", SEATS)
def test_a_seed_gives_the_same_schedule_again_and_another_seed_another(store):
    assert list(drawn(7, store, 30).lines()) == list(drawn(7, store, 30).lines())
    assert list(drawn(7, store, 30).events) != list(drawn(8, store, 30).events)
