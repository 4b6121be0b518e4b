"""Rows of the store held against the entries that tell of them.

The walk says whether the entries are those that were signed; here every row is compared with what they say, and
with other rows from which it follows. A page of cases and all their entries are read at one moment, so that a
gateway that goes on working is never caught between two of its commits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from audit.columns import (
    BY_CASE,
    BY_EXCHANGE,
    BY_JOINT,
    COMPARED,
    FREE,
    OF_INSTALLATION,
    ROW_KEYS,
    SOME,
)
from audit.derived import DERIVED
from audit.expected import Key, Wanted, of_case, of_exchange
from audit.findings import Finding
from audit.inforce import KINDS, of_installation
from audit.modes import ADMITTED, CHANGED, ISSUED, REDEEMED, joints, modes_of_case, parts_of, visits
from audit.records import Record, RecordUnreadable, read_record
from audit.source import Row, Source

_CASES, _ALONE = 200, 500  # at one moment
_IDS = 500  # in one question
_STORE = frozenset(ROW_KEYS)


@dataclass(slots=True)
class Rows:
    """One check of the rows of a store. compared: how many were held against entries so far."""

    source: Source
    compared: int = 0
    _there: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._there = self.source.tables()

    def findings(self, *, beyond: str = "") -> Iterator[Finding]:
        """Nothing where there is a log and no store. beyond: cases up to this one are left for `cases`."""
        if not self._there & _STORE:
            return
        yield from (Finding(f"table {name}", "table.missing") for name in sorted(_STORE - self._there))
        yield from self._installation()
        yield from self.cases(after=beyond)
        yield from self._alone()
        yield from self._untold()
        yield from self._derived()

    def _installation(self) -> Iterator[Finding]:
        """What is in force, who approved it, who may sign in: few rows, of few kinds of entries."""
        marks = ", ".join("?" * len(KINDS))
        query = f"SELECT body FROM audit_entries WHERE kind IN ({marks}) ORDER BY position"  # noqa: S608 - marks
        with self.source.moment():
            records = _records(self.source.rows(query, *KINDS))
            held = {
                table: list(self._rows(table, SOME.get(table, ""))) for table in self._kept(OF_INSTALLATION)
            }
        yield from self._compare(of_installation(records), held)

    def cases(self, *, after: str = "", up_to: str = "") -> Iterator[Finding]:
        """Case by case, in the order of their ids: > after, <= up_to (empty: all that follow)."""
        if not self._there & _STORE:
            return
        names = f"""
            SELECT case_id FROM audit_entries WHERE case_id > ? {"AND case_id <= ?" if up_to else ""}
            GROUP BY case_id ORDER BY case_id LIMIT ?"""  # noqa: S608 - a condition from above
        entries = """
            SELECT case_id, body FROM audit_entries WHERE case_id > ? AND case_id <= ?
            ORDER BY case_id, position"""
        until = (up_to,) if up_to else ()
        while True:
            with self.source.moment():
                page = [case for (case,) in self.source.rows(names, after, *until, _CASES)]
                if not page:
                    return
                told = groupby(list(self.source.rows(entries, after, page[-1])), lambda row: row[0])
                wanted = [each for case, rows in told for each in _of_case(case, rows)]
                held = self._held(wanted, after, page[-1])
            yield from self._compare(wanted, held)
            after = page[-1]

    def _alone(self) -> Iterator[Finding]:
        """What begins with an entry of no case, or of several: reads, calls in, visits, joint cases."""
        query = """
            SELECT position, exchange_id, body FROM audit_entries
            WHERE position > ? AND (case_id IS NULL AND kind IN ('exchange.read', 'exchange.inward')
                OR kind IN (?, ?))
            ORDER BY position LIMIT ?"""
        after = -1
        while True:
            with self.source.moment():
                page = list(self.source.rows(query, after, ISSUED, ADMITTED, _ALONE))
                wanted = [
                    each
                    for _, exchange, body in page
                    if exchange
                    for each in of_exchange(exchange, _records([(body,)]))
                ]
                wanted += self._of_mode(_records([(body,) for _, exchange, body in page if not exchange]))
                held = {
                    **self._of_exchanges(wanted),
                    **self._named(("visits",), _ids(wanted, "visits")),
                    **self._named(BY_JOINT, _ids(wanted, "joints")),
                }
            yield from self._compare(wanted, held)
            if len(page) < _ALONE:
                return
            after = page[-1][0]

    def _of_mode(self, begun: Sequence[Record]) -> list[Wanted]:
        """Visits and joint cases that begin with these entries; what came of them names their cases."""
        cases = [case for each in begun for case in parts_of(each)]
        visited = [str(each.facts.get("visit")) for each in begun if each.kind == ISSUED]
        for some, marks in _portions(visited if "visits" in self._there else []):
            query = f"SELECT case_id FROM visits WHERE case_id <> '' AND id IN ({marks})"  # noqa: S608 - marks
            cases.extend(case for (case,) in self.source.rows(query, *some))
        later: list[Row] = []
        for some, marks in _portions(cases):
            query = f"""
                SELECT position, body FROM audit_entries
                WHERE kind IN (?, ?) AND case_id IN ({marks})"""  # noqa: S608 - marks
            later.extend(self.source.rows(query, REDEEMED, CHANGED, *some))
        records = [*begun, *_records([(body,) for _, body in sorted(later)])]
        return [*visits(records), *joints(records)]

    def _held(self, wanted: Sequence[Wanted], after: str, up_to: str) -> dict[str, list[Row]]:
        held = self._of_exchanges(wanted)
        held |= self._named(("visits",), _ids(wanted, "visits"))
        for table in self._kept(BY_CASE):
            column = BY_CASE[table]
            held[table] = list(self._rows(table, f"WHERE {column} > ? AND {column} <= ?", after, up_to))
        return held

    def _of_exchanges(self, wanted: Sequence[Wanted]) -> dict[str, list[Row]]:
        return self._named(BY_EXCHANGE, _ids(wanted, "exchanges"))

    def _named(self, tables: Sequence[str], ids: Sequence[str]) -> dict[str, list[Row]]:
        """Rows of which the key begins with one of these."""
        held: dict[str, list[Row]] = {table: [] for table in self._kept(tables)}
        for some, marks in _portions(ids):
            for table, rows in held.items():
                rows.extend(self._rows(table, f"WHERE {ROW_KEYS[table][0]} IN ({marks})", *some))
        return held

    def _rows(self, table: str, where: str, *values: str) -> Iterator[Row]:
        """Rows of a table: the columns of its key, then those that are compared."""
        columns = ", ".join((*ROW_KEYS[table], *COMPARED[table]))
        return self.source.rows(f"SELECT {columns} FROM {table} {where}", *values)  # noqa: S608 - names from above

    def _kept(self, tables: Iterable[str]) -> list[str]:
        return [table for table in tables if table in self._there]

    def _compare(self, wanted: Sequence[Wanted], held: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
        due: dict[str, dict[Key, Wanted]] = defaultdict(dict)
        for each in wanted:
            due[each.table][each.key] = each
        for table, rows in held.items():
            self.compared += len(rows)
            yield from _compared(table, due[table], rows)

    def _untold(self) -> Iterator[Finding]:
        """Rows about an exchange or a case that no entry names, or a joint case that none admits."""
        named = {
            **{table: f"exchange_id = held.{ROW_KEYS[table][0]}" for table in BY_EXCHANGE},
            **{table: f"case_id = held.{column}" for table, column in BY_CASE.items()},
            "joints": f"""kind = '{ADMITTED}' AND told.case_id IN
                (SELECT part.case_id FROM joint_parts part WHERE part.joint_id = held.id)""",  # noqa: S608 - a name from above
        }
        for table in self._kept(named):
            keys = ", ".join(f"held.{column}" for column in ROW_KEYS[table])
            query = f"""
                SELECT {keys} FROM {table} held WHERE NOT EXISTS
                (SELECT 1 FROM audit_entries told WHERE told.{named[table]})"""  # noqa: S608 - names from above
            yield from (Finding(_path(table, row), "row.unknown") for row in self.source.rows(query))

    def _derived(self) -> Iterator[Finding]:
        """Columns that follow from other rows."""
        for each in DERIVED:
            if each.table in self._there:
                for row in each.differing(self.source):
                    yield Finding(_path(each.table, row), "row.derived", {"column": each.column})


def _of_case(case: str, rows: Iterable[Row]) -> list[Wanted]:
    records = _records([row[1:] for row in rows])
    return [*of_case(case, records), *modes_of_case(case, records)]


def _ids(wanted: Sequence[Wanted], table: str) -> list[str]:
    return [str(each.key[0]) for each in wanted if each.table == table]


def _portions(ids: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """As many as fit in one question, with their marks."""
    for start in range(0, len(ids), _IDS):
        some = ids[start : start + _IDS]
        yield some, ", ".join("?" * len(some))


def _compared(table: str, due: Mapping[Key, Wanted], rows: Sequence[Row]) -> Iterator[Finding]:
    width, columns = len(ROW_KEYS[table]), COMPARED[table]
    seen = set()
    for row in rows:
        key = row[:width]
        seen.add(key)
        if key in due:
            wants = due[key].columns
            for column, value in zip(columns, row[width:], strict=True):
                wanted = wants.get(column, value)
                if value != wanted and not (isinstance(wanted, frozenset) and value in wanted):
                    yield Finding(_path(table, key), "row.differs", {"column": column})
        elif table not in FREE:
            yield Finding(_path(table, key), "row.unknown")
    for key, each in due.items():
        if each.must and key not in seen:
            yield Finding(_path(table, key), "row.missing")


def _path(table: str, key: Sequence[object]) -> str:
    """Which row it is. The number that a case has somewhere is left out: the case says enough."""
    shown = key[:-1] if table == "case_numbers" else key
    return f"{table} {'/'.join(map(str, shown))}"


def _records(rows: Iterable[Row]) -> list[Record]:
    """What can be read of them; what cannot, the walk has told."""
    records = []
    for (body,) in rows:
        try:
            records.append(read_record(body if isinstance(body, bytes) else b"", check=False))
        except RecordUnreadable:
            continue
    return records
