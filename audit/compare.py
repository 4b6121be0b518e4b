"""Two evidences of one log held against each other: the first difference, named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.findings import Finding
from audit.growth import Growth
from audit.ledger import EntryRow, Log
from audit.notes import Key, NoteRejected
from audit.proofs import HEADER, Proof, ProofUnreadable, read_proof
from audit.records import RecordUnreadable, read_record
from audit.verify import verify_proof
from audit.walk import Progress


@dataclass(slots=True)
class Logs:
    """Two copies of one log. agreed: how many entries both hold with the same bytes, known at the end."""

    one: Log
    other: Log
    keys: Sequence[Key]
    progress: Progress
    agreed: int = 0

    def findings(self) -> Iterator[Finding]:
        """The first entry that differs; then the checkpoints of either that do not fit what both hold."""
        signed = [_signed(each, self.keys) for each in (self.one, self.other)]
        for faults, _ in signed:
            yield from faults
        growth = Growth({each.size for _, found in signed for each in found})
        due = min(each.extent().reach for each in (self.one, self.other))
        pairs = zip(self.one.entries(0, due), self.other.entries(0, due), strict=False)
        for first, second in pairs:
            if (difference := _difference(growth.size, first, second)) is not None:
                yield difference
                break
            growth.add(tree.leaf_hash(first.body))
            self.progress(growth.size, due)
        else:
            if growth.size < due:
                yield Finding(f"entry {growth.size}", "entries.missing", _bounds(growth.size, due))
        self.agreed = growth.size
        yield from self._unfit(signed[0][1], signed[1][1], growth.roots)
        for each in (self.one, self.other):
            each.check_undisturbed()

    def _unfit(
        self, ours: Sequence[Checkpoint], theirs: Sequence[Checkpoint], roots: Mapping[int, bytes]
    ) -> Iterator[Finding]:
        for name, signed in ((self.one.name, ours), (self.other.name, theirs)):
            for each in signed:
                if roots.get(each.size, each.root) != each.root:
                    yield Finding(f"{name}: checkpoint {each.size}", "checkpoint.root", {"size": each.size})
        others = {(each.origin, each.size): each.root for each in theirs}
        for each in ours:
            if others.get((each.origin, each.size), each.root) != each.root:
                yield Finding(f"checkpoint {each.size}", "compare.split", {"size": each.size})
                return


@dataclass(slots=True)
class Kept:
    """A log, and checkpoints and proofs of it that somebody kept (text by name of file).

    fitting: how many of those the log fits. skipped: names of files that are neither.
    """

    ledger: Log
    texts: Mapping[str, str]
    keys: Sequence[Key]
    progress: Progress
    fitting: int = 0
    skipped: list[str] = field(default_factory=list)
    _notes: dict[str, Checkpoint] = field(default_factory=dict)
    _proofs: dict[str, Proof] = field(default_factory=dict)

    def findings(self) -> Iterator[Finding]:
        """The first entry of a proof, and the first stretch below a checkpoint, in which the log differs."""
        for name, text in self.texts.items():
            yield from self._take(name, text)
        growth = Growth({each.size for each in self._notes.values()})
        entries, differing = self._entries(), False
        for row in self.ledger.entries(0, self.ledger.extent().reach):
            if row.position != growth.size:
                yield Finding(f"entry {growth.size}", "entries.missing", _bounds(growth.size, row.position))
                break
            if not differing and entries.get(row.position, row.body) != row.body:
                differing = True
                yield _named(row.position, row.body, entries[row.position])
            growth.add(tree.leaf_hash(row.body if isinstance(row.body, bytes) else b""))
            self.progress(growth.size, max(growth.wanted, default=growth.size))
        yield from self._checkpoints(growth)
        self.ledger.check_undisturbed()

    def _take(self, name: str, text: str) -> Iterator[Finding]:
        is_proof = text.startswith(f"{HEADER}\n")
        try:
            if is_proof:
                faults = verify_proof(name, text, self.keys, {}).findings
                yield from faults
                if not faults:
                    self._proofs[name] = read_proof(text)
            note = self._proofs[name].note if name in self._proofs else text
            if not is_proof or name in self._proofs:
                self._notes[name] = read_checkpoint(note, self.keys)
        except (NoteRejected, ProofUnreadable) as error:
            if _looks_signed(text):
                yield Finding(name, "checkpoint.rejected", {"reason": str(error)})
            else:
                self.skipped.append(name)

    def _entries(self) -> dict[int, bytes]:
        return {each.position: each.entry for each in self._proofs.values()}

    def _checkpoints(self, growth: Growth) -> Iterator[Finding]:
        fits, ordered = 0, sorted(self._notes.items(), key=lambda each: (each[1].size, each[0]))
        for name, signed in ordered:
            if signed.size > growth.size:
                facts = {"size": growth.size, "signed": signed.size}
                yield Finding(name, "checkpoint.beyond", facts)
                return
            if signed.size and growth.roots[signed.size] != signed.root:
                yield Finding(name, "compare.between", _bounds(fits, signed.size))
                return
            fits, self.fitting = signed.size, self.fitting + 1


def _signed(ledger: Log, keys: Sequence[Key]) -> tuple[list[Finding], list[Checkpoint]]:
    faults, found = [], []
    for row in ledger.checkpoints(ledger.extent().last_checkpoint):
        try:
            found.append(read_checkpoint(row.note if isinstance(row.note, str) else "", keys))
        except NoteRejected as error:
            path = f"{ledger.name}: checkpoint {row.size}"
            faults.append(Finding(path, "checkpoint.rejected", {"reason": str(error)}))
    return faults, found


def _difference(due: int, first: EntryRow, second: EntryRow) -> Finding | None:
    after = max(first.position, second.position)
    if after != due:
        return Finding(f"entry {due}", "entries.missing", _bounds(due, after))
    if isinstance(first.body, bytes) and first.body == second.body:
        return None
    return _named(due, first.body, second.body)


def _named(position: int, one: object, other: object) -> Finding:
    facts = {"one": _described(one), "other": _described(other)}
    return Finding(f"entry {position}", "compare.entry", facts)


def _described(body: object) -> str:
    """What an entry is, in a line that holds nothing of its other facts."""
    if not isinstance(body, bytes):
        return "?"
    try:
        record = read_record(body)
    except RecordUnreadable:
        return f"? ({tree.leaf_hash(body).hex()[:16]})"
    about = record.text("exchange") or ""
    return f"{record.kind} {about} {record.at} ({tree.leaf_hash(body).hex()[:16]})"


def _bounds(first: int, end: int) -> dict[str, int]:
    return {"first": first, "last": end - 1}


def _looks_signed(text: str) -> bool:
    return "\n\n— " in text
