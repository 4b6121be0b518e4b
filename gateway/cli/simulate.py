"""tongban platform simulate: the other side, made of what is declared of it."""

import asyncio
import random
import signal
from pathlib import Path

import click
import orjson

from gateway.cli.asking import Stop, conf_option
from gateway.cli.platform import compiled, folder_of
from gateway.workbench.check import built
from gateway.workbench.simulate.numbers import pattern
from gateway.workbench.simulate.play import FAULTS, Play, samples_of, shares
from gateway.workbench.simulate.serve import COUNTS, serving
from mappings.problems import Unreadable


def _shares(_: click.Context, option: click.Parameter, said: str) -> dict[str, float]:
    try:
        return shares(said)
    except ValueError as error:
        raise click.BadParameter(str(error), param=option) from error


@click.command()
@conf_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0：任选 / any that is free")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="同一种子，同样的故障 / repeats the same faults"
)
@click.option("--faults", default="", callback=_shares, metavar="NAME=PERCENT,…",
              help="故障占比 / how often what goes wrong: " + ", ".join(FAULTS))  # fmt: skip
@click.argument("name", metavar="PLATFORM")
def simulate(conf: Path, port: int, seed: int, faults: dict[str, float], name: str) -> int:
    """按声明与样例模拟一个平台。 Serve a platform from its declaration and samples, until it is ended (Ctrl-C).

    The first line on stdout is its address. Every request is told on stderr; at the end, what was counted.
    """
    try:
        release = compiled(folder_of(conf, name))
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    play = Play(
        release.declared, built(release), samples_of(release.files), faults, random.Random(seed),  # noqa: S311 - chance that can be repeated

        pattern(release.declared.numbers.ours),
    )  # fmt: skip
    asyncio.run(_until_ended(play, port))
    click.echo(orjson.dumps(dict(play.counts)).decode())
    return 0


async def _until_ended(play: Play, port: int) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        async with serving(play, port=port, said=_said) as address:
            click.echo(address)
            click.echo(
                f"模拟中，计数见 {address}{COUNTS} / simulating; counts at {address}{COUNTS}", err=True
            )
            await ended.wait()
    except OSError as error:
        raise Stop(f"端口 {port} 不可用 / port {port} cannot be used: {error.strerror}") from error


def _said(operation: str, number: str, outcome: str) -> None:
    click.echo(f"{operation} {number or '-'} {outcome}", err=True)
