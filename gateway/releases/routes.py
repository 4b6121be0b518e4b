"""division × item × operation -> Route: which platform does it, how it is spoken to, and under which policy."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from adapters.auth.schemes import RENEWING
from adapters.base import Adapter
from adapters.declared import Operation, Serves
from gateway.errors import NotActive, Refusal
from gateway.model import Policy, ProbePolicy
from gateway.releases.compiled import PlatformRelease, Release
from mappings.mapping import Mapping as Mapped

SECOND_MS = 1_000
SUBMIT, PROGRESS, RESULT = "case.submit", "case.progress", "case.result"


@dataclass(frozen=True, slots=True)
class Route:
    """One operation of one platform under one release, ready to use."""

    release: str
    platform: PlatformRelease
    operation: str
    declared: Operation
    policy: Policy
    adapter: Adapter = field(repr=False)
    mapping: Mapped = field(repr=False)
    reply: Mapped | None = field(repr=False)

    @property
    def name(self) -> str:
        return self.platform.name

    def mapping_for(self, document: dict[str, Any]) -> Mapped:
        """The mapping, or its overlay for the aligned item. Raises Unmappable where several overlays fit."""
        return self.mapping.for_item(document)

    @property
    def reads(self) -> bool:
        return self.declared.is_read(self.operation)

    @property
    def probe_operation(self) -> str:
        return self.declared.probe.ask if self.declared.probe else ""

    @property
    def timeout_ms(self) -> int:
        return int(self.platform.declared.limits.timeout_s * SECOND_MS)


Build = Callable[[PlatformRelease], Adapter]


class Routes:
    """The routes of every release that an open exchange may still need; the active one answers questions."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._releases: dict[str, Release] = {}
        self._routes: dict[tuple[str, str, str], Route] = {}
        self._active: Release | None = None

    def load(self, release: Release) -> None:
        """Make a release usable by the exchanges that were admitted under it."""
        if release.digest in self._releases:
            return
        routes = _routes(release, self._build)
        self._releases[release.digest] = release
        self._routes |= routes  # only once every adapter could be built

    def adapter(self, platform: PlatformRelease) -> Adapter:
        """One that is only asked what it would write or read. Raises Unbuildable, Unconfigured."""
        return self._build(platform)

    def put_in_force(self, digest: str) -> None:
        """Answer questions from a loaded release from now on; open exchanges stay with their own."""
        self._active = self._releases[digest]

    @property
    def active(self) -> Release:
        if self._active is None:
            raise NotActive
        return self._active

    @property
    def loaded(self) -> bool:
        return self._active is not None

    @property
    def longest_ms(self) -> int:
        """The longest timeout under any release that is loaded; 0 while there is none."""
        return max((route.timeout_ms for route in self._routes.values()), default=0)

    def knows(self, digest: str) -> bool:
        return digest in self._releases

    def of(self, release: str, platform: str, operation: str) -> Route:
        """Raises NotActive if the release is not loaded or does not have it."""
        route = self._routes.get((release, platform, operation))
        if route is None:
            raise NotActive
        return route

    def active_route(self, platform: str, operation: str) -> Route:
        """The route by which a platform is asked now. Raises Refusal: not_active, operation_not_offered."""
        if self._active is None:
            raise Refusal("not_active")
        route = self._routes.get((self._active.digest, platform, operation))
        if route is None:
            raise Refusal("operation_not_offered", operation=operation, platform=platform)
        return route

    def followed(self, platform: str) -> Route | None:
        """The route by which cases of a platform are followed now; None where it declares nothing of it."""
        digest = self._active.digest if self._active else ""
        route = self._routes.get((digest, platform, PROGRESS))
        return route if route and route.declared.follow else None

    def asked_for_results(self, platform: str) -> Route | None:
        """The route by which results are fetched from a platform now; None where it does not have any."""
        digest = self._active.digest if self._active else ""
        return self._routes.get((digest, platform, RESULT))

    def find(self, *, division: str, item: Mapping[str, Any] | None, operation: str) -> Route:
        """The one platform that serves this item there.

        item: the aligned item over there, None to look by division alone.
        Raises Refusal: not_active, division_not_served, route_ambiguous, operation_not_offered.
        """
        if self._active is None:
            raise Refusal("not_active")
        name = _platform(self._active, division, item)
        route = self._routes.get((self._active.digest, name, operation))
        if route is None:
            raise Refusal("operation_not_offered", operation=operation, platform=name)
        return route


def _platform(release: Release, division: str, item: Mapping[str, Any] | None) -> str:
    ranked = [
        (rank, platform.name)
        for platform in release.platforms.values()
        for serves in platform.declared.serves
        if (rank := _rank(serves, division, item)) is not None
    ]
    if not ranked:
        raise Refusal("division_not_served", division=division)
    best = max(rank for rank, _ in ranked)
    names = sorted({name for rank, name in ranked if rank == best})
    if len(names) > 1:
        raise Refusal("route_ambiguous", division=division, platforms=", ".join(names))
    return names[0]


def _rank(serves: Serves, division: str, item: Mapping[str, Any] | None) -> int | None:
    """How closely a declaration fits: named items of a division go before items that are served everywhere
    (国垂系统), these before whole divisions; None if it does not fit.
    """
    here = serves.division is not None
    if serves.division is not None and serves.division.ljust(12, "0") != division.ljust(12, "0"):
        return None  # 6, 9 or 12 digits, padded by zeros
    if serves.items is None:
        return 0 if here else None
    codes = [
        str(item[name])
        for name in ("basic_code", "implementation_code", "local_code")
        if item and item.get(name)
    ]
    fits = any(fnmatchcase(code, pattern) for code in codes for pattern in serves.items)
    return (2 if here else 1) if fits else None


def _routes(release: Release, build: Build) -> dict[tuple[str, str, str], Route]:
    routes = {}
    for platform in release.platforms.values():
        adapter = build(platform)
        for name, operation in platform.declared.operations.items():
            routes[release.digest, platform.name, name] = Route(
                release=release.digest,
                platform=platform,
                operation=name,
                declared=operation,
                policy=policy_of(platform, name, operation),
                adapter=adapter,
                mapping=platform.mappings[name],
                reply=platform.mappings.get(f"{name}.reply"),
            )
    return routes


def policy_of(platform: PlatformRelease, name: str, operation: Operation) -> Policy:
    """What judge needs to know of a declared operation."""
    probe = operation.probe
    return Policy(
        reads=operation.is_read(name),
        repeatable=operation.repeatable is not None,
        probe=ProbePolicy(_ms(probe.settled_after_s), probe.tries, _ms(probe.every_s)) if probe else None,
        patience_ms=_ms(operation.patience_s),
        first_wait_ms=_ms(operation.retry.first_s),
        most_wait_ms=_ms(operation.retry.most_s),
        follow_ms=_followed_ms(platform) if name == SUBMIT else 0,
        renews_secret=platform.declared.auth in RENEWING,
    )


def _followed_ms(platform: PlatformRelease) -> int:
    """How soon after it was delivered a case is asked about; 0 where the platform declares nothing of it."""
    asked = platform.declared.operations.get(PROGRESS)
    return _ms(asked.follow.first_s) if asked and asked.follow else 0


def _ms(seconds: float) -> int:
    return int(seconds * SECOND_MS)
