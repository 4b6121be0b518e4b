"""tongban check, tongban activate: what is declared, checked and put in force."""

from collections.abc import Iterator
from pathlib import Path

import click
import orjson

from adapters.tls import WARNED_DAYS, days_left
from gateway.activation import activate as put_in_force
from gateway.activation import checked, schedule, sources
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.cli.moments import end_of_day, moment, shown
from gateway.cli.opened import run
from gateway.cli.platform.owed import line_of, overdue
from gateway.clock import wall_ms
from gateway.releases.changeover import Past, Taken, owed
from gateway.releases.compiled import compile_release, gather
from gateway.settings.agreements import idle_modes
from gateway.settings.conf import Settings, Unconfigured
from gateway.store.connection import Connection
from gateway.store.scheduled import still_to_come
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
        findings.extend(_idle_modes(settings))
        findings.extend(overdue(settings, files))
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
@click.option("--emergency", is_flag=True,
              help="应急：未经审批也发布 / what is not approved comes in force, too")  # fmt: skip
@click.option("--follow-up", "due_ms", metavar="DATE", callback=end_of_day,
              help="与 --emergency 同用：补办期限 / with --emergency: by when it is to be approved")  # fmt: skip
@click.option("--valid-from", "from_ms", metavar="MOMENT", callback=moment,
              help="定时发布 / at a later moment, like 2026-12-01T00:00+08:00")  # fmt: skip
def activate(
    conf: Path, actor: str, why: str, due_ms: int | None, from_ms: int | None, *, emergency: bool
) -> int:
    """检查并发布声明。 Check all declarations and put them in force; a finding changes nothing.

    In an installation that is production, every platform must have been approved: tongban platform approve.
    """
    _check_emergency(why, due_ms, from_ms, emergency=emergency)

    async def work(gateway: Gateway) -> tuple[str, bool]:
        if due_ms is not None and due_ms <= gateway.clock_ms():
            raise Stop("--follow-up: 期限已过 / that day is over")
        release = checked(gateway, sources(gateway.settings))
        if from_ms is not None:
            changed = await schedule(gateway, release, actor=actor, why=why, from_ms=from_ms)
        else:
            changed = await put_in_force(gateway, release, actor=actor, why=why, due_ms=due_ms or 0)
        for line in await gateway.store.read(_to_come):
            click.echo(line, err=True)
        return release.digest, changed

    try:
        digest, changed = run(work, conf)
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except Past as error:
        raise Stop(
            "--valid-from: 该时刻已过 / that moment has passed: leave it out to activate now"
        ) from error
    except Taken as error:
        what = "该时刻已有定时发布 / another release is scheduled for that moment: tongban scheduled --cancel"
        raise Stop(f"--valid-from: {what}", 1) from error
    click.echo(digest)
    click.echo(_said(changed=changed, later=from_ms is not None), err=True)
    return 0


def _check_emergency(why: str, due_ms: int | None, from_ms: int | None, *, emergency: bool) -> None:
    if emergency != (due_ms is not None) or (emergency and not why.strip()):
        raise click.UsageError("应急发布须写理由和补办期限 / write --emergency --why REASON --follow-up DATE")
    if emergency and from_ms is not None:
        raise click.UsageError("应急发布即时生效 / an emergency is now: leave --valid-from out")


def _said(*, changed: bool, later: bool) -> str:
    if later:
        return "已定时 / scheduled" if changed else "此前已定时 / scheduled before"
    return "已发布 / in force" if changed else "已是当前发布 / in force already"


def _to_come(connection: Connection) -> list[str]:
    """What follows upon this: approvals that are owed, releases that will take the place of what is in force."""
    follow_ups = [f"{line_of(each)} 待补审批 / to be approved" for each in owed(connection)]
    later = [
        f"{shown(each.from_ms)} {each.digest} 将取代当前发布 / takes the place of what is in force then"
        for each in still_to_come(connection)
    ]
    return [*follow_ups, *later]


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


def _idle_modes(settings: Settings) -> Iterator[Finding]:
    """Modes that an agreement names, and in which it lets nothing pass."""
    for each in settings.agreements:
        for mode in idle_modes(each):
            what = f"mode {mode} stands in it, and nothing can pass: the power 'receive' (收件权) is not lent"
            yield Finding(
                f"conf/agreements/{each.agreement}.yaml",
                1,
                1,
                what,
                "add receive to powers, or take the mode out",
            )


def _json(finding: Finding) -> str:
    names = ("file", "line", "column", "what", "write")
    return orjson.dumps({name: getattr(finding, name) for name in names}).decode()
