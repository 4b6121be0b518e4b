"""Times and dates of platforms that write them now so, now so. Where the form is fixed, `time_from` says more."""

import re
from datetime import date, datetime

from mappings.china_time import CHINA, instant
from mappings.problems import Refused
from mappings.words.registry import Example, word
from mappings.words.times import from_epoch_ms, from_epoch_s

_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T?([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{3})?)?")
_CLOCK = r"(?:(?:[T ]|(?<=日))([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6})0*)?)?)?"
_APART = tuple(
    re.compile(rf"([0-9]{{4}}){one}([0-9]{{1,2}}){two}([0-9]{{1,2}}){end}{_CLOCK}")
    for one, two, end in (("-", "-", ""), ("/", "/", ""), (r"\.", r"\.", ""), ("年", "月", "日"))
)
_HOURS = re.compile(
    r"(?:19[5-9][0-9]|20[0-9]{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])"
)
_EPOCH_DIGITS = {10: from_epoch_s, 13: from_epoch_ms}


@word(
    Example("20260301080509", expect="2026-03-01T08:05:09+08:00"),
    Example("20260301T080509", expect="2026-03-01T08:05:09+08:00"),
    Example("2026-03-01 08:05:09.0", expect="2026-03-01T08:05:09+08:00"),
    Example("2026-03-01 08:05:09.120", expect="2026-03-01T08:05:09.120000+08:00"),
    Example("2026/3/1 8:05", expect="2026-03-01T08:05:00+08:00"),
    Example("2026-03-01T00:05:09Z", expect="2026-03-01T08:05:09+08:00"),
    Example("1600000000", expect="2020-09-13T20:26:40+08:00"),
    Example("1600000000000", expect="2020-09-13T20:26:40.000+08:00"),
    Example("2026-03-01", refuse="not_a_time"),
    Example("2026030108", refuse="not_a_time"),
    Example("01/03/2026 08:05:09", refuse="not_a_time"),
)
def any_time(value: str) -> str:
    """A time of the platform in any form that begins with the year, or an epoch of 10 or 13 digits, becomes ours.

    China time where no zone is written. A date without a time is refused: midnight would be invented. So are ten
    digits that read as year, month, day and hour: they may be that, or an epoch.
    """
    if _HOURS.fullmatch(value):
        raise Refused("not_a_time")
    if len(value) in _EPOCH_DIGITS and value.isdigit():
        return _EPOCH_DIGITS[len(value)](value)
    parts = _parts(value)
    if parts is None:
        return instant(value).isoformat()
    if len(parts) == 3:
        raise Refused("not_a_time")
    try:
        return datetime(*parts, tzinfo=CHINA).isoformat()  # type: ignore[misc, arg-type]
    except ValueError as error:
        raise Refused("not_a_time") from error


@word(
    Example("20260301", expect="2026-03-01"),
    Example("2026年3月1日", expect="2026-03-01"),
    Example("2026-03-01 08:05:09", expect="2026-03-01"),
    Example("2026-02-28T16:30:00Z", expect="2026-03-01"),
    Example("1600000000", expect="2020-09-13"),
    Example("20260230", refuse="not_a_date"),
    Example("长期", refuse="not_a_date"),
)
def any_date(value: str) -> str:
    """A date of the platform, or the China date of a time, in any form that `any_time` reads, becomes ours."""
    parts = _parts(value)
    try:
        return date(*parts[:3]).isoformat() if parts and len(parts) == 3 else any_time(value)[:10]
    except (ValueError, Refused) as error:
        raise Refused("not_a_date") from error


def _parts(value: str) -> list[int] | None:
    """Year, month, day and, if it is a time, hour, minute, second, microsecond; None for another kind of form."""
    match = next(filter(None, (form.fullmatch(value) for form in (_COMPACT, *_APART))), None)
    if match is None:
        return None
    if not match[4]:
        return [int(part) for part in match.groups()[:3]]
    *parts, fraction = match.groups(default="0")
    return [*map(int, parts), int(fraction.ljust(6, "0"))]
