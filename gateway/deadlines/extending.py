"""Recording that an authority has extended its limits (延期, 行政许可法 art. 42), where nobody else tells it."""

from collections.abc import Sequence
from datetime import date

from gateway.cases.due import Clock
from gateway.cases.spans import DECIDING
from gateway.clock import china_day
from gateway.deadlines.reckon import reckon
from gateway.errors import Refusal
from gateway.exchange.following import SUBMIT, follow, known_of
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.settings.agreements import Agreement
from gateway.store import bodies, cases
from gateway.store.connection import Connection
from gateway.store.events import Told
from gateway.store.store import Transaction

EXTENDED = "extended"


async def extend(
    story: Exchanges, case_id: str, until: date, *, actor: str, ground: str, reason: str,
    agreements: tuple[Agreement, ...] = (),
) -> bool:  # fmt: skip
    """The decision may take until that day; False if no limit of a decision runs.

    ground: one of cases.grounds; reason: in words, sealed with the papers of the case while there are any.
    Raises Refusal: not_found; bad_parameter for a day that is no extension.
    """
    around = story.around

    def look(connection: Connection) -> tuple[Exchange, list[Clock]] | None:
        case = cases.by_id(connection, case_id)
        known = known_of(connection, case) if case else None
        submitted = (
            next((each for each in known.exchanges if each.operation == SUBMIT), None) if known else None
        )
        if known is None or submitted is None:
            return None
        today = china_day(around.clock_ms())
        clocks = reckon(connection, known, agreements, today).clocks
        return submitted, [each for each in clocks if each.name in DECIDING and each.ended is None]

    found = await around.store.read(look)
    if found is None:
        raise Refusal("not_found")
    submitted, running = found
    if not running:
        return False
    if until <= _last_day(running, china_day(around.clock_ms())):
        raise Refusal("bad_parameter", name="until")
    try:
        sealed = await around.papers.note(submitted, actor=actor, reason=reason)
    except Erased:
        sealed = {}

    def work(tx: Transaction) -> None:
        bodies.add(tx.connection, submitted.id, sealed)
        told = Told(
            EXTENDED, tx.now_ms, f"staff/{actor}", f"until/{until}", seen_ms=tx.now_ms,
            exchange_id=submitted.id, due_on=until.isoformat(), reason=ground,
        )  # fmt: skip
        follow(case_id, [told])(tx)

    await around.store.write(work)
    return True


def _last_day(running: Sequence[Clock], today: date) -> date:
    """What an extension must go beyond: the limit of the law, else the promise, else today."""
    days = {each.name: each.on for each in running if each.on is not None}
    return days.get("statutory") or days.get("promised") or today
