"""What a log goes on as: under a new origin, in epochs, or under a new key.

Epochs (纪元): after a restored backup that lost signed entries, a log goes on under a new origin.

The first entry of an epoch declares what was lost, so nothing that is signed later contradicts what was before.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from audit import keychange
from audit.checkpoints import Checkpoint
from audit.findings import Finding
from audit.keychange import KeyChange, read_change
from audit.notes import Key, KeyRejected
from audit.origins import FIRST_EPOCH, split_origin
from audit.records import Record
from audit.tree import HASH_BYTES

KIND = "log.epoch"
KINDS = frozenset({KIND, keychange.KIND})


class EpochUnreadable(ValueError):
    """The entry does not have the facts of an epoch."""


@dataclass(frozen=True, slots=True)
class Epoch:
    """What the first entry of an epoch declares.

    before: the origin until then. size: how many entries were left. Those from lost_from up to, without, lost_to
    had been signed and are gone; lost_root was signed over lost_to entries under `before`.
    """

    number: int
    before: str
    size: int
    lost_from: int
    lost_to: int
    lost_root: bytes

    @property
    def facts(self) -> dict[str, str | int]:
        return {
            "epoch": self.number, "before": self.before, "size": self.size,
            "lost_from": self.lost_from, "lost_to": self.lost_to, "lost_root": self.lost_root.hex(),
        }  # fmt: skip

    def declares(self, signed: Checkpoint) -> bool:
        """Whether the loss of what was signed over more entries than were left is told, and truly."""
        if (signed.origin, signed.size) == (self.before, self.lost_to):
            return signed.root == self.lost_root
        return signed.size <= self.lost_to


def read_epoch(record: Record) -> Epoch:
    """The facts, which may still be wrong. Raises EpochUnreadable."""
    match record.facts:
        case {
            "epoch": int(number), "before": str(before), "size": int(size),
            "lost_from": int(start), "lost_to": int(end), "lost_root": str(root),
        } if number > FIRST_EPOCH and len(root) == 2 * HASH_BYTES:  # fmt: skip
            try:
                return Epoch(number, before, size, start, end, bytes.fromhex(root))
            except ValueError:
                pass
    raise EpochUnreadable("the entry of an epoch lacks a fact, or one is of another form")


@dataclass(slots=True)
class Succession:
    """The epochs of a log by the positions of their first entries, and its changes of key, as entries pass by."""

    names: frozenset[str]  # of the logs whose keys are held; none: any
    number: int = FIRST_EPOCH  # of the epoch in which it begins
    epochs: dict[int, Epoch] = field(default_factory=dict)
    skipped: dict[int, range] = field(default_factory=dict)
    changes: list[KeyChange] = field(default_factory=list)

    def take(self, path: str, position: int, record: Record) -> Iterator[Finding]:
        """Note the next entry; what is wrong with it if it opens an epoch or changes the key. Other kinds pass."""
        if record.kind == keychange.KIND:
            yield from self._change(path, position, record)
        if record.kind != KIND:
            return
        try:
            epoch = read_epoch(record)
        except EpochUnreadable:
            yield Finding(path, "epoch.unreadable")
            return
        name, number = split_origin(epoch.before)
        known = self.number_at(position)
        if (self.names and name not in self.names) or number != epoch.number - 1 or number < known:
            yield Finding(path, "epoch.origin", {"epoch": epoch.number, "before": epoch.before})
        elif number > known:
            self.skipped[position] = range(known + 1, epoch.number)
        if not position == epoch.size == epoch.lost_from < epoch.lost_to:
            yield Finding(path, "epoch.range", {"first": epoch.lost_from, "last": epoch.lost_to - 1})
        self.epochs[position] = epoch

    def _change(self, path: str, position: int, record: Record) -> Iterator[Finding]:
        try:
            change = read_change(record.text("note") or "")
            if change.position != position:
                raise KeyRejected(f"it was signed for entry {change.position}")
            if self.names and change.before.name not in self.names:
                raise KeyRejected("it is of another log")
            if self.changes and self.changes[-1].after != change.before:
                raise KeyRejected("it was not signed by the key in force")
        except KeyRejected as error:
            yield Finding(path, "key.rejected", {"reason": str(error)})
        else:
            self.changes.append(change)

    def key_at(self, size: int) -> bytes | None:
        """The public key that a checkpoint over `size` entries must be signed with; None while no change tells."""
        changed = [change.after for change in self.changes if change.position < size]
        if changed:
            return changed[-1].public
        return self.changes[0].before.public if self.changes else None

    def trusted(self, keys: Sequence[Key]) -> list[Key]:
        """These, and what the log went on to from one of them, each change signed by the key before it."""
        found = list(keys)
        for change in self.changes:
            if change.before.public in {key.public for key in found}:
                found += [Key(name, change.after.public) for name in dict.fromkeys(key.name for key in keys)]
        return found

    def number_at(self, size: int) -> int:
        """The number of the epoch to which a checkpoint over `size` entries belongs."""
        numbers = (epoch.number for position, epoch in self.epochs.items() if position < size)
        return max(numbers, default=self.number)

    def ended(self, number: int, size: int) -> tuple[int, Epoch] | None:
        """Where and how epoch `number` ended among the first `size` entries; None if it did not."""
        for position, epoch in self.epochs.items():
            if epoch.number > number and position < size:
                return position, epoch
        return None

    def notices(self) -> Iterator[Finding]:
        """No faults, but what an auditor must look at: that a log lost entries, and says so."""
        for position, epoch in self.epochs.items():
            yield Finding(f"entry {position}", "epoch.opened", {
                "epoch": epoch.number, "before": epoch.before, "size": epoch.size,
                "first": epoch.lost_from, "last": epoch.lost_to - 1,
            })  # fmt: skip
            if missing := self.skipped.get(position):
                bounds = {"first": missing.start, "last": missing.stop - 1}
                yield Finding(f"entry {position}", "epoch.skipped", bounds)
        for change in self.changes:
            ids = {"before": change.before.id.hex(), "after": change.after.id.hex()}
            yield Finding(f"entry {change.position}", "key.changed", ids)
