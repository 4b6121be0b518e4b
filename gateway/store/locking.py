"""The one order in which rows are locked, so that two processes wait for each other in turn, and never both.

1. the Idempotency-Key, which is consumed;
2. exchanges by id, each with those that wait behind it in its case;
3. cases by id;
4. what hangs on a case: its clocks, its being followed, its results, its line of a desk;
5. the lock of the log, right before COMMIT.

Who claims passes over what is locked and takes no case. What shares a transaction with another piece of work may
still meet a third the other way round: then the server gives one up, and each piece is run by itself (store.py).
"""

from collections.abc import Iterable

from gateway.model import Exchange
from gateway.store import events, exchanges
from gateway.store.connection import Connection


def lock(connection: Connection, writes: Iterable[Exchange], case_ids: Iterable[str]) -> None:
    """Everything that a transaction is going to change of several cases, before it changes the first."""
    for each in sorted(writes, key=lambda one: one.id):
        exchanges.locked(connection, each.id, wait=True)
        exchanges.waiting_behind(connection, each)
    for case_id in sorted(set(case_ids)):
        events.lock(connection, case_id)
