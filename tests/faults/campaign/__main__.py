"""`make faults`: a campaign on each store. What was promised and not kept is printed with all that led to it."""

import argparse
import secrets
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from tests.faults.campaign.alone import found_out, ran
from tests.faults.campaign.report import heading, write
from tests.faults.campaign.schedule import SEATS, Schedule, drawn
from tests.faults.guards import GUARDS


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
    """All of them beside each other, each in a process of its own: they wait more than they work."""
    for schedule in schedules:
        print(f"seed {schedule.seed}, {schedule.store}, {schedule.seconds:g} s", file=sys.stderr, flush=True)
    lines, broken = heading(), 0
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        for summed, wrong in processes.map(ran, schedules):
            lines += summed
            broken += bool(wrong)
            print("\n".join((*summed, *wrong)), flush=True)
    if to_document:
        write(lines)
    return 1 if broken else 0


def bite() -> int:
    """Does a campaign notice what is missing? One on each guard, in which all of them are needed."""
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        found = processes.map(found_out, GUARDS)
        return 0 if all(list(found)) else 1


if __name__ == "__main__":
    sys.exit(main())
