"""tongban platform acceptance: the joint test with a platform's test address, through a gateway of its own."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress, settings_of
from gateway.cli.opened import cannot_start
from gateway.cli.platform.apart import apart, running, submitted, told, world_apart
from gateway.cli.platform.group import folder_of
from gateway.errors import CODES, Refusal
from gateway.opening import CANNOT_START
from gateway.releases.compiled import gather
from gateway.settings.conf import Settings
from gateway.workbench.acceptance.cases import AgreedCase, agreed_cases
from gateway.workbench.acceptance.report import Report, Tried, page, sheet
from gateway.world import World
from mappings.china_time import CHINA
from mappings.problems import Unreadable


@click.command()
@conf_option
@actor_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), show_default=True,
              help="报告写到哪里 / the folder for the report")  # fmt: skip
@click.option("--wait", "wait_s", type=click.FloatRange(min=1), default=60.0, show_default=True,
              help="每个用例最多等几秒 / seconds that a case may take")  # fmt: skip
@click.argument("name", metavar="PLATFORM")
def acceptance(conf: Path, actor: str, out: Path, wait_s: float, name: str) -> int:
    """在测试地址上运行约定用例，写出联调测试报告。 Run the agreed cases against the test address; write the report.

    Everything goes the way of real cases, through a gateway with a database of its own, which is thrown away:
    nothing of it comes into this installation's figures. The address and secrets are those under `test:` in
    conf/platforms/PLATFORM.yaml; the real ones are never used.
    """
    settings = settings_of(conf)
    folder = folder_of(conf, name)
    try:
        files = {path.partition("/")[2]: text for path, text in gather([folder]).items()}
        cases = agreed_cases(folder, files, frozenset(CODES))
        with apart(settings, folder, [each.document for each in cases]) as place:
            report = asyncio.run(_run(place, world_apart(settings), cases, actor=actor, wait_s=wait_s))
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except CANNOT_START as error:
        raise cannot_start(error) from error
    for written in _written(report, out):
        click.echo(written)
    click.echo(f"{report.passed}/{len(report.tried)} 通过 / passed", err=True)
    return 0 if report.is_passed else 1


async def _run(
    settings: Settings, world: World, cases: list[AgreedCase], *, actor: str, wait_s: float
) -> Report:
    begun = datetime.now(CHINA)
    tried = []
    async with running(settings, world) as gateway:
        with progress("用例 / cases") as shown:
            for done, case in enumerate(cases):
                shown(done, len(cases))
                tried.append(await _try(gateway, case, wait_s))
        await gateway.sign(now=True)
        (platform,) = gateway.routes.active.platforms.values()
        where = urlsplit(settings.platforms[platform.name].address)
        return Report(
            platform.name, platform.declared.title, gateway.routes.active.digest, where.netloc or "-", begun, actor,
            tuple(tried), gateway.checkpoint,
        )  # fmt: skip


async def _try(gateway: Gateway, case: AgreedCase, wait_s: float) -> Tried:
    """One case, from admission to its end, or as it is after wait_s seconds."""
    started_s = time.monotonic()
    try:
        exchange = await submitted(gateway, case.document, case.name, wait_s)
    except Refusal as refusal:
        click.echo("\n".join([f"{case.name}: {case.title}", *told(refusal)]), err=True)
        return _tried(case, refusal.code, took_s=time.monotonic() - started_s)
    found = _tried(case, exchange.state, code=exchange.code, took_s=time.monotonic() - started_s)
    return replace(
        found, ours=exchange.ours, theirs=exchange.theirs, code=exchange.code, cause=exchange.cause,
        attempts=exchange.attempt,
    )  # fmt: skip


def _tried(case: AgreedCase, actual: str, *, took_s: float, code: str = "") -> Tried:
    fits = actual == case.expect and case.code in ("", code)
    expected = f"{case.expect} {case.code}".strip()
    return Tried(case.title, expected, actual, fits, took_s=took_s)


def _written(report: Report, out: Path) -> Iterator[Path]:
    out.mkdir(parents=True, exist_ok=True)
    stem = f"{report.platform}-{report.begun:%Y%m%d-%H%M%S}"
    parts: list[tuple[str, Callable[[], bytes]]] = [
        (".html", lambda: page(report).encode()),
        (".xlsx", lambda: sheet(report)),
    ]
    for ending, content in parts:
        path = out / f"{stem}{ending}"
        path.write_bytes(content())
        yield path
