"""What witnesses said of a stored log: every line held against its checkpoint, and how far enough of them go."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from audit.checkpoints import parse_checkpoint
from audit.cosignatures import cosigned
from audit.findings import Finding
from audit.ledger import CheckpointRow, CosignatureRow, Log
from audit.notes import NoteRejected, note_parts
from audit.quorum import Quorum


@dataclass(slots=True)
class Witnessed:
    """The cosignatures of a log. size: over how many entries the newest checkpoint is that enough have cosigned.

    roots: by size, as they follow from the entries.
    """

    log: Log
    stored: Sequence[CheckpointRow]
    roots: Mapping[int, bytes]
    quorum: Quorum
    size: int = 0
    _rows: dict[int, list[CosignatureRow]] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """Every line that does not hold; and, where witnesses are asked for, that too few ever cosigned."""
        for size, rows in groupby(self.log.cosignatures(), key=lambda row: row.size):
            self._rows[size] = list(rows)
        for checkpoint in self.stored:
            yield from self._checkpoint(checkpoint, self._rows.pop(checkpoint.size, []))
        for size in self._rows:
            yield _rejected(size, "there is no checkpoint over so many entries")
        if self.quorum.least and not self.size:
            path = f"checkpoint {self.stored[-1].size}" if self.stored else "checkpoint 0"
            yield Finding(path, "cosignature.too_few", {"number": 0, "least": self.quorum.least})

    def _checkpoint(self, stored: CheckpointRow, rows: Sequence[CosignatureRow]) -> Iterator[Finding]:
        note = stored.note if isinstance(stored.note, str) else ""
        try:
            known = len(note_parts(note)[1])
        except NoteRejected:  # which is told of the checkpoint itself
            return
        for row in rows:
            fault = _fault(note, known, row)
            if fault:
                yield _rejected(stored.size, fault)
                return
        try:
            times = cosigned(note + "".join(row.line for row in rows), self.quorum.witnesses)
        except NoteRejected as error:
            yield _rejected(stored.size, str(error))
            return
        fits = self.roots.get(stored.size) == parse_checkpoint(note).root
        if fits and self.quorum.least and len(times) >= self.quorum.least:
            self.size = max(self.size, stored.size)


def _fault(note: str, known: int, row: CosignatureRow) -> str:
    """Why a row is no line below the note: empty if it is one."""
    try:
        lines = note_parts(note + row.line if isinstance(row.line, str) else "")[1]
    except NoteRejected:
        return "it is no signature line"
    return "" if [name for name, _, _ in lines[known:]] == [row.name] else "it is of another name"


def _rejected(size: int, reason: str) -> Finding:
    return Finding(f"checkpoint {size}", "cosignature.rejected", {"reason": reason})
