"""`make faults`: a campaign on each store; every violation is printed with its seed and its history."""

import argparse
import asyncio
import secrets
import sys

from tests.faults.campaign.run import campaign, lines_about
from tests.faults.campaign.schedule import SEATS, drawn
from tests.faults.guards import GUARDS


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--seed", type=int, default=secrets.randbelow(1_000_000), help="any number; else by chance"
    )
    options.add_argument("--store", choices=(*SEATS, "both"), default="both")
    options.add_argument("--seconds", type=float, default=60, help="of load, on each store")
    options.add_argument("--show", action="store_true", help="print the schedule, run nothing")
    options.add_argument("--without", choices=tuple(GUARDS), default="", help="gateways that lack this guard")
    given = options.parse_args()
    broken = 0
    for store in SEATS if given.store == "both" else (given.store,):
        schedule = drawn(given.seed, store, given.seconds)
        if given.show:
            print("\n".join(schedule.lines()))
            continue
        print(f"seed {given.seed}, {store}, {given.seconds:g} s", flush=True)
        done = asyncio.run(campaign(schedule, without=given.without))
        broken += len(done.found)
        from collections import Counter

        print(
            Counter(f.kind for f in done.faults),
            Counter((r.platform, r.state) for r in done.seen.rows),
            done.took_s,
            done.quiet_s,
            done.stalls,
            Counter((a["step"], a["outcome"]) for s in done.seen.simulators.values() for a in ()),
        )
        for violation in done.found:
            print("\n".join(lines_about(done, violation)))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
