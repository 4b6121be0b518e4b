"""From a declaration to the adapter that speaks it."""

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Protocol

from adapters.auth import gjgxjhpt, simple
from adapters.auth.scheme import Scheme, SecretMissing
from adapters.base import Adapter, Surroundings
from adapters.coherence import contradictions
from adapters.declared import Platform
from adapters.errors import Unbuildable
from adapters.message import Access, Credential, Transport
from adapters.rest import RestAdapter

_SCHEMES: dict[str, Callable[[Access], Scheme]] = {
    "none": simple.none,
    "bearer": simple.bearer,
    "basic": simple.basic,
    "gjgxjhpt": gjgxjhpt.Gjgxjhpt,
    "gjzwfwpt": gjgxjhpt.gjzwfwpt,
}
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
    contract: Mapping[str, str] | None = None,
    credential: Credential | None = None,
) -> Adapter:
    """The adapter of a platform in one installation.

    contract: the files of the platform's folder by relative path (WSDL, schemas), as text.
    Raises Unbuildable where declaration, contract and installation do not fit together, also for a declaration
    that contradicts itself: whoever read it without `declare` must not send with it.
    """
    for fault in contradictions(platform):
        raise Unbuildable([str(key) for key in fault.path], fault.what, fault.write)
    surroundings = Surroundings(access, _scheme(platform, access), transport, credential, clock_ms)
    return _maker(platform)(platform, surroundings, contract or {})


def _scheme(platform: Platform, access: Access) -> Scheme:
    make = _SCHEMES.get(platform.auth)
    if make is None:
        raise Unbuildable(("auth",), f"no auth scheme {platform.auth}", f"write one of {', '.join(_SCHEMES)}")
    try:
        return make(access)
    except SecretMissing as error:
        where = f"conf/platforms/{platform.platform}.yaml"
        raise Unbuildable(("auth",), str(error), f"name it in {where}, {error.kind}:") from error


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


_MAKERS: dict[str, Maker] = {"rest": _rest, "soap": _soap, "table": _table, "folder": _folder}


def _maker(platform: Platform) -> Maker:
    made = _MAKERS.get(platform.speaks)
    if made is not None:
        return made
    found = entry_points(group=_ENTRY_POINTS, name=platform.speaks)
    if not found:
        what = f"no adapter speaks {platform.speaks}"
        raise Unbuildable(
            ("speaks",), what, "write rest, soap, table or folder, or install a package that offers it"
        )
    loaded: Maker = next(iter(found)).load()
    return loaded
