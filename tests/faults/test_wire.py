"""The whole path against a wire that breaks in every way of DESIGN §6: what is known, and how it ends.

Counts are the platforms' own: at most one arrival for each attempt, and in the end exactly one taking.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.fakes.control import application
from tests.fakes.fixtures import case
from tests.fakes.programme import step
from tests.fakes.server import running
from tests.faults.places import SIMULATORS, Place, arrivals, asked, kinds, sound, submitted, taken, until
from tests.faults.stores import ON_BOTH_WHEN_LONG

pytestmark = ON_BOTH_WHEN_LONG
CASES = {"sim-gd": "gd-organization", "sim-gx": "gx-person"}
OTHERS = {"sim-gd": "gd-agent", "sim-gx": "gx-minor"}
NONE: frozenset[str] = frozenset()
# what REST does after an unknown: it sends again, because they deduplicate; SOAP asks
LOST = {"sim-gd": ["unknown", "taken"], "sim-gx": ["unknown", "absent", "absent", "taken"]}
KEPT = {"sim-gd": ["unknown", "already"], "sim-gx": ["unknown", "landed"]}
LATER = {"sim-gd": ["later", "taken"], "sim-gx": ["later", "taken"]}
FAULTS = [
    ({"do": "reset_after"}, LOST),  # they read it all and did not take it
    ({"do": "take_then_drop"}, KEPT),
    ({"do": "half_answer"}, KEPT),
    ({"do": "half_answer", "take": False}, LOST),
    ({"do": "redirect"}, LOST),  # a 307 is not followed, and proves nothing
    ({"do": "stall", "seconds": 2}, KEPT),
    ({"do": "garbage"}, KEPT),
    ({"do": "empty"}, KEPT),
    ({"do": "status", "code": 502}, LOST),
    ({"do": "status", "code": 502, "take": True}, KEPT),
    ({"do": "status", "code": 504}, LOST),
    ({"do": "status", "code": 504, "take": True}, KEPT),
    ({"do": "status", "code": 500}, LOST),
    ({"do": "status", "code": 503}, LOST),
    ({"do": "busy"}, LATER),  # a 503 that says what it means
    ({"do": "later", "after_s": 1}, LATER),
]


@pytest_asyncio.fixture(scope="module")
async def hasty(tmp_path_factory: pytest.TempPathFactory, new_place) -> Place:
    """An installation that waits a second for an answer."""
    place = new_place(tmp_path_factory.mktemp("hasty") / "place")
    quick = {"timeout_s: 5, connect_s: 2": "timeout_s: 1, connect_s: 1"}
    place.write({"sim-gd": quick, "sim-gx": {**quick, "settled_after: 2s": "settled_after: 50ms"}})
    async with place.gateway() as gateway:
        (place.folder / "log_key").write_text(gateway.signer.vkey)
    return place


def named(value):
    return (
        " ".join(map(str, value.values())) if "do" in value else "lost" if value is LOST else "kept or later"
    )


@pytest.mark.parametrize("platform", list(CASES))
@pytest.mark.parametrize("fault, facts", FAULTS, ids=named)
async def test_whatever_the_wire_does_ends_with_one_taking(hasty, ready, tmp_path, platform, fault, facts):
    place = (hasty if fault["do"] == "stall" else ready).copied(tmp_path / "place")
    async with place.platforms(platform) as simulators, place.gateway() as gateway:
        simulator = simulators[platform]
        simulator.programme.add(step(fault, NONE, 0))
        ended = await submitted(gateway, case(CASES[platform]))
        assert (ended.state, await kinds(gateway, ended.id)) == ("delivered", facts[platform])
        assert taken(simulator) == 1
        sends = [kind for kind in facts[platform] if kind not in {"absent", "landed"}]
        assert arrivals(simulator) == len(sends)
        assert ended.attempt == len(facts[platform])
    sound(place)


@pytest.mark.parametrize("platform", CASES)
async def test_a_platform_is_left_alone_for_as_long_as_it_asked(place, platform):
    async with place.platforms(platform) as simulators, place.gateway() as gateway:
        simulators[platform].programme.add(step({"do": "later", "after_s": 1}, NONE, 0))
        await submitted(gateway, case(CASES[platform]))
        at_ms = [each["at_ms"] for each in simulators[platform].ledger.arrivals(None) if each["number"]]
        assert at_ms[1] - at_ms[0] >= 1_000


@pytest.mark.parametrize("platform", CASES)
async def test_a_refused_connection_is_known_to_have_carried_nothing(place, platform):
    port = free_port()
    simulator = SIMULATORS[platform](str(place.folder / "ledger.sqlite"))
    place.point(platform, f"http://127.0.0.1:{port}{simulator.dialect.path}")
    async with place.gateway() as gateway:
        exchange, _ = await gateway.exchanges.admit(asked(gateway, case(CASES[platform]), "key-0001"))
        await until(gateway, exchange.id, "deferred")
        async with running(simulator, application, port=port):
            await until(gateway, exchange.id, "delivered")
            facts = await kinds(gateway, exchange.id)
            assert set(facts[:-1]) == {"not_sent"}
            assert facts[-1] == "taken"
            assert taken(simulator) == arrivals(simulator) == 1
    sound(place)


@pytest.mark.parametrize("platform", CASES)
async def test_a_kept_connection_that_they_close_is_an_unknown_and_not_sent_twice(place, platform):
    async with place.platforms(platform) as simulators:
        simulator = simulators[platform]
        closing = asyncio.Event()
        async with relay(simulator.address, closing) as address:
            place.point(platform, address)
            async with place.gateway() as gateway:
                await submitted(gateway, case(OTHERS[platform]), "key-0000")
                before = arrivals(simulator)
                closing.set()
                ended = await submitted(gateway, case(CASES[platform]))
                facts = await kinds(gateway, ended.id)
                assert (ended.state, facts) == ("delivered", LOST[platform])
                assert arrivals(simulator) == before + 1  # the first try met a connection that was closing
                assert taken(simulator) == 2
    sound(place)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def relay(address: str, closing: asyncio.Event) -> AsyncIterator[str]:
    """Passes everything on; once told, closes a kept connection when its next request begins."""
    place, _, path = address.removeprefix("http://").partition("/")
    host, port = place.split(":")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        their_reader, their_writer = await asyncio.open_connection(host, int(port))
        answered = asyncio.Event()

        async def back() -> None:
            while part := await their_reader.read(65536):
                answered.set()
                writer.write(part)

        answering = asyncio.create_task(back())
        while (part := await reader.read(65536)) and not (answered.is_set() and closing.is_set()):
            their_writer.write(part)
        if part:
            closing.clear()
        answering.cancel()
        their_writer.close()
        writer.close()

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}" + (f"/{path}" if path else "")
    finally:
        server.close()
