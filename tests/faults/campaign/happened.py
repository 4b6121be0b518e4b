"""What came to cases later and what platforms called in with: each once; the refused changed nothing."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.campaign.evidence import SUBMIT, Evidence, Violation
from tests.faults.campaign.people import Later
from tests.faults.campaign.telling import Telling, records_of
from tests.faults.ledgers import ask

ENDED_AS = {
    "delivered": {"delivered"}, "refused": {"refused"}, "withdrawn": {"withdrawn"}, "open": {"held", "waiting"},
}  # fmt: skip
KEPT = ("case.notify", "case.result")
EVENTS = "select source, number, count(*) from case_events where number != '' group by source, number"
RESULTS = "select source, record, count(*) from case_results where record != '' group by source, record"
INWARD = "select platform, operation, state, count(*) from exchanges where kind = 'inward' group by 1, 2, 3"
HANDED = "platform/sim-gd"


def later_ones(seen: Evidence) -> Iterator[Violation]:
    """What callers were told of it is true; a key leads to one exchange."""
    states = {row.id: row.state for row in seen.rows}
    for errand in seen.errands:
        for later in errand.later:
            for what in later.strange:
                yield Violation(f"{later.key} was answered: {what}", next(iter(later.ids), ""))
            if len(later.ids) > 1:
                yield Violation(f"{later.key} led to {sorted(later.ids)}")
            for exchange in later.ids:
                if states.get(exchange) not in ENDED_AS.get(later.told, set()):
                    yield Violation(f"told {later.told or 'nothing'}, is {states.get(exchange)}", exchange)
    known = {each for errand in seen.errands for later in errand.later for each in later.ids}
    known |= {each for telling in seen.tellings for each in telling.exchanges}
    for row in seen.rows:
        if row.operation != SUBMIT and row.id not in known:
            yield Violation(f"a {row.operation} that nobody was told of", row.id)


def told_us(seen: Evidence) -> Iterator[Violation]:
    """Every message that was answered as taken is kept once; one that was refused has changed nothing."""
    for telling in seen.tellings:
        yield from _answered(telling)
    yield from _kept(seen)
    yield from _counted(seen)
    yield from _handed(seen)


def _answered(telling: Telling) -> Iterator[Violation]:
    name = f"{telling.operation} {telling.number}"
    if not telling.code:
        yield Violation(f"{name} was never answered")
    if telling.strange:
        yield Violation(f"{name} was taken, and then answered {telling.strange}")
    if len(telling.answers) > 1:
        yield Violation(f"{name} was answered in {len(telling.answers)} ways")
    if telling.lie and telling.is_taken:
        yield Violation(f"{name} was believed")
    if telling.operation in KEPT and not telling.lie and not telling.is_taken:
        yield Violation(f"{name} was refused: {telling.code}")


def _kept(seen: Evidence) -> Iterator[Violation]:
    """By the number of each record, as it stands with the case."""
    kept = {
        "case.notify": {(source, number): times for source, number, times in ask(seen.database, EVENTS)},
        "case.result": {(source, number): times for source, number, times in ask(seen.database, RESULTS)},
    }
    for telling in seen.tellings:
        for record in records_of(telling) if telling.operation in KEPT else ():
            times = kept[telling.operation].get((telling.platform, record), 0)
            if times != int(telling.is_taken):
                yield Violation(
                    f"{telling.operation} {record}, answered {telling.code}, is kept {times} times"
                )


def _counted(seen: Evidence) -> Iterator[Violation]:
    """The calls of which there is a record are those that were answered, no more and no fewer."""
    rows = {(name, what, state): times for name, what, state, times in ask(seen.database, INWARD)}
    recorded = (
        each for each in seen.tellings if each.code not in ("401", "1001")
    )  # of who is not let in: none
    answered = Counter(
        (each.platform, each.operation, "delivered" if each.is_taken else "refused")
        for each in recorded
        if each.operation in KEPT
    )
    kept = {key: times for key, times in rows.items() if key[1] in KEPT}
    for key in sorted(kept.keys() | answered.keys()):
        if kept.get(key, 0) != answered[key]:
            yield Violation(f"{' '.join(key)}: {answered[key]} were answered, {kept.get(key, 0)} are kept")


def _handed(seen: Evidence) -> Iterator[Violation]:
    """A case that was handed over is one case, what came to it later one write; what is refused is none."""
    rows = {row.id: row for row in seen.rows if row.caller == HANDED}
    told: set[str] = set()
    for telling in (each for each in seen.tellings if each.operation not in KEPT):
        name = f"{telling.operation} {telling.number}"
        if len(telling.exchanges & rows.keys()) != int(telling.is_taken):
            yield Violation(f"{name}, answered {telling.code}, led to {sorted(telling.exchanges)}")
        told |= telling.exchanges
    for identity in rows.keys() - told:
        yield Violation(f"handed over, and nobody was told of it: {rows[identity].operation}", identity)


def outcomes(later: list[Later]) -> Counter[str]:
    """How what came later ended, by operation; what was not admitted, by why."""
    return Counter(f"{each.operation} {each.told or 'put off'}" for each in later)
