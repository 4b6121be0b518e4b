"""Completeness (完整性): every exchange admitted up to a day is open or has one end, reckoned from entries alone.

No document is needed, only the bytes of the entries; they must lead to the root of the checkpoint.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from audit import tree
from audit.certificates import Days, Reckoning
from audit.checkpoints import Checkpoint
from audit.findings import Finding
from audit.ledger import EntryRow, Ledger
from audit.order import READ, START
from audit.origins import split_origin
from audit.records import Record, RecordUnreadable, read_record
from audit.stories import Stories, Story
from audit.succession import Succession
from audit.walk import Progress

_CHINA = timezone(timedelta(hours=8))
_LEAVES_AT_ONCE = 1_000
_ADMITTED = f'"kind":"{START}"'.encode()


def china_day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(_CHINA).date()


@dataclass(slots=True)
class Count:
    """One reckoning over the entries that a checkpoint signs.

    `findings` says why there is none: the entries are not those. Only without findings `reckoning` holds.
    """

    ledger: Ledger
    signed: Checkpoint
    days: Days
    progress: Progress
    reckoning: Reckoning = field(init=False)

    def findings(self) -> Iterator[Finding]:
        epochs = Succession(frozenset([split_origin(self.signed.origin)[0]]))
        self.reckoning = Reckoning(self.days, defaultdict(Counter))
        with closing(Stories()) as stories:
            faults = list(self._pass(stories, epochs))
            yield from faults
            if not faults:
                self._close(stories, epochs)
        self.ledger.check_undisturbed()

    def _pass(self, stories: Stories, epochs: Succession) -> Iterator[Finding]:
        """All entries that were signed, in their order; the first of them that cannot be reckoned with."""
        frontier: list[bytes] = []
        leaves: list[bytes] = []
        size, due = 0, self.signed.size
        for row in self.ledger.entries(0, due):
            record = _record(row, size)
            if isinstance(record, Finding):
                yield record
                return
            yield from epochs.take(f"entry {size}", size, record)
            self._take(stories, size, record)
            leaves.append(tree.leaf_hash(row.body))
            size += 1
            if len(leaves) == _LEAVES_AT_ONCE:
                frontier = tree.grown(frontier, size - len(leaves), leaves)
                leaves.clear()
                self.progress(size, due)
        self.progress(size, due)
        if size < due:
            yield Finding(f"entry {size}", "entries.missing", {"first": size, "last": due - 1})
        elif tree.fold(tree.grown(frontier, size - len(leaves), leaves)) != self.signed.root:
            yield Finding(f"checkpoint {due}", "checkpoint.root", {"size": due})

    def _take(self, stories: Stories, position: int, record: Record) -> None:
        if record.kind == READ:
            self._count(record.at_ms, "reads")
        else:
            stories.put(position, record)

    def _close(self, stories: Stories, epochs: Succession) -> None:
        lost = ((each.number, each.lost_from, each.lost_to - 1) for each in epochs.epochs.values())
        self.reckoning.lost.extend(lost)
        for story in stories:
            if self._count(story.at_ms, "unlawful" if story.faults else None):
                self._told(story)

    def _told(self, story: Story) -> None:
        faults = ((position, code, story.exchange) for position, code in story.faults)
        self.reckoning.unlawful.extend(faults)
        if story.exchange is None:
            return
        self._count(story.at_ms, "admitted")
        self._count(story.at_ms, story.end.removeprefix("exchange.") if story.end else "open")
        if story.end is None:
            self.reckoning.open.append((story.exchange, story.position))

    def _count(self, at_ms: int, name: str | None) -> bool:
        """Whether the time is not after the last day; then it is counted under its day."""
        day = china_day(at_ms)
        if day > self.days.last:
            return False
        if name:
            self.reckoning.counts[day if day >= self.days.first else None][name] += 1
        return True


def admitted_since(ledger: Ledger, signed: Checkpoint, days: Days, progress: Progress) -> Iterator[int]:
    """Positions behind the checkpoint at which exchanges of these days or before were still admitted.

    The column `kind` is not asked: nothing proves it.
    """
    end = ledger.extent().reach
    for row in ledger.entries(signed.size, end):
        progress(row.position - signed.size + 1, end - signed.size)
        if not isinstance(row.body, bytes) or _ADMITTED not in row.body:
            continue
        record = _record(row, row.position)
        if isinstance(record, Record) and record.kind == START and china_day(record.at_ms) <= days.last:
            yield row.position


def _record(row: EntryRow, position: int) -> Record | Finding:
    if row.position != position:
        bounds = {"first": position, "last": row.position - 1}
        return Finding(f"entry {position}", "entries.missing", bounds)
    try:
        return read_record(row.body if isinstance(row.body, bytes) else b"")
    except RecordUnreadable:
        return Finding(f"entry {position}", "entry.unreadable")
