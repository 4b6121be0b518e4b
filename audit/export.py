"""Export (导出): a log as C2SP tlog-tiles in a folder that any web server can serve, up to its newest checkpoint.

A run that broke off is gone on with by the next one. Every file appears whole; the checkpoint comes last, so
whoever reads the folder meanwhile finds all that its checkpoint speaks of.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from audit import tree
from audit.checkpoints import Checkpoint, read_checkpoint
from audit.growth import Growth
from audit.ledger import WIDTH, Log
from audit.notes import Key, NoteRejected
from audit.source import LedgerUnreadable
from audit.tilefiles import CHECKPOINT, bundle_path, read_bundle, tile_path, write_bundle
from audit.walk import Progress


class ExportRefused(LedgerUnreadable):
    """The log is not the one that the folder holds, or not the one that was signed: nothing was published."""


@dataclass(slots=True)
class Export:
    """One export. written: files that were new or other than they were."""

    log: Log
    folder: Path
    keys: Sequence[Key]
    progress: Progress
    written: int = 0
    _growth: Growth = field(default_factory=Growth)

    def run(self, note: str, signed: Checkpoint) -> None:
        """Write all files of the log that `note` signs. Raises ExportRefused, LedgerUnreadable, OSError."""
        before = self.published()
        if before and before.size > signed.size:
            raise ExportRefused(f"the folder holds {before.size} entries, the log has {signed.size} signed")
        self._growth = Growth({signed.size, before.size if before else 0})
        self._upper(self._level_0(signed.size))
        roots = {0: tree.EMPTY_ROOT, **self._growth.roots}
        if roots[signed.size] != signed.root:
            raise ExportRefused(f"the {signed.size} entries are not those that were signed: run fsck")
        if before and roots[before.size] != before.root:
            raise ExportRefused(f"the log does not begin with the {before.size} entries of the folder")
        self._put(CHECKPOINT, note.encode())  # from here on the folder is the log of this checkpoint

    def published(self) -> Checkpoint | None:
        """What the folder already says, by the keys of the log."""
        try:
            return read_checkpoint((self.folder / CHECKPOINT).read_bytes().decode("utf-8"), self.keys)
        except FileNotFoundError:
            return None
        except (NoteRejected, UnicodeDecodeError) as error:
            raise ExportRefused(f"{self.folder}: its checkpoint is not of this log: {error}") from error

    def _level_0(self, size: int) -> list[bytes]:
        """Bundles, and the tiles over them; the roots of the full ones."""
        roots = []
        for start in range(0, size, WIDTH):
            number, width = start // WIDTH, min(WIDTH, size - start)
            leaves = self._present(number, width) or self._from_log(number, width)
            for leaf in leaves:
                self._growth.add(leaf)
            if width == WIDTH:
                roots.append(tree.root_of(leaves))
            self.progress(start + width, size)
        return roots

    def _present(self, number: int, width: int) -> list[bytes]:
        """The leaves of a bundle that an earlier run wrote whole, and its tile; else nothing."""
        try:
            bodies, rest = read_bundle((self.folder / bundle_path(number, width)).read_bytes(), width)
            hashes = (self.folder / tile_path(0, number, width)).read_bytes()
        except FileNotFoundError:
            return []
        leaves = [tree.leaf_hash(body) for body in bodies]
        return leaves if len(leaves) == width and not rest and b"".join(leaves) == hashes else []

    def _from_log(self, number: int, width: int) -> list[bytes]:
        start = number * WIDTH
        rows = list(self.log.entries(start, start + width))
        if [row.position for row in rows] != list(range(start, start + width)):
            raise ExportRefused(f"entries are missing from {start} on: run fsck")
        bodies = [row.body if isinstance(row.body, bytes) else b"" for row in rows]
        leaves = [tree.leaf_hash(body) for body in bodies]
        try:
            self._put(bundle_path(number, width), write_bundle(bodies))
        except ValueError as error:
            raise ExportRefused(f"among the entries from {start} on: {error}") from error
        self._put(tile_path(0, number, width), b"".join(leaves))
        return leaves

    def _upper(self, below: list[bytes]) -> None:
        """The tiles of all levels above, each from the roots of the full ones below it."""
        level = 1
        while below:
            rows = [below[first : first + WIDTH] for first in range(0, len(below), WIDTH)]
            for number, row in enumerate(rows):
                self._put(tile_path(level, number, len(row)), b"".join(row))
            below = [tree.root_of(row) for row in rows if len(row) == WIDTH]
            level += 1

    def _put(self, path: str, content: bytes) -> None:
        """Have the file hold this, whole at every moment."""
        file = self.folder / path
        if file.is_file() and file.read_bytes() == content:
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f".{file.name}.new")
        with new.open("wb") as opened:
            opened.write(content)
            if (
                path == CHECKPOINT
            ):  # of another file that a power cut left broken, the next run writes it anew
                opened.flush()
                os.fsync(opened.fileno())
        new.replace(file)
        self.written += 1
