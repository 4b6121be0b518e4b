"""A simulated platform, put together from its release: what it takes, from whom, and how it misbehaves."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from adapters.errors import Unbuildable
from adapters.message import Access
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.check import built
from gateway.workbench.described import described
from gateway.workbench.simulate.far_files import Files
from gateway.workbench.simulate.far_tables import Tables
from gateway.workbench.simulate.fronts import TROUBLE_S, Clerk, Said, Side
from gateway.workbench.simulate.gate import LIFE_S, Gate, gate_of, parameters_of
from gateway.workbench.simulate.numbers import pattern
from gateway.workbench.simulate.play import Play, samples_of
from gateway.workbench.terms import SPOKEN, Terms, terms_of

FRONTS = ("table", "folder")


@dataclass(frozen=True, slots=True)
class Simulated:
    """Everything that a server needs to stand in for a platform."""

    play: Play
    terms: Terms
    gate: Gate


def simulated(
    release: PlatformRelease,
    access: Access | None,
    *,
    seed: int = 0,
    faults: Mapping[str, float] | None = None,
    life_s: float = LIFE_S,
    clock_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
) -> Simulated:
    """access: with the caller's settings and secrets; None: they are made up.

    Raises Unbuildable for what cannot be served, SecretMissing for a credential that is not whole.
    """
    platform = release.declared
    if platform.speaks not in SPOKEN:
        what = f"speaks {platform.speaks}, and only {', '.join((*SPOKEN, *FRONTS))} can be simulated"
        raise Unbuildable(("speaks",), what, "see docs/platform.md")
    adapter, besides = built(release), parameters_of(platform.auth)
    chance = Random(seed)  # noqa: S311 - chance that can be repeated
    return Simulated(
        Play(
            platform, adapter, samples_of(release.files), faults or {}, chance,
            pattern(platform.numbers.ours),
        ),
        terms_of(platform, release.files, described(release), adapter, besides),
        gate_of(platform, access, chance=Random(seed + 1), clock_ms=clock_ms, life_s=life_s),  # noqa: S311
    )  # fmt: skip


def far_side(
    release: PlatformRelease,
    place: Path,
    *,
    seed: int = 0,
    faults: Mapping[str, float] | None = None,
    said: Said,
    trouble_s: float = TROUBLE_S,
) -> Side:
    """The other side of a front, at this place. Raises Unbuildable for what cannot be made there."""
    platform, adapter = release.declared, built(release)
    clerk = Clerk(
        platform, adapter, samples_of(release.files), faults or {}, Random(seed),  # noqa: S311
        pattern(platform.numbers.ours), said, trouble_s,
    )  # fmt: skip
    if platform.speaks == "table":
        return Tables(clerk, place.resolve())
    return Files(clerk, place.resolve(), described(release))
