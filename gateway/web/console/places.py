"""Where everything of the console stands: its desks in groups, each with the key that opens it."""

from collections.abc import Mapping
from typing import NamedTuple

from gateway.accounts.account import Desk


class Group(NamedTuple):
    """word: its heading, of WORDS."""

    word: str
    desks: tuple[Desk, ...]


GROUPS: tuple[Group, ...] = (
    Group("of_cases", ("search", "saved")),
    Group("to_do", ("work", "held", "deferred", "overdue", "unsigned", "unmaskings")),
    Group("of_platforms", ("health", "review", "agreements", "releases")),
    Group("of_evidence", ("figures", "checkpoints")),
    Group("of_people", ("accounts",)),
)
# pressed with whatever the browser wants beside it (Alt, Alt+Shift, Ctrl+Option)
KEYS: Mapping[str, str] = {
    "search": "s", "saved": "v", "held": "h", "deferred": "d", "overdue": "o", "unsigned": "u", "health": "p",
    "review": "r", "agreements": "g", "releases": "l", "figures": "f", "checkpoints": "c",
    "unmaskings": "m", "accounts": "a", "work": "w",
}  # fmt: skip
