"""Whether the log goes on from what was published: a database from a backup may have lost what was acknowledged.

The newest checkpoint is kept outside of the database, in the folder of the installation's state. At a start the log
is held against it. A log that is shorter starts only when an operator says so: then in a new epoch, which names
what was lost, with sending to every platform off until it was reconciled, and with our numbers far ahead of those
that the lost entries may have used.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from audit.checkpoints import Checkpoint, read_checkpoint
from audit.connection import Connection as LogConnection
from audit.connection import LogBroken
from audit.entries import CHINA, Entry
from audit.epoch import check_accounted, current_epoch, open_epoch, origin, split_origin
from audit.log import append, head, newest_checkpoint
from audit.notes import NoteRejected, Signer
from audit.succession import Epoch
from gateway import logs
from gateway.store import cases, exchanges, marks, releases
from gateway.store.connection import Connection

log = logs.get("continuity")
RESTORED = (
    "日志只有 {size} 条，已公布的检查点为 {published} 条：数据库来自备份？请先读 docs/operating.md，"
    "再用 serve --after-restore 启动 / the log has {size} entries, {published} were published: is this database"
    " a backup? Read docs/operating.md, then start with serve --after-restore"
)
FOREIGN_KEY = (
    "keys.audit 不是签署本日志的密钥，请复制本系统原有的密钥 / the key in keys.audit has not signed this log:"
    " copy the installation's own key there"
)
SPARE_NUMBERS = 64  # beyond one for each lost entry: blocks that were reserved


class Restored(Exception):
    """The log is shorter than what was published: a backup. The text says what to do."""


class Discontinued(Exception):
    """The log contradicts what was published, or the published checkpoint is not one of this log."""


@dataclass(frozen=True, slots=True)
class Published:
    """The file of the newest checkpoint; copies of it elsewhere are what nobody can take back.

    folder: where such copies go, if anywhere: best on a medium that this machine can only add to.
    """

    path: Path
    folder: Path | None = None

    def read(self, signer: Signer) -> Checkpoint | None:
        """None before the first. Raises Discontinued for what was not signed by this log."""
        if not self.path.exists():
            return None
        try:
            note = self.path.read_text(encoding="utf-8")
            name = note.split("\n", 1)[0]
            return read_checkpoint(note, [signer.under(name).key] if name else [])
        except (NoteRejected, ValueError) as error:
            raise Discontinued(
                f"{self.path}: 不是本日志的检查点 / is no checkpoint of this log: {error}"
            ) from error

    def write(self, note: str, at_ms: int) -> None:
        """Replace it whole, a crash leaves the old one or the new one; then the copies, for which nobody waits."""
        _replace(self.path, note)
        if self.folder is not None:
            try:
                self._copy(self.folder, note, at_ms)
            except OSError as error:  # the folder is away: it gets the next one
                log.warning("checkpoint.unpublished", failure=error)

    def _copy(self, folder: Path, note: str, at_ms: int) -> None:
        """The newest, and one of each hour (in China) that is never written again."""
        hour = datetime.fromtimestamp(at_ms / 1000, CHINA).strftime("%Y-%m-%dT%H")
        with suppress(FileExistsError), (folder / f"{hour}.checkpoint").open("x", encoding="utf-8") as file:
            file.write(note)
        _replace(folder / "checkpoint", note)


def _replace(path: Path, note: str) -> None:
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, delete=False) as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def going_on(connection: LogConnection, published: Published, signer: Signer) -> Signer:
    """The signer under the name that the log bears now. Raises Restored, Discontinued."""
    checkpoint = published.read(signer)
    newest = newest_checkpoint(connection)
    if newest is not None and not _signed(newest, signer):
        raise Discontinued(FOREIGN_KEY)
    try:
        if checkpoint is not None:
            check_accounted(connection, checkpoint)
        return signer.under(origin(split_origin(signer.name)[0], current_epoch(connection)))
    except LogBroken as error:
        size = head(connection).size
        if checkpoint is not None and size < checkpoint.size:
            raise Restored(RESTORED.format(size=size, published=checkpoint.size)) from error
        raise Discontinued(
            f"日志与已公布的不符 / the log is not the one that was published: {error}"
        ) from error


def _signed(note: str, signer: Signer) -> bool:
    """Whether our key has signed it: a machine without its keys would make new ones, which nobody trusts."""
    try:
        read_checkpoint(note, [signer.under(note.split("\n", 1)[0]).key])
    except NoteRejected:
        return False
    return True


def after_restore(
    connection: Connection, published: Published, signer: Signer, *, actor: str, at_ms: int
) -> Epoch:
    """Open a new epoch, turn sending off, skip the numbers that were lost; in a transaction of its own.

    Raises Discontinued, audit.epoch.NothingLost; then nothing was changed.
    """
    connection.begin()
    try:
        epoch = _new_epoch(connection, published, signer, at_ms)
        append(connection, [Entry("restore.declared", at_ms, {"epoch": epoch.number, "actor": actor})])
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return epoch


def _new_epoch(connection: Connection, published: Published, signer: Signer, now_ms: int) -> Epoch:
    checkpoint = published.read(signer)
    if checkpoint is None:
        raise Discontinued(f"{published.path}: 没有已公布的检查点 / no checkpoint was published")
    try:
        epoch = open_epoch(connection, checkpoint, now_ms)
    except LogBroken as error:
        raise Discontinued(str(error)) from error
    skipped = epoch.lost_to - epoch.lost_from + SPARE_NUMBERS
    cases.skip_numbers(connection, skipped)
    marks.put(connection, marks.NUMBERS, str(skipped), now_ms)
    for platform in {*exchanges.platforms(connection), *_declared(connection)}:
        marks.put(connection, marks.RECONCILE + platform, f"epoch {epoch.number}", now_ms)
    return epoch


def _declared(connection: Connection) -> set[str]:
    """Platforms of the release in force."""
    digest = releases.active(connection)
    files = (releases.files_of(connection, digest) if digest else None) or {}
    return {path.split("/")[-2] for path in files if path.endswith("/platform.yaml")}
