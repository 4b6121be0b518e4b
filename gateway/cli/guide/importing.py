"""tongban guide import: guides from lists and from interfaces' files."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import click

from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option, progress
from gateway.cli.guide.group import division_option
from gateway.cli.opened import run
from gateway.clock import china_day
from gateway.guides.codes import Unusable, codes_of_folder
from gateway.guides.columns import PROFILES, Columns, UnknownPath, columns_of
from gateway.guides.gathered import Document, NoGuides, documents, unread
from gateway.guides.importing import Imported, Order, batches, bring_list, sound
from gateway.guides.rows import tables_of
from gateway.guides.sources import sheets_of
from gateway.guides.vocabulary import Codes
from gateway.items.lists.apply import Word
from gateway.items.lists.bring import file_sha256
from gateway.items.problems import UnreadableFile
from mappings.china_time import CHINA


def _columns(_: click.Context, option: click.Parameter, said: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in said.split(",") if each.strip()]
    if not all(ours.strip() and theirs.strip() for ours, _, theirs in pairs):
        form = "name=事项名称,implementation_code=实施编码,materials.name=材料名称"
        raise click.BadParameter(f"写作 / write it as {form}", param=option)
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


class Listed(NamedTuple):
    """Of which place and day the files are (None: of now), and on whose word."""

    division: str
    as_of: datetime | None
    source: str
    word: Word


@click.command("import")
@conf_option
@actor_option
@division_option("--division", "这些指南属于哪个区划 / the place that these guides are of")
@click.option("--profile", type=click.Choice(sorted(PROFILES)), default=None,
              help="列名用哪一套；不写则为规范名称 / whose column names; left out: our own")  # fmt: skip
@click.option("--columns", callback=_columns, default="",
              help="另行指定列名，规范名称=列名 / other columns: our name=the list's column, …")  # fmt: skip
@click.option("--tables", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="该地自己的代码表文件夹 / a folder of that region's own code tables")  # fmt: skip
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]),
              help="清单截至日期；不写则为现在 / the day the list is of; left out: now")  # fmt: skip
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
                metavar="FILE...")  # fmt: skip
def import_(
    conf: Path, actor: str, division: str, profile: str | None, columns: dict[str, str], tables: Path | None,
    as_of: datetime | None, files: tuple[Path, ...],
) -> int:  # fmt: skip
    """导入办事指南（CSV、XLSX、JSON）。 Import guides; bad rows are told by number, good guides are kept.

    Several files are joined: the basic table with extend, material, fee_project and questions.
    """
    known = _known(profile or "", columns)
    own = _own(tables)
    try:
        sheets = [sheet for file in files for sheet in sheets_of(file)]
        found = list(documents(sheets, known, tables_of(own)))
    except UnreadableFile as error:
        raise Stop(f"{error.problem().text('zh')} / {error.problem().text('en')}") from error
    except NoGuides as error:
        raise Stop(
            "没有办事指南的列；请用 --profile 或 --columns / no columns of guides: --profile, --columns"
        ) from error
    for where, left in unread(sheets, known):
        click.echo(
            f"{where}: 未知栏目，未保存：{'、'.join(left)} / columns that nobody knows, not kept", err=True
        )
    source = "、".join(file.name for file in files)
    done = _bring(conf, found, Listed(division, as_of, source, Word(_digest(files), actor)))
    for where, finding in (*done.faults, *done.remarks):
        click.echo(f"{where}: {finding.text('zh')} / {finding.text('en')}")
    counts = done.counts
    click.echo(
        f"新增 {counts['added']}，变更 {counts['changed']}，未变 {counts['unchanged']}，有误 {len(done.faults)}，"
        f"提示 {len(done.remarks)} / {counts['added']} added, {counts['changed']} changed, "
        f"{counts['unchanged']} unchanged, {len(done.faults)} bad, {len(done.remarks)} remarks",
        err=True,
    )
    return 1 if done.faults else 0


def _digest(files: Sequence[Path]) -> str:
    """Of one file its own; of several that of their digests, in their order."""
    digests = [file_sha256(file) for file in files]
    return digests[0] if len(digests) == 1 else sha256(" ".join(digests).encode()).hexdigest()


def _bring(conf: Path, found: list[Document], listed: Listed) -> Imported:
    async def work(gateway: Gateway) -> Imported:
        now_ms, done = gateway.clock_ms(), Imported()
        as_of, word = listed.as_of, listed.word
        as_of_ms = int(as_of.replace(tzinfo=CHINA).timestamp() * 1000) if as_of else now_ms
        if as_of and as_of.date() > china_day(now_ms):
            raise Stop("--as-of 在将来 / --as-of is in the future")
        guides = list(sound(found, Order(listed.division, as_of_ms, listed.source), done))
        kept = 0
        with progress("导入 / importing") as told:
            for batch in batches(guides):
                counts = await gateway.store.write(partial(bring_list, batch, word))
                for name, count in counts.items():
                    done.counts[name] += count
                kept += len(batch)
                told(kept, len(guides))
        return done

    return run(work, conf)


def _known(profile: str, columns: dict[str, str]) -> Columns:
    try:
        return columns_of(profile, columns)
    except UnknownPath as error:
        raise Stop(
            f"没有名为 {error} 的要素，见 docs/items/guides.md / there is no element {error}"
        ) from error


def _own(folder: Path | None) -> dict[str, Codes]:
    try:
        return codes_of_folder(folder) if folder else {}
    except Unusable as error:
        raise Stop(str(error)) from error
