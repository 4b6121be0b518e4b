"""Times and dates. Ours are RFC 3339; where no zone is written it is China time (UTC+8, without summer time)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

from mappings.china_time import CHINA, day, instant
from mappings.problems import Refused
from mappings.words.registry import BadArgument, Example, word

_EPOCH = re.compile(r"[0-9]{1,14}")
_PARTS = {"Y": "year", "m": "month", "d": "day", "H": "hour", "M": "minute", "S": "second"}
_WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}


@word(
    Example("2026-03-01T08:05:09+08:00", ("%Y%m%d%H%M%S",), expect="20260301080509"),
    Example("2026-03-01T00:05:09Z", ("%Y-%m-%d %H:%M:%S",), expect="2026-03-01 08:05:09"),
    Example("2026-02-30T00:00:00Z", ("%Y%m%d",), refuse="not_a_time"),
    inverse="time_from",
)
def time_as(form: str) -> Callable[[str], str]:
    """Our time in the platform's form, in China time. `form` knows %Y %m %d %H %M %S."""
    write = _writer(form, "YmdHMS")
    return lambda value: write(instant(value))


@word(
    Example("20260301080509", ("%Y%m%d%H%M%S",), expect="2026-03-01T08:05:09+08:00"),
    Example("20260301", ("%Y%m%d%H%M%S",), refuse="not_a_time"),
    inverse="time_as",
)
def time_from(form: str) -> Callable[[str], str]:
    """The platform's time (China time) becomes ours."""
    pattern = _pattern(form, "YmdHMS", "Ymd")

    def read(value: str) -> str:
        match = pattern.fullmatch(value)
        if match is None:
            raise Refused("not_a_time")
        parts = {"H": "0", "M": "0", "S": "0", **match.groupdict()}
        try:
            return datetime(*(int(parts[key]) for key in "YmdHMS"), tzinfo=CHINA).isoformat()  # type: ignore[misc, arg-type]
        except ValueError as error:
            raise Refused("not_a_time") from error

    return read


@word(
    Example("1990-01-31", ("%Y%m%d",), expect="19900131"),
    Example("2026-03-01T23:30:00Z", ("%Y/%m/%d",), expect="2026/03/02"),
    Example("1990-02-30", ("%Y%m%d",), refuse="not_a_date"),
    inverse="date_from",
)
def date_as(form: str) -> Callable[[str], str]:
    """Our date, or the China date of our time, in the platform's form. `form` knows %Y %m %d."""
    write = _writer(form, "Ymd")
    return lambda value: write(day(value))


@word(
    Example("19900131", ("%Y%m%d",), expect="1990-01-31"),
    Example("19900230", ("%Y%m%d",), refuse="not_a_date"),
    inverse="date_as",
)
def date_from(form: str) -> Callable[[str], str]:
    """The platform's date becomes ours (YYYY-MM-DD)."""
    pattern = _pattern(form, "Ymd", "Ymd")

    def read(value: str) -> str:
        match = pattern.fullmatch(value)
        try:
            return date(*(int(match[key]) for key in "Ymd")).isoformat() if match else _no_date()
        except ValueError as error:
            raise Refused("not_a_date") from error

    return read


@word(Example("2020-09-13T12:26:40Z", expect="1600000000000"), inverse="from_epoch_ms")
def epoch_ms(value: str) -> str:
    """Our time as milliseconds since 1970 (text; `| integer` makes it a number)."""
    return str(_milliseconds(instant(value)))


@word(Example("2020-09-13T12:26:40.5Z", expect="1600000000"), inverse="from_epoch_s")
def epoch_s(value: str) -> str:
    """Our time as whole seconds since 1970 (text; `| integer` makes it a number)."""
    return str(_milliseconds(instant(value)) // 1000)


@word(
    Example("1600000000000", expect="2020-09-13T20:26:40.000+08:00"),
    Example("now", refuse="not_a_time"),
    inverse="epoch_ms",
)
def from_epoch_ms(value: str) -> str:
    """Milliseconds since 1970 become our time."""
    return _from_milliseconds(_epoch(value)).isoformat(timespec="milliseconds")


@word(
    Example("1600000000", expect="2020-09-13T20:26:40+08:00"),
    Example("-1", refuse="not_a_time"),
    inverse="epoch_s",
)
def from_epoch_s(value: str) -> str:
    """Seconds since 1970 become our time."""
    return _from_milliseconds(_epoch(value) * 1000).isoformat(timespec="seconds")


def _milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _from_milliseconds(value_ms: int) -> datetime:
    try:
        return datetime(1970, 1, 1, 8, tzinfo=CHINA) + timedelta(milliseconds=value_ms)
    except OverflowError as error:
        raise Refused("not_a_time") from error


def _epoch(value: str) -> int:
    if not _EPOCH.fullmatch(value):
        raise Refused("not_a_time")
    return int(value)


def _no_date() -> str:
    raise Refused("not_a_date")


def _pieces(form: str, allowed: str) -> list[str]:
    """Directives (`%Y`) and the texts between them, in turn. Raises BadArgument."""
    pieces = re.findall(r"%.?|[^%]+", form)
    for piece in pieces:
        if piece.startswith("%") and (len(piece) == 1 or piece[1] not in allowed):
            known = " ".join(f"%{letter}" for letter in allowed)
            raise BadArgument(f"'{piece}' is not known in a time", f"write {known}")
    return pieces


def _writer(form: str, allowed: str) -> Callable[[date], str]:
    pieces = _pieces(form, allowed)
    parts = [_PARTS[piece[1]] for piece in pieces if piece.startswith("%")]
    if not parts:
        raise BadArgument("the form holds no part of a time", 'write such as "%Y%m%d"')
    template = "".join(f"%0{_WIDTHS[piece[1]]}d" if piece.startswith("%") else piece for piece in pieces)
    read = attrgetter(*parts)
    return lambda at: template % read(at)


def _pattern(form: str, allowed: str, needed: str) -> re.Pattern[str]:
    pieces = _pieces(form, allowed)
    for letter in needed:
        if pieces.count(f"%{letter}") != 1:
            raise BadArgument(f"'%{letter}' must stand once", f"write %{letter} once")
    if len(set(pieces) & {f"%{k}" for k in allowed}) != sum(piece.startswith("%") for piece in pieces):
        raise BadArgument("a part of the time stands twice", "write each once")
    return re.compile(
        "".join(
            f"(?P<{p[1]}>[0-9]{{{_WIDTHS[p[1]]}}})" if p.startswith("%") else re.escape(p) for p in pieces
        )
    )
