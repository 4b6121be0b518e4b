"""What the commands share: the conf folder, the settings, who asks, a bar for long work."""

import getpass
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from gateway.settings.conf import Settings, load
from mappings.problems import Unreadable

Result = TypeVar("Result")
_ACCOUNT = re.compile(r"(?!.*[0-9]{10})[A-Za-z0-9._@-]{1,64}")


class Stop(Exception):
    """A command ends here; the text says why and what to do. code: 1 findings, 2 cannot run."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


def conf_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--conf", type=click.Path(path_type=Path, file_okay=False), default=Path("conf"), show_default=True,
        help="配置文件夹 / the folder of this installation's configuration",
    )(command)  # fmt: skip


def _account(_: click.Context, option: click.Parameter, said: str) -> str:
    """It stands in entries that can never be amended: ten digits in a row could be a person's number."""
    if not _ACCOUNT.fullmatch(said):
        raise click.BadParameter(
            "经办人写账号或工号，不写姓名 / an account or a staff number, no name: letters, digits and . _ @ -",
            param=option,
        )
    return said


def actor_option(command: Callable[..., Any]) -> Callable[..., Any]:
    return click.option(
        "--as", "actor", default=getpass.getuser, callback=_account,
        help="经办人账号或工号 / the account or staff number of who does this, for the record",
    )(command)  # fmt: skip


def _ground(context: click.Context, _: click.Parameter, said: str) -> str:
    """Personal values are shown to whoever says why, and to nobody without a record of it."""
    if bool(context.params.get("values")) != bool(said.strip()):
        raise click.UsageError("--values --why TEXT")
    return said.strip()


def values_options(command: Callable[..., Any]) -> Callable[..., Any]:
    command = click.option(
        "--why", default="", callback=_ground,
        help="与 --values 同用：依据，随该件留存 / with --values: on what ground",
    )(command)  # fmt: skip
    return click.option(
        "--values", is_flag=True, is_eager=True,
        help="显示个人信息原文，计入存证 / show personal values as they are; an entry of the log says who saw them",
    )(command)  # fmt: skip


def settings_of(conf: Path) -> Settings:
    """The settings; findings stop the command with code 1."""
    if not (conf / "gateway.yaml").is_file():
        raise Stop(f"{conf}/gateway.yaml: 没有此文件 / no such file: --conf FOLDER names the configuration")
    try:
        return load(conf)
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error


@contextmanager
def progress(task: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where somebody watches a terminal; told (done, of how many)."""
    from rich.console import Console  # costs a tenth of a second: only long work pays
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        bar = shown.add_task(task, visible=False)
        yield lambda done, total: shown.update(bar, completed=done, total=total, visible=True)
