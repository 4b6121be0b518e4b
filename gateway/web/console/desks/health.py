"""Platforms' health (平台状况): who can be reached, how fast and what each answers."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.boot import Gateway
from gateway.releases.compiled import PlatformRelease
from gateway.store import exchanges, health
from gateway.store.connection import Connection
from gateway.store.health import Answered
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.desks.closed import closed_because
from gateway.web.console.desks.seen import serves_any, used_lately
from gateway.web.console.roll import Column, Roll, Row, Span

DAY_MS = 86_400_000
UNDESCRIBED = frozenset({"garbled", "ambiguous_answer", "no_reference", "not_mapped"})
_TAKEN = frozenset({"taken", "already", "landed"})
_LATER = frozenset({"later", "barred", "not_sent"})
LOOK = ("细看", "Look")


class Measured(NamedTuple):
    """What is measured of all platforms over the last day, and what is open."""

    answers: Mapping[str, list[Answered]]
    times_ms: Mapping[str, list[int]]
    open: Mapping[str, int]
    used: Mapping[str, int]


async def read(asked: Asked, span: Span) -> list[Row]:
    gateway = asked.gateway
    if not gateway.routes.loaded:
        return []
    after = span.behind[0] if span.behind else ""
    used = await used_lately(asked)
    seen = sorted(
        (
            each
            for each in gateway.routes.active.platforms.values()
            if each.name in used or serves_any(each, asked.scope[0])
        ),
        key=lambda each: each.name,
    )
    shown = [each for each in seen if each.name > after][: span.most]
    measured = await gateway.store.survey(lambda connection: _measured(connection, gateway, shown))
    return [_row(gateway, each, measured) for each in shown]


def _measured(connection: Connection, gateway: Gateway, shown: Sequence[PlatformRelease]) -> Measured:
    now_ms, answers, standing = gateway.clock_ms(), dict[str, list[Answered]](), Counter[str]()
    for each in health.answers(connection, now_ms - DAY_MS):
        answers.setdefault(each.platform, []).append(each)
    for platform, _, count in exchanges.open_counts(connection):
        standing[platform] += count
    used = {
        each.name: health.permits_used(connection, each.name, now_ms - int(quota.per_s * 1000))
        for each in shown
        if (quota := each.declared.limits.quota)
    }
    return Measured(answers, health.times_ms(connection, now_ms - DAY_MS), standing, used)


def _row(gateway: Gateway, platform: PlatformRelease, measured: Measured) -> Row:
    name = platform.name
    kinds, strange = Counter[str](), 0
    for each in measured.answers.get(name, ()):
        kinds[each.kind] += each.answers
        strange += each.answers if each.cause in UNDESCRIBED else 0
    took = measured.times_ms.get(name, [])
    cells = (
        platform.declared.title, name, closed_because(gateway, name), measured.open.get(name, 0),
        sum(kinds[each] for each in _TAKEN), kinds["refused"], sum(kinds[each] for each in _LATER),
        kinds["unknown"], _strange(strange), _quantile(took, 50), _quantile(took, 95),
        _left(platform, measured), (f"{HOME}/health/{name}", LOOK),
    )  # fmt: skip
    return Row(name, cells)


def _strange(count: int) -> tuple[str, tuple[str, str]]:
    """Answers that nobody described: the platform is no longer as its declaration says, or never was."""
    return ("red", (str(count), str(count))) if count else ("green", ("无", "none"))


def _quantile(took_ms: Sequence[int], percent: int) -> str:
    if not took_ms:
        return ""
    return f"{took_ms[min(len(took_ms) * percent // 100, len(took_ms) - 1)] / 1000:.2f}"


def _left(platform: PlatformRelease, measured: Measured) -> str:
    quota = platform.declared.limits.quota
    return f"{max(quota.count - measured.used[platform.name], 0)} / {quota.count}" if quota else ""


ROLL = Roll(
    "health",
    (
        Column("title"), Column("platform", "code", below=True), Column("platform_now", "tone"),
        Column("open_now", "number"), Column("taken", "number"), Column("refused", "number"),
        Column("not_taken", "number"), Column("unknown", "number"), Column("drift", "tone"),
        Column("p50", "number"), Column("p95", "number"), Column("quota_left", "number"),
        Column("more", "link"),
    ),
    re.compile(r"([a-z0-9][a-z0-9-]{0,63})"), read,
)  # fmt: skip
