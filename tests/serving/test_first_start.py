"""An empty database, and several processes that start on it at once."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from gateway.activation import activate, checked, sources
from gateway.boot import Gateway, boot
from gateway.cli.serve.serve import first_start
from gateway.settings.conf import load
from tests.faults.ledgers import ask
from tests.faults.places import Place
from tests.installation import CHECKOUT, Installation, Process
from tests.postgres import Server
from tests.serving.several import column
from tests.waiting import LONGEST_S

AT_ONCE = 4
LISTED = sum(1 for _ in (CHECKOUT / "mappings" / "catalogue" / "items.csv").open(encoding="utf-8")) - 1
ACTIVATED = """select (select count(*) from activations),
    (select count(*) from audit_entries where kind = 'release.activated')"""
ITEMS = "select count(*) from items"


@asynccontextmanager
async def gateways(folder: Path, server: Server) -> AsyncIterator[Sequence[Gateway]]:
    """Several on one empty database, none of which has looked at what is declared."""
    place = Place(folder, server)
    place.write()
    place.keep_in(server.database())
    async with AsyncExitStack() as stack:
        made = [boot(load(place.conf)) for _ in range(AT_ONCE)]
        for gateway in made:
            await gateway.start()
            stack.push_async_callback(gateway.stop)
        yield made


async def test_of_several_that_activate_at_one_moment_one_does(tmp_path: Path, server: Server) -> None:
    async with gateways(tmp_path, server) as several:
        releases = [checked(gateway, sources(gateway.settings)) for gateway in several]
        did = await asyncio.gather(
            *(
                activate(gateway, release, actor="somebody", why="first", first=True)
                for gateway, release in zip(several, releases, strict=True)
            )
        )
        assert sorted(did) == [False] * (AT_ONCE - 1) + [True]
        assert ask(several[0].settings.database, ACTIVATED) == [(1, 1)]


async def test_gateways_that_start_together_fill_the_catalogue_once_and_serve_one_release(
    tmp_path: Path, server: Server
) -> None:
    async with gateways(tmp_path, server) as several:
        await asyncio.gather(*map(first_start, several))
        assert len({gateway.routes.active.digest for gateway in several}) == 1
        assert all("sim-gd" in gateway.gates.gates for gateway in several)
        assert ask(several[0].settings.database, ACTIVATED) == [(1, 1)]
        assert column(several[0].settings.database, ITEMS) == [LISTED]


async def test_processes_that_start_together_share_keys_schema_and_first_release(
    tmp_path: Path, server: Server
) -> None:
    database = server.database()
    installation = Installation(tmp_path)
    installation.write(database=database, linger_s=300)
    for name in installation.stands:
        installation.point(name, "http://127.0.0.1:9")
    processes = [Process(["gateway.cli", "serve", "--conf", str(installation.conf)]) for _ in range(2)]
    try:
        said = await asyncio.gather(*(process.start() for process in processes))
        assert len({each["log_key"] for each in said}) == 1
        assert len({each["address"] for each in said}) == len(processes)
        keys = sorted(path.name for path in (tmp_path / "state" / "keys").iterdir())
        assert keys == ["audit.key", "person.key", "readings.key", "witness.key", "wrapping.key"]
    finally:
        async with asyncio.timeout(LONGEST_S):  # nobody is connected, so nobody is waited for
            codes = await asyncio.gather(*(process.end() for process in processes))
    assert codes == [0] * len(processes)
    assert ask(database, ACTIVATED) == [(1, 1)]
    assert column(database, ITEMS) == [LISTED]
    assert column(database, "select name from leases where substr(name, 1, 8) = 'process/'") == []
