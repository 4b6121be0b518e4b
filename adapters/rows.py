"""Rows for declared columns: what is wrong with them, and their values as texts and as the database's; all pure.

Everything travels as text. A text is never read as a number unless its column is declared as one.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from adapters.codecs.charset import encoded, unwritable
from adapters.fronts import Column, Database, Table
from adapters.problems import Problem

CHINA = timezone(timedelta(hours=8))
TIME = "%Y-%m-%d %H:%M:%S"
_TEXTS = ("text", "char")
_FORMS = {
    "integer": re.compile(r"-?(0|[1-9][0-9]{0,17})"),
    "decimal": re.compile(r"-?(0|[1-9][0-9]{0,27})(\.[0-9]{1,10})?"),
}
_MARK = "$material"

Row = Mapping[str, Any]


def faults(document: Mapping[str, Any], database: Database, tables: tuple[str, ...]) -> list[Problem]:
    """Everything that stands between a document and its tables; the first of them has one row."""
    found = [Problem(name, "unknown_there") for name in document if name not in tables]
    main = document.get(tables[0])
    if not isinstance(main, dict):
        return [*found, Problem(tables[0], "needed_there")]
    found += _row(main, database, tables[0], tables[0])
    number = main.get(database.tables[tables[0]].key)
    for name in tables[1:]:
        rows = document.get(name, [])
        if not isinstance(rows, list):
            found.append(Problem(name, "not_text"))
            continue
        for place, row in enumerate(rows):
            found += _child(row, database, name, f"{name}.{place}", number)
    return found


def _child(row: Any, database: Database, name: str, at: str, number: Any) -> Iterator[Problem]:
    if not isinstance(row, dict):
        yield Problem(at, "not_text")
        return
    yield from _row(row, database, name, at)
    key = database.tables[name].key
    if row.get(key) != number:  # rows of another case
        yield Problem(f"{at}.{key}", "not_allowed_there", {"type": "key"})


def _row(row: Row, database: Database, name: str, at: str) -> Iterator[Problem]:
    table = database.tables[name]
    for column, value in row.items():
        declared = table.columns.get(column)
        if declared is None or declared.by == "them":
            yield Problem(f"{at}.{column}", "unknown_there")
        elif value is not None:
            yield from _value(value, declared, database.charset, f"{at}.{column}")
    for column, declared in table.columns.items():
        needed = declared.by != "them" and (declared.required or column == table.key)
        if needed and row.get(column) in (None, ""):
            yield Problem(f"{at}.{column}", "needed_there")


def _value(value: Any, column: Column, charset: str, at: str) -> Iterator[Problem]:
    if isinstance(value, dict) and _MARK in value:
        if column.type not in ("text", "blob"):
            yield Problem(at, "not_allowed_there", {"type": column.type})
    elif not isinstance(value, str):
        yield Problem(at, "not_text")
    elif column.type in _TEXTS:
        yield from _text(value, column, charset, at)
    elif not _is_of(value, column.type):
        yield Problem(at, "not_allowed_there", {"type": column.type})


def _text(value: str, column: Column, charset: str, at: str) -> Iterator[Problem]:
    if unfit := unwritable({at: value}, charset):
        yield from unfit
        return
    if "\0" in value:
        yield Problem(at, "not_allowed_there", {"type": column.type})
    if column.length is not None and len(value) > column.length:
        yield Problem(at, "too_long_there", {"limit": column.length})
    if column.bytes is not None and len(encoded(value, charset)) > column.bytes:
        yield Problem(at, "too_long_there", {"limit": column.bytes})
    if column.values is not None and value not in column.values:
        yield Problem(at, "not_allowed_there", {"type": "values"})


def _is_of(text: str, kind: str) -> bool:
    if kind in _FORMS:
        return _FORMS[kind].fullmatch(text) is not None
    try:
        return said(taken_in(text, kind), kind) == text
    except ValueError:
        return False


def taken_in(text: str, kind: str) -> Any:
    """What the database is given for a text of this kind of column (a decimal: its text). Raises ValueError."""
    match kind:
        case "integer":
            return int(text)
        case "date":
            return date.fromisoformat(text)
        case "timestamp":
            return datetime.strptime(text, TIME)  # without a zone: columns are in China time
        case "blob":
            return base64.b64decode(text, validate=True)
    return text


def said(value: Any, kind: str) -> str | None:
    """What a database's value reads like; times in China time, bytes as base64."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return (value.astimezone(CHINA) if value.tzinfo else value).strftime(TIME)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, Decimal):
        return format(value, "f")
    text = str(value)
    return text.rstrip(" ") if kind == "char" else text


def shown(table: Table) -> list[str]:
    """The columns that are read back: no files of ours."""
    return [
        name for name, column in table.columns.items() if not (column.type == "blob" and column.by == "us")
    ]


def same(ours: Sequence[Row], theirs: Sequence[Row], table: Table) -> bool:
    """Whether the rows that are there are those that were to be written, in any order.

    Told by the columns that only we write; what we left empty may have got a default.
    """
    left = list(theirs)
    for row in ours:
        found = next((each for each in left if _is_same(row, each, table)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _is_same(ours: Row, theirs: Row, table: Table) -> bool:
    return all(
        _bare(ours[name], column.type) == _bare(theirs.get(name), column.type)
        for name, column in table.columns.items()
        if column.by == "us" and ours.get(name) is not None
    )


def _bare(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "decimal":
        return Decimal(value)
    if kind == "blob":
        return taken_in(value, kind)
    return value.rstrip(" ") if kind == "char" else value
