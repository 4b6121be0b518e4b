"""The page of figures (统计): charts, and under each the list that it shows, to be taken like any other."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from gateway.errors import Refusal
from gateway.web.console.asked import Asked
from gateway.web.console.desks.figured import DAYS, PARTS, Figured, Tables, charts, figured
from gateway.web.console.desks.parties import PARTIES
from gateway.web.console.render import render
from gateway.web.console.roll import PLACE, Column, Roll, listed, whole
from gateway.web.views.cases import china

Lines = Sequence[tuple[Any, ...]]


def _volume(tables: Tables) -> Lines:
    """The newest day first."""
    return [(day, *counts, sum(counts)) for day, counts in reversed(tables.by_day)]


def _by_platform(tables: Tables) -> Lines:
    return [(name, *counts, sum(counts)) for name, counts in tables.by_platform]


def _duration(tables: Tables) -> Lines:
    return [
        (PARTIES[each.party], f"{each.median_days:.2f}", f"{each.p90_days:.2f}", each.cases)
        for each in tables.parties
    ]


def _returns(tables: Tables) -> Lines:
    return [(each.texts, each.counts[0], f"{each.rates[0]:.2f}") for each in tables.causes]


def _compared(tables: Tables) -> Lines:
    return [
        (each.texts, *(f"{rate:.2f}" for rate in each.rates), _change(*each.rates)) for each in tables.causes
    ]


def _change(before: float, after: float) -> str:
    return "" if before == after else f"{after - before:+.2f}"


def _roll(
    part: str, columns: tuple[Column, ...], lines_of: Callable[[Tables], Lines], *, sides: int = 0
) -> Roll:
    """sides: as many as it can tell of, before and after a release or neither; 0 for any."""

    async def lines(asked: Asked) -> Lines:
        found = await figured(asked)
        if sides and len(found.read.back) != sides:
            raise Refusal("bad_parameter", name="boundary")
        return lines_of(found.tables)

    return Roll("figures", columns, PLACE, whole(lines), part=part)


_COUNTS = tuple(Column(part, "number") for part in (*PARTS, "total"))
VOLUME = _roll("volume", (Column("day", "day"), *_COUNTS), _volume)
BY_PLATFORM = _roll("by_platform", (Column("platform"), *_COUNTS), _by_platform)
DURATION = _roll(
    "duration",
    (Column("party", "said"), *(Column(name, "number") for name in ("median_days", "p90_days", "cases"))),
    _duration,
)
RETURNS = _roll(
    "returns",
    (Column("cause", "said"), Column("count", "number"), Column("in_window", "number")),
    _returns,
    sides=1,
)
COMPARED = _roll(
    "compared",
    (Column("cause", "said"), *(Column(name, "number") for name in ("before_fix", "after_fix", "change"))),
    _compared,
    sides=2,
)
TABLES = (VOLUME, BY_PLATFORM, DURATION, RETURNS, COMPARED)


async def show(asked: Asked) -> web.Response:
    found = await figured(asked)
    tables, compared = found.tables, len(found.read.back) == 2
    shown = {
        "volume": await listed(asked, VOLUME, _volume(tables)),
        "by_platform": await listed(asked, BY_PLATFORM, _by_platform(tables)),
        "duration": await listed(asked, DURATION, _duration(tables)),
        "returns": await (
            listed(asked, COMPARED, _compared(tables))
            if compared
            else listed(asked, RETURNS, _returns(tables))
        ),
    }
    return render(
        asked, "figures", all_days=DAYS, parts=PARTS, lists=shown, compared=compared,
        charts=charts(tables, 0 if asked.language == "zh" else 1), **_said(found),
    )  # fmt: skip


def _said(found: Figured) -> dict[str, Any]:
    """What the page says of what it was asked for, and of how much it was reckoned from."""
    said = {"days": found.days, "boundary": found.boundary}
    return {
        **said, "query": urlencode({name: value for name, value in said.items() if value}),
        "boundaries": found.read.boundaries, "finished": len(found.read.finished), "as_of": china(found.now_ms),
        "total": sum(each.exchanges for each in found.read.ends),
    }  # fmt: skip
