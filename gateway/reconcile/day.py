"""One day with one platform, reconciled: both sides brought together, what is clear settled, the act recorded."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from audit.entries import Entry
from gateway import logs
from gateway.boot import Gateway
from gateway.clock import china_day
from gateway.exchange import said
from gateway.exchange.commits import Moved
from gateway.exchange.papers import Erased
from gateway.identity import ALPHABET
from gateway.numbers import form_pattern
from gateway.reconcile.compare import KINDS, Difference, compare
from gateway.reconcile.lists import Fault, Reading, read_list, state_words
from gateway.reconcile.ours import of_day, of_other_days, with_known
from gateway.reconcile.sources import LIST, SUBMIT, Listing, SourceName, Told, listed, probed
from gateway.reconcile.texts import CannotReconcile
from gateway.releases.compiled import PlatformRelease
from gateway.store.sent import Sent
from gateway.store.store import Transaction
from gateway.store.vault import WrongKey
from mappings import canonical
from mappings.source import read

log = logs.get("reconcile")
STATES_TABLE = "tables/progress.yaml"
_EXCHANGE_ID = re.compile(f"[{ALPHABET}]{{26}}")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be reconciled, and by whom. file: a list that was brought; columns: role -> its heading."""

    platform: str
    day: date
    actor: str
    file: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    settle: bool = False


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of it. sent, listed: how many stand on either side.

    settled, moved: ids of the exchanges that were settled, or that had moved on meanwhile.
    """

    order: Order
    source: SourceName
    sent: int
    listed: int
    differences: tuple[Difference, ...]
    faults: tuple[Fault, ...]
    settled: frozenset[str] = frozenset()
    moved: frozenset[str] = frozenset()

    @property
    def findings(self) -> list[Difference]:
        """What is left to look at, the gravest first."""
        left = [each for each in self.differences if each.kind != "agree" and not self.is_settled(each)]
        return sorted(left, key=lambda each: KINDS.index(each.kind))

    @property
    def counts(self) -> dict[str, int]:
        """How many differences of each kind were found, before anything was settled."""
        return dict(Counter(each.kind for each in self.differences))

    def is_settled(self, difference: Difference) -> bool:
        return any(each.exchange in self.settled for each in difference.ours)


async def reconcile(gateway: Gateway, order: Order, told: Told) -> Reconciled:
    """Compare, settle what is clear if that is asked, and record it.

    Raises CannotReconcile, Refusal if the platform could not be asked, OSError if the file cannot be read.
    """
    story, store, started_ms = gateway.exchanges, gateway.store, gateway.clock_ms()
    platform = _platform(gateway, order)
    ours = await of_day(store, platform.name, order.day)
    listing = await _listing(gateway, platform, order, ours, told)
    ours += await of_other_days(store, platform.name, ours, listing.records)
    ours = await with_known(story, platform.name, ours, started_ms)
    unclear = listing.unclear if listing.complete else frozenset(sent.exchange for sent in ours)
    found = compare(ours, listing.records, is_our_form=our_form(platform), unclear=unclear)
    done = Reconciled(order, listing.source, len(ours), len(listing.records), tuple(found), listing.faults)
    if order.settle:
        done = await _settled(gateway, done)
    await _recorded(gateway, done)
    return done


def _platform(gateway: Gateway, order: Order) -> PlatformRelease:
    if not gateway.routes.loaded:
        raise CannotReconcile("no_release")
    platforms = gateway.routes.active.platforms
    if order.platform not in platforms:
        raise CannotReconcile("no_platform", platform=order.platform, known=", ".join(sorted(platforms)))
    if order.day > china_day(gateway.clock_ms()):
        raise CannotReconcile("day_to_come", day=order.day.isoformat())
    return platforms[order.platform]


async def _listing(
    gateway: Gateway, platform: PlatformRelease, order: Order, ours: Sequence[Sent], told: Told
) -> Listing:
    """From the list that was brought, else the platform's own, else a probe for each exchange."""
    story = gateway.exchanges
    if order.file is not None:
        reading = Reading(order.day, _states(platform), our_form(platform), order.columns)
        records, faults = read_list(order.file, reading)
        whole = all(fault.kept for fault in faults)  # a row that cannot be read may be any of them
        return Listing("file", tuple(records), tuple(faults), complete=whole)
    if LIST in platform.declared.operations:
        return await listed(story, platform.name, order.day, order.actor, ours)
    route = gateway.routes.active_route(platform.name, SUBMIT)
    if route.policy.probe is None:
        raise CannotReconcile("no_source")
    return await probed(story, route, ours, order.actor, told)


def our_form(platform: PlatformRelease) -> Callable[[str], bool]:
    """Whether a number is one that we could have given on this platform."""
    declared = platform.declared.numbers.ours
    pattern = form_pattern(declared.form) if declared else _EXCHANGE_ID
    return lambda number: pattern.fullmatch(number) is not None


def _states(platform: PlatformRelease) -> dict[str, str]:
    """Their words for a state -> ours, by the platform's own table of them."""
    table: Any = (
        read(STATES_TABLE, platform.files[STATES_TABLE]).tree if STATES_TABLE in platform.files else {}
    )
    state = canonical.schema("canonical/list@1")["$defs"]["state"]
    return state_words(state["description"], table.get("rows", ()))


async def _settled(gateway: Gateway, done: Reconciled) -> Reconciled:
    """Settle through the story what is clear: each with its own entry, and the ground that it stands on."""
    settled, moved = set(), set()
    reason = f"对账 {done.order.day}（{done.source}）：对方有此件，编号相符 / they have it under our number"
    for difference in done.differences:
        if not difference.is_clear:
            continue
        one, record = difference.ours[0], difference.theirs[0]
        try:
            await said.settle(
                gateway.exchanges, one.exchange, "settled_taken",
                reference=record.theirs, actor=done.order.actor, reason=reason,
            )  # fmt: skip
        except (Moved, Erased, WrongKey):
            moved.add(one.exchange)
        else:
            settled.add(one.exchange)
    return replace(done, settled=frozenset(settled), moved=frozenset(moved))


async def _recorded(gateway: Gateway, done: Reconciled) -> None:
    """reconcile.done: who held what against what, and how many of each kind were found; no number of any case."""
    order = done.order
    facts: dict[str, str | int | list[str] | None] = {
        "platform": order.platform, "day": order.day.isoformat(), "source": done.source, "actor": order.actor,
        "release": gateway.routes.active.digest, "sent": done.sent, "listed": done.listed,
        "bad_rows": len(done.faults), "settled": len(done.settled), **done.counts,
    }  # fmt: skip

    def work(tx: Transaction) -> None:
        tx.record(Entry("reconcile.done", tx.now_ms, facts))

    await gateway.store.write(work)
    log.info(
        "reconcile.done", platform=order.platform, day=order.day.isoformat(), source=done.source,
        findings=len(done.findings), settled=len(done.settled),
    )  # fmt: skip
