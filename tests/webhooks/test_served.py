"""A real gateway as a process: killed at any moment it loses no event, and a caller that hangs holds up nobody."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError
from click import UsageError
from click.testing import CliRunner, Result

from gateway.cli.asking import Stop
from gateway.cli.webhook import webhook
from tests.forked import python
from tests.installation import SQLITE, Installation, installed
from tests.postgres import Server
from tests.waiting import LONGEST_S
from tests.web.people import case_of_somebody
from tests.webhooks.receiver import SECRET, Receiver, position

WEBHOOK = """
webhook: {{url: "{url}", secret: {{file: hook-secret}}, timeout_s: 1, first_s: 0.2, most_s: 1}}
"""


@asynccontextmanager
async def told(
    folder: Path, receiver: Receiver, database: str = SQLITE, python: Sequence[str] = (sys.executable,)
) -> AsyncIterator[Installation]:
    """An installation whose caller `guichi` wants to be told; the gateway runs."""
    async with installed(folder, database=database, python=python) as place:
        (folder / "hook-secret").write_text(SECRET)
        conf = place.conf / "callers" / "guichi.yaml"
        conf.write_text(conf.read_text() + WEBHOOK.format(url=receiver.address))
        await place.start_gateway()
        await place.call("GET", "/v1/events")
        await asyncio.sleep(0.6)  # from now on it is told
        yield place


async def feed(place: Installation) -> list[dict[str, Any]]:
    found, cursor = list[dict[str, Any]](), ""
    while True:
        _, page, _ = await place.call("GET", f"/v1/events?limit=500&after={cursor}")
        found += page["events"]
        if not page["more"]:
            return found
        cursor = page["cursor"]


async def everything_told(place: Installation, receiver: Receiver) -> list[str]:
    """Returns once everything that the feed has was taken; its cursors."""
    async with asyncio.timeout(LONGEST_S):
        while True:
            cursors = [event["cursor"] for event in await feed(place)]
            if set(cursors) <= {body["data"]["cursor"] for _, body in receiver.taken}:
                return cursors
            await asyncio.sleep(0.1)


async def submitted(place: Installation, document: dict[str, Any], key: str) -> None:
    """Until it was admitted, whatever befalls the gateway meanwhile."""
    while True:
        try:
            status, _, _ = await place.submit(document, key, Prefer="wait=0")
        except (OSError, ClientError, KeyError):  # it is dead, or has not said yet where it listens
            await asyncio.sleep(0.05)
            continue
        assert status in (200, 201, 202)
        return


@pytest.mark.parametrize("on_server", [False, True], ids=["file", "server"])
async def test_a_gateway_that_is_killed_again_and_again_tells_every_event_in_the_order_of_its_case(
    tmp_path: Path, on_server: bool, request: pytest.FixtureRequest
) -> None:
    server: Server | None = request.getfixturevalue("server") if on_server else None
    async with (
        Receiver(wait_s=0.03).running() as receiver,
        told(tmp_path, receiver, server.database() if server else SQLITE) as place,
    ):
        documents = [case_of_somebody() for _ in range(24)]
        work = [
            asyncio.create_task(submitted(place, each, f"key-of-case-{number}"))
            for number, each in enumerate(documents)
        ]
        for taken in (3, 20):
            async with asyncio.timeout(LONGEST_S):
                while len(receiver.taken) < taken:  # noqa: ASYNC110
                    await asyncio.sleep(0.005)
            assert place.gateway
            await place.gateway.kill()
            await place.start_gateway()
        await asyncio.gather(*work)
        await everything_told(place, receiver)
        assert len(receiver.by_case()) == len(documents)
        assert receiver.forged == 0
        for known in receiver.by_case().values():
            assert known == sorted(known, key=position)


async def test_a_caller_that_hangs_holds_up_nothing_and_hears_it_all_later(tmp_path: Path) -> None:
    async with (
        Receiver(hold=asyncio.Event()).running() as receiver,
        told(tmp_path, receiver, python=python()) as place,
    ):
        began = time.monotonic()
        for number in range(5):
            await submitted(place, case_of_somebody(), f"key-of-case-{number}")
        assert time.monotonic() - began < 20
        assert receiver.taken == []
        assert receiver.hold
        receiver.hold.set()
        await everything_told(place, receiver)


async def test_dead_letters_are_listed_shown_and_told_again_by_hand(tmp_path: Path) -> None:
    def ran(*arguments: str) -> Result:
        """In a thread: the command has a loop of its own."""
        given = [*arguments, "--conf", str(tmp_path / "conf")]
        return CliRunner().invoke(webhook, given, standalone_mode=False)

    async with (
        Receiver(answer=lambda body: 410).running() as receiver,
        told(tmp_path, receiver, python=python()) as place,
    ):
        await submitted(place, case_of_somebody(), "key-of-case-1")
        async with asyncio.timeout(LONGEST_S):
            while len(receiver.told) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        listed = await asyncio.to_thread(ran, "list", "--dead", "--json")
        letters = json.loads(listed.stdout)["letters"]
        assert (listed.return_value, {each["state"] for each in letters}) == (1, {"dead"})
        assert [each["cause"] for each in letters] == ["gone"] * len(letters)
        one = letters[0]["id"]
        shown = json.loads((await asyncio.to_thread(ran, "show", one)).stdout)
        assert (shown["url"], shown["body"]) == (receiver.address, dict(receiver.told)[one])
        assert f"{one} guichi dead case=" in (await asyncio.to_thread(ran, "list")).stdout
        receiver.answer = lambda body: 200
        done = await asyncio.to_thread(ran, "retry", one, "--as", "li.w")
        assert (done.return_value, done.stdout) == (0, f"{one} guichi due\n")
        done = await asyncio.to_thread(ran, "retry", "--caller", "guichi", "--as", "li.w")
        await everything_told(place, receiver)
        assert (await asyncio.to_thread(ran, "list")).return_value == 0
        assert isinstance((await asyncio.to_thread(ran, "show", one)).exception, Stop)
        assert (await asyncio.to_thread(ran, "retry", one, "--as", "li.w")).return_value == 1
        assert isinstance((await asyncio.to_thread(ran, "retry", "--as", "li.w")).exception, UsageError)
        text = (await place.call("GET", "/metrics"))[1]
        assert 'tongban_webhook_letters{caller="guichi",state="dead"}' not in text
