"""tongban platform …: what an integration engineer does with one platform."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import click
import orjson

from adapters.contract import read as read_contract
from adapters.errors import Unbuildable
from gateway.cli.asking import Stop, conf_option, settings_of
from gateway.cli.lazy import Lazy
from gateway.releases.compiled import DECLARATION, PlatformRelease, compile_release, gather
from gateway.workbench.check import examine
from gateway.workbench.draft.folder import Undecided, chosen, draft
from gateway.workbench.draft.gather import gathered, text_of
from gateway.workbench.draft.native import native
from gateway.workbench.draft.seen import Seen
from gateway.workbench.grades import NAMES, Grade, Graded, reached
from gateway.workbench.samples import VERDICTS
from mappings.problems import Unreadable, nearest

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_DIVISION = re.compile(r"[0-9]{6}([0-9]{3}){0,2}")
_TABLE = re.compile(r"[a-z][a-z0-9_]*")
_OPERATION = re.compile(r"[a-z]+\.[a-z]+")


_LAZY = {
    "call": "gateway.cli.platform.call:call",
    "simulate": "gateway.cli.platform.simulate:simulate",
    "acceptance": "gateway.cli.platform.acceptance:acceptance",
    "approve": "gateway.cli.platform.approval:approve",
    "approvals": "gateway.cli.platform.approval:approvals",
}


@click.group(cls=Lazy, lazy=_LAZY)
def platform() -> None:
    """平台接入：检查、试运行。 Bring a platform in: check it, try it."""


def folder_of(conf: Path, named: str) -> Path:
    """The folder of a platform, given itself or by its name in this installation. Raises Stop."""
    if (Path(named) / DECLARATION).is_file():
        return Path(named)
    settings = settings_of(conf)
    for folder in settings.installation.platforms:
        found = settings.path(folder) / named
        if (found / DECLARATION).is_file():
            return found
    raise Stop(
        f"{named}: 没有此平台 / no such platform: write its name, or the folder that holds {DECLARATION}"
    )


def compiled(folder: Path) -> PlatformRelease:
    """The platform of a folder, compiled. Raises Unreadable with all findings."""
    release = compile_release(gather([folder]))
    return next(iter(release.platforms.values()))


@platform.command()
@conf_option
@click.option("--grade", type=click.Choice(NAMES), default="silver", show_default=True,
              help="要求的等级 / the grade that is asked for")  # fmt: skip
@click.option("--database", type=click.Choice(("production", "test")),
              help="前置库平台：与其真实数据库比对 / look at their real database, too")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON object a finding")
@click.argument("name", metavar="PLATFORM")
def check(conf: Path, grade: str, database: str | None, name: str, *, as_json: bool) -> int:
    """检查一个平台离上线还差什么。 Everything that stands between a platform and going live; changes nothing.

    PLATFORM is its name in this installation, or its folder. 1 if the grade that is asked for is not reached.
    Without --database nobody is asked anything; with it, the catalogue of the database whose address
    conf/platforms/NAME.yaml has, and no row of it.
    """
    asked = Grade[grade.upper()]
    try:
        release = compiled(folder_of(conf, name))
        found = examine(release, _there(conf, release, database) if database else None)
    except Unreadable as error:
        found = [Graded(Grade.BRONZE, each) for each in error.findings]
    for each in sorted(found, key=lambda one: one.grade):
        click.echo(_json(each) if as_json else str(each))
    has = reached(found)
    missing = sum(each.grade <= asked for each in found)
    word = has.word if has else "-"
    click.echo(
        f"等级 {word}，距 {grade} 还有 {missing} 项 / grade {word}, {missing} findings to {grade}", err=True
    )
    return 1 if missing else 0


def _there(conf: Path, release: PlatformRelease, which: str) -> list[Graded]:
    from gateway.workbench.there import NotThere, differences  # its drivers take long to import

    try:
        return differences(release, settings_of(conf), which)
    except NotThere as error:
        raise Stop(str(error)) from error
    except Unbuildable as error:
        raise Stop(f"{error.what}: {error.write}") from error


def _json(graded: Graded) -> str:
    finding = graded.finding
    names = ("file", "line", "column", "what", "write")
    told = {name: getattr(finding, name) for name in names}
    return orjson.dumps({**told, "grade": graded.grade.word, "exempt": graded.exempt or None}).decode()


def _seen(_: click.Context, option: click.Parameter, said: tuple[str, ...]) -> list[Seen]:
    """`case.submit.taken=FILE` or `…=429:FILE`, as often as needed."""
    found = []
    for one in said:
        what, _equals, where = one.partition("=")
        status, colon, file = where.rpartition(":")
        operation, _dot, verdict = what.rpartition(".")
        known = _OPERATION.fullmatch(operation) and verdict in VERDICTS and (not colon or status.isdigit())
        if not known:
            what = f"write case.submit.taken=FILE, or …=429:FILE; the last word is {', '.join(VERDICTS)}"
            raise click.BadParameter(what, param=option)
        if not Path(file).is_file():
            raise click.BadParameter(f"没有文件 / no such file: {file}", param=option)
        found.append(Seen(operation, verdict, int(status or 200), text_of(Path(file))))
    return found


def _hold(seen: list[Seen], offers: Mapping[str, object]) -> None:
    """An answer to an operation that is not drafted would lie there as the sample of nothing."""
    for each in seen:
        if each.operation not in offers:
            write = nearest(each.operation, offers, f"one of {', '.join(offers)}")
            raise Undecided(f"--seen {each.operation}: 没有起草该操作 / that operation is not drafted", write)


def _listed(_: click.Context, option: click.Parameter, said: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """`id_type=FILE`: lines of a code and what it means, with a comma or a tab between."""
    found = {}
    for one in said:
        name, _equals, file = one.partition("=")
        if not _TABLE.fullmatch(name) or not Path(file).is_file():
            raise click.BadParameter("write id_type=FILE, a list of lines CODE,MEANING", param=option)
        rows = (re.split(r"[,\t]", line, maxsplit=1) for line in text_of(Path(file)).splitlines())
        found[name] = {row[0].strip(): row[1].strip() for row in rows if len(row) == 2}
    return found


def _mapped(_: click.Context, option: click.Parameter, said: tuple[str, ...]) -> dict[str, str]:
    """`case.submit=CALL`, as often as needed."""
    found = dict(one.partition("=")[::2] for one in said)
    for operation, call in found.items():
        if not _OPERATION.fullmatch(operation) or not call:
            raise click.BadParameter("write case.submit=CALL, with a call of the contract", param=option)
    return found


@platform.command()
@click.option(
    "--division", required=True, help="它服务的行政区划 / the division that it serves: 6, 9 or 12 digits"
)
@click.option("--wsdl", "--openapi", "contract", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="接口契约 / its contract: WSDL, OpenAPI, Swagger, JSON Schema")  # fmt: skip
@click.option("--sample", "samples", type=(click.Path(path_type=Path, exists=True, dir_okay=False),) * 2,
              help="一对样例：请求 应答 / a request and its answer, where there is no contract")  # fmt: skip
@click.option("--tongban", "is_native", is_flag=True,
              help="对方也是通办网关 / the other side is a Tongban, too: there is no contract to read")  # fmt: skip
@click.option("--map", "wanted", multiple=True, callback=_mapped, metavar="OPERATION=CALL",
              help="如 case.submit=submitCase / which call of the contract is which operation")  # fmt: skip
@click.option("--seen", multiple=True, callback=_seen, metavar="OPERATION.VERDICT=FILE",
              help="见过的应答 / an answer of theirs: taken, already, refused, barred, later")  # fmt: skip
@click.option("--codes", "listed", multiple=True, callback=_listed, metavar="TABLE=FILE",
              help="对方代码清单，每行 代码,含义 / a code list of theirs: lines CODE,MEANING")  # fmt: skip
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=Path("mappings/platforms"),
              show_default=True, help="放在哪里 / the folder of platforms")  # fmt: skip
@click.argument("name")
def new(
    division: str,
    contract: Path | None,
    samples: tuple[Path, Path] | None,
    wanted: dict[str, str],
    seen: list[Seen],
    listed: dict[str, dict[str, str]],
    into: Path,
    name: str,
    *,
    is_native: bool,
) -> int:
    """按契约起草一个平台。 Draft a platform's folder from its contract, or from one request and its answer.

    Every target of the contract stands in the mappings, with what is likely to feed it and why. What is left to
    decide stands there as numbered questions; nothing goes live while one stands.
    """
    if not _NAME.fullmatch(name) or not _DIVISION.fullmatch(division):
        raise Stop(
            "平台名用小写字母、数字和 -，区划用数字 / a name has a-z, 0-9 and -; a division has 6, 9 or 12 digits"
        )
    folder = into / name
    if folder.exists():
        raise Stop(f"{folder}: 已存在，不会覆盖 / is there already, and is not written over")
    try:
        if is_native:
            drafted = native(name, division)
        else:
            path, files = gathered(contract, samples)
            offered = read_contract(path, files)
            offers = chosen(offered, wanted)
            _hold(seen, offers)
            drafted = draft(name, division, offered, offers, path=path, files=files, seen=seen, listed=listed)
    except Unbuildable as error:
        raise Stop(f"{error.what}: {error.write}") from error
    except (Undecided, Unreadable) as error:
        raise Stop(str(error)) from error
    _write(folder, drafted.files)
    for each in drafted.notes:
        click.echo(each, err=True)
    click.echo(str(folder))
    click.echo(
        f"{len(drafted.questions)} 个问题待定，见各文件的 # ?N / {len(drafted.questions)} questions are open, "
        f"marked # ?N in the files. Next: tongban platform check {folder}",
        err=True,
    )
    return 0


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """All files or none: a folder that is half there would look like a platform."""
    making = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(making, ignore_errors=True)
    for path, text in files.items():
        file = making / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    making.rename(folder)
