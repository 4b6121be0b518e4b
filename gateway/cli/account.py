"""tongban account: who may use the console. Passwords are asked for at the terminal, never taken as an argument."""

from datetime import datetime
from pathlib import Path

import click
import orjson

from gateway.accounts import keeping
from gateway.accounts.account import DIVISION, EVERYWHERE, NAME, ROLES, SUBJECT, UNIT
from gateway.accounts.passwords import LONGEST, SHORTEST, hashed, is_fit
from gateway.boot import Gateway
from gateway.cli.asking import Stop, actor_option, conf_option
from gateway.cli.opened import run
from gateway.store import accounts
from gateway.store.accounts import AccountRow


@click.group()
def account() -> None:
    """控制台账号。 Accounts of the console."""


def _checked(pattern: str) -> "object":
    forms = {"name": NAME, "division": DIVISION, "unit": UNIT, "subject": SUBJECT}

    def check(_: click.Context, option: click.Parameter, said: object) -> object:
        for each in said if isinstance(said, tuple) else (said,):
            if not forms[pattern].fullmatch(str(each)):
                raise click.BadParameter(_FORMS[pattern], param=option)
        return said

    return check


_FORMS = {
    "name": "账号或工号，不写姓名 / an account or a staff number, no name: letters, digits and . _ @ -",
    "division": "行政区划代码 6、9 或 12 位，或 * / the code of a division, or *",
    "subject": "sub 为可打印 ASCII，至多 255 个字符 / printable ASCII, at most 255 characters",
    "unit": "统一社会信用代码 18 位 / a USCC of 18 characters",
}


@account.command()
@conf_option
@actor_option
@click.argument("name", callback=_checked("name"))
@click.option("--role", type=click.Choice(ROLES), required=True, help="角色 / what it is for")
@click.option(
    "--division", "divisions", multiple=True, default=(EVERYWHERE,), show_default=True,
    callback=_checked("division"),
    help="收件地或办理地，含其下级，可多次 / places with all that lies in them, where cases come from or go to",
)  # fmt: skip
@click.option(
    "--unit", "units", multiple=True, callback=_checked("unit"),
    help="只限由此单位办理的，可多次 / only cases that this unit decides",
)  # fmt: skip
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="最后有效日 / the last day on which it may be used"
)
@click.option(
    "--subject", default="", callback=_checked("subject"),
    help="以统一身份认证登录：其 sub / who it is to the identity provider (sub); then it has no password",
)  # fmt: skip
def add(
    conf: Path, actor: str, name: str, role: str, divisions: tuple[str, ...], units: tuple[str, ...],
    until: datetime | None, subject: str,
) -> int:  # fmt: skip
    """新建账号，在终端询问口令。 Make an account; its password is asked for, unless it signs in elsewhere."""
    until_on = until.date().isoformat() if until else ""
    password = "" if subject else hashed(_asked())  # nobody's: it fits no password
    row = AccountRow(name, role, " ".join(divisions), " ".join(units), until_on, password, subject=subject)

    async def work(gateway: Gateway) -> bool:
        return await keeping.add(gateway.store, row, actor=actor)

    if not run(work, conf):
        raise Stop(f"{name}: 账号或 sub 已有 / there is an account of that name, or of that subject", 1)
    click.echo(f"{name} {role}")
    return 0


@account.command("list")
@conf_option
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON document")
def list_(conf: Path, *, as_json: bool) -> int:
    """列出账号。 List all accounts."""

    async def work(gateway: Gateway) -> list[AccountRow]:
        return await gateway.store.read(accounts.everyone)

    shown = [_shown(each) for each in run(work, conf)]
    if as_json:
        click.echo(orjson.dumps({"accounts": shown}, option=orjson.OPT_INDENT_2).decode())
    else:
        for each in shown:
            click.echo(
                " ".join(f"{name}={value}" if name != "account" else value for name, value in each.items())
            )
    return 0


@account.command()
@conf_option
@actor_option
@click.argument("name", callback=_checked("name"))
def disable(conf: Path, actor: str, name: str) -> int:
    """停用账号，其会话立即失效。 End an account, and its sessions at once."""

    async def work(gateway: Gateway) -> bool:
        return await keeping.disable(gateway.store, name, actor=actor)

    if not run(work, conf):
        raise Stop(f"{name}: 无此账号或已停用 / no such account, or it is disabled", 1)
    click.echo(f"{name} disabled")
    return 0


@account.command()
@conf_option
@actor_option
@click.argument("name", callback=_checked("name"))
def password(conf: Path, actor: str, name: str) -> int:
    """更改口令，在终端询问；其会话立即失效。 Change a password; it is asked for, and all sessions end."""

    async def there(gateway: Gateway) -> bool:
        return await gateway.store.read(lambda connection: accounts.by_name(connection, name)) is not None

    if not run(there, conf):
        raise Stop(f"{name}: 无此账号 / no such account", 1)
    changed = hashed(_asked())

    async def work(gateway: Gateway) -> bool:
        return await keeping.change_password(gateway.store, name, changed, actor=actor)

    run(work, conf)
    click.echo(f"{name} password changed")
    return 0


def _asked() -> str:
    """At the terminal, twice, without being shown."""
    said: str = click.prompt(
        "口令 / password", hide_input=True, confirmation_prompt="再次输入 / again", err=True
    )
    if not is_fit(said):
        raise Stop(
            f"口令须 {SHORTEST} 至 {LONGEST} 个字符 / a password has {SHORTEST} to {LONGEST} characters", 1
        )
    return said


def _shown(row: AccountRow) -> dict[str, str]:
    return {
        "account": row.name, "role": row.role, "divisions": ",".join(row.divisions.split()),
        "units": ",".join(row.units.split()) or "*", "until": row.until_on or "-",
        "state": "disabled" if row.disabled else "good",
    }  # fmt: skip
