"""The adapters of a release's platforms, each with its address and its secrets, as conf names them."""

from collections.abc import Callable

from adapters.base import Adapter
from adapters.desk_coherence import DESK
from adapters.errors import Unbuildable
from adapters.message import Access
from adapters.tls import WARNED_DAYS, days_left
from gateway import logs
from gateway.desk.placing import WorkList
from gateway.gates.credentials import SessionSecret
from gateway.releases.compiled import PlatformRelease
from gateway.settings.conf import Settings

log = logs.get("boot")


def adapters_of(
    settings: Settings,
    made: Callable[..., Adapter],
    credential: Callable[[str], SessionSecret],
    clock_ms: Callable[[], int],
    work_list: WorkList,
) -> Callable[[PlatformRelease], Adapter]:
    secrets: dict[str, SessionSecret] = {}  # one for each credential, whatever the release

    def build(platform: PlatformRelease) -> Adapter:
        name = platform.name
        if platform.declared.speaks == DESK:  # it is here, and needs neither an address nor a secret
            return made(platform.declared, access=Access(""), contract=platform.files, desk=work_list)
        access = settings.platforms.get(name)
        if access is None:
            raise Unbuildable((), f"{name} has no address", f"write conf/platforms/{name}.yaml")
        there = Access(access.address, access.settings, settings.secrets_of(name))
        days = days_left(there.secrets, clock_ms())
        if days is not None and days < WARNED_DAYS:
            log.warning("certificate.ends", platform=name, days=days)
        return made(
            platform.declared,
            access=there,
            contract=platform.files,
            credential=secrets.setdefault(name, credential(name)),
        )

    return build
