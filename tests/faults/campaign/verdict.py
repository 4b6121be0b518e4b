"""Whether the promises were kept: what the platforms counted by themselves against what the gateway says."""

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.faults.campaign.evidence import SUBMIT, Evidence, Row, Violation
from tests.faults.campaign.happened import later_ones, told_us
from tests.faults.campaign.schedule import LOST
from tests.faults.ledgers import ENDS, ask

SILENT = frozenset({str(each["do"]) for each in LOST})
ENDING = {f"exchange.{state}" for state in ENDS}
BEHIND_THE_END = frozenset({"exchange.late_reply"})
EXPECTED = {
    "delivered": {"delivered"}, "refused": {"refused"}, "open": {"held"}, "withdrawn": {"withdrawn"},
}  # fmt: skip
LEASE_MS = 3_000
SLACK_MS = 2_000  # what clocks that follow a jump slowly may be apart, and what a round of the worker takes
PERSON = {"sim-gd": "$.sqrzjhm", "sim-gx": "$.record.SQRZJHM"}


def violations(seen: Evidence) -> Iterator[Violation]:
    """Everything that was promised and not kept; `seen` has been read."""
    yield from _counted(seen)
    yield from _persons(seen)
    yield from _open(seen)
    yield from _told(seen)
    yield from _ordered(seen)
    yield from _held(seen)
    yield from later_ones(seen)
    yield from told_us(seen)


def _counted(seen: Evidence) -> Iterator[Violation]:
    """Nothing doubled, nothing lost, nothing made up: by our number, as each platform has it."""
    for row in seen.rows:
        times = seen.taken(row)
        if times > 1:
            yield Violation(f"{row.operation} taken {times} times", row.id)
        if row.state == "delivered" and times != 1:
            yield Violation(f"{row.operation} delivered, and taken {times} times", row.id)
        if row.state in ENDS and row.state != "delivered" and times:
            yield Violation(f"{row.operation} {row.state}, and taken {times} times", row.id)
    submits = [row for row in seen.rows if row.operation == SUBMIT]
    ours = {(row.platform, row.ours) for row in submits}
    if len(ours) != len(submits):
        yield Violation("a number was given twice")
    known = {row.id for row in seen.rows}
    for platform, times_of in seen.changes.items():
        for key in times_of.keys() - known:
            yield Violation(f"{platform} has taken the change {key}, which the gateway does not know")
    for platform, times_of in seen.times.items():
        for number in times_of:
            if (platform, number) not in ours:
                yield Violation(f"{platform} has taken {number}, which the gateway does not know")


def _persons(seen: Evidence) -> Iterator[Violation]:
    """Also by person, where the platform sees one: two exchanges for one case would have two numbers."""
    for platform, path in PERSON.items():
        asked = "select count(*) from takings group by json_extract(document, ?) having count(*) > 1"
        for (times,) in seen.simulators[platform].ledger.ask(asked, path):
            yield Violation(f"{platform} has taken the case of one person {times} times")
    for platform, far in seen.fronts.items():
        for times in Counter(far.persons()).values():
            if times > 1:
                yield Violation(f"{platform} has the case of one person {times} times")


def _open(seen: Evidence) -> Iterator[Violation]:
    held = {row.case_id for row in seen.rows if row.state == "held"}
    for row in seen.rows:
        if row.state == "waiting" and row.case_id in held:
            continue  # behind what a person has to settle first
        if row.state not in ENDS and row.state != "held":
            yield Violation(f"still {row.state} ({row.step}) when everything was well again", row.id)


