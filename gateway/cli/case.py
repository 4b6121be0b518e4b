"""tongban case: cases and their limits, for whoever keeps an eye on them."""

import csv
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import click
import orjson

from gateway.boot import Gateway
from gateway.cases.grounds import GROUNDS
from gateway.cli.asking import Stop, actor_option, conf_option, values_options
from gateway.cli.case_modes import joint, parcels_
from gateway.cli.erase import erase, hold, holds
from gateway.cli.opened import run
from gateway.cli.readers import readers
from gateway.clock import china_day
from gateway.deadlines.extending import extend as extend_limit
from gateway.deadlines.overdue import COLUMNS, Wanted, overdue
from gateway.dossier import unmasking
from gateway.dossier.bundle import NotSigned, make
from gateway.dossier.dossier import Dossier, gather
from gateway.dossier.report import Viewer
from gateway.errors import CODES, Refusal
from gateway.exchange.said import show_values
from gateway.store import cases
from gateway.store.connection import Connection

Rows = list[dict[str, str | int | None]]
_SHOWN = ("colour", "case", "clock", "due_on", "days_over", "platform", "division", "item", "theirs")
_SHOWN_DAYLESS = ("colour", "case", "clock", "why", "platform", "division", "item", "theirs")


@click.group()
def case() -> None:
    """办件、时限与内容的销毁。 Cases, their limits, and the end of what they say."""


for _each in (erase, hold, holds, readers, joint, parcels_):
    case.add_command(_each)


@case.command("overdue")
@conf_option
@click.option("--platform", default="", help="平台，可用 * / platform; a glob")
@click.option("--division", default="", help="办理地区划，可用 * / deciding division; a glob")
@click.option("--item", default="", help="办理地事项编码，可用 * / item over there; a glob")
@click.option("--unknown", is_flag=True, help="列出无届满日的时限 / list limits without a last day instead")
@click.option("--csv", "as_csv", is_flag=True, help="逗号分隔 / comma-separated, for a machine")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def overdue_(
    conf: Path, platform: str, division: str, item: str, *, unknown: bool, as_csv: bool, as_json: bool
) -> int:
    """列出已逾期（red）与将到期（amber）的时限。 List limits that have run out or soon do; 1 if any has run out."""
    wanted = Wanted(platform, division, item, unknown)

    async def work(gateway: Gateway) -> Rows:
        today = china_day(gateway.clock_ms())
        return await gateway.store.read(lambda connection: overdue(connection, today, wanted))

    found = run(work, conf)
    if as_csv:
        write_csv(found, sys.stdout)
    elif as_json:
        click.echo(orjson.dumps({"limits": found}, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(found, _SHOWN_DAYLESS if unknown else _SHOWN)
    red = sum(row["colour"] == "red" for row in found)
    click.echo(f"{len(found)} 项，逾期 {red} / {len(found)} limits, {red} overdue", err=True)
    return 1 if red else 0


@case.command("extend")
@conf_option
@actor_option
@click.argument("case_id", metavar="CASE")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="延长至哪一天 / its new last day"
)
@click.option(
    "--ground", type=click.Choice([*GROUNDS]), default="other", show_default=True,
    help="延期事由，告知接入方 / why, as callers are told it",
)  # fmt: skip
@click.option(
    "--reason", required=True, help="延期理由，随该件加密留存 / in words; kept sealed with the case's papers"
)
def extend(conf: Path, actor: str, case_id: str, until: datetime, ground: str, reason: str) -> int:
    """记录延期决定（行政许可法第四十二条）。 Record that the authority has extended its limits."""
    day: date = until.date()

    async def work(gateway: Gateway) -> bool:
        return await extend_limit(
            gateway.exchanges, case_id, day, actor=actor, ground=ground, reason=reason.strip(),
            agreements=gateway.settings.agreements,
        )  # fmt: skip

    if not reason.strip():
        raise click.UsageError("--reason TEXT")
    try:
        changed = run(work, conf)
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{case_id}: {chinese} / {english}", 1) from refusal
    if not changed:
        raise Stop(
            f"{case_id}: 未在办理期限内，不能延期 / no limit of a decision runs: see tongban case overdue",
            1,
        )
    click.echo(f"{case_id} extended until={day}")
    return 0


@case.command("bundle")
@conf_option
@actor_option
@values_options
@click.option("--into", type=click.Path(path_type=Path), default=Path(), show_default=True,
              help="写入的文件或文件夹 / the file, or the folder, to write into")  # fmt: skip
@click.argument("case_id", metavar="CASE")
def bundle_(conf: Path, actor: str, why: str, into: Path, case_id: str, *, values: bool) -> int:
    """导出一件的证据包（zip）。 The evidence of a case, which `python -m audit verify` checks offline.

    Fields of what was sent that tell of nobody are disclosed; with --values all of them. Who took it is on record.
    """

    async def work(gateway: Gateway) -> bytes:
        dossier = await gateway.store.read(lambda connection: _dossier(connection, gateway, case_id))
        if values:
            kept = await unmasking.with_papers(gateway, dossier.known)
            await show_values(gateway.exchanges, "case bundle", kept, actor=actor, reason=why)
        return await make(gateway, dossier, Viewer(actor, gateway.clock_ms()), values=values)

    try:
        packed = run(work, conf)
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        raise Stop(f"{case_id}: {chinese} / {english}", 1) from refusal
    except NotSigned as error:
        raise Stop("尚未签名，请稍后再试 / not signed yet: try again in a second", 1) from error
    file = into / f"{case_id}.zip" if into.is_dir() else into
    file.write_bytes(packed)
    click.echo(str(file))
    return 0


def _dossier(connection: Connection, gateway: Gateway, case_id: str) -> Dossier:
    known = cases.by_id(connection, case_id)
    if known is None:
        raise Refusal("not_found")
    return gather(connection, gateway, known)


def write_csv(rows: Rows, to: TextIO) -> None:
    writer = csv.DictWriter(to, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def _print(rows: Rows, shown: tuple[str, ...]) -> None:
    from rich.console import Console  # costs a tenth of a second: only a table pays
    from rich.table import Table

    table = Table(*(f"{COLUMNS[name]} {name}" for name in shown))
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in shown))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
