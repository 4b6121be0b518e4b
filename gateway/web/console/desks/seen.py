"""What of things that are no cases lies in an account's places: platforms, agreements."""

from collections.abc import Sequence

from gateway.agreements import Agreement, prefix_of
from gateway.releases import PlatformRelease


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
