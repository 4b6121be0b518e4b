"""One campaign in a process of its own, and what it comes to."""

import asyncio
from itertools import count

from tests.faults.campaign.report import lines_about, summary
from tests.faults.campaign.run import Campaign, campaign
from tests.faults.campaign.schedule import Event, Schedule

BITE_S = 8
WITH_AN_ANSWER = "after the answer to exchange"


def ran(schedule: Schedule) -> tuple[list[str], list[str]]:
    """Its summary, and everything about everything that was not kept."""
    done = asyncio.run(campaign(schedule))
    return summary(done), told(done)


def told(done: Campaign) -> list[str]:
    """Everything about everything that was not kept."""
    return [line for violation in done.found for line in lines_about(done, violation)]


def found_out(guard: str) -> str:
    """By what it is seen that this guard is missing; nothing if it is not seen."""
    schedule = next(each for each in map(short, count()) if dies_with_an_answer(each))
    done = asyncio.run(campaign(schedule, without=guard))
    what = done.found[0].what if done.found else ""
    found = f"found out by {what!r}" if what else "NOT found out"
    print(f"without {guard!r}, seed {schedule.seed}: {found}", flush=True)
    return what


def short(seed: int) -> Schedule:
    """Twice a second an answer is lost where it matters: of what was taken by who does not deduplicate."""
    lost = {"do": "take_then_drop", "times": 1}
    events = [Event(half / 2, "tell", "sim-gx", lost) for half in range(1, 2 * BITE_S)]
    return Schedule(seed, "sqlite", BITE_S, tuple(events))


def dies_with_an_answer(schedule: Schedule) -> bool:
    """Its first process, soon after the start, of a platform that does not deduplicate."""
    (seat,) = schedule.seats
    return schedule.fate(seat, 0) == WITH_AN_ANSWER and schedule.armed_after_s(seat, 0) < 1
