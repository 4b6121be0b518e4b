"""Moments and days on the command line, in China time where no zone is written."""

import re
from datetime import date, datetime, timedelta

import click

from mappings.china_time import CHINA

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(_: click.Context, option: click.Parameter, said: str | None) -> int | None:
    """Epoch ms of `2026-12-01T00:00+08:00`; None for nothing."""
    if said is None:
        return None
    try:
        read = datetime.fromisoformat(said) if _MOMENT.fullmatch(said) else None
    except ValueError:
        read = None
    if read is None:
        write = "2026-12-01T00:00+08:00"
        raise click.BadParameter(f"{said}: 不是时刻 / is no moment: write {write}", param=option)
    return int((read if read.tzinfo else read.replace(tzinfo=CHINA)).timestamp() * 1000)


def end_of_day(_: click.Context, option: click.Parameter, said: str | None) -> int | None:
    """Epoch ms of the end of a day in China; None for nothing."""
    if said is None:
        return None
    try:
        day = date.fromisoformat(said) if _DAY.fullmatch(said) else None
    except ValueError:
        day = None
    if day is None:
        raise click.BadParameter(f"{said}: 不是日期 / is no day: write 2026-12-01", param=option)
    return int(datetime.combine(day + timedelta(days=1), datetime.min.time(), CHINA).timestamp() * 1000)


def shown(at_ms: int) -> str:
    """`2026-12-01T00:00:00+08:00`"""
    return datetime.fromtimestamp(at_ms / 1000, CHINA).isoformat(timespec="seconds")


def last_day(before_ms: int) -> str:
    """The last day before a moment: what ends with the 30th of November is due on that day."""
    return datetime.fromtimestamp((before_ms - 1) / 1000, CHINA).date().isoformat()
