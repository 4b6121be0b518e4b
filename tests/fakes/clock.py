"""The clock of the simulated platforms of this process: the machine's, unless somebody plays with a time of theirs.

Whoever plays a month in half a minute sets it, and gives the gateway the same one.
"""

import time
from datetime import datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8))

_AHEAD = [0]


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000 + _AHEAD[0]


def now() -> datetime:
    """The same, in China."""
    return datetime.fromtimestamp(now_ms() / 1000, CHINA)


def set_ms(at_ms: int) -> None:
    """It is that moment now, and time goes on from there as ever."""
    _AHEAD[0] = at_ms - time.time_ns() // 1_000_000


def follow_machine() -> None:
    """Back to the machine's time."""
    _AHEAD[0] = 0
