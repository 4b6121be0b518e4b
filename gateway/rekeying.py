"""Changing the key of the log (更换日志密钥), with the gateway stopped: the old key signs that the new one follows.

The new key stands in a file beside the old one before anything is committed. What breaks off after the commit is
finished by running the command again: until then the gateway does not start, since its key is not the log's.
"""

from contextlib import closing
from dataclasses import dataclass

from audit import log as audit_log
from audit.checkpoints import parse_checkpoint, read_checkpoint
from audit.entries import Entry
from audit.keychange import KIND, Reason, announce
from audit.notes import NoteRejected, Signer
from audit.records import read_record
from gateway.opening import published_of
from gateway.settings.conf import Settings
from gateway.store.connection import Connection
from gateway.store.database import open_connection
from gateway.store.leases import PROCESS, held


class CannotChange(Exception):
    """Nothing was changed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Changed:
    """before, after: the public keys. position: of the entry that says so; note: what both have signed.

    checkpoint: the first that the new key has signed.
    """

    before: str
    after: str
    position: int
    note: str
    checkpoint: str


def change_key(settings: Settings, *, reason: Reason, actor: str, now_ms: int) -> Changed:
    """Have the log go on with a new key. Raises CannotChange, OSError, KeyRejected, StorageUnavailable."""
    file = settings.path(settings.installation.keys.audit)
    coming = file.with_name(f"{file.name}.next")
    before = Signer.load(file)
    after = Signer.load(coming) if coming.exists() else Signer.create(coming, before.name)
    with closing(open_connection(settings.database)) as connection:
        if any(name.startswith(PROCESS) for name in held(connection, now_ms)):
            raise CannotChange("网关正在运行，请先停止 / the gateway is running: stop it first")
        changed = _entered(connection, (before, after), reason=reason, actor=actor, now_ms=now_ms)
    published_of(settings).write(changed.checkpoint, now_ms)
    file.with_name(f"{file.name}.before-{changed.position}").hardlink_to(file)
    coming.replace(file)  # from here on the gateway starts again
    announced = settings.path(settings.installation.state) / f"key-{changed.position}.note"
    announced.write_text(changed.note, encoding="utf-8")
    return changed


def _entered(
    connection: Connection, change: tuple[Signer, Signer], *, reason: Reason, actor: str, now_ms: int
) -> Changed:
    """The entry and the first checkpoint under the new key, in one commit, unless a run before this one made it."""
    before, after = change
    connection.begin()
    try:
        newest = audit_log.newest_checkpoint(connection)
        name = parse_checkpoint(newest).origin if newest else before.name
        if newest is None or not _signed(newest, after.under(name)):
            note = announce(before, after, audit_log.head(connection).size)
            facts = {"note": note, "reason": reason, "actor": actor}
            audit_log.append(connection, [Entry(KIND, now_ms, facts)])
            newest = audit_log.checkpoint(connection, after.under(name), now_ms) or ""
        position = parse_checkpoint(newest).size - 1
        note = read_record(audit_log.entry(connection, position)).text("note") or ""
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return Changed(before.vkey, after.vkey, position, note, newest)


def _signed(note: str, signer: Signer) -> bool:
    try:
        read_checkpoint(note, [signer.key])
    except NoteRejected:
        return False
    return True
