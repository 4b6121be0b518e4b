"""Figures (统计), reckoned: volume, ends, duration by party, returns by cause before and after a release."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import NamedTuple

from markupsafe import Markup

from gateway.cases.reasons import TEXTS as REASONS
from gateway.cases.states import TEXTS as STATES
from gateway.errors import Refusal, Texts
from gateway.store import changes, figures
from gateway.store.changes import Boundary
from gateway.store.connection import Connection
from gateway.store.figures import CHINA_MS, DAY_MS, Back, End, Finished, Window
from gateway.web.console.asked import Asked
from gateway.web.console.desks.charts import Bar, lying, upright
from gateway.web.console.desks.parties import PARTIES, Spent, spent
from gateway.web.console.render import visible
from gateway.web.console.words import WORDS

DAYS = ("7", "30", "90")
MOST_BOUNDARIES, MOST_CAUSES = 20, 12
ENDED: Mapping[str, str] = {"delivered": "ended_well", "refused": "ended_refused"}
PARTS = ("ended_well", "ended_refused", "ended_other", "still_open")
_OVER = frozenset({"abandoned", "withdrawn"})
_EPOCH = date(1970, 1, 1)


class Read(NamedTuple):
    """What is read for the page. back: before and after the boundary, or of the whole window alone."""

    ends: list[End]
    finished: list[Finished]
    admitted: list[int]
    back: list[list[Back]]
    boundaries: list[Boundary]


class Cause(NamedTuple):
    """Returns for one cause, for each hundred cases, before and after; or of the whole window alone."""

    texts: Texts
    counts: tuple[int, ...]
    rates: tuple[float, ...]


class Tables(NamedTuple):
    """What stands beside the charts, and in them."""

    by_day: list[tuple[str, tuple[int, ...]]]
    by_platform: list[tuple[str, tuple[int, ...]]]
    parties: list[Spent]
    causes: list[Cause]


class Figured(NamedTuple):
    """What a request asks for, what was read for it, and the tables of it."""

    days: str
    boundary: str
    now_ms: int
    read: Read
    tables: Tables


async def figured(asked: Asked) -> Figured:
    """Raises Refusal bad_parameter."""
    days, boundary = asked.request.query.get("days", "30"), asked.request.query.get("boundary", "")
    if days not in DAYS or not re.fullmatch(r"[0-9]{0,9}", boundary):
        raise Refusal("bad_parameter", name="days" if days not in DAYS else "boundary")
    now_ms, store = asked.gateway.clock_ms(), asked.gateway.store
    read = await store.survey(partial(_read, asked=asked, now_ms=now_ms, days=int(days), boundary=boundary))
    tables = Tables(
        _by_day(read.ends, now_ms, int(days)), _by_platform(read.ends), spent(read.finished), _causes(read)
    )
    return Figured(days, boundary, now_ms, read, tables)


def charts(tables: Tables, place: int) -> dict[str, Markup]:
    """A chart beside each table. place: of the language in Texts."""
    platforms = [Bar(visible(name), parts) for name, parts in tables.by_platform]
    parties = [Bar(PARTIES[each.party][place], (each.median_days,)) for each in tables.parties]
    causes = [Bar(each.texts[place], each.rates) for each in tables.causes]
    sides = len(tables.causes[0].rates) if causes else 1
    titles = {name: WORDS[name][place] for name in ("volume", "by_platform", "duration", "returns")}
    return {
        "volume": upright(titles["volume"], [Bar(day[5:], parts) for day, parts in tables.by_day], PARTS),
        "by_platform": lying(titles["by_platform"], platforms, PARTS),
        "duration": lying(titles["duration"], parties, ("ended_well",)),
        "returns": lying(titles["returns"], causes, ("before", "after")[-sides:], stacked=False),
    }


def _read(connection: Connection, asked: Asked, now_ms: int, days: int, boundary: str) -> Read:
    known = changes.boundaries(connection, MOST_BOUNDARIES)
    at_ms = next((each.at_ms for each in known if str(each.place) == boundary), None)
    if boundary and at_ms is None:
        raise Refusal("bad_parameter", name="boundary")
    today = (now_ms + CHINA_MS) // DAY_MS
    window = Window((today - days + 1) * DAY_MS - CHINA_MS, now_ms + 1)
    compared = [window]
    if at_ms is not None:
        compared = [
            Window(at_ms - days * DAY_MS, at_ms),
            Window(at_ms, min(at_ms + days * DAY_MS, now_ms + 1)),
        ]
    return Read(
        figures.ends(connection, asked.scope, window, asked.counted),
        figures.finished(connection, asked.scope, window),
        [figures.admitted(connection, asked.scope, each, asked.counted) for each in compared],
        [figures.came_back(connection, asked.scope, each) for each in compared],
        known,
    )


def _parts(counts: Mapping[str, int]) -> tuple[int, ...]:
    """In the order of PARTS."""
    sums: Counter[str] = Counter()
    for state, count in counts.items():
        sums[ENDED.get(state) or ("ended_other" if state in _OVER else "still_open")] += count
    return tuple(sums[part] for part in PARTS)


def _by_day(ends: Sequence[End], now_ms: int, days: int) -> list[tuple[str, tuple[int, ...]]]:
    """Every day of the window, also those on which nothing was."""
    last = (now_ms + CHINA_MS) // DAY_MS
    found: dict[int, Counter[str]] = {day: Counter() for day in range(last - days + 1, last + 1)}
    for each in ends:
        found.setdefault(each.day, Counter())[each.state] += each.exchanges
    return [
        ((_EPOCH + timedelta(days=day)).isoformat(), _parts(counts)) for day, counts in sorted(found.items())
    ]


def _by_platform(ends: Sequence[End]) -> list[tuple[str, tuple[int, ...]]]:
    """The busiest first."""
    found: dict[str, Counter[str]] = {}
    for each in ends:
        found.setdefault(each.platform, Counter())[each.state] += each.exchanges
    return [
        (name, _parts(counts))
        for name, counts in sorted(found.items(), key=lambda one: (-one[1].total(), one[0]))
    ]


def _causes(read: Read) -> list[Cause]:
    """The most frequent first, over both sides."""
    sides = [Counter({(each.kind, each.why): each.cases for each in back}) for back in read.back]
    every = sum(sides, Counter[tuple[str, str]]())
    return [
        Cause(
            _texts(*key), tuple(side[key] for side in sides),
            tuple(100 * side[key] / max(count, 1) for side, count in zip(sides, read.admitted, strict=True)),
        )
        for key, _ in every.most_common(MOST_CAUSES)
    ]  # fmt: skip


def _texts(kind: str, why: str) -> Texts:
    if kind == "refused":
        what: Texts = ("不予接收", "refused at once")
        said: Texts = (visible(why), visible(why))
    else:
        what = STATES.get(kind, (kind, kind))  # type: ignore[call-overload]
        said = REASONS.get(why, ("未说明", "unsaid") if not why else (visible(why), visible(why)))
    return f"{what[0]}：{said[0]}", f"{what[1]}: {said[1]}"
