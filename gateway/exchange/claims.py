"""Claims: the commits without which no byte of what waits or was deferred may leave. Each is a `Work`."""

from collections.abc import Callable

from gateway.exchange import entries
from gateway.exchange.admitting import BEHIND_MS
from gateway.exchange.commits import Moved
from gateway.model import Exchange
from gateway.store import exchanges
from gateway.store.store import Transaction

MOST_BEHIND_MS = 60_000  # it is woken when the other one ends; this is for who was not there to be woken


def claim(
    platform: str, most: int, *, owner: str, lease_of: Callable[[Exchange], int]
) -> Callable[[Transaction], list[Exchange]]:
    """Claims: the committed `sending` rows without which no byte may leave. At most `most` of what is due.

    lease_of: how long an attempt may take, in milliseconds; 0 for what is left alone now.
    """

    def work(tx: Transaction) -> list[Exchange]:
        claimed = []
        for was in exchanges.claimable(tx.connection, platform, tx.now_ms, most):
            lease_ms = lease_of(was)
            if lease_ms and was.step == "send" and exchanges.is_behind(tx.connection, was):
                exchanges.change(tx.connection, was, due_ms=tx.now_ms + _behind_ms(was, tx.now_ms))
            elif lease_ms:
                claimed.append(_claimed(tx, was, owner, lease_ms))
        return claimed

    return work


def _behind_ms(was: Exchange, now_ms: int) -> int:
    """What is held for days is not looked at every second."""
    return max(BEHIND_MS, min((now_ms - was.admitted_ms) // 10, MOST_BEHIND_MS))


def _claimed(tx: Transaction, was: Exchange, owner: str, lease_ms: int) -> Exchange:
    now = exchanges.change(
        tx.connection, was, state="sending", attempt=was.attempt + 1, owner=owner,
        due_ms=tx.now_ms + lease_ms, changed_ms=max(tx.now_ms, was.changed_ms),
    )  # fmt: skip
    if now is None:
        raise Moved
    tx.record(entries.sending(now))
    return now
