"""Making a print of a case. It names a person, so an entry says who made it before anybody sees it."""

from collections.abc import Callable, Mapping
from datetime import datetime

from audit.entries import Entry
from gateway import logs
from gateway.cases.parcels import parcels_of
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.prints.handover import handover
from gateway.prints.printed import Printed
from gateway.prints.receipt import receipt
from gateway.prints.stamp import Print, Stamp, is_genuine, read, stamp
from gateway.store import cases, exchanges, parcels
from gateway.store.connection import Connection
from mappings.china_time import CHINA

log = logs.get("prints")
SUBMIT = "case.submit"
_MADE: Mapping[Print, Callable[[Printed], str]] = {"receipt": receipt, "handover": handover}


async def make(story: Exchanges, exchange: Exchange, print_: Print, *, actor: str, contact: str) -> str:
    """The print as one HTML file. exchange: the submit of the case. Raises Erased, NotActive."""
    around = story.around
    document = await around.papers.tree(exchange.id, "document")
    route = await around.shelf.route_of(exchange)
    now_ms = around.clock_ms()
    told = await around.store.read(lambda connection: parcels.of_case(connection, exchange.case_id))
    made = Printed(
        stamp=stamp(around.papers.vault, print_, exchange.id, exchange.ours),
        document=document,
        there=route.platform.declared.title,
        contact=contact,
        at=datetime.fromtimestamp(now_ms // 1000, CHINA).strftime("%Y-%m-%d %H:%M"),
        parcels=[each for each in parcels_of(told) if each.direction == "there"],
    )
    facts = {"exchange": exchange.id, "case": exchange.case_id, "print": print_, "actor": actor}
    await around.store.write(lambda tx: tx.record(Entry("print.made", tx.now_ms, facts)))
    log.info("print.made", exchange=exchange.id, print=print_)
    return _MADE[print_](made)


async def known(story: Exchanges, text: str) -> tuple[Stamp, Exchange] | None:
    """The stamp that a QR code or a person says, and whose print it is on; None for what was not made here."""
    said = read(text)
    if said is None:
        return None

    def look(connection: Connection) -> list[Exchange]:
        found = [case_id for case_id, _ in cases.by_number(connection, said.number)]
        return [each for case_id in found for each in exchanges.of_case(connection, case_id)]

    for exchange in await story.around.store.read(look):
        if exchange.operation == SUBMIT and is_genuine(story.around.papers.vault, said, exchange.id):
            return said, exchange
    return None
