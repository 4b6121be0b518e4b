"""What is owed since an emergency: shown wherever somebody looks for what is left to do."""

from collections.abc import Iterator, Mapping
from contextlib import closing

import click

from gateway.cli.moments import last_day, shown
from gateway.clock import wall_ms
from gateway.releases.approval import approvers
from gateway.releases.changeover import owed
from gateway.releases.compiled import declarations
from gateway.settings.conf import Settings, Unconfigured
from gateway.store.approvals import Approval, FollowUp, every
from gateway.store.connection import StorageUnavailable
from gateway.store.database import file_of, is_embedded, now_ms, open_connection, reaching
from mappings.problems import Finding


def line_of(each: FollowUp) -> str:
    """One line of what is owed, as everywhere that it is shown."""
    return (
        f"{each.platform} approval {each.declaration} cause=emergency owner={each.actor}"
        f" opened={shown(each.at_ms)} due={last_day(each.due_ms)}"
    )


def document_of(each: FollowUp, now_ms: int) -> dict[str, str | bool]:
    return {
        "platform": each.platform, "declaration": each.declaration, "owner": each.actor,
        "opened_at": shown(each.at_ms), "due": last_day(each.due_ms), "overdue": each.due_ms <= now_ms,
    }  # fmt: skip


def overdue(settings: Settings, files: Mapping[str, str]) -> Iterator[Finding]:
    """Approvals that are overdue. What is to be approved in time, or before these files are activated, is told."""
    if not settings.installation.production:
        return
    try:
        found, known, now = _looked(settings)
    except (StorageUnavailable, Unconfigured) as error:
        click.echo(f"未能查看审批 / approvals could not be looked at: {error}", err=True)
        return
    for each in found:
        if each.due_ms <= now:
            what = f"待补审批已逾期 / its approval was due on {last_day(each.due_ms)}"
            write = f"tongban platform approve {each.platform} --document NO --release active"
            yield Finding(f"{each.platform}/platform.yaml", 1, 1, what, write)
        else:
            click.echo(f"{line_of(each)} 待补审批 / to be approved", err=True)
    for platform, declaration in sorted(declarations(files).items()):
        if not approvers(known, platform, declaration):
            click.echo(f"{platform}: 发布前须审批 / to be approved before it can be activated", err=True)


def _looked(settings: Settings) -> tuple[list[FollowUp], list[Approval], int]:
    """What is owed, what is approved, the database's time; nothing is made or brought up that is not there."""
    address = settings.database
    if is_embedded(address) and not file_of(address).exists():
        return [], [], 0
    with reaching(), closing(open_connection(address)) as connection:
        return owed(connection), every(connection), now_ms(connection, wall_ms)
