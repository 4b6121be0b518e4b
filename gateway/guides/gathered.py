"""Rows of several families (主表、扩展、材料、收费、问答) joined into one canonical document for each item."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.guides.columns import BASIC, EXTEND, FAMILIES, Columns, family_of
from gateway.guides.inner import Unreadable, rows_in
from gateway.guides.rows import Tables, is_nothing, read_elements
from gateway.guides.sources import Cells, Sheet
from gateway.guides.texts import Finding

Told = tuple[str, Finding]  # where (file:row), what
_ORDER = "@order"
_CODES = ("handling_code", "implementation_code", "local_code", "basic_code")
_LAST = 10**9


@dataclass(frozen=True, slots=True)
class Document:
    """One item's guide as the rows say it; without a document where something is wrong with one of them."""

    where: str
    document: dict[str, Any] | None = field(repr=False)
    told: tuple[Told, ...] = ()


class NoGuides(Exception):
    """No sheet of the files has the columns of a list of guides."""


@dataclass(slots=True)
class _Rows:
    """Rows by canonical path: those of guides, and those that belong to one, by the id of its row."""

    basic: list[tuple[str, Cells]] = field(default_factory=list)
    parts: dict[str, dict[str, list[tuple[str, Cells]]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    given: set[str] = field(
        default_factory=set
    )  # families of which there is a table: no row there means none
    told: list[Told] = field(default_factory=list)


def documents(sheets: Sequence[Sheet], columns: Columns, tables: Tables) -> Iterator[Document]:
    """One for each row of a basic table, in order, then one for what belongs to none. Raises NoGuides."""
    rows = _Rows()
    for sheet in sheets:
        _sort(sheet, columns, rows)
    if not rows.basic and not any(rows.parts.values()):
        raise NoGuides
    ids = _ids(rows)
    for (where, cells), guid in zip(rows.basic, ids, strict=True):
        parts = {**dict.fromkeys(rows.given if guid else (), ()), **rows.parts.get(guid, {})}
        yield _joined(where, cells, parts, columns, tables)
    known = set(ids)
    orphans = [
        (where, Finding("@of", "guide_orphan"))
        for guid, families in rows.parts.items()
        if guid not in known
        for found in families.values()
        for where, _ in found
    ]
    if rows.told or orphans:
        yield Document("", None, (*rows.told, *orphans))


def unread(sheets: Sequence[Sheet], columns: Columns) -> Iterator[tuple[str, list[str]]]:
    """Of each table the columns that feed nothing, all of them where it is of no family, with where it stands."""
    for sheet in sheets:
        if not sheet.nested:
            family = family_of(sheet.headings, columns)
            known = columns.get(family, {}).keys() | (columns["nested"].keys() if family == BASIC else set())
            if left := sorted(each for each in sheet.headings - known if each.strip()):
                yield sheet.where, left


def _ids(rows: _Rows) -> list[str]:
    """By what parts name each guide: the id of its row; without one its code, if parts do and it is one guide's."""
    codes = [_code(cells) for _, cells in rows.basic]
    times = Counter(codes)
    by_code = [code if times[code] == 1 and code in rows.parts else "" for code in codes]
    return [str(cells.get("@guid", "")) or code for (_, cells), code in zip(rows.basic, by_code, strict=True)]


def _code(cells: Cells) -> str:
    return next((str(cells[name]) for name in _CODES if not is_nothing(cells.get(name, ""))), "")


def _sort(sheet: Sheet, columns: Columns, rows: _Rows) -> None:
    family = BASIC if sheet.nested else family_of(sheet.headings, columns)
    rows.given |= {family} & {"materials", "fees"}
    for number, row in sheet.rows:
        where = f"{sheet.where}:{number}"
        if family == BASIC:
            rows.basic.append((where, _renamed(row, columns, BASIC)))
        elif family:
            cells = _renamed(row, columns, family)
            if guid := str(cells.get("@of", "")):
                rows.parts[guid][family].append((where, cells))
            else:
                rows.told.append((where, Finding("@of", "guide_no_key")))


def _renamed(row: Mapping[str, Any], columns: Columns, family: str) -> Cells:
    """Columns by their canonical paths; of a nested document also the parts, by their family."""
    found: Cells = {}
    for name, value in row.items():
        inner = columns["nested"].get(name)
        path = columns.get(family, {}).get(name)
        if inner == EXTEND and isinstance(value, dict):
            found |= _renamed({key.lower(): each for key, each in value.items()}, columns, EXTEND)
        elif inner and family == BASIC and (isinstance(value, list | dict) or _holds_rows(value)):
            found[f"#{inner}"] = value
        elif isinstance(value, dict):
            found |= _renamed(
                {f"{name}.{key}".lower(): str(each) for key, each in value.items()}, columns, family
            )
        elif path:
            found[path] = [str(each) for each in value] if isinstance(value, list) else value
        elif inner and family == BASIC and not is_nothing(value):
            found[f"#{inner}"] = value  # a text that holds no rows: told where it is read
    return found


def _holds_rows(text: str) -> bool:
    return text.lstrip()[:1] in ("<", "[", "{")


def _joined(
    where: str,
    cells: Cells,
    parts: Mapping[str, Sequence[tuple[str, Cells]]],
    columns: Columns,
    tables: Tables,
) -> Document:
    told: list[Told] = []
    whole = dict(cells)
    for _, more in parts.get(EXTEND, ()):
        whole |= {path: text for path, text in more.items() if path not in whole}
    plain = {path: text for path, text in whole.items() if path[:1] != "#"}
    document, wrong = read_elements(plain, tables)
    told += ((where, each) for each in wrong)
    for family in FAMILIES:
        rows = list(parts.get(family, ()))
        given = f"#{family}" in whole or family in parts
        if f"#{family}" in whole:
            rows += _inside(where, whole[f"#{family}"], family, columns, told)
        if rows or (given and family not in document):
            document[family] = [_part(at, row, tables, told) for at, row in sorted(rows, key=_order)]
    if others := [at for at, _ in told if at != where]:
        told.append((where, Finding("row", "guide_part_bad", {"where": others[0]})))
    return Document(where, None if told else document, tuple(told))


def _inside(
    where: str, value: Any, family: str, columns: Columns, told: list[Told]
) -> Iterator[tuple[str, Cells]]:
    """The rows that a list or a string holds, numbered from 1."""
    try:
        found = rows_in(value)
    except Unreadable:
        told.append((where, Finding(family, "guide_text_unreadable")))
        return
    for number, row in enumerate(found, 1):
        yield f"{where} {family} {number}", _renamed(row, columns, family)


def _part(where: str, cells: Cells, tables: Tables, told: list[Told]) -> dict[str, Any]:
    part, wrong = read_elements(cells, tables)
    told += ((where, each) for each in wrong)
    return part


def _order(row: tuple[str, Cells]) -> int:
    """By the list's own numbers; rows without one stay where they are, behind."""
    said = row[1].get(_ORDER, "")
    return int(said) if not is_nothing(said) and str(said).isdecimal() and len(str(said)) < 9 else _LAST
