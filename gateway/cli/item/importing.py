"""tongban item import: a list of items comes in; what it would change is shown before it is applied."""

import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress
from gateway.cli.item.told import ToldRows, show, show_columns
from gateway.cli.opened import run
from gateway.cli.serve.process import leave_out_what_stays
from gateway.items.lists.apply import Word, apply
from gateway.items.lists.bring import file_sha256
from gateway.items.lists.charset import known_charset
from gateway.items.lists.formats import lines, recognised
from gateway.items.lists.line import Line, Listed
from gateway.items.lists.preview import SHOWN, Preview, Scope, preview
from gateway.items.lists.profile import Profile, fitting, free, named, require_columns
from gateway.items.lists.rows import ItemReader
from gateway.items.lists.values import division_of
from gateway.items.problems import ItemError
from mappings.china_time import CHINA
from mappings.problems import Unreadable


def _division(_: click.Context, option: click.Parameter, said: str) -> str:
    if said and not division_of(said):
        raise click.BadParameter(
            "区划代码须为 6、9 或 12 位数字 / a division has 6, 9 or 12 digits", param=option
        )
    return division_of(said)


def _charset(_: click.Context, option: click.Parameter, said: str) -> str:
    try:
        return known_charset(said) if said else ""
    except (LookupError, TypeError) as error:
        raise click.BadParameter(f"没有此字符集 / no such charset: {said}", param=option) from error


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command was asked; `day`: ISO, from which what is gone counts as cancelled.

    cancel_up_to: percent of the items in force that a whole list may lack; beyond that the file may be cut off.
    """

    file: Path
    actor: str
    division: str
    profile: str
    columns: str
    states: str
    sheet: str
    charset: str
    source: str
    complete: bool
    cancel_up_to: int
    day: str
    bad: Path | None
    dry_run: bool
    yes: bool


@click.command("import")
@conf_option
@actor_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--division", default="", callback=_division, help="没有区划的行属于何地 / of rows that name none"
)
@click.option("--profile", default="", help="栏目方案：own national pinyin chinese 或 YAML 文件 / headings")
@click.option(
    "--columns", default="", help="自定栏目：name=事项名称,code=职权编码 / columns by field=heading"
)
@click.option(
    "--states", type=click.Choice(["use", "publication"]), default=None,
    help="事项状态代码的含义 / what codes of the state mean: 1 在用 2 暂停 3 取消, or 1 已审定 2 已发布",
)  # fmt: skip
@click.option("--sheet", default="", help="工作表 / the sheet of a workbook")
@click.option("--charset", default="", callback=_charset, help="字符集，缺省自动识别 / else it is found out")
@click.option(
    "--source", default="", help="清单名称，一地有多份清单时用 / which of several lists of a division"
)
@click.option(
    "--complete", is_flag=True,
    help="这是 --division 的完整清单：其中没有的事项视为取消 / the whole list: what it lacks is cancelled",
)  # fmt: skip
@click.option(
    "--cancel-up-to", type=click.IntRange(0, 100), default=20, show_default=True, metavar="PERCENT",
    help="完整清单最多可缺在用事项的百分之几 / how much of what is in use --complete may cancel",
)  # fmt: skip
@click.option(
    "--as-of", "day", type=click.DateTime(["%Y-%m-%d"]), default=None,
    help="取消自何日起，缺省今天 / from which day what is gone is cancelled",
)  # fmt: skip
@click.option(
    "--bad", type=click.Path(path_type=Path, dir_okay=False), default=None,
    help="有误的行另存为 CSV 或 XLSX / refused rows into a file",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="只显示 / only show what would change")
@click.option("--yes", is_flag=True, help="不询问 / do not ask")
def import_(conf: Path, day: datetime | None, states: str | None, **given: Any) -> int:
    """导入事项清单。 Import a list of items (CSV, XLSX, JSON); bad rows are told, good ones kept.

    Any charset. What would change is shown first; --dry-run only shows.
    """
    today = datetime.now(CHINA) if day is None else day
    asked = Asked(**given, states=states or "", day=today.date().isoformat())
    if asked.complete and not asked.division:
        raise click.UsageError("--complete 须与 --division 同用 / --complete needs --division")
    if asked.profile and asked.columns:
        raise click.UsageError("--profile | --columns")
    try:
        listed = recognised(asked.file, charset=asked.charset, sheet=asked.sheet)
        return run(lambda gateway: _import(gateway, asked, listed), conf)
    except ItemError as error:
        raise Stop(f"{error.problem('file').text('zh')} / {error}") from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error


async def _import(gateway: Gateway, asked: Asked, listed: Listed) -> int:
    """Show what would change, ask, apply. 1 where a row was refused, or nothing is applied."""
    leave_out_what_stays()  # else it is searched for garbage again and again, every some thousand rows
    with closing(ToldRows(asked.file, asked.bad)) as rows:
        reader, found = await _compared(gateway, asked, listed, rows)
    try:
        rows.show()
        show_columns(reader.layouts, listed)
        show(found)
        _require_whole(asked, found)
        if asked.dry_run or found.changes_nothing:
            return 1 if found.refused else 0
        _confirm(asked, found)
        word = Word(file_sha256(asked.file), asked.actor)
        with progress("导入 importing") as shown:
            await apply(gateway.store, found, word, shown)
    finally:
        found.spool.close()
    click.echo("已导入 / applied", err=True)
    return 1 if found.refused else 0


async def _compared(
    gateway: Gateway, asked: Asked, listed: Listed, rows: ToldRows
) -> tuple[ItemReader, Preview]:
    size = asked.file.stat().st_size
    scope = Scope(asked.source, asked.division if asked.complete else "", asked.day)
    with progress("读取 reading") as shown:
        read = lines(listed, lambda done: shown(min(done, size), size))
        first = next(read, None)
        profile = _profile(asked, first)
        if asked.columns and first is not None and listed.kind in ("csv", "workbook"):
            require_columns(profile, first.headings)  # an object of JSON may leave out what others have
        reader = ItemReader(profile, division=asked.division, states=asked.states)
        click.echo(f"栏目方案 / profile: {profile.profile} ({profile.title})", err=True)
        every = chain([first] if first else [], read)
        found = await preview(gateway.store, ((line, reader.read(line)) for line in every), scope, rows)
    return reader, found


def _profile(asked: Asked, first: Line | None) -> Profile:
    """As asked; else the one that fits the headings. Raises UnknownColumns, Unreadable."""
    if asked.columns:
        return free(asked.columns)
    if asked.profile or first is None:
        return named(asked.profile or "own")
    return fitting(first.headings)


def _require_whole(asked: Asked, found: Preview) -> None:
    """A file that was cut off looks like one that cancels the rest; few are all shown by name. Raises Stop."""
    if found.absent > SHOWN and found.absent_percent > asked.cancel_up_to:
        raise Stop(
            f"清单缺少 {found.in_force} 个在用事项中的 {found.absent} 个，超过 {asked.cancel_up_to}%："
            f"文件可能不完整；什么也没有改动。确实完整请加 --cancel-up-to {found.absent_percent} / the list"
            f" lacks {found.absent} of {found.in_force} items in use, more than {asked.cancel_up_to} %: it may be"
            f" cut off; nothing was changed. If it is whole, say --cancel-up-to {found.absent_percent}", 1,
        )  # fmt: skip


def _confirm(asked: Asked, found: Preview) -> None:
    """A person looks at it first; where nobody can be asked, nothing is cancelled without --yes. Raises Stop."""
    if asked.yes:
        return
    if sys.stdin.isatty():
        click.confirm("导入？ / apply?", abort=True, err=True)
    elif found.counts["cancelled"] + found.counts["devolved"]:
        raise Stop(
            "有事项将被取消：请核对后加 --yes；什么也没有改动 / items would be cancelled: look, then say --yes;"
            " nothing was changed", 1,
        )  # fmt: skip
