"""When a case was received (收件): dated code tables are read as of then for whatever is said of it.

What we send says so itself (`received_at`); what a platform says of a case does not.
"""

from functools import partial

from audit.entries import china_time
from gateway.model import Exchange
from gateway.store import cases
from gateway.store.store import Store


def as_of(received_ms: int | None, at_ms: int) -> str:
    """received_ms: of the case; at_ms: of the question or the call, which counts where no case is known."""
    return china_time(received_ms or at_ms)


async def as_of_exchange(store: Store, exchange: Exchange) -> str:
    """As of when the answer of an exchange is read; the same at every later reading of it."""
    case = await store.read(partial(cases.by_id, case_id=exchange.case_id)) if exchange.case_id else None
    return as_of(case.received_ms if case else None, exchange.admitted_ms)
