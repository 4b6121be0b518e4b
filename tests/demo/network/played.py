"""A month played to its end and looked at: what is not as it should be, and the figures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.demo.network import counts
from tests.demo.network.figures import Fates, Row, differences, table
from tests.demo.network.installing import SQLITE
from tests.demo.network.month import Month, Running, month
from tests.demo.network.notices import LIES, TAKEN
from tests.demo.network.stories import Story
from tests.fakes import clock


@dataclass(frozen=True, slots=True)
class Played:
    """rows: of the table.    wrong: what is not as it should be, one line each.    said: what went through."""

    rows: list[Row]
    fates: Fates
    wrong: list[str]
    said: list[str]


async def play(
    folder: Path,
    stories: list[Story],
    seed: int,
    done: Callable[[str], None] = lambda day: None,
    *,
    database: str = SQLITE,
    kills: int = 0,
) -> Played:
    """done: told the day in the month after each step.    kills: of the gateway, in the middle of the month."""
    async with month(folder, stories, seed, database=database, kills=kills) as played:
        played.done = lambda: done(f"{clock.now():%m-%d}")
        await played.run()
        fates = await counts.by_events(played)
        wrong = [line for case in played.cases for line in await _wrong(played, case)]
        wrong += _believed(played)
        wrong += [] if played.seat.kills == kills else [f"killed {played.seat.kills} times"]
        wrong += differences("events", fates, "the store", await counts.by_store(played))
        wrong += differences("events", fates, "the places", await counts.by_places(played))
        wrong += _doubled(played)
        return Played(table(fates), fates, wrong, _said(played))


async def _wrong(played: Month, case: Running) -> list[str]:
    """What is not as the story of a case says."""
    view, story = await played.view(case), case.story
    found = [f"refused {each}" for each in case.refused]
    if case.next is not None:
        found.append(f"{case.next.what} never happened")
    if (view["state"], view["open"]) != (story.ends, False):
        found.append(f"expected {story.ends}, is {view['state']}, {'open' if view['open'] else 'closed'}")
    if view["findings"]:
        found.append(f"{len(view['findings'])} contradictions")
    found += [f"{each['operation']} is {each['state']}" for each in view["exchanges"] if not each["ended"]]
    return [f"{case.ours} ({story.plot}, {story.there.platform}): {each}" for each in found]


def _believed(played: Month) -> list[str]:
    """Notices that were answered as they should not have been."""
    return [
        f"a notice ({how}) was answered {code}, {times} times"
        for (how, code), times in sorted(played.notices.answers.items())
        if (code in TAKEN) == (how in LIES)
    ]


def _doubled(played: Month) -> list[str]:
    """What a platform took twice."""
    return [
        f"{name} took {number} {times} times"
        for name, each in played.simulators.items()
        for number, times in dict(each.ledger.counts()["doubled"]).items()  # type: ignore[call-overload]
    ]


def _said(played: Month) -> list[str]:
    notices = ", ".join(
        f"{how} {code}: {times}" for (how, code), times in sorted(played.notices.answers.items())
    )
    arrived = ", ".join(
        f"{name} {each.ledger.counts()['arrivals']}" for name, each in played.simulators.items()
    )
    killed = f"the gateway was killed {played.seat.kills} times"
    return [killed, f"calls in: {notices}", f"requests that reached the platforms: {arrived}"]
