"""Too much at once is said at once; a gateway that stops takes nothing new and finishes what it began."""

import asyncio
import signal
from pathlib import Path

from tests.fakes import fixtures
from tests.forked import python
from tests.installation import installed
from tests.waiting import eventually
from tests.web.people import case_of_somebody
from tests.web.service import serving

MOST = 4  # of one caller: half of all


async def test_more_than_the_bound_is_429_and_nothing_of_it_is_admitted(tmp_path: Path) -> None:
    async with serving(tmp_path, open_requests=str(2 * MOST)) as running:
        await running.submit(case_of_somebody(), "to-open-the-session")
        await running.tell("sim-gd", do="stall", seconds=1.5, times=MOST)
        before = (await running.rows())["exchanges"]
        asked = [running.submit(case_of_somebody(), f"overload-{number}") for number in range(MOST)]
        slow = [asyncio.create_task(each) for each in asked]
        await eventually(lambda: running.counts()["sim-gd"]["arrivals"] >= MOST + 2)
        answers = await asyncio.gather(
            *(running.submit(case_of_somebody(), f"more-{n:06d}") for n in range(3))
        )
        for answer in answers:
            assert (answer.status, answer.code) == (429, "overloaded")
            assert answer.document["cause"] == "open_requests"
            assert int(answer.headers["Retry-After"]) >= 1
        other = await running.ask("GET", "/v1/platforms", caller="cixi")
        assert other.status == 200, "one caller never leaves another without"
        assert (await running.ask("GET", "/healthz")).status == 200
        assert (await running.ask("GET", "/readyz")).status == 200
        assert {each.status for each in await asyncio.gather(*slow)} == {201}
        assert (await running.rows())["exchanges"] == before + MOST
        later = await running.submit(case_of_somebody(), "more-000000")
        assert later.status == 201, "the same key is good once there is room"


async def test_a_stopping_gateway_admits_nothing_and_still_answers_questions(tmp_path: Path) -> None:
    async with serving(tmp_path) as running:
        submitted = await running.submit(case_of_somebody(), "before-stopping")
        running.gateway.stopping = True
        sent, rows = running.counts(), await running.rows()
        for path in ("/v1/cases", "/v1/preflight"):
            answer = await running.ask(
                "POST", path, body=case_of_somebody(), Idempotency_Key="while-stopping"
            )
            assert (answer.status, answer.code) == (503, "stopping")
            assert int(answer.headers["Retry-After"]) >= 1
        assert (running.counts(), await running.rows()) == (sent, rows)
        assert (await running.ask("GET", submitted.document["links"]["self"])).status == 200
        ready = await running.ask("GET", "/readyz", caller=None)
        assert (ready.status, ready.document["checks"]["admitting"]) == (503, False)


async def test_a_caller_that_waits_while_the_gateway_is_told_to_stop_gets_its_answer(tmp_path: Path) -> None:
    async with installed(tmp_path, python=python()) as installation:
        await installation.start_gateway()
        await installation.control("sim-gd", "programme", {"do": "slow", "seconds": 1})
        waiting = asyncio.create_task(installation.submit(fixtures.case("gd-person"), "stop-while-waiting"))
        while (await installation.control("sim-gd", "counts"))["arrivals"] < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        assert installation.gateway
        code = await installation.gateway.end(signal.SIGTERM)
        status, document, _ = await waiting
        assert (status, document["state"], code) == (201, "delivered", 0)
