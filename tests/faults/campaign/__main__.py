"""`make faults`: a campaign on each store. What was promised and not kept is printed with all that led to it."""

import argparse
import asyncio
import secrets
import sys
from itertools import count

from tests.faults.campaign.report import heading, lines_about, summary, write
from tests.faults.campaign.run import Campaign, campaign
from tests.faults.campaign.schedule import SEATS, Event, Schedule, drawn
from tests.faults.guards import GUARDS

BITE_S = 8
WITH_AN_ANSWER = "after the answer to exchange"


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m tests.faults.campaign", description=__doc__)
    options.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000), help="else one by chance")
    options.add_argument("--store", choices=(*SEATS, "both"), default="both")
    options.add_argument("--seconds", type=float, default=60, help="of load, on each store")
    options.add_argument("--fronts", action="store_true", help="also to a front database and a folder")
    options.add_argument("--show", action="store_true", help="print the schedule, run nothing")
    options.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options.add_argument("--bite", action="store_true", help="gateways that lack a guard must be found out")
    given = options.parse_args()
    if given.bite:
        return bite()
    schedules = [
        drawn(given.seed, store, given.seconds, fronts=given.fronts)
        for store in (SEATS if given.store == "both" else (given.store,))
    ]
    if given.show:
        print("\n".join(line for schedule in schedules for line in schedule.lines()))
        return 0
    return run(schedules, to_document=given.write)


def run(schedules: list[Schedule], *, to_document: bool) -> int:
    lines, broken = heading(), 0
    for schedule in schedules:
        print(f"seed {schedule.seed}, {schedule.store}, {schedule.seconds:g} s", file=sys.stderr, flush=True)
        done = asyncio.run(campaign(schedule))
        lines += summary(done)
        print("\n".join(summary(done)))
        print("\n".join(told(done)))
        broken += len(done.found)
    if to_document:
        write(lines)
    return 1 if broken else 0


def told(done: Campaign) -> list[str]:
    """Everything about everything that was not kept."""
    return [line for violation in done.found for line in lines_about(done, violation)]


def bite() -> int:
    """Does a campaign notice what is missing? One on each guard, in which all of them are needed."""
    missed = 0
    for guard in GUARDS:
        schedule = next(each for each in map(short, count()) if dies_with_an_answer(each))
        done = asyncio.run(campaign(schedule, without=guard))
        missed += not done.found
        found = f"found out by {done.found[0].what!r}" if done.found else "NOT found out"
        print(f"without {guard!r}, seed {schedule.seed}: {found}", flush=True)
    return 1 if missed else 0


def short(seed: int) -> Schedule:
    """Twice a second an answer is lost where it matters: of what was taken by who does not deduplicate."""
    lost = {"do": "take_then_drop", "times": 1}
    events = [Event(half / 2, "tell", "sim-gx", lost) for half in range(1, 2 * BITE_S)]
    return Schedule(seed, "sqlite", BITE_S, tuple(events))


def dies_with_an_answer(schedule: Schedule) -> bool:
    """Its first process, soon after the start, of a platform that does not deduplicate."""
    (seat,) = schedule.seats
    return schedule.fate(seat, 0) == WITH_AN_ANSWER and schedule.armed_after_s(seat, 0) < 1


if __name__ == "__main__":
    sys.exit(main())
