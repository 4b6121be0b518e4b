"""Going on after a restored backup that lost signed entries: a new epoch (纪元) of the log, under a new origin."""

from audit.checkpoints import Checkpoint
from audit.connection import APPENDING, Connection, LogBroken, take_turn
from audit.entries import Entry
from audit.heads import UNSIGNED, check_begins_with, head, last_signed, succession
from audit.log import append
from audit.origins import origin, split_origin
from audit.succession import KIND, Epoch

__all__ = ["Epoch", "NothingLost", "check_accounted", "current_epoch", "open_epoch", "origin", "split_origin"]


class NothingLost(ValueError):
    """The log still holds all that was signed: there is no epoch to open."""


def current_epoch(connection: Connection) -> int:
    """The number of the epoch in which the log stands, 1 before anything was lost.

    The newest checkpoint's origin tells, but for an epoch that was opened since. Raises LogBroken.
    """
    size = head(connection).size
    return succession(connection, last_signed(connection), size).number_at(size)


def check_accounted(connection: Connection, published: Checkpoint) -> None:
    """Pass if the log holds what was published, or an epoch declares it lost; else raise LogBroken.

    For boot, with the newest checkpoint that was kept outside of the database, its signature read.
    """
    number, before = split_origin(published.origin)[1], last_signed(connection)
    if split_origin(before.origin)[1] > number:
        before = last_signed(connection, published.origin)  # behind it the next epoch begins
    ended = succession(connection, before, head(connection).size).ended(number, published.size)
    if ended is None:
        check_begins_with(connection, published)
    elif not ended[1].declares(published):
        raise LogBroken(f"epoch {ended[1].number} does not declare what was signed at {published.size}")


def open_epoch(connection: Connection, published: Checkpoint, at_ms: int) -> Epoch:
    """Append the first entry of the epoch after that of `published`, the last that was signed and known to others.

    What is signed next bears `origin(name, epoch.number)`. Raises NothingLost; LogBroken when the log is not what
    a backup leaves: it contradicts what it holds itself, it went on with other entries, it is another log.
    """
    take_turn(connection, APPENDING)
    now, signed = head(connection), last_signed(connection)
    check_begins_with(connection, signed)
    number, current = split_origin(published.origin)[1], current_epoch(connection)
    if not _same_log(signed, published) or number < current:
        raise LogBroken(f"{published.origin} was not the last origin of this log, whose epoch is {current}")
    if published.size <= now.size:
        check_begins_with(connection, published)
        raise NothingLost(f"the log holds the {published.size} entries that were signed")
    epoch = Epoch(number + 1, published.origin, now.size, now.size, published.size, published.root)
    append(connection, [Entry(KIND, at_ms, epoch.facts)])
    return epoch


def _same_log(signed: Checkpoint, published: Checkpoint) -> bool:
    return signed == UNSIGNED or split_origin(signed.origin)[0] == split_origin(published.origin)[0]
