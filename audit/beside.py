"""The rows beside a large log are checked in a process of their own while the log is walked along.

That takes more than three times as long as the walk, so whoever has walked checks the rows of the first cases.
Neither asks anything of the other. Of a small log the start of a process would take longer than the check.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import chain
from multiprocessing import get_context
from multiprocessing.connection import Connection

from audit.findings import Finding
from audit.ledger import Ledger, Log, open_ledger
from audit.source import LedgerUnreadable

LARGE = 50_000  # entries
OURS = 0.36  # of the entries: so much of the rows is left to whoever walks along them, who is done first

_Told = Finding | LedgerUnreadable | None  # None: that was all


@contextmanager
def faults_beside(log: Log, entries: int, large: int = LARGE) -> Iterator[Callable[[], Iterator[Finding]]]:
    """What to ask for the faults of a log (`Log.faults`) of so many entries; of a large one sought at once."""
    if entries < large or not isinstance(log, Ledger) or not log.with_rows:
        yield log.faults
        return
    first = log.case_at(round(entries * OURS))
    spawn = get_context("spawn")  # as everywhere: nothing of this process, no open database, is in the other
    here, there = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_seek, args=(log.address, first, there), daemon=True)
    process.start()
    there.close()
    try:
        yield lambda: chain(log.faults_of_cases(first), _told(here))
    finally:
        here.close()
        process.terminate()
        process.join()


def _told(here: Connection) -> Iterator[Finding]:
    """The faults as they come. Raises LedgerUnreadable where reading failed, or the process ended too early."""
    while True:
        try:
            told: _Told = here.recv()
        except EOFError:
            raise LedgerUnreadable("the check of the rows beside the log broke off: run it again") from None
        if told is None:
            return
        if isinstance(told, LedgerUnreadable):
            raise told
        yield told


def _seek(address: str, beyond: str, there: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the command ends this process with it
    try:
        with closing(open_ledger(address)) as ledger:
            for finding in ledger.faults(beyond=beyond):
                there.send(finding)
            ledger.check_undisturbed()
        there.send(None)
    except LedgerUnreadable as error:
        there.send(error)
    except BrokenPipeError:  # nobody waits for it any more
        return
