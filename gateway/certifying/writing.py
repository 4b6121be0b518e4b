"""Writing one certificate: by the auditor's own code from the stored log, in a process of its own.

A certificate takes a reading of the whole log, which is minutes of a processor for a large one: whoever is served
meanwhile must not wait for that, and what the reading holds in memory goes with the process.
"""

import os
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import NamedTemporaryFile

from audit.certificates import (
    CHARACTERS_AT_MOST,
    CertificateUnreadable,
    Days,
    read_certificate,
    stated_totals,
)
from audit.certifying import Unsound, certified
from audit.checkpoints import parse_checkpoint
from audit.ledger import open_ledger
from audit.notes import Key, KeyRejected, NoteRejected, Signer, read_note
from audit.origins import split_origin
from audit.reading import NotCovered
from audit.source import LedgerUnreadable

NICE = 10  # behind everything that is served


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be certified. database: with its password. into: a file, None to look only.

    origin: under which the log signs now; key: the file of its private key.
    """

    database: str
    origin: str
    key: Path
    first: date
    last: date
    into: Path | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """What a certificate says. size: of its checkpoint; sha256: of the file, empty if none was written."""

    size: int
    admitted: int
    open: int
    unlawful: int
    sha256: str = ""


class NotWritten(Exception):
    """No certificate of these days; the text is a code: why not (docs/operating.md)."""


def seek(order: Order, there: Connection) -> None:
    """What the process does: write, and say what came of it."""
    os.nice(NICE)
    with suppress(BrokenPipeError):  # nobody waits any more; the file, if it is there, is found next time
        try:
            there.send(write(order))
        except NotWritten as error:
            there.send(error)


def write(order: Order) -> Written:
    """Certify the days, into the file if there is none yet. Raises NotWritten."""
    try:
        signer = Signer.load(order.key, split_origin(order.origin)[0]).under(order.origin)
        if order.into is not None and order.into.exists():
            return _there(order.into, signer.key, Days(order.first, order.last))
        return _new(order, signer)
    except Unsound as error:
        raise NotWritten(error.findings[0].code) from error
    except NotCovered as error:
        raise NotWritten("not_signed_yet") from error
    except LedgerUnreadable as error:
        raise NotWritten("database_unreadable") from error
    except KeyRejected as error:
        raise NotWritten("not_its_key") from error
    except OSError as error:
        raise NotWritten("folder_unusable") from error


def _new(order: Order, signer: Signer) -> Written:
    days, keys = Days(order.first, order.last), [signer.key]
    with closing(open_ledger(order.database, with_rows=False)) as ledger:
        made = certified(ledger, keys, days, lambda done, total: None)
    total = made.reckoning.total
    counts = total("admitted"), total("open"), total("unlawful")
    if order.into is None:
        return Written(made.signed.size, *counts)
    text = signer.sign(made.text)
    _put(order.into, text.encode())
    return Written(made.signed.size, *counts, _digest(text))


def _put(file: Path, content: bytes) -> None:
    """The whole file or nothing, on the disk; what somebody else wrote meanwhile stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("wb", dir=file.parent, prefix=".") as draft:
        draft.write(content)
        draft.flush()
        os.fsync(draft.fileno())
        Path(draft.name).chmod(0o644)
        file.hardlink_to(draft.name)


def _there(file: Path, key: Key, days: Days) -> Written:
    """What the file says that is there already: of these days, and signed with our key. Raises NotWritten."""
    try:
        text = file.read_bytes().decode("utf-8")
        stated = read_certificate(text)
        read_note(text, [key], CHARACTERS_AT_MOST)
    except (UnicodeDecodeError, CertificateUnreadable, NoteRejected) as error:
        raise NotWritten("another_file") from error
    if stated.days != days:
        raise NotWritten("another_file")
    return Written(parse_checkpoint(stated.note).size, *stated_totals(stated), _digest(text))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
