"""tongban check, tongban activate: what is declared, checked and put in force."""

from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from adapters.tls import WARNED_DAYS, days_left
from gateway.activation import activate as put_in_force
from gateway.activation import checked, sources
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.cli.opened import run
from gateway.clock import wall_ms
from gateway.releases import compile_release, gather
from gateway.settings import Settings, Unconfigured
from mappings.problems import Finding, Unreadable


@click.command()
@conf_option
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON object a finding")
@click.argument("folders", nargs=-1, type=click.Path(path_type=Path, exists=True, file_okay=False))
def check(conf: Path, folders: tuple[Path, ...], *, as_json: bool) -> int:
    """检查配置与各平台声明。 Check the configuration and every declared platform; changes nothing.

    FOLDERS are looked into instead of the ones that conf/gateway.yaml names.
    """
    findings: list[Finding] = []
    count = 0
    try:
        settings = settings_of(conf)
        files = gather(folders) if folders else sources(settings)
        count = len(compile_release(files).platforms)
    except Unreadable as error:
        findings.extend(error.findings)
    else:
        findings.extend(_certificates(settings))
    for finding in findings:
        click.echo(_json(finding) if as_json else str(finding))
    if findings:
        return 1
    click.echo(f"{count} 个平台，没有问题 / {count} platforms, no findings", err=True)
    return 0


@click.command()
@conf_option
@actor_option
@click.option("--why", required=True, help="为何发布 / why, for the record")
def activate(conf: Path, actor: str, why: str) -> int:
    """检查并发布声明。 Check all declarations and put them in force; a finding changes nothing."""

    async def work(gateway: Gateway) -> tuple[str, bool]:
        release = checked(gateway, sources(gateway.settings))
        return release.digest, await put_in_force(gateway, release, actor=actor, why=why)

    try:
        digest, changed = run(work, conf)
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    click.echo(digest)
    click.echo("已发布 / in force" if changed else "已是当前发布 / in force already", err=True)
    return 0


def _certificates(settings: Settings) -> Iterator[Finding]:
    """Client certificates that have ended; those that end soon are told, and no finding."""
    for name in settings.platforms:
        try:
            days = days_left(settings.secrets_of(name), wall_ms())
        except Unconfigured:  # the secrets need not be where this is run
            continue
        if days is not None and days < 0:
            yield Finding(
                f"conf/platforms/{name}.yaml", 1, 1, "our certificate has ended", "ask them for a new one"
            )
        elif days is not None and days < WARNED_DAYS:
            soon = f"{name}: 我方证书还有 {days} 天到期 / our certificate ends in {days} days"
            click.echo(soon, err=True)


def _json(finding: Finding) -> str:
    names = ("file", "line", "column", "what", "write")
    return orjson.dumps({name: getattr(finding, name) for name in names}).decode()
