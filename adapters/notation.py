"""The small notations of platform.yaml: durations, quotas, one-or-many, calls; all read from text."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)")
_QUOTA = re.compile(r"(\d+)\s*/\s*(s|m|h|d)")
_TABLE_CALL = re.compile(r"(INSERT|SELECT) (\w+(?: *, *\w+)*)|(LIST) (\w+)")
_FILE_CALL = re.compile(r"(PUT|GET|LIST) ([^/\s]+)")
_HTTP_CALL = re.compile(r"(GET|POST|PUT|DELETE|PATCH) (/\S*)")


Charset = Literal["utf-8", "gb2312", "gbk", "gb18030", "big5", "ascii"]


class Declared(BaseModel):
    """What stands in a platform.yaml: no key that is not known, every scalar from text."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, validate_by_name=False)


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `count` messages in any `per_s` seconds, over all processes."""

    count: int
    per_s: float


def duration_s(text: Any) -> float:
    """Seconds of `500ms`, `30s`, `10m`, `24h`, `2d`."""
    found = _DURATION.fullmatch(str(text).strip())
    if found is None:
        raise PydanticCustomError("duration", "not a duration: write a number and a unit, like 30s, 10m, 24h")
    return float(found[1]) * _UNITS[found[2]]


def quota(text: Any) -> Quota:
    """`1000/h` and the like."""
    found = _QUOTA.fullmatch(str(text).strip())
    if found is None or found[1].strip("0") == "":
        raise PydanticCustomError("quota", "not a quota: write a number and a span, like 1000/h or 20/s")
    return Quota(int(found[1]), _UNITS[found[2]])


def _many(value: Any) -> Any:
    """A single text stands for a list of one."""
    return [value] if isinstance(value, str | int) else value


def http_call(text: str) -> tuple[str, str] | None:
    """Method and path of `POST /api/v2/cases`; None when it is written otherwise."""
    found = _HTTP_CALL.fullmatch(text)
    return (found[1], found[2]) if found else None


def soap_call(text: str) -> tuple[str | None, str | None, str]:
    """Service, port, operation of `submitCase` or `CaseService/CasePort/submitCase`."""
    parts = text.split("/")
    if len(parts) == 3:
        return parts[0], parts[1], parts[2]
    return None, None, text


def table_call(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Verb and tables of `INSERT pro_accept, pro_material`, the one of the case first; None for others.

    `LIST pro_accept` has one table.
    """
    found = _TABLE_CALL.fullmatch(text)
    if found is None:
        return None
    verb, tables = found[1] or found[3], found[2] or found[4]
    return verb, tuple(each.strip() for each in tables.split(","))


def file_call(text: str) -> tuple[str, str] | None:
    """Verb and name rule of `PUT {GLBH}.xml`, `GET FK_{GLBH}_*.xml`, `LIST {GLBH}.xml`; None for others."""
    found = _FILE_CALL.fullmatch(text)
    return (found[1], found[2]) if found else None


DurationS = Annotated[float, BeforeValidator(duration_s)]
QuotaText = Annotated[Quota, BeforeValidator(quota)]
Texts = Annotated[tuple[str, ...], BeforeValidator(_many)]
Status = Annotated[str, Field(pattern=r"^([1-5*][0-9*]{0,2})$")]
Statuses = Annotated[tuple[Status, ...], Field(min_length=1), BeforeValidator(_many)]
