"""Whether the promises were kept: what the platforms counted by themselves against what the gateway says."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.fakes.fronts import Far
from tests.fakes.server import Simulator
from tests.faults.campaign.fleet import Fault
from tests.faults.campaign.people import Errand
from tests.faults.campaign.schedule import LOST
from tests.faults.ledgers import ENDS, ask

COLUMNS = "id, case_id, platform, state, ours, owner, admitted_ms, attempt, step"
SILENT = frozenset({str(each["do"]) for each in LOST})
ENDING = {f"exchange.{state}" for state in ENDS}
BEHIND_THE_END = frozenset({"exchange.late_reply"})
LEASE_MS = 3_000
SLACK_MS = 2_000  # what clocks that follow a jump slowly may be apart, and what a round of the worker takes
PERSON = {"sim-gd": "$.sqrzjhm", "sim-gx": "$.record.SQRZJHM"}


class Row(NamedTuple):
    """One write, as the gateway's database has it."""

    id: str
    case_id: str
    platform: str
    state: str
    ours: str
    owner: str
    admitted_ms: int
    attempt: int
    step: str


class Known(NamedTuple):
    """One fact of an exchange's history."""

    kind: str
    at_ms: int
    attempt: int
    over_ms: int
    cause: str


class Violation(NamedTuple):
    """A promise that was broken, and by which exchange ("": none of them alone)."""

    what: str
    exchange: str = ""


@dataclass(slots=True)
class Evidence:
    """Everything that is held together at the end."""

    database: str
    simulators: Mapping[str, Simulator]
    errands: Sequence[Errand]
    faults: Sequence[Fault]
    stalls: Sequence[tuple[int, int]] = ()
    fronts: Mapping[str, Far] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    times: dict[str, Counter[str]] = field(default_factory=dict)
    arrivals: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    histories: dict[str, list[Known]] = field(default_factory=dict)

    def read(self) -> None:
        """From both sides, while the platforms still can be asked."""
        asked = f"select {COLUMNS} from exchanges where kind = 'write' order by id"
        self.rows = [Row(*each) for each in ask(self.database, asked)]
        for name, simulator in self.simulators.items():
            self.arrivals[name] = simulator.ledger.arrivals(None)
            self.times[name] = Counter(
                {str(c["number"]): int(str(c["times"])) for c in simulator.ledger.cases()}
            )
        for name, far in self.fronts.items():  # nothing arrives there: it lies there
            self.arrivals[name] = []
            self.times[name] = Counter(far.numbers())
        facts = "select exchange_id, kind, at_ms, attempt, over_ms, cause from history order by exchange_id, place"
        for exchange_id, *known in ask(self.database, facts):
            self.histories.setdefault(exchange_id, []).append(Known(*known))


def violations(seen: Evidence) -> Iterator[Violation]:
    """Everything that was promised and not kept; `seen` has been read."""
    yield from _counted(seen)
    yield from _persons(seen)
    yield from _open(seen)
    yield from _told(seen)
    yield from _ordered(seen)
    yield from _held(seen)


def _counted(seen: Evidence) -> Iterator[Violation]:
    """Nothing doubled, nothing lost, nothing made up: by our number, as each platform has it."""
    for row in seen.rows:
        times = seen.times[row.platform][row.ours]
        if times > 1:
            yield Violation(f"taken {times} times", row.id)
        if row.state == "delivered" and times != 1:
            yield Violation(f"delivered, and taken {times} times", row.id)
        if row.state in ENDS and row.state != "delivered" and times:
            yield Violation(f"{row.state}, and taken {times} times", row.id)
    ours = {(row.platform, row.ours) for row in seen.rows}
    if len(ours) != len(seen.rows):
        yield Violation("a number was given twice")
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
    for row in seen.rows:
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
        expected = {"delivered": {"delivered"}, "refused": {"refused"}, "open": {"held"}}.get(
            errand.told, set()
        )
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
    for case_id, times in Counter(row.case_id for row in seen.rows).items():
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
