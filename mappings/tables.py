"""Code tables (代码表): dated pairs of codes, per platform and field. A code that is not in the table is refused.

table: id_type
rows:
  - {ours: "111", theirs: "10"}
  - {ours: "553", theirs: "21", from: 2023-12-01}         # first day
  - {ours: "553", theirs: "20", to: 2023-12-01}           # first day on which it no longer holds
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from mappings.china_time import day
from mappings.problems import Finding, Refused, Unreadable, nearest
from mappings.source import Source, read

_KEYS = ("table", "title", "source", "rows")
_ROW_KEYS = ("ours", "theirs", "from", "to", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """In force from `since` until the day before `until` (China dates, ISO); None is open."""

    ours: str
    theirs: str
    since: str | None
    until: str | None
    line: int

    def in_force(self, day: str) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def meets(self, other: "Row") -> bool:
        """True if there is a day on which both are in force."""
        starts_before = self.since is None or other.until is None or self.since < other.until
        ends_after = self.until is None or other.since is None or other.since < self.until
        return starts_before and ends_after


class Codes(dict[str, str]):
    """An undated direction of a table; its `__getitem__` is the whole lookup."""

    def __init__(self, table: str, rows: dict[str, tuple[Row, ...]], column: str) -> None:
        super().__init__({code: getattr(found[0], column) for code, found in rows.items() if len(found) == 1})
        self._table = table
        self._several = frozenset(code for code, found in rows.items() if len(found) > 1)

    def __missing__(self, code: str) -> str:
        raise Refused("ambiguous_code" if code in self._several else "not_in_table", table=self._table)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One code table. `dated` tables are read as of the China date of receipt (收件)."""

    name: str
    file: str
    rows: tuple[Row, ...]
    digest: str
    dated: bool = False
    _ours: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False)
    _theirs: dict[str, tuple[Row, ...]] = field(default_factory=dict, repr=False)

    def forward(self) -> Callable[..., str]:
        """The lookup ours -> theirs: of (code), or of (code, received_at) if the table is dated."""
        if self.dated:
            return lambda code, received_at: self.row_of(code, received_at).theirs
        return Codes(self.name, self._ours, "theirs").__getitem__

    def backward(self) -> Callable[..., str]:
        """The lookup theirs -> ours."""
        if self.dated:
            return lambda code, received_at: self.row_of(code, received_at, back=True).ours
        return Codes(self.name, self._theirs, "ours").__getitem__

    def row_of(self, code: str, received_at: str | None, *, back: bool = False) -> Row:
        """The one row for this code on the China date of `received_at`. Raises Refused."""
        known = (self._theirs if back else self._ours).get(code, ())
        if not known:
            raise Refused("not_in_table", table=self.name)
        if self.dated and not received_at:
            raise Refused("no_as_of", table=self.name)
        found = [row for row in known if not self.dated or row.in_force(day(str(received_at)).isoformat())]
        if len(found) != 1:
            raise Refused("ambiguous_code" if found else "not_in_force", table=self.name)
        return found[0]

    @property
    def ambiguous_back(self) -> tuple[str, ...]:
        """Codes of theirs that stand for several of ours on one day."""
        return tuple(code for code, rows in self._theirs.items() if _clash(rows))


def compile_table(file: str, text: str) -> Table:
    """Raises Unreadable with all findings."""
    source = read(file, text)
    findings = list(_header_findings(source))
    rows = source.at(("rows",))
    read_rows: list[Row] = []
    for index in range(len(rows) if isinstance(rows, list) else 0):
        wrong = _row_findings(source, index)
        findings += wrong
        if not wrong:
            read_rows.append(_row(source, index))
    findings += _clash_findings(source, read_rows)
    if findings:
        raise Unreadable(findings)
    return _table(source, text, tuple(read_rows))


def _table(source: Source, text: str, rows: tuple[Row, ...]) -> Table:
    ours: dict[str, tuple[Row, ...]] = {}
    theirs: dict[str, tuple[Row, ...]] = {}
    for row in rows:
        ours[row.ours] = (*ours.get(row.ours, ()), row)
        theirs[row.theirs] = (*theirs.get(row.theirs, ()), row)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    dated = any(row.since or row.until for row in rows)
    return Table(str(source.at(("table",))), source.file, rows, digest, dated, ours, theirs)


def _header_findings(source: Source) -> list[Finding]:
    if not isinstance(source.tree, dict):
        return [source.finding((), "a code table is a map", "write 'table:' and 'rows:'")]
    findings = [
        source.finding(
            (key,), f"no key '{key}' in a code table", nearest(key, _KEYS, f"one of {', '.join(_KEYS)}")
        )
        for key in source.tree
        if key not in _KEYS
    ]
    stem = source.file.rpartition("/")[2].removesuffix(".yaml")
    if source.tree.get("table") != stem:
        findings.append(
            source.finding(("table",), "the table's name is not the file's name", f"write table: {stem}")
        )
    if not isinstance(source.tree.get("rows"), list) or not source.tree["rows"]:
        findings.append(source.finding(("rows",), "no rows", 'write rows: [{ours: "111", theirs: "10"}]'))
    return findings


def _row_findings(source: Source, index: int) -> list[Finding]:
    path = ("rows", index)
    row = source.at(path)
    if not isinstance(row, dict):
        return [source.finding(path, "a row is a map", 'write {ours: "111", theirs: "10"}')]
    findings = [
        source.finding(
            (*path, key),
            f"no key '{key}' in a row",
            nearest(key, _ROW_KEYS, f"one of {', '.join(_ROW_KEYS)}"),
        )
        for key in row
        if key not in _ROW_KEYS
    ]
    for key in ("ours", "theirs"):
        if not isinstance(row.get(key), str) or not row[key]:
            findings.append(source.finding((*path, key), f"the row has no '{key}'", f'write {key}: "CODE"'))
    for key in ("from", "to"):
        if key in row and not _is_date(row[key]):
            findings.append(source.finding((*path, key), f"'{key}' is not a date", "write it as 2026-01-31"))
    if not findings and row.get("from", "0") >= row.get("to", "9"):
        findings.append(
            source.finding((*path, "to"), "'to' is not after 'from'", "write the first day after its end")
        )
    return findings


def _row(source: Source, index: int) -> Row:
    row = source.at(("rows", index))
    return Row(
        row["ours"], row["theirs"], row.get("from"), row.get("to"), source.position(("rows", index))[0]
    )


def _clash_findings(source: Source, rows: list[Row]) -> list[Finding]:
    by_code: dict[str, list[Row]] = {}
    findings = []
    for row in rows:
        earlier = next((one for one in by_code.get(row.ours, ()) if one.meets(row)), None)
        if earlier:
            what = f"'{row.ours}' has two rows in force on one day (the other is on line {earlier.line})"
            findings.append(Finding(source.file, row.line, 1, what, "give 'from' and 'to', or keep one"))
        by_code.setdefault(row.ours, []).append(row)
    return findings


def _clash(rows: tuple[Row, ...]) -> bool:
    return any(one.meets(other) for index, one in enumerate(rows) for other in rows[index + 1 :])


def _is_date(text: object) -> bool:
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
