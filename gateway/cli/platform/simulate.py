"""tongban platform simulate: the other side, made of what is declared of it."""

import asyncio
import signal
import sqlite3
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import orjson

from adapters.auth.scheme import SecretMissing
from adapters.auth.schemes import MUTUAL_TLS
from adapters.errors import Unbuildable
from adapters.message import Access
from gateway.cli.asking import Stop, conf_option, settings_of
from gateway.cli.platform.group import compiled, folder_of
from gateway.releases.compiled import PlatformRelease
from gateway.settings.conf import Unconfigured
from gateway.settings.platforms import Reached
from gateway.shown import printable
from gateway.workbench.simulate.fronts import FRONT_FAULTS, Side, working
from gateway.workbench.simulate.gate import LIFE_S, MADE_UP
from gateway.workbench.simulate.made import FRONTS, Simulated, far_side, simulated
from gateway.workbench.simulate.play import FAULTS, shares
from gateway.workbench.simulate.serve import COUNTS, serving
from mappings.problems import Unreadable


def _shares(_: click.Context, option: click.Parameter, said: str) -> dict[str, float]:
    try:
        return shares(said, (*FAULTS, *(name for name in FRONT_FAULTS if name not in FAULTS)))
    except ValueError as error:
        raise click.BadParameter(str(error), param=option) from error


@click.command()
@conf_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0：任选 / any that is free")
@click.option(
    "--seed", type=int, default=0, show_default=True, help="同一种子，同样的故障 / repeats the same faults"
)
@click.option("--faults", default="", callback=_shares, metavar="NAME=PERCENT,…",
              help="故障占比 / how often what goes wrong: " + ", ".join(FAULTS)
              + "; 前置库、目录 / fronts: " + ", ".join(FRONT_FAULTS))  # fmt: skip
@click.option("--test", is_flag=True,
              help="用 conf 中 test: 的密钥 / with the secrets of the test address")  # fmt: skip
@click.option("--at", "place", type=click.Path(path_type=Path, file_okay=False),
              help="前置库、目录所在，结束后保留 / where a front stands, and stays")  # fmt: skip
@click.option("--secret-life", "life_s", type=click.FloatRange(min=1), default=LIFE_S, show_default=True,
              help="会话密钥有效秒数 / seconds for which a session secret is good")  # fmt: skip
@click.argument("name", metavar="PLATFORM")
def simulate(
    conf: Path, port: int, seed: int, faults: dict[str, float], place: Path | None, life_s: float, name: str,
    *, test: bool,
) -> int:  # fmt: skip
    """按声明与样例模拟一个平台。 Serve a platform from its declaration and samples, until it is ended (Ctrl-C).

    What its contract would not take is refused, what is not signed as agreed is barred. The first line on stdout is
    its address, of a front that of its database or folder. Every request is told on stderr, with what does not fit;
    at the end, what was counted.
    """
    folder = folder_of(conf, name)
    try:
        release = compiled(folder)
        _fitting(release, faults)
        if release.declared.speaks in FRONTS:
            return _front(release, place, seed, faults)
        access = _access(conf, release.name, test=test)
        made = simulated(release, access, seed=seed, faults=faults, life_s=life_s)
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except Unbuildable as error:
        raise Stop(f"{name}: {error.what}: {error.write}") from error
    except (SecretMissing, Unconfigured) as error:
        raise Stop(f"conf/platforms/{release.name}.yaml: {error}") from error
    if faults.get("expired_secret") and made.gate.session is None:
        raise Stop(
            f"{name}: auth {release.declared.auth} 没有会话密钥 / has no session secret that could expire"
        )
    if access is None and release.declared.auth not in ("none", MUTUAL_TLS):
        click.echo(
            f"conf 中没有 {release.name} 的密钥：签名所用的设置与密钥均为 {MADE_UP} / conf has no credential of "
            f"{release.name}: each setting and secret that signs is the word {MADE_UP}",
            err=True,
        )
    asyncio.run(_until_ended(made, port))
    return _summed(made.play.unfit, made.play.counts)


def _fitting(release: PlatformRelease, faults: dict[str, float]) -> None:
    """A front goes wrong in other ways than a service."""
    known = FRONT_FAULTS if release.declared.speaks in FRONTS else FAULTS
    odd = [
        name
        for name in faults
        if name not in known or (name, release.declared.speaks) == ("garbage", "table")
    ]
    if odd:
        fits = ", ".join(each for each in known if (each, release.declared.speaks) != ("garbage", "table"))
        raise Stop(
            f"{release.name}: {', '.join(odd)}: 此类平台没有这种故障 / no fault of this kind of platform: {fits}"
        )


def _front(release: PlatformRelease, place: Path | None, seed: int, faults: dict[str, float]) -> int:
    """Where the place is not named, nothing of it stays."""
    if place is not None and place.exists() and any(place.iterdir()):
        raise Stop(f"{place}: 不是空文件夹 / is no empty folder")
    with TemporaryDirectory(prefix="tongban-front-") as passing:
        where = place or Path(passing) / release.name
        where.mkdir(parents=True, exist_ok=True)
        side = far_side(release, where, seed=seed, faults=faults, said=_said)
        asyncio.run(_working(side))
    return _summed(side.clerk.unfit, side.clerk.counts)


def _summed(unfit: Counter[str], counts: Counter[str]) -> int:
    for what, count in unfit.most_common():
        click.echo(f"{count} × {what}", err=True)
    click.echo(orjson.dumps(dict(counts)).decode())
    return 0


async def _working(side: Side) -> None:
    ended = _signalled()
    async with working(side, (sqlite3.Error, OSError)) as address:
        click.echo(address)
        click.echo(
            "模拟中；把此地址写入 conf/platforms/ 的 test: / simulating: write this address under test: in "
            "conf/platforms/", err=True,
        )  # fmt: skip
        await ended.wait()


def _signalled() -> asyncio.Event:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    return ended


def _access(conf: Path, name: str, *, test: bool) -> Access | None:
    """Settings and secrets as this installation has them; None where it does not name the platform."""
    if not (conf / "platforms" / f"{name}.yaml").is_file():
        return None
    settings = settings_of(conf)
    access = settings.platforms[name]
    reached: Reached | None = access.test if test else access
    if reached is None:
        raise Stop(f"conf/platforms/{name}.yaml: 没有 test: / has no test:")
    return Access("", reached.settings, settings.secrets_in(name, reached))


async def _until_ended(made: Simulated, port: int) -> None:
    ended = _signalled()
    try:
        async with serving(made.play, port=port, said=_said, terms=made.terms, gate=made.gate) as address:
            click.echo(address)
            click.echo(
                f"模拟中，计数见 {address}{COUNTS} / simulating; counts at {address}{COUNTS}", err=True
            )
            await ended.wait()
    except OSError as error:
        raise Stop(f"端口 {port} 不可用 / port {port} cannot be used: {error.strerror}") from error


def _said(operation: str, number: str, outcome: str) -> None:
    click.echo(printable(f"{operation} {number or '-'} {outcome}"), err=True)
