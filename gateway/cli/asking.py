"""What the commands share: the conf folder, the settings, a gateway opened without being started."""

import asyncio
import getpass
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.boot import Gateway, boot
from gateway.opening import CANNOT_START
from gateway.settings import Settings, load
from gateway.store.connection import StorageUnavailable
from mappings.problems import Unreadable

Result = TypeVar("Result")
_ACCOUNT = re.compile(r"(?!.*[0-9]{10})[A-Za-z0-9._@-]{1,64}")


class Stop(Exception):
    """A command ends here; the text says why and what to do. code: 1 findings, 2 cannot run."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


def cannot_start(error: Exception) -> Stop:
    """Why an installation does not start, for people."""
    if isinstance(error, StorageUnavailable):
        return Stop(
            f"数据库不可用，请检查 conf/gateway.yaml 的 database / the database cannot be used: {error}"
        )
    return Stop(str(error))


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


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway whose store is open and whose worker is not started: it may look and write, it sends nothing."""
    try:
        gateway = boot(settings)
    except CANNOT_START as error:
        raise cannot_start(error) from error
    gateway.store.start()
    try:
        yield gateway
    finally:
        await gateway.transport.close()
        await gateway.store.stop()


def run(work: Callable[[Gateway], Awaitable[Result]], conf: Path) -> Result:
    """Run one piece of work on the installation's database."""
    settings = settings_of(conf)

    async def inside() -> Result:
        async with opened(settings) as gateway:
            return await work(gateway)

    return asyncio.run(inside())


@contextmanager
def progress(task: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr where somebody watches a terminal; told (done, of how many)."""
    parts = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*parts, console=Console(stderr=True), disable=not sys.stderr.isatty()) as shown:
        bar = shown.add_task(task, visible=False)
        yield lambda done, total: shown.update(bar, completed=done, total=total, visible=True)
