"""tongban calendar: which days the offices of a place work, and when a limit ends."""

from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

import click

from audit.entries import Entry
from gateway.boot import Gateway
from gateway.calendars.lists import BadDays, read_days
from gateway.calendars.store import Day, calendar_of, of_place, put
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.opened import run
from gateway.clocks import Calendar, Limit, Unknown, due_on
from gateway.items.item import NATION, short_division
from gateway.items.lists.formats import read_csv
from gateway.items.problems import UnreadableFile
from gateway.store.store import Transaction

_DIVISION = click.option(
    "--division",
    default=NATION,
    show_default=True,
    help="行政区划；000000 为全国 / the place; 000000 is the nation",
)


@click.group()
def calendar() -> None:
    """工作日历。 Which days the offices of a place work."""


@calendar.command("import")
@conf_option
@actor_option
@_DIVISION
@click.option(
    "--year",
    type=int,
    help="该文件为全国某年的完整安排 / the file is the nation's whole arrangement of a year",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def import_(conf: Path, actor: str, division: str, year: int | None, file: Path) -> int:
    """导入节假日、调休与停办日 CSV（day, works, note）。 Import days that are otherwise than their weekday."""
    if year is not None and division != NATION:
        raise click.UsageError("--year 只用于全国 / --year is for the nation")
    try:
        days = read_days(read_csv(file), year)
    except (BadDays, UnreadableFile) as error:
        raise Stop("\n".join(f"{file}:{line}" for line in str(error).splitlines()), 1) from error
    place, digest = short_division(division), sha256(file.read_bytes()).hexdigest()

    def work(tx: Transaction) -> int:
        changed = put(tx.connection, place, days, year)
        facts = {"division": place, "year": year, "days": len(days), "changed": changed, "file": digest}
        tx.record(Entry("calendar.imported", tx.now_ms, facts | {"actor": actor}))
        return changed

    async def write(gateway: Gateway) -> int:
        return await gateway.store.write(work)

    changed = run(write, conf)
    click.echo(f"{len(days)} 天，变更 {changed} / {len(days)} days, {changed} changed", err=True)
    return 0


@calendar.command("show")
@conf_option
@_DIVISION
@click.option("--year", type=int, required=True)
def show(conf: Path, division: str, year: int) -> int:
    """列出某地某年与星期不同的日子。 List the days of a year that are otherwise than their weekday; 1: unknown."""
    found, own = _calendar(conf, division)
    notes = {each.day: each.note for each in own}
    if year not in found.years:
        raise Stop(f"{year} 年的安排未知，请导入 / the year {year} is not known: tongban calendar import", 1)
    for day in sorted(each for each in found.exceptions if each.year == year):
        click.echo(f"{day} {'班 work' if found.works(day) else '休 off'} {notes.get(day, '')}".rstrip())
    return 0


@calendar.command("due")
@conf_option
@_DIVISION
@click.option(
    "--from", "start", type=click.DateTime(["%Y-%m-%d"]), required=True, help="起算日 / the day it starts"
)
@click.option("--days", type=click.IntRange(0, 3660), required=True)
@click.option(
    "--unit", type=click.Choice(["working_days", "calendar_days"]), default="working_days", show_default=True
)
def due(conf: Path, division: str, start: datetime, days: int, unit: str) -> int:
    """计算时限届满日。 The last day of a limit; 1 where it cannot be known."""
    found, _ = _calendar(conf, division)
    limit = Limit(days, "working_days" if unit == "working_days" else "calendar_days")
    try:
        last: date | None = due_on(found, start.date(), limit)
    except Unknown as unknown:
        raise Stop(
            f"{unknown.year} 年的安排未知，请导入 / the year {unknown.year} is not known: tongban calendar import",
            1,
        ) from unknown
    click.echo(last)
    return 0


def _calendar(conf: Path, division: str) -> tuple[Calendar, list[Day]]:
    async def read(gateway: Gateway) -> tuple[Calendar, list[Day]]:
        found = await gateway.store.read(lambda connection: calendar_of(connection, division))
        return found, await gateway.store.read(
            lambda connection: of_place(connection, short_division(division))
        )

    return run(read, conf)
