"""tongban log certificates: how the daily certificates stand, and what the next one would say."""

import asyncio
from functools import partial
from pathlib import Path

import click

from audit.entries import china_time
from gateway.boot import Gateway
from gateway.certifying.daily import Standing, standing
from gateway.certifying.writing import NotWritten, Written, write
from gateway.cli.asking import conf_option
from gateway.cli.opened import run


@click.command()
@conf_option
def certificates(conf: Path) -> int:
    """每日完整性证书：已写至何日，下一份将说明什么。 How far certificates are written, and what the next would say.

    不写入任何文件。 Nothing is written. The gateway writes them by itself, after each midnight in China.
    """
    return run(look, conf)


async def look(gateway: Gateway) -> int:
    due = await gateway.store.read(partial(standing, now_ms=gateway.clock_ms()))
    if due is None:
        click.echo("网关尚未启动过 / the gateway has not been started yet")
        return 0
    click.echo(f"{gateway.settings.certificates}: {_said(due)}")
    if due.reason:
        click.echo(f"未能出具 / could not be written since {china_time(due.since_ms)}: {due.reason}")
    if not due.days:
        return 0
    try:
        told = await asyncio.to_thread(write, gateway.certificates.order(due, look_only=True))
    except NotWritten as error:
        click.echo(f"现在也不能出具 / cannot be written now either: {error}")
        return 1
    click.echo(f"{due.first} – {due.last}: {_counts(told)}")
    return 1 if due.reason or told.unlawful else 0


def _said(due: Standing) -> str:
    if not due.days:
        return "已全部写入 / all days that are over have theirs"
    return f"尚缺 {due.days} 日，自 {due.first} / {due.days} days lack theirs, from {due.first} on"


def _counts(told: Written) -> str:
    return (
        f"{told.admitted} 交换 / exchanges, {told.open} 未终结 / open, {told.unlawful} 次序不合 / unlawful, "
        f"检查点 / checkpoint {told.size}"
    )
