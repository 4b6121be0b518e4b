"""Two gateways on one database: what one of them finds out, a caller of the other is told at once."""

import asyncio
from pathlib import Path

from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.faults.places import Place, asked, look, taken
from tests.postgres import Server

STALL_S, WAIT_S = 6, 30


async def test_a_caller_here_is_told_at_once_what_another_process_has_brought_about(
    tmp_path: Path, server: Server
) -> None:
    place = Place(tmp_path, server)
    place.write({"sim-gd": {"in_flight: 32": "in_flight: 1"}})
    async with place.platforms("sim-gd") as simulators, place.gateway() as here, place.gateway() as there:
        simulators["sim-gd"].programme.add(step({"do": "stall", "seconds": STALL_S}, frozenset(), 0))
        stalled, _ = await here.exchanges.admit(asked(here, case("gd-organization"), "key-0001"))
        waiting, _ = await here.exchanges.admit(asked(here, case("gd-minor"), "key-0002"))
        assert (stalled.state, waiting.state) == ("sending", "waiting"), "the only slot here is taken"
        before_s = asyncio.get_running_loop().time()
        ended = await here.exchanges.wait(waiting, WAIT_S)
        took_s = asyncio.get_running_loop().time() - before_s
        assert (ended.state, ended.owner) == ("delivered", there.exchanges.around.owner)
        assert (await look(here, stalled.id)).state == "sending", "nothing here could have sent it"
        assert took_s < STALL_S
        assert (await here.exchanges.wait(stalled, WAIT_S)).state == "delivered"
        assert taken(simulators["sim-gd"]) == 2
