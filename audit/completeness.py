"""Completeness (完整性): every exchange admitted up to a day is open or has one end, reckoned from entries alone.

No document is needed, only the bytes of the entries; they must lead to the root of the checkpoint.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone

from audit.certificates import Days, Reckoning
from audit.checkpoints import Checkpoint
from audit.findings import Finding
from audit.ledger import Log
from audit.order import ALONE, START
from audit.origins import split_origin
from audit.reading import Reading, record_at
from audit.records import Record
from audit.stories import Stories, Story
from audit.succession import Succession
from audit.walk import Progress

_CHINA = timezone(timedelta(hours=8))
_ADMITTED = f'"kind":"{START}"'.encode()


def china_day(at_ms: int) -> date:
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(_CHINA).date()


@dataclass(slots=True)
class Count:
    """One reckoning over the entries that a checkpoint signs.

    `findings` says why there is none: the entries are not those. Only without findings `reckoning` holds.
    """

    ledger: Log
    signed: Checkpoint
    days: Days
    progress: Progress
    reckoning: Reckoning = field(init=False)

    def findings(self) -> Iterator[Finding]:
        epochs = Succession(frozenset([split_origin(self.signed.origin)[0]]))
        self.reckoning = Reckoning(self.days, defaultdict(Counter))
        reading = Reading(self.ledger, self.signed, self.progress)
        with closing(Stories()) as stories:
            for position, record in reading:
                yield from epochs.take(f"entry {position}", position, record)
                self._take(stories, position, record)
            yield from reading.findings
            if not reading.findings:
                self._close(stories, epochs)
        self.ledger.check_undisturbed()

    def _take(self, stories: Stories, position: int, record: Record) -> None:
        if record.kind in ALONE:
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


def admitted_since(ledger: Log, signed: Checkpoint, days: Days, progress: Progress) -> Iterator[int]:
    """Positions behind the checkpoint at which exchanges of these days or before were still admitted.

    The column `kind` is not asked: nothing proves it.
    """
    end = ledger.extent().reach
    for row in ledger.entries(signed.size, end):
        progress(row.position - signed.size + 1, end - signed.size)
        if not isinstance(row.body, bytes) or _ADMITTED not in row.body:
            continue
        record = record_at(row, row.position)
        if isinstance(record, Record) and record.kind == START and china_day(record.at_ms) <= days.last:
            yield row.position
