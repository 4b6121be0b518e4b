"""The work list as an adapter reaches it: a message is placed once, and what was recorded is looked up."""

from collections.abc import Mapping
from typing import Any

from adapters.errors import LeaseOver, NotSent, Unknown
from audit.entries import Entry
from gateway.desk.told import progress_of, result_of
from gateway.exchange.papers import Papers
from gateway.store import desk, exchanges
from gateway.store.desk import Work
from gateway.store.store import StorageUnavailable, Store, Transaction

SUBMIT = "case.submit"
_LOOKS = {"case.progress": progress_of, "case.result": result_of}


class WorkList:
    """The lists of all desks of this installation (`adapters.message.Desk`)."""

    def __init__(self, store: Store, papers: Papers) -> None:
        self._store = store
        self._papers = papers

    async def place(self, exchange_id: str) -> bool:
        """In a transaction of its own. Where its claim is over, nothing is placed any more: the row says so."""
        try:
            # from here on people see it; a crash after it is the fact "unknown", and placing again finds it there
            return await self._store.write(lambda tx: _place(tx, exchange_id))
        except StorageUnavailable as error:
            raise (Unknown if error.lost else NotSent)("storage_unavailable") from error

    async def look(self, platform: str, operation: str, number: str) -> Mapping[str, Any] | None:
        wanted = _LOOKS[operation]
        try:
            found = await self._store.read(lambda connection: desk.by_number(connection, number))
            for work in found:
                if (work.platform, work.operation) == (platform, SUBMIT):
                    return await wanted(self._store, self._papers, work)
        except StorageUnavailable as error:
            raise Unknown("storage_unavailable") from error
        return None


def _place(tx: Transaction, exchange_id: str) -> bool:
    row = exchanges.locked(tx.connection, exchange_id, wait=True)
    if row is None or row.state != "sending":
        raise LeaseOver
    work = Work(row.id, row.case_id, row.platform, row.unit, row.operation, row.ours, tx.now_ms)
    placed = desk.place(tx.connection, work)
    if placed:
        facts = {
            "exchange": row.id, "case": row.case_id, "platform": row.platform, "operation": row.operation,
            "unit": row.unit or None, "ours": row.ours,
        }  # fmt: skip
        tx.record(Entry("desk.placed", tx.now_ms, facts))
    return placed
