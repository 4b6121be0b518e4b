"""Whether a message may choose a type or let an element stand for another, and whether a document does so."""

from collections.abc import Mapping
from typing import Any

from adapters.contract.kinds import TYPE, Kind


def may_choose(kind: Kind) -> bool:
    """Whether anything reachable from a kind leaves something to choose."""
    seen: dict[int, Kind] = {}
    queue = [kind]
    while queue:
        each = queue.pop()
        if id(each) in seen:
            continue
        seen[id(each)] = each
        if each.choices() or each.abstract or any(place.head for place in each.places):
            return True
        queue.extend(place.kind() for place in each.members)
    return False


def chooses(kind: Kind, value: Any) -> bool:
    """Whether a value of this kind chooses, or fails to where it must."""
    if isinstance(value, list):
        return any(chooses(kind, each) for each in value)
    if kind.abstract or (isinstance(value, Mapping) and TYPE in value):
        return True
    if not isinstance(value, Mapping):
        return False
    for place in kind.members:
        given = value.get(place.key)
        if given is None:
            if place.needed and all(
                value.get(each.key) is None for each in kind.places if each.head == place.head
            ):
                return True
        elif place.head not in ("", place.name) or (not place.attribute and chooses(place.kind(), given)):
            return True
    return False
