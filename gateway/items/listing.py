"""The catalogue page by page, for `GET /v1/items`."""

import base64
import binascii
import json
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sa

from gateway.items.codes import normalise
from gateway.items.item import Item, short_division
from gateway.items.problems import InvalidCursor
from gateway.items.statements import ITEM_COLUMNS
from gateway.items.tables import items
from gateway.store.connection import Connection

MOST_ITEMS = 200
_MOST_CURSOR = 1000
_ORDER = (items.c.division, items.c.code, items.c.version)
Asked = tuple[bool, bool, bool]  # by division, by code, by a part of the name


@dataclass(frozen=True, slots=True)
class Page:
    """Items in the order division, code, version; `cursor` asks for the next page, None at the end."""

    items: tuple[Item, ...]
    cursor: str | None


def list_items(
    connection: Connection,
    *,
    division: str = "",
    code: str = "",
    name_part: str = "",
    cursor: str = "",
    size: int = 50,
) -> Page:
    """What fits all that is asked; empty asks nothing. `code`: own, basic, implementation or local code.

    size: 1 to 200. Raises InvalidCursor.
    """
    size = max(1, min(size, MOST_ITEMS))
    after = _read_cursor(cursor) if cursor else ("", "", 0)
    parameters = {
        **dict(zip(("after_division", "after_code", "after_version"), after, strict=True)),
        **({"division": short_division(division)} if division else {}),
        **({"code": normalise(code)} if code else {}),
        **({"part": _escape(name_part)} if name_part else {}),
        "size": size + 1,
    }
    statement = PAGES[bool(division), bool(code), bool(name_part)]
    found = [Item._make(row) for row in connection.rows(statement, parameters)]
    return Page(tuple(found[:size]), _cursor(found[size - 1]) if len(found) > size else None)


def _page(asked: Asked) -> sa.Select[tuple[object, ...]]:
    code = sa.bindparam("code", type_=sa.Text)
    after = sa.tuple_(*(sa.bindparam(f"after_{column.name}", type_=column.type) for column in _ORDER))
    by_code = (items.c.code, items.c.basic_code, items.c.implementation_code, items.c.local_key)
    conditions = (
        items.c.division == sa.bindparam("division", type_=sa.Text),
        sa.or_(*(column == code for column in by_code)),
        items.c.name.like(sa.bindparam("part", type_=sa.Text), escape="\\"),
    )
    wanted = [condition for condition, is_asked in zip(conditions, asked, strict=True) if is_asked]
    page = sa.select(*ITEM_COLUMNS).where(sa.tuple_(*_ORDER) > after, *wanted)
    return page.order_by(*_ORDER).limit(sa.bindparam("size", type_=sa.BigInteger))


PAGES: dict[Asked, sa.Select[tuple[object, ...]]] = {
    (division, code, name): _page((division, code, name))
    for division, code, name in product((False, True), repeat=3)
}


def _escape(part: str) -> str:
    for special in "\\%_":
        part = part.replace(special, "\\" + special)
    return f"%{part}%"


def _cursor(last: Item) -> str:
    place = json.dumps([last.division, last.code, last.version])
    return base64.urlsafe_b64encode(place.encode()).decode()


def _read_cursor(cursor: str) -> tuple[str, str, int]:
    try:
        place = json.loads(base64.b64decode(cursor[:_MOST_CURSOR].encode(), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidCursor() from error
    match place:
        case [str(division), str(code), int(version)] if (division + code).isprintable() and abs(
            version
        ) < 2**63:
            return division, code, version
    raise InvalidCursor()
