"""tongban reconcile: what we sent a platform on a day, held against what it says it has."""

import logging
from datetime import date, datetime
from pathlib import Path

import click
import orjson

from adapters.errors import Unbuildable
from gateway import logs
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress
from gateway.cli.opened import run
from gateway.errors import CODES, Refusal
from gateway.reconcile.accept import accept as accepted
from gateway.reconcile.day import Order, Reconciled
from gateway.reconcile.day import reconcile as reconciled
from gateway.reconcile.lists import ROLES, columns_of
from gateway.reconcile.report import document, lines, write_csv
from gateway.reconcile.texts import CannotReconcile
from gateway.settings.conf import Unconfigured

_GOES_ON = {
    True: "已恢复向该平台发送 / sending to the platform goes on",
    False: "本来就没有停止发送，未作更改 / nothing kept it back, nothing was changed",
}


def _columns(_: click.Context, option: click.Parameter, said: str | None) -> dict[str, str]:
    try:
        return columns_of(said) if said else {}
    except ValueError as error:
        form = ",".join(f"{role}=…" for role in ROLES)
        raise click.BadParameter(f"写作 / write it as {form}", param=option) from error


def _day(_: click.Context, __: click.Parameter, said: datetime) -> date:
    return said.date()


@click.command()
@conf_option
@actor_option
@click.argument("platform")
@click.option(
    "--day", required=True, type=click.DateTime(["%Y-%m-%d"]), callback=_day,
    help="哪一天（北京时间） / which day, in China",
)  # fmt: skip
@click.option(
    "--list", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="对方给的清单（CSV、XLSX），代替向平台查询 / their list as a file, instead of asking the platform",
)  # fmt: skip
@click.option(
    "--columns", callback=_columns,
    help="清单的列名 / its columns: ours=申请编号,theirs=办件编号,state=状态",
)  # fmt: skip
@click.option(
    "--settle/--dry-run", default=False, show_default=True,
    help="把明确的核实为已收；不加则只比对 / settle what is clear; without it, only compare",
)  # fmt: skip
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False),
    help="另存全部比对结果 / write all of it to this file, too",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.option(
    "--accept", is_flag=True,
    help="差异已看过，可恢复向该平台发送 / differences were looked at; sending to the platform may go on",
)  # fmt: skip
@click.option(
    "--why", default="", help="与 --accept 同用：依据 / with --accept: on what ground, for the record"
)
def reconcile(
    conf: Path, actor: str, platform: str, day: date, file: Path | None, columns: dict[str, str],
    csv_file: Path | None, why: str, *, settle: bool, as_json: bool, accept: bool,
) -> int:  # fmt: skip
    """对账：某日报送某平台的办件与对方所有的逐件核对。 Hold what was sent on a day against what PLATFORM has.

    Their side is the file, else the platform's own case.list, else its probe for each case.
    """
    logs.configure(logging.WARNING)
    if accept != bool(why.strip()):
        raise click.UsageError("--accept --why TEXT")
    order = Order(platform, day, actor, file, columns, settle)
    done, goes_on = _run(order, conf, why.strip())
    if as_json:
        click.echo(orjson.dumps(document(done), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(done, file):
            click.echo(line)
    click.echo(_summary(done), err=True)
    if accept:
        click.echo(_GOES_ON[goes_on], err=True)
    if csv_file is not None:
        _export(done, csv_file)
    return 1 if done.findings or done.faults else 0


def _export(done: Reconciled, path: Path) -> None:
    try:
        write_csv(done, path)
    except OSError as error:
        raise Stop(str(error)) from error


def _run(order: Order, conf: Path, why: str) -> tuple[Reconciled, bool]:
    """(what came of it, whether sending goes on that was kept back). why: empty if that is not asked."""

    async def work(gateway: Gateway) -> tuple[Reconciled, bool]:
        await gateway.shelf.activate()
        await gateway.refresh_gates()
        with progress("逐件查询 / asking") as told:
            done = await reconciled(gateway, order, told)
        goes_on = bool(why) and await accepted(gateway, order.platform, actor=order.actor, why=why)
        await gateway.gates.leave()
        return done, goes_on

    try:
        return run(work, conf)
    except (CannotReconcile, Unconfigured, Unbuildable, OSError) as error:
        raise Stop(str(error)) from error
    except Refusal as refusal:
        chinese, english = CODES[refusal.code].title
        facts = " ".join(f"{name}={value}" for name, value in refusal.facts.items())
        raise Stop(f"{chinese} / {english}: {facts}") from refusal


def _summary(done: Reconciled) -> str:
    agree, left, settled = done.counts.get("agree", 0), len(done.findings), len(done.settled)
    source = {"file": "清单文件 / file", "list": "平台清单 / case.list", "probe": "逐件查询 / probe"}[
        done.source
    ]
    return (
        f"{done.order.platform} {done.order.day} [{source}]: 报送 {done.sent}，对方 {done.listed}，一致 {agree}，"
        f"已核实 {settled}，待处理 {left}，坏行 {len(done.faults)} / {done.sent} sent, {done.listed} there, "
        f"{agree} agree, {settled} settled, {left} left, {len(done.faults)} bad rows"
    )
