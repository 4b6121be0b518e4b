"""tongban platform approve, tongban platform approvals: who has approved which declaration, and what is owed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click
import orjson

from gateway.activation import NotSecond, OtherDocument, sources
from gateway.activation import approve as record
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.moments import shown
from gateway.cli.opened import run
from gateway.cli.platform.owed import document_of, line_of
from gateway.releases.approval import changed_files
from gateway.releases.changeover import declarations_in_force, owed
from gateway.releases.compiled import declaration, declarations
from gateway.releases.meant import FILES, NotMeant, meant
from gateway.store import approvals as stored
from gateway.store.approvals import Approval, FollowUp
from gateway.store.connection import Connection
from mappings.problems import Unreadable

# as official documents are numbered, 〔2026〕, LT-2026-17; no run of digits that could be a person's number
_NUMBER = re.compile(r"(?=.*[0-9])(?!.*[0-9]{15})[0-9A-Za-z\u4e00-\u9fff〔〕()（）\[\]._/-]{1,64}")


def _document(_: click.Context, option: click.Parameter, said: str) -> str:
    """It stands in an entry that can never be amended."""
    if not _NUMBER.fullmatch(said):
        raise click.BadParameter(
            "写文号，如 LT-2026-17 / write the number of the signed report, like LT-2026-17, without spaces",
            param=option,
        )
    return said


@click.command()
@conf_option
@actor_option
@click.option("--document", required=True, callback=_document, metavar="NO",
              help="已签署的联调测试报告文号 / number of the report of the joint test")  # fmt: skip
@click.option("--release", default=FILES, show_default=True,
              help="审批哪一版 / which: the files as they are, active, or a digest")  # fmt: skip
@click.argument("name", metavar="PLATFORM")
def approve(conf: Path, actor: str, document: str, release: str, name: str) -> int:
    """第二人审批一个平台的全部声明。 Approve a platform exactly as it is declared, as a second person.

    It is refused to whoever activated this declaration or stands under `authors` in its platform.yaml.
    """

    async def work(gateway: Gateway) -> tuple[Approval, bool, list[FollowUp]]:
        roots = [gateway.settings.path(folder) for folder in gateway.settings.installation.platforms]
        files = (await meant(gateway.store, roots, release, platform=name)).files
        if name not in declarations(files):
            raise Stop(f"{name}: 没有此平台 / no such platform: {', '.join(declarations(files))}")
        approval, is_new = await record(gateway, files, name, actor=actor, document=document)
        return approval, is_new, await gateway.store.read(owed)

    try:
        approval, is_new, still = run(work, conf)
    except NotMeant as error:
        raise Stop(str(error)) from error
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except NotSecond as error:
        raise Stop(_refused(name, actor), 1) from error
    except OtherDocument as error:
        what = f"platform.yaml 的 accepted 写的是 {error} / accepted in platform.yaml names {error}"
        raise Stop(f"{name}: {what}", 1) from error
    click.echo(approval.declaration)
    click.echo("已审批 / approved" if is_new else "此前已审批 / approved before", err=True)
    for each in still:
        click.echo(f"{line_of(each)} 仍待审批 / still owed", err=True)
    return 0


def _refused(name: str, actor: str) -> str:
    return (
        f"{name}: {actor} 编写或发布了该声明，须由另一人审批 / has written or activated this declaration:"
        " another person approves it (--as ACCOUNT)"
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How one platform stands: as it is declared in the files now, beside what was approved.

    state: approved, changed, unapproved; approvals: of this declaration, or else the last one of another.
    """

    platform: str
    declaration: str
    state: str
    approvals: list[Approval]
    changed: list[str]
    in_force: bool
    follow_ups: list[FollowUp]


@click.command()
@conf_option
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
@click.argument("name", metavar="[PLATFORM]", default="")
def approvals(conf: Path, name: str, *, as_json: bool) -> int:
    """各平台由谁、凭何文件审批，之后有无改动。 Which platforms are approved, by whom, and what changed since.

    1 if one is not, or if an approval is owed after an emergency.
    """

    async def work(gateway: Gateway) -> tuple[list[Standing], int]:
        files = sources(gateway.settings)
        found = await gateway.store.read(lambda connection: standings(connection, files))
        return [each for each in found if name in ("", each.platform)], gateway.clock_ms()

    try:
        found, now_ms = run(work, conf)
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    if name and not found:
        raise Stop(f"{name}: 没有此平台 / no such platform")
    if as_json:
        shown_ = [_told(each, now_ms) for each in found]
        click.echo(orjson.dumps({"platforms": shown_}, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in found:
            click.echo("\n".join(_lines(each, now_ms)))
    return 1 if any(each.state != "approved" or each.follow_ups for each in found) else 0


def standings(connection: Connection, files: Mapping[str, str]) -> list[Standing]:
    """Every platform of the files, and those that are declared no more but owe an approval."""
    wanted, still = declarations(files), owed(connection)
    names = sorted({*wanted, *(each.platform for each in still)})
    in_force, every = declarations_in_force(connection), stored.every(connection)
    found = []
    for name in names:
        declared = wanted.get(name, "")
        ever = [each for each in every if each.platform == name]
        exact = [each for each in ever if each.declaration == declared]
        last = ever[-1:]
        before = stored.files_of(connection, name, last[0].declaration) if last and not exact else None
        found.append(
            Standing(
                platform=name,
                declaration=declared,
                state="approved" if exact else "changed" if last else "unapproved",
                approvals=exact or last,
                changed=[] if before is None else changed_files(before, declaration(files, name)),
                in_force=in_force.get(name) == declared,
                follow_ups=[each for each in still if each.platform == name],
            )
        )
    return found


def _lines(each: Standing, now_ms: int) -> list[str]:
    by = [f"by={one.actor} document={one.document} at={shown(one.at_ms)}" for one in each.approvals]
    head = [each.platform, each.state, *by, f"in_force={'yes' if each.in_force else 'no'}"]
    if each.changed:
        head.append(f"changed={','.join(path.partition('/')[2] for path in each.changed)}")
    late = [line_of(one) + (" overdue" if one.due_ms <= now_ms else "") for one in each.follow_ups]
    return [" ".join(head), *late]


def _told(each: Standing, now_ms: int) -> dict[str, object]:
    return {
        "platform": each.platform,
        "declaration": each.declaration,
        "state": each.state,
        "approvals": [
            {"by": one.actor, "document": one.document, "at": shown(one.at_ms)} for one in each.approvals
        ],
        "changed": each.changed,
        "in_force": each.in_force,
        "follow_ups": [document_of(one, now_ms) for one in each.follow_ups],
    }
