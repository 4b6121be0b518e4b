"""Bringing guides into the store: what is known changes nothing, bad rows are told, good ones are kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gateway.guides.canonical import Unfit, guide_of
from gateway.guides.compare import findings
from gateway.guides.gathered import Document, Told
from gateway.guides.guide import Guide
from gateway.guides.store import knows, put
from gateway.guides.texts import Finding
from gateway.items.remembered import changed
from gateway.store.connection import Connection

BATCH = 200  # guides in one transaction: others write in between


@dataclass(slots=True)
class Imported:
    """How many guides were new, another version, known; what was refused; what is odd, but kept."""

    counts: dict[str, int] = field(default_factory=lambda: {"added": 0, "changed": 0, "unchanged": 0})
    faults: list[Told] = field(default_factory=list)
    remarks: list[Told] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Order:
    """division: of all guides of the import; as_of_ms: when the list was so; source: its name."""

    division: str
    as_of_ms: int
    source: str


def sound(found: Iterable[Document], order: Order, done: Imported) -> Iterator[Guide]:
    """The guides that may be kept; what keeps the others out is noted in `done`."""
    seen: dict[tuple[str, int, str], tuple[str, Guide]] = {}
    for each in found:
        done.faults += each.told
        if each.document is None:
            continue
        try:
            guide = guide_of(each.document, order.division, as_of_ms=order.as_of_ms, source=order.source)
        except Unfit as unfit:
            done.faults += ((each.where, finding) for finding in unfit.findings)
            continue
        where, first = seen.setdefault((guide.code, guide.version, guide.valid_from), (each.where, guide))
        if first != guide:
            done.faults.append((each.where, Finding("row", "guide_repeats", {"where": where})))
            continue
        done.remarks += ((each.where, finding) for finding in findings(guide))
        yield guide


def batches(guides: Iterable[Guide]) -> Iterator[list[Guide]]:
    """The guides as many at a time as one transaction takes."""
    batch: list[Guide] = []
    for guide in guides:
        batch.append(guide)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def bring(connection: Connection, guides: Sequence[Guide]) -> dict[str, int]:
    """Keep these in the transaction of the connection; how many were added, changed, unchanged."""
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    # Imports that run at one time lock in one order: the catalogue first, then the items by their codes.
    if not all(knows(connection, guide) for guide in guides):
        changed(connection)
    for guide in sorted(guides, key=lambda each: (each.division, each.code)):
        counts[put(connection, guide)] += 1
    return counts
