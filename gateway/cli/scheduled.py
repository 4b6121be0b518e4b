"""tongban scheduled: releases for a later moment, listed and cancelled."""

from pathlib import Path

import click
import orjson

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.moments import moment, shown
from gateway.cli.opened import run
from gateway.releases.changeover import NotScheduled, Past, cancel
from gateway.store.scheduled import Scheduled, still_to_come


@click.command()
@conf_option
@actor_option
@click.option("--cancel", "from_ms", metavar="MOMENT", callback=moment,
              help="取消该时刻的定时发布 / cancel what is scheduled for this moment")  # fmt: skip
@click.option("--why", default="", help="与 --cancel 同用：为何取消 / with --cancel: why, for the record")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def scheduled(conf: Path, actor: str, from_ms: int | None, why: str, *, as_json: bool) -> int:
    """列出或取消定时发布。 List releases that come in force at a later moment; the earliest first."""
    if (from_ms is not None) != bool(why.strip()):
        raise click.UsageError("--cancel MOMENT --why TEXT")
    if from_ms is not None:
        cancelled = _cancelled(conf, from_ms, actor=actor, why=why.strip())
        click.echo(f"{shown(cancelled.from_ms)} {cancelled.digest} cancelled")
        return 0
    found = _found(conf)
    if as_json:
        click.echo(orjson.dumps({"scheduled": [_document(each) for each in found]}).decode())
    else:
        for each in found:
            click.echo(f"{shown(each.from_ms)} {each.digest} by={each.actor} at={shown(each.at_ms)}")
    click.echo(f"{len(found)} 个定时发布 / scheduled", err=True)
    return 0


def _found(conf: Path) -> list[Scheduled]:
    async def work(gateway: Gateway) -> list[Scheduled]:
        return await gateway.store.read(still_to_come)

    return run(work, conf)


def _cancelled(conf: Path, from_ms: int, *, actor: str, why: str) -> Scheduled:
    async def work(gateway: Gateway) -> Scheduled:
        return await gateway.store.write(lambda tx: cancel(tx, from_ms, actor=actor, why=why))

    try:
        return run(work, conf)
    except Past as error:
        raise Stop(f"{shown(from_ms)}: 该时刻已过 / that moment has passed", 1) from error
    except NotScheduled as error:
        raise Stop(
            f"{shown(from_ms)}: 没有定时发布 / nothing is scheduled then: see tongban scheduled",
            1,
        ) from error


def _document(each: Scheduled) -> dict[str, str]:
    return {
        "valid_from": shown(each.from_ms), "release": each.digest, "by": each.actor, "at": shown(each.at_ms),
        "why": each.why,
    }  # fmt: skip
