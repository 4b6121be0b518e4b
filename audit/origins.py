"""Origins: the names under which one log signs. The first is the log's own name, later ones count its epochs."""

import re

FIRST_EPOCH = 1
_LATER = re.compile(r"(.+)/epoch-([1-9][0-9]{0,8})", re.DOTALL)


def origin(name: str, number: int) -> str:
    """The origin of a log's checkpoints in its epoch `number`: NAME, NAME/epoch-2, NAME/epoch-3 …"""
    return name if number == FIRST_EPOCH else f"{name}/epoch-{number}"


def split_origin(text: str) -> tuple[str, int]:
    """The log's own name and the number of the epoch; whatever is no later origin is a name, in epoch 1."""
    found = _LATER.fullmatch(text)
    if found is None or int(found[2]) == FIRST_EPOCH:
        return text, FIRST_EPOCH
    return found[1], int(found[2])
