"""Everything that is held together at the end of a campaign, read from both sides."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.fakes.fronts import Far
from tests.fakes.server import Simulator
from tests.faults.campaign.fleet import Fault
from tests.faults.campaign.people import Errand
from tests.faults.campaign.telling import Telling
from tests.faults.ledgers import ask

COLUMNS = "id, case_id, platform, operation, caller, state, ours, owner, admitted_ms, attempt, step"
SUBMIT = "case.submit"


class Row(NamedTuple):
    """One write, as the gateway's database has it."""

    id: str
    case_id: str
    platform: str
    operation: str
    caller: str
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
    tellings: Sequence[Telling] = ()
    rows: list[Row] = field(default_factory=list)
    times: dict[str, Counter[str]] = field(default_factory=dict)
    changes: dict[str, Counter[str]] = field(default_factory=dict)
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
            self.changes[name] = Counter(str(each["key"]) for each in simulator.ledger.changes())
        for name, far in self.fronts.items():  # nothing arrives there: it lies there
            self.arrivals[name] = []
            self.times[name] = Counter(far.numbers())
        facts = "select exchange_id, kind, at_ms, attempt, over_ms, cause from history order by exchange_id, place"
        for exchange_id, *known in ask(self.database, facts):
            self.histories.setdefault(exchange_id, []).append(Known(*known))

    def taken(self, row: Row) -> int:
        """How often the platform has taken it: a case by our number, what comes later by its own."""
        return (
            self.times[row.platform][row.ours]
            if row.operation == SUBMIT
            else self.changes[row.platform][row.id]
        )
