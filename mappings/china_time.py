"""Times as the field writes them: RFC 3339; where no zone is written it is China time (UTC+8, no summer time)."""

import re
from datetime import date, datetime, timedelta, timezone

from mappings.problems import Refused

CHINA = timezone(timedelta(hours=8))
_TAIL = re.compile(r"(\.[0-9]{1,6})?([Zz]|[+-][0-9]{2}:[0-9]{2})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def instant(value: str) -> datetime:
    """The RFC 3339 time, in China time. Raises Refused."""
    # datetime reads more than RFC 3339 (basic forms, weeks, short offsets), so the signs are looked at here
    if value[4:5] + value[7:8] + value[13:14] + value[16:17] != "--::" or value[10] not in "Tt ":
        raise Refused("not_a_time")
    tail = value[19:]
    if tail != "+08:00" and not _TAIL.fullmatch(tail):
        raise Refused("not_a_time")
    try:
        read = datetime.fromisoformat(value if tail[-1:] != "z" else value[:-1] + "Z")
        if tail == "+08:00":
            return read
        return read.replace(tzinfo=CHINA) if read.tzinfo is None else read.astimezone(CHINA)
    except (ValueError, OverflowError) as error:
        raise Refused("not_a_time") from error


def day(value: str) -> date:
    """The date of a YYYY-MM-DD, or the China date of an RFC 3339 time. Raises Refused."""
    try:
        return date.fromisoformat(value) if _DATE.fullmatch(value) else instant(value).date()
    except (ValueError, Refused) as error:
        raise Refused("not_a_date") from error
