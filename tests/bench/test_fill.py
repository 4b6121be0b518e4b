"""A filled store is one that a gateway could have left."""

from contextlib import closing

from gateway.store.database import open_connection
from tests.bench.fill import fill
from tests.fakes.fixtures import case
from tests.faults.ledgers import ask, halves, verified
from tests.faults.places import Place, submitted


async def test_a_filled_store_has_nothing_by_halves_and_a_log_that_verifies(
    place: Place,
) -> None:
    async with place.platforms("sim-gx"), place.gateway() as gateway:
        delivered = await submitted(gateway, case("gx-person"))
        log_key = gateway.signer.vkey
    assert delivered.state == "delivered"
    with closing(open_connection(place.database)) as connection:
        fill(connection, 30)
    async with place.gateway():
        """It starts, and signs what was appended."""
    assert halves(place.database) == []
    assert verified(place.database, log_key) == ""
    assert ask(place.database, "select count(*), count(distinct ours) from exchanges") == [(31, 31)]
