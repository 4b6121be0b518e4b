"""The rows of one day: what a front database tells of our cases, without anything about a person.

Only the number, the day and the columns that they write are read; what we wrote ourselves stays there.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from adapters.fronts import Column, Table
from adapters.message import Document
from adapters.problems import Problem
from adapters.rows import said
from adapters.targets import PAGE

MOST_LISTED = 1000


def faults(document: Document, name: str, table: Table) -> list[Problem]:
    """`{TABLE: {DAY COLUMN: day}, page: "1"}`, and nothing else."""
    asked, day = document.get(name), table.day or ""
    if not isinstance(asked, dict) or not isinstance(asked.get(day), str) or not asked[day]:
        return [Problem(f"{name}.{day}", "needed_there")]
    found = [Problem(f"{name}.{each}", "unknown_there") for each in asked if each != day]
    found += [Problem(each, "unknown_there") for each in document if each not in (name, PAGE)]
    column = table.columns[day]
    if column.type in ("date", "timestamp") and not _is_day(asked[day]):
        found.append(Problem(f"{name}.{day}", "not_allowed_there", {"type": "date"}))
    page = document.get(PAGE, "1")
    if not (
        isinstance(page, str) and page.isascii() and page.isdigit() and int(page[:9]) > 0 and len(page) < 9
    ):
        found.append(Problem(PAGE, "not_allowed_there", {"type": "integer"}))
    return found


def told(table: Table) -> list[str]:
    """The columns that a list has."""
    return [
        name
        for name, column in table.columns.items()
        if name in (table.key, table.day) or (column.by != "us" and column.type != "blob")
    ]


def listed(connection: sa.Connection, there: sa.Table, table: Table, document: Document) -> dict[str, Any]:
    """`{TABLE: rows, total: how many the day has}`; at most MOST_LISTED for each page.

    there: the same table as SQLAlchemy knows it.
    """
    day = str(table.day)
    is_of_day = _of_day(there.c[day], table.columns[day], document[there.name][day])
    total = connection.execute(sa.select(sa.func.count()).select_from(there).where(is_of_day)).scalar_one()
    columns = told(table)
    asked = sa.select(*(there.c[each] for each in columns)).where(is_of_day).order_by(there.c[table.key])
    asked = asked.limit(MOST_LISTED).offset((int(document.get(PAGE, "1")) - 1) * MOST_LISTED)
    rows = [
        {each: said(value, table.columns[each].type) for each, value in zip(columns, row, strict=True)}
        for row in connection.execute(asked)
    ]
    return {str(there.name): rows, "total": str(total)}


def _of_day(there: Any, column: Column, day: str) -> Any:
    """Times from one midnight in China to the next; a text that begins so."""
    if column.type == "date":
        return there == date.fromisoformat(day)
    if column.type == "timestamp":
        begins = datetime.combine(date.fromisoformat(day), time())
        return sa.and_(there >= begins, there < begins + timedelta(days=1))
    return there.startswith(day, autoescape=True)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
