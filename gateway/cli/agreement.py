"""tongban agreement: what may pass between which places, on the ground of which document."""

import csv
import sys
from datetime import date, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from gateway.cli.asking import conf_option, settings_of
from gateway.cli.item.pair import division
from gateway.clock import china_day, wall_ms
from gateway.settings.agreements import Agreement, Opening

_HEADINGS = (
    "协议 agreement", "文号 document", "批次 batch", "事项 items", "方式 modes", "自 from", "至 to", "每日 per day",
    "现在 now",
)  # fmt: skip


@click.group()
def agreement() -> None:
    """通办协议。 Agreements: what may pass between which places."""


@agreement.command("list")
@conf_option
@click.option("--here", callback=division, help="收件地区划 / division that receives the papers")
@click.option("--there", callback=division, help="办理地区划 / division that decides")
@click.option(
    "--on", type=click.DateTime(["%Y-%m-%d"]), help="哪一天，默认今天 / on which day; today by default"
)
@click.option("--csv", "as_csv", is_flag=True, help="逗号分隔 / comma-separated, for a machine")
def list_(conf: Path, here: str | None, there: str | None, on: datetime | None, *, as_csv: bool) -> int:
    """列出协议与各批开通事项。 List agreements and their batches; 1 if nothing is open on the day."""
    day = on.date() if on else china_day(wall_ms())
    agreements = settings_of(conf).agreements
    rows = [
        _row(each, opening, day)
        for each in agreements
        if each.speaks_of(here or "", there or "")
        for opening in each.openings
    ]
    if as_csv:
        csv.writer(sys.stdout).writerows([[each.split()[-1] for each in _HEADINGS], *rows])
    else:
        table = Table(*_HEADINGS)
        for row in rows:
            table.add_row(*row)
        Console(width=None if sys.stdout.isatty() else 200).print(table)
    return 0 if any(row[-1] == "open" for row in rows) or not agreements else 1


def _row(agreement: Agreement, opening: Opening, day: date) -> tuple[str, ...]:
    held = (agreement, opening)
    begins = max(each.valid_from for each in held)
    ends = min((each.valid_to for each in held if each.valid_to), default=None)
    now = "open" if all(each.holds_on(day) for each in held) else "later" if begins > day else "over"
    return (
        agreement.agreement, agreement.document, opening.batch, " ".join(opening.items), " ".join(agreement.modes),
        begins.isoformat(), ends.isoformat() if ends else "", str(opening.per_day or ""), now,
    )  # fmt: skip
