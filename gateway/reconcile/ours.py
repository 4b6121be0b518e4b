"""Our side of a day: what was submitted, what of it bears the numbers that they list, how its cases stood."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from gateway.errors import Refusal
from gateway.exchange.admitting import OURS
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.reconcile.compare import Record
from gateway.store import sent as rows
from gateway.store.sent import Sent
from gateway.store.store import Store
from gateway.store.vault import WrongKey
from mappings.china_time import CHINA


async def of_day(store: Store, platform: str, day: date) -> list[Sent]:
    """What was admitted for the platform on a China day."""
    since = datetime.combine(day, time(), CHINA)
    span = (_ms(since), _ms(since + timedelta(days=1)))
    return await store.read(lambda connection: rows.of_span(connection, platform, *span))


async def of_other_days(
    store: Store, platform: str, ours: Sequence[Sent], records: Iterable[Record]
) -> list[Sent]:
    """What they list and we sent on another day: what was sent over midnight is theirs of the day after."""
    known = {sent.ours for sent in ours} | {sent.theirs for sent in ours if sent.theirs}
    found: dict[str, Sent] = {}
    for record in records:
        if record.ours in known or record.theirs in known:
            continue
        for owner, number in ((OURS, record.ours), (platform, record.theirs)):
            if number:
                more = await store.read(partial(rows.by_number, platform, owner, number))
                found |= {sent.exchange: sent for sent in more}
    return list(found.values())


async def with_known(story: Exchanges, platform: str, ours: Sequence[Sent], before_ms: int) -> list[Sent]:
    """With how each case stood when the platform last told us, before now."""
    return [
        sent._replace(known=await _known(story, platform, sent, before_ms))
        if sent.state == "delivered"
        else sent
        for sent in ours
    ]


async def _known(story: Exchanges, platform: str, sent: Sent, before_ms: int) -> str:
    last = await story.around.store.read(partial(rows.last_progress, platform, sent.case, before_ms))
    if last is None:
        return ""
    try:
        answer = await story.around.papers.answer_of(last, await story.around.shelf.route_of(last))
    except (Refusal, Erased, WrongKey):  # what was said cannot be read any more
        return ""
    return str(answer.get("state", ""))


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)