def _told(seen: Evidence) -> Iterator[Violation]:
    """What callers were told is true, and stays true; a key leads to one exchange."""
    states = {row.id: row.state for row in seen.rows}
    key_rows = ask(seen.database, "select key, exchange_id from idempotency where operation = 'case.submit'")
    keys: dict[str, set[str]] = {}
    for key, exchange_id in key_rows:
        keys.setdefault(key, set()).add(exchange_id)
    for errand in seen.errands:
        for what in errand.strange:
            yield Violation(f"{errand.key} was answered: {what}", next(iter(errand.ids), ""))
        if len(errand.ids) > 1 or len(keys.get(errand.key, ())) > 1:
            yield Violation(f"{errand.key} led to {sorted(errand.ids | keys[errand.key])}")
        if errand.ids - keys.get(errand.key, set()):
            yield Violation(f"{errand.key} was acknowledged as {sorted(errand.ids)}, which do not exist")
        if not errand.ids:
            yield Violation(f"{errand.key} was never answered")
        expected = EXPECTED.get(errand.told, set())
        for exchange_id in errand.ids:
            if states.get(exchange_id) not in expected:
                yield Violation(f"told {errand.told or 'nothing'}, is {states.get(exchange_id)}", exchange_id)


def _ordered(seen: Evidence) -> Iterator[Violation]:
    """An exchange is admitted first and ends once; a later write of a case is sent after the end of an earlier."""
    asked = "select exchange_id, kind from audit_entries where exchange_id is not null order by position"
    kinds: dict[str, list[str]] = {}
    for exchange_id, kind in ask(seen.database, asked):
        kinds.setdefault(exchange_id, []).append(kind)
    for row in seen.rows:
        found = kinds.get(row.id, [])
        if found[:1] != ["exchange.admitted"]:
            yield Violation(f"begins with {found[:1]}", row.id)
        ends = [place for place, kind in enumerate(found) if kind in ENDING]
        if len(ends) > 1 or (ends and set(found[ends[0] + 1 :]) - BEHIND_THE_END):
            yield Violation(f"goes on after its end: {found}", row.id)
    submits = Counter(row.case_id for row in seen.rows if row.operation == SUBMIT)
    for case_id, times in submits.items():
        if times > 1:
            yield Violation(f"case {case_id} has {times} submissions")


# ---- held: a person's work must have a reason that was injected ----------------------------------------------


def _held(seen: Evidence) -> Iterator[Violation]:
    for row in seen.rows:
        if row.state != "held":
            continue
        if row.platform == "sim-bare":
            if not any(_reasons(seen, row)):
                yield Violation("held, and nothing happened to it", row.id)
        elif not _refused_in_doubt(seen, row):
            yield Violation("held, although it can be asked or sent again", row.id)


def _refused_in_doubt(seen: Evidence, row: Row) -> bool:
    """Where to send again is to ask: a business no after an unknown leaves open whether they had it before."""
    kinds = [fact.kind for fact in seen.histories[row.id]]
    return row.platform == "sim-gd" and kinds[-1] == "refused" and "unknown" in kinds


def _reasons(seen: Evidence, row: Row) -> Iterable[bool]:
    """Each: whether this kind of fault was injected into the attempt of which nothing is known."""
    doubt = next((fact for fact in reversed(seen.histories[row.id]) if fact.kind == "unknown"), None)
    if doubt is None:
        return
    from_ms, until_ms = doubt.over_ms - LEASE_MS - SLACK_MS, doubt.at_ms + SLACK_MS
    arrivals = seen.arrivals[row.platform]
    yield any(each["step"] in SILENT for each in arrivals if each["number"] == row.ours)
    yield any(  # of what was cut before it was read nobody knows whose it was
        not each["number"] and from_ms <= each["at_ms"] <= until_ms for each in arrivals
    )
    pid = int(row.owner.split("/")[1])
    near = [fault for fault in seen.faults if fault.from_ms <= until_ms and fault.until_ms >= from_ms]
    yield any(fault.kind == "down" and fault.target == row.platform for fault in near)
    yield any(fault.kind in {"kill", "dies", "pause"} and fault.pid == pid for fault in near)
    if doubt.cause == "lease_expired":  # the answer could not be recorded
        yield any(fault.kind in {"restart", "cut", "full", "pause"} for fault in near)
    if doubt.cause == "timeout":
        yield any(begun <= until_ms and ended >= from_ms for begun, ended in seen.stalls)
