"""tongban log: the key with which the log is signed, and its certificates."""

from pathlib import Path
from typing import cast

import click

from audit.connection import LogBroken
from audit.keychange import REASONS, Reason
from audit.notes import KeyRejected
from gateway.cli.asking import Stop, actor_option, conf_option, settings_of
from gateway.cli.log_certificates import certificates
from gateway.clock import wall_ms
from gateway.rekeying import CannotChange, change_key
from gateway.settings.conf import Unconfigured
from gateway.store.connection import StorageUnavailable


@click.group()
def log() -> None:
    """存证日志。 The log of this installation."""


log.add_command(certificates)


@log.command("change-key")
@conf_option
@actor_option
@click.option(
    "--reason", type=click.Choice(REASONS), required=True,
    help="计划更换，或私钥泄露 / as planned, or because somebody else may have the key",
)  # fmt: skip
def change(conf: Path, actor: str, *, reason: str) -> int:
    """更换日志密钥，原密钥签署新密钥。 Have the log go on with a new key, which the old one signs.

    Stop the gateway first. Run it again if it broke off. Auditors and witnesses are given the printed note.
    """
    try:
        changed = change_key(settings_of(conf), reason=cast(Reason, reason), actor=actor, now_ms=wall_ms())
    except (CannotChange, KeyRejected, LogBroken, Unconfigured, OSError) as error:
        raise Stop(str(error)) from error
    except StorageUnavailable as error:
        raise Stop(f"数据库不可用 / the database cannot be used: {error}") from error
    click.echo(changed.note, nl=False)
    click.echo(f"{changed.before}\n→ {changed.after}", err=True)
    return 0
