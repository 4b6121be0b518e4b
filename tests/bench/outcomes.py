"""What became of the copies in a filled store: refused, given up, held, told of; limits that run.

Changed and added in the store alone, once it is verified: what is measured reads these rows, and asks no entry.
"""

import sqlalchemy as sa

from gateway.store.connection import Connection

LATER_MS = 100_000_000_000  # three years: nothing of it falls due while it is measured
DAY_MS = 86_400_000
PROMISED_DAYS, WARNED_DAYS = 20, 3
_DAY_OF = {
    "sqlite": "date(admitted_ms / 1000 + {} * 86400, 'unixepoch', '+8 hours')",
    "postgresql": "to_char(to_timestamp(admitted_ms / 1000 + {} * 86400 + 28800) AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
}
_ENDED = (
    "UPDATE exchanges SET state = 'refused', code = 'E' || substr(id, 26, 1), cause = 'refused'"
    " WHERE substr(id, 25, 1) = 'A'",
    "UPDATE exchanges SET state = 'abandoned', cause = 'patience' WHERE substr(id, 24, 2) = 'BB'",
)
_OPEN = (
    "UPDATE exchanges SET state = '{}', cause = '{}', ended_ms = 0, due_ms = admitted_ms + {}"
    " WHERE substr(id, 24, 2) = '{}'"
)
_EVENT = (
    "INSERT INTO case_events (case_id, place, kind, at_ms, source, seen_ms, reason)"
    " SELECT id, {}, '{}', admitted_ms + {}, 'sim-gd', admitted_ms + {}, '{}' FROM cases WHERE open = 0{}"
)
_CLOCKS = (
    "INSERT INTO case_clocks (case_id, name, start_on, due_on, warn_on, colour)"
    " SELECT id, 'promised', {}, {}, {}, 'red' FROM cases WHERE open = 1"
)


def spread(connection: Connection) -> None:
    """One in 32 refused, one in 1,024 each given up, held, deferred; of cases that are over what was told of them,
    one in 32 having come back; of every open one the day that was promised.
    """
    day = _DAY_OF[connection.dialect]
    days = (day.format(each) for each in (0, PROMISED_DAYS, PROMISED_DAYS - WARNED_DAYS))
    for statement in (
        *_ENDED,
        _OPEN.format("held", "unresolved", LATER_MS, "CC"),
        _OPEN.format("deferred", "platform_unavailable", LATER_MS, "DD"),
        _told(1, "correction_needed", 0.5, "materials_incomplete", " AND substr(id, 26, 1) = 'F'"),
        _told(2, "accepted", 1),
        _told(3, "granted", 5),
        _CLOCKS.format(*days),
        "ANALYZE",
    ):
        connection.run(sa.text(statement))


def _told(place: int, kind: str, days: float, reason: str = "", which: str = "") -> str:
    after_ms = int(days * DAY_MS)
    return _EVENT.format(place, kind, after_ms, after_ms, reason, which)
