"""A table platform beside its real database, as findings of a check: only where somebody asks for it."""

from dataclasses import replace

from adapters.inspected import NotInspected, inspected
from adapters.message import Access
from gateway.releases.compiled import DECLARATION, PlatformRelease
from gateway.settings.conf import Settings, Unconfigured
from gateway.settings.platforms import PlatformAccess
from gateway.workbench.grades import DATABASE, Grade, Graded
from mappings.source import read

_GRADES = {"breaks": Grade.BRONZE, "risks": Grade.SILVER, "exceeds": Grade.GOLD}
_WHY = {
    "credential_refused": (
        "账号或口令被拒绝 / the account or its password is refused: look at address and secrets of {file}"
    ),
    "unreachable": "连不上 / cannot be reached: {file}",
}


class NotThere(Exception):
    """The database cannot be looked at; the text says why, for people."""


def differences(release: PlatformRelease, settings: Settings, which: str) -> list[Graded]:
    """What the real database lacks or has otherwise.

    which: `production` or `test`, the address of conf/platforms/NAME.yaml.
    Raises NotThere, and Unbuildable for an address that is none of a front database.
    """
    file = f"conf/platforms/{release.name}.yaml"
    if release.declared.database is None:
        raise NotThere(f"{release.name} 不是前置库平台 / has no database: only speaks: table has")
    settings = _at(settings, release.name, which)
    if release.name not in settings.platforms:
        raise NotThere(f"{file} 没有此地址 / has no such address: {which}")
    access = settings.platforms[release.name]
    try:
        there = Access(access.address, access.settings, settings.secrets_of(release.name))
        found = inspected(release.declared, there)
    except Unconfigured as error:
        raise NotThere(str(error)) from error
    except NotInspected as error:
        raise NotThere(_WHY.get(error.cause, f"{{file}}: {error.cause}").format(file=file)) from error
    source = read(f"{release.name}/{DECLARATION}", release.files[DECLARATION])
    told = []
    for each in found:
        key = "" if each.weight == "breaks" else f"{DATABASE}{'.'.join(each.path[2:])}"
        write = f'{each.write}, or write exempt: {{"{key}": why}}' if key else each.write
        told.append(Graded(_GRADES[each.weight], source.finding(each.path, each.what, write), key))
    return told


def _at(settings: Settings, name: str, which: str) -> Settings:
    """With the test address and its secrets in place of the real ones, where it is that which is asked for."""
    access = settings.platforms.get(name)
    if access is None or which != "test":
        return settings
    if access.test is None:
        return replace(settings, platforms={})
    test = access.test
    given = PlatformAccess(platform=name, address=test.address, settings=test.settings, secrets=test.secrets)
    return replace(settings, platforms={name: given})
