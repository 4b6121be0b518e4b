"""From a declaration to the adapter that speaks it."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Protocol

from adapters.auth.scheme import SecretMissing
from adapters.auth.schemes import MUTUAL_TLS, SCHEMES
from adapters.base import Adapter, Heard, Surroundings
from adapters.coherence import contradictions
from adapters.declared import Platform
from adapters.desk import desk_adapter
from adapters.errors import Unbuildable
from adapters.message import Access, Credential, Desk, Transport
from adapters.rest import RestAdapter
from adapters.tls import context_of

_ENTRY_POINTS = "tongban.adapters"


class Maker(Protocol):
    """What makes an adapter of one dialect; entry points of the group `tongban.adapters` are such."""

    def __call__(
        self, platform: Platform, surroundings: Surroundings, contract: Mapping[str, str], /
    ) -> Adapter: ...


def build(
    platform: Platform,
    *,
    access: Access,
    transport: Transport,
    clock_ms: Callable[[], int],
    random: Callable[[int], bytes],
    contract: Mapping[str, str] | None = None,
    credential: Credential | None = None,
    desk: Desk | None = None,
    heard: Heard | None = None,
) -> Adapter:
    """The adapter of a platform in one installation.

    random: so many random bytes, for what signatures use once.
    desk: the work list of this installation, for platforms that have no interface.
    heard: is told of every answer to a message.
    contract: the files of the platform's folder by relative path (WSDL, schemas), as text.
    Raises Unbuildable where declaration, contract and installation do not fit together, also for a declaration
    that contradicts itself: whoever read it without `declare` must not send with it.
    """
    for fault in contradictions(platform):
        raise Unbuildable([str(key) for key in fault.path], fault.what, fault.write)
    try:
        scheme = SCHEMES[platform.auth](access)
        tls = context_of(access, mutual=platform.auth == MUTUAL_TLS)
    except SecretMissing as error:
        where = f"conf/platforms/{platform.platform}.yaml"
        raise Unbuildable(("auth",), str(error), f"name it in {where}, {error.kind}:") from error
    if tls is not None and not access.address.startswith("https://"):
        where = f"conf/platforms/{platform.platform}.yaml"
        raise Unbuildable(("auth",), "certificates without TLS", f"write address: https://… in {where}")
    surroundings = Surroundings(access, scheme, transport, credential, clock_ms, random, tls, desk, heard)
    return _maker(platform)(platform, surroundings, contract or {})


def _rest(platform: Platform, surroundings: Surroundings, contract: Mapping[str, str]) -> Adapter:
    return RestAdapter(platform, surroundings)


def _soap(platform: Platform, surroundings: Surroundings, contract: Mapping[str, str]) -> Adapter:
    from adapters.soap import SoapAdapter  # zeep costs 0.3 s to import: only who speaks SOAP pays

    return SoapAdapter(platform, surroundings, contract)


def _table(platform: Platform, surroundings: Surroundings, contract: Mapping[str, str]) -> Adapter:
    from adapters.table import table_adapter  # who has no front database need not load a driver

    return table_adapter(platform, surroundings)


def _folder(platform: Platform, surroundings: Surroundings, contract: Mapping[str, str]) -> Adapter:
    from adapters.folder import folder_adapter

    return folder_adapter(platform, surroundings)


def _desk(platform: Platform, surroundings: Surroundings, contract: Mapping[str, str]) -> Adapter:
    return desk_adapter(platform, surroundings)


_MAKERS: dict[str, Maker] = {"rest": _rest, "soap": _soap, "table": _table, "folder": _folder, "desk": _desk}


def _maker(platform: Platform) -> Maker:
    made = _MAKERS.get(platform.speaks)
    if made is not None:
        return made
    found = entry_points(group=_ENTRY_POINTS, name=platform.speaks)
    if not found:
        what = f"no adapter speaks {platform.speaks}"
        raise Unbuildable(
            ("speaks",), what, "write rest, soap, table, folder or desk, or install a package that offers it"
        )
    loaded: Maker = next(iter(found)).load()
    return loaded
