"""What of things that are no cases lies in an account's places: platforms, agreements."""

from collections.abc import Sequence

from gateway.releases.compiled import PlatformRelease
from gateway.settings.agreements import Agreement, prefix_of
from gateway.store import health
from gateway.web.console.asked import Asked

USED_MS = 366 * 86_400_000  # who was asked nothing for so long is used no more


async def used_lately(asked: Asked) -> set[str]:
    """Platforms that an account's cases went to or came from; who sees every place sees every platform anyway."""
    if "" in asked.scope[0]:
        return set()
    since_ms = asked.gateway.clock_ms() - USED_MS
    return await asked.gateway.store.survey(
        lambda connection: health.used_by(connection, asked.scope, since_ms)
    )


def serves_any(platform: PlatformRelease, places: Sequence[str]) -> bool:
    """Whether it serves a division that lies in one of the places, or that has one of them in it."""
    served = [each.division for each in platform.declared.serves]
    return any(not each or each == "*" or _meets(each, places) for each in served)


def speaks_of_any(agreement: Agreement, places: Sequence[str]) -> bool:
    return any(_meets(each, places) for party in agreement.between for each in party)


def lies_in(division: str, places: Sequence[str]) -> bool:
    return any(division.startswith(place) for place in places)


def _meets(division: str, places: Sequence[str]) -> bool:
    prefix = prefix_of(division)
    return any(division.startswith(place) or place.startswith(prefix) for place in places)
