"""tongban item findings: what is wrong with the declared alignments, and what to write instead."""

import csv
import sys
from collections.abc import AsyncIterator, Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import conf_option, progress
from gateway.cli.opened import run
from gateway.items.advice import advice
from gateway.items.findings import Finding, findings_of
from gateway.items.walk import Pair, Places, count, pairs
from gateway.store.connection import Connection
from mappings.canonical.check import BACK_DAYS
from mappings.china_time import CHINA

COLUMNS = (
    "rows", "here_division", "here_code", "there_division", "situation", "valid_from", "valid_to", "code", "what",
    "write",
)  # fmt: skip
Say = Callable[[Finding], None]


def _division(_: click.Context, option: click.Parameter, said: str) -> str:
    if said and not (said.isdigit() and len(said) in (6, 9, 12)):
        raise click.BadParameter(
            "区划代码须为 6、9 或 12 位数字 / a division has 6, 9 or 12 digits", param=option
        )
    return said


def _day(_: click.Context, option: click.Parameter, said: str) -> str:
    if not said:
        return (datetime.now(CHINA).date() - timedelta(BACK_DAYS)).isoformat()
    try:
        return date.fromisoformat(said).isoformat()
    except ValueError as error:
        raise click.BadParameter(
            "日期须写作 YYYY-MM-DD / a date is written YYYY-MM-DD", param=option
        ) from error


@click.command()
@conf_option
@click.option("--here", default="", callback=_division, help="收件地，含其下辖区划 / asked from this place")
@click.option("--there", default="", callback=_division, help="办理地，含其下辖区划 / asked for this place")
@click.option(
    "--since", default="", callback=_day,
    help="只看此日起的问题，默认 30 天前 / days before it are nobody's concern; 30 days ago by default",
)  # fmt: skip
@click.option("--json", "shape", flag_value="json", help="每行一个 JSON / a JSON document in each line")
@click.option("--csv", "shape", flag_value="csv", help="CSV，首行为列名 / CSV with a heading")
def findings(conf: Path, here: str, there: str, since: str, shape: str | None) -> int:
    """检查对码：矛盾、重复、中断、已取消的对应事项。 What is wrong with the declared alignments.

    Every finding names the rows, the days on which somebody would be refused, and what to write.
    """
    say: Say = {"json": _json, "csv": _csv}.get(shape or "", _line)
    if shape == "csv":
        csv.writer(sys.stdout).writerow(COLUMNS)

    async def work(gateway: Gateway) -> int:
        found = 0
        async for finding in _walk(gateway, Places(here, there), since):
            found += 1
            say(finding)
        return found

    found = run(work, conf)
    click.echo(f"发现 {found} 个问题 / {found} findings", err=True)
    return 1 if found else 0


async def _walk(gateway: Gateway, asked: Places, since: str) -> AsyncIterator[Finding]:
    """Page by page: nothing is kept of what was told."""
    total, done = await gateway.store.read(lambda connection: count(connection, asked)), 0
    with progress("检查对码 / alignments") as told:
        for turned in (False, True):
            last: Pair | None = None
            while page := await gateway.store.read(
                lambda connection: _page(connection, asked, last, since=since, turned=turned)  # noqa: B023
            ):
                last, found = page[-1][0], [finding for _, findings in page for finding in findings]
                for finding in found:
                    yield finding
                done += len(page)
                told(done, total)


def _page(
    connection: Connection, asked: Places, after: Pair | None, *, since: str, turned: bool
) -> list[tuple[Pair, list[Finding]]]:
    found = pairs(connection, asked, after, turned=turned)
    return [(pair, list(findings_of(connection, pair, since))) for pair in found]


def _line(finding: Finding) -> None:
    situation = f" [{finding.situation}]" if finding.situation else ""
    asked = f"{finding.here_division} {finding.here_code}{situation} → {finding.there_division}"
    days = f"{finding.valid_from or '…'}–{finding.valid_to or '…'}"
    chinese, english = (f"{finding.problem.text(each)}: {advice(finding, each)}" for each in ("zh", "en"))
    click.echo(f"{finding.rows}: {asked} {days}: {chinese} / {english}")


def _cells(finding: Finding) -> dict[str, str]:
    known = {name: str(getattr(finding, name)) for name in COLUMNS[:7]}
    what = f"{finding.problem.text('zh')} / {finding.problem.text('en')}"
    write = f"{advice(finding, 'zh')} / {advice(finding, 'en')}"
    return {**known, "code": finding.problem.code, "what": what, "write": write}


def _json(finding: Finding) -> None:
    click.echo(orjson.dumps(_cells(finding)).decode())


def _csv(finding: Finding) -> None:
    csv.writer(sys.stdout).writerow(_cells(finding).values())
