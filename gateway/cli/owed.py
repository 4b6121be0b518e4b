"""What is owed since an emergency: shown wherever somebody looks for what is left to do."""

from collections.abc import Iterator
from contextlib import closing

import click

from gateway.changeover import owed
from gateway.cli.moments import last_day, shown
from gateway.clock import wall_ms
from gateway.settings import Settings, Unconfigured
from gateway.store.approvals import FollowUp
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


def overdue(settings: Settings) -> Iterator[Finding]:
    """Approvals that are overdue; those that are not are told, and so is a database that cannot be looked at."""
    if not settings.installation.production:
        return
    try:
        found, now = _looked(settings)
    except (StorageUnavailable, Unconfigured) as error:
        click.echo(f"未能查看待补审批 / follow-ups could not be looked at: {error}", err=True)
        return
    for each in found:
        if each.due_ms <= now:
            what = f"待补审批已逾期 / its approval was due on {last_day(each.due_ms)}"
            write = f"tongban platform approve {each.platform} --document NO --release active"
            yield Finding(f"{each.platform}/platform.yaml", 1, 1, what, write)
        else:
            click.echo(f"{line_of(each)} 待补审批 / to be approved", err=True)


def _looked(settings: Settings) -> tuple[list[FollowUp], int]:
    """What is owed, and the time of the database; nothing is made or brought up that is not there."""
    address = settings.database
    if is_embedded(address) and not file_of(address).exists():
        return [], 0
    with reaching(), closing(open_connection(address)) as connection:
        return owed(connection), now_ms(connection, wall_ms)
