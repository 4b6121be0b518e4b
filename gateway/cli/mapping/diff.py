"""tongban mapping diff: the time machine, before a change goes live."""

import logging
from datetime import datetime
from pathlib import Path
from typing import get_args

import click
import orjson

from gateway import logs
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress, values_options
from gateway.cli.opened import run
from gateway.exchange.papers import Erased
from gateway.exchange.said import show_values
from gateway.releases.meant import NotMeant
from gateway.replay.documents import Span
from gateway.replay.machine import Compared, Order, Over, travel
from gateway.replay.report import document, lines, summary
from mappings.problems import Unreadable

COMMAND = "mapping diff"


@click.command()
@conf_option
@actor_option
@values_options
@click.option(
    "--over", required=True, type=click.Choice(get_args(Over)),
    help="用已存的办件，或用声明里的样例 / stored exchanges, or examples and samples of the declared files",
)  # fmt: skip
@click.option("--platform", default="", help="只看一个平台 / of one platform only")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="自哪一天起（北京时间） / not older than that day, in China",
)
@click.option("--limit", type=click.IntRange(min=1), help="最近的几件 / the newest so many")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.argument("old")
@click.argument("new")
def diff(
    conf: Path, actor: str, why: str, over: Over, platform: str, since: datetime | None, limit: int | None,
    old: str, new: str, *, values: bool, as_json: bool,
) -> int:  # fmt: skip
    """时间机器：两个发布对同样的办件会有何不同。 What NEW would make otherwise than OLD did.

    OLD and NEW are digests of releases (their beginning is enough), `active`, or `files` as they are now. Nothing
    is sent. 0 no difference, 1 differences, 2 cannot run.
    """
    if over == "samples" and (values or since or limit):
        raise click.UsageError("--since, --limit, --values: --over exchanges")
    logs.configure(logging.WARNING)
    order = Order(old, new, over, Span(platform, since.date() if since else None, limit))
    compared = _compared(order, conf, actor=actor, why=why)
    seen = values or over == "samples"  # samples are declared files: whoever runs this can read them
    if as_json:
        click.echo(orjson.dumps(document(compared, values=seen), option=orjson.OPT_INDENT_2).decode())
    else:
        for line in lines(compared, values=seen):
            click.echo(line)
    for line in summary(compared):
        click.echo(line, err=True)
    return 1 if compared.tally.differ else 0


def _compared(order: Order, conf: Path, *, actor: str, why: str) -> Compared:
    """why: on what ground values will be shown; empty if they will not be."""

    async def work(gateway: Gateway) -> Compared:
        with progress("回放 / replaying") as told:
            compared = await travel(gateway, order, told)
        shown = [await gateway.exchanges.look_up(each) for each in compared.tally.shown] if why else []
        if shown:
            await show_values(gateway.exchanges, COMMAND, shown, actor=actor, reason=why)
        return compared

    try:
        return run(work, conf)
    except NotMeant as error:
        raise Stop(str(error)) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings))) from error
    except Erased as error:
        raise Stop("其间有内容被销毁，请重来 / something was erased meanwhile: run it again") from error
