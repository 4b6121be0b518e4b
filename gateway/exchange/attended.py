"""The transactions of what a person does to an exchange from outside its story; each leaves its entry."""

from collections.abc import Callable, Mapping, Sequence

from gateway.exchange import entries
from gateway.exchange.commits import Moved
from gateway.model import Exchange
from gateway.store import bodies, cases, exchanges
from gateway.store.store import Transaction

ATTENDED = ("abandoned", "contradiction")  # tickets that a person closes; one that is held closes by settling


def hasten(was: Exchange, *, actor: str, sealed: Mapping[str, bytes]) -> Callable[[Transaction], Exchange]:
    """The next try of what waits is due now. Raises Moved if it was claimed or concluded meanwhile."""

    def work(tx: Transaction) -> Exchange:
        now = exchanges.change(tx.connection, was, due_ms=tx.now_ms)
        if now is None:
            raise Moved
        bodies.add(tx.connection, now.id, sealed)
        tx.record(entries.hastened(now, actor=actor))
        return now

    return work


def close_tickets(
    was: Exchange, *, actor: str, sealed: Mapping[str, bytes]
) -> Callable[[Transaction], list[str]]:
    """What asked for a person has been seen to: the kinds that were closed. Raises Moved if there are none."""

    def work(tx: Transaction) -> list[str]:
        kinds = [kind for kind in ATTENDED if cases.close_ticket(tx.connection, was.id, kind, tx.now_ms)]
        if not kinds:
            raise Moved
        bodies.add(tx.connection, was.id, sealed)
        for kind in kinds:
            tx.record(entries.ticket_closed(was, kind, actor=actor, at_ms=tx.now_ms))
        return kinds

    return work


def show_values(
    command: str, notes: Sequence[tuple[Exchange, Mapping[str, bytes]]], *, actor: str
) -> Callable[[Transaction], None]:
    """Values of these exchanges are about to be shown: an entry and a sealed reason for each, or for none."""

    def work(tx: Transaction) -> None:
        for exchange, sealed in notes:
            bodies.add(tx.connection, exchange.id, sealed)
            tx.record(entries.values_shown(exchange, command, actor=actor, at_ms=tx.now_ms))

    return work
