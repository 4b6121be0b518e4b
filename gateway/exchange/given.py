"""Where the caller gave what a mapping reads: faults are told at the caller's own path."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

# what the gateway puts into the document before it is mapped, and what it was made from
_MADE_FROM = {
    "item.there": "/item/code",
    "sender.division": "/receiving/division",
    "sender.unit": "/receiving/unit",
    "sender.name": "/receiving/unit_name",
    "received_at": "/receiving/received_at",
}
_INDEX = re.compile(r"\[(\d+)\]")


def pointer(source: str) -> str:
    """The JSON pointer (RFC 6901) of a path such as `materials[0].name`, as the caller knows the place."""
    for made, given in _MADE_FROM.items():
        if source == made or source.startswith(f"{made}."):
            return given
    return "".join(f"/{step}" for step in _INDEX.sub(r".\1", source).split(".") if step)


def is_read(field: str, paths: frozenset[str]) -> bool:
    """Whether the paths read a field: it, or something inside of it, or an object in which it stands."""
    return field in _with_above(paths) or not paths.isdisjoint(_above(field))


@lru_cache(1024)
def _with_above(paths: frozenset[str]) -> frozenset[str]:
    """The paths, and everything in which they stand."""
    return frozenset(each for path in paths for each in _above(path))


def _above(path: str) -> Iterable[str]:
    """`a`, `a.b`, `a.b.c` of `a.b.c`."""
    return accumulate(path.split("."), "{}.{}".format)
