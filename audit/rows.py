"""Rows of the store held against the entries that tell of them.

The walk says whether the entries are those that were signed; here every row is compared with what they say, and
with other rows from which it follows. A page of cases and all their entries are read at one moment, so that a
gateway that goes on working is never caught between two of its commits.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from audit.derived import DERIVED
from audit.expected import Key, Wanted, of_case, of_exchange
from audit.findings import Finding
from audit.inforce import KINDS, of_installation
from audit.records import Record, RecordUnreadable, read_record
from audit.source import Row, Source

_CASES, _ALONE = 200, 500  # at one moment
_IDS = 500  # in one question
_ROW_KEYS: Mapping[str, tuple[str, ...]] = {
    "exchanges": ("id",), "history": ("exchange_id", "place"), "tickets": ("exchange_id", "kind"),
    "desk_work": ("exchange_id",), "cases": ("id",), "case_events": ("case_id", "place"),
    "case_results": ("case_id", "place"), "case_numbers": ("case_id", "owner", "kind", "number"),
    "activations": ("place",), "scheduled": ("place",), "follow_ups": ("place", "platform"),
    "approvals": ("platform", "declaration", "actor", "document"), "accounts": ("name",),
    "releases": ("digest",), "suggestions": ("here_division", "there_division", "here_code", "there_code"),
}  # fmt: skip
_COMPARED: Mapping[str, tuple[str, ...]] = {
    "exchanges": (
        "case_id", "kind", "operation", "caller", "actor", "platform", "here", "division", "unit", "mode",
        "item_here", "item_there", "basic_code", "alignment", "agreement", "release", "ours", "theirs", "state",
        "attempt", "place", "cause", "code", "admitted_ms", "changed_ms", "ended_ms",
    ),
    "history": ("kind", "at_ms", "attempt", "cause", "code", "reference"),
    "tickets": ("cause", "opened_ms", "closed_ms"),
    "desk_work": ("case_id", "platform", "unit", "operation", "number", "placed_ms", "done_ms"),
    "cases": ("caller", "item", "division", "here", "received_ms", "admitted_ms"),
    "case_events": (
        "kind", "at_ms", "source", "number", "undoes", "cause", "seen_ms", "exchange_id", "due_on", "reason",
    ),
    "case_results": (
        "exchange_id", "source", "state", "at_ms", "seen_ms", "record", "corrects", "reason", "finding",
        "documents",
    ),
    "case_numbers": ("exchange_id",),
    "activations": ("digest", "actor", "at_ms"),
    "scheduled": ("digest", "from_ms", "actor", "at_ms", "ended_ms", "ended_by"),
    "follow_ups": ("actor", "due_ms", "at_ms"),
    "approvals": ("at_ms",),
    "releases": ("stored_ms",),
    "suggestions": ("decision", "first_by", "first_ms", "second_by", "second_ms", "alignment"),
    "accounts": ("role", "divisions", "units", "until_on", "disabled", "made_ms", "changed_ms"),
}  # fmt: skip
_BY_EXCHANGE = ("exchanges", "history", "tickets", "desk_work")
_BY_CASE = ("cases", "case_events", "case_results", "case_numbers")
_OF_INSTALLATION = (
    "activations",
    "scheduled",
    "follow_ups",
    "approvals",
    "accounts",
    "releases",
    "suggestions",
)
_TOLD_OF = {  # tables whose rows must name what an entry names: by which column of the entries
    "exchanges": "exchange_id", "history": "exchange_id", "tickets": "exchange_id", "desk_work": "exchange_id",
    "cases": "case_id", "case_events": "case_id", "case_results": "case_id", "case_numbers": "case_id",
}  # fmt: skip
# may have rows that no entry tells of: how a caller calls its case, a pair on which nobody has decided
_FREE = frozenset({"case_numbers", "suggestions"})
_SOME = {"suggestions": "WHERE decision <> '' OR first_by <> ''"}
_STORE = frozenset(_ROW_KEYS)


@dataclass(slots=True)
class Rows:
    """One check of the rows of a store. compared: how many were held against entries so far."""

    source: Source
    compared: int = 0
    _there: frozenset[str] = field(default=frozenset())

    def findings(self) -> Iterator[Finding]:
        """Nothing where there is a log and no store."""
        self._there = self.source.tables()
        if not self._there & _STORE:
            return
        yield from (Finding(f"table {name}", "table.missing") for name in sorted(_STORE - self._there))
        yield from self._installation()
        yield from self._cases()
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
                table: list(self._rows(table, _SOME.get(table, ""))) for table in self._kept(_OF_INSTALLATION)
            }
        yield from self._compare(of_installation(records), held)

    def _cases(self) -> Iterator[Finding]:
        """Case by case, in the order of their ids."""
        names = """
            SELECT case_id FROM audit_entries WHERE case_id > ?
            GROUP BY case_id ORDER BY case_id LIMIT ?"""
        entries = """
            SELECT case_id, body FROM audit_entries WHERE case_id > ? AND case_id <= ?
            ORDER BY case_id, position"""
        after = ""
        while True:
            with self.source.moment():
                page = [case for (case,) in self.source.rows(names, after, _CASES)]
                if not page:
                    return
                told = groupby(list(self.source.rows(entries, after, page[-1])), lambda row: row[0])
                wanted = [
                    each for case, rows in told for each in of_case(case, _records(row[1:] for row in rows))
                ]
                held = self._held(wanted, after, page[-1])
            yield from self._compare(wanted, held)
            after = page[-1]

    def _alone(self) -> Iterator[Finding]:
        """Exchanges that belong to no case: each has one entry."""
        query = """
            SELECT position, exchange_id, body FROM audit_entries
            WHERE position > ? AND case_id IS NULL AND kind IN ('exchange.read', 'exchange.inward')
            ORDER BY position LIMIT ?"""
        after = -1
        while True:
            with self.source.moment():
                page = list(self.source.rows(query, after, _ALONE))
                wanted = [
                    each for _, exchange, body in page for each in of_exchange(exchange, _records([(body,)]))
                ]
                held = self._of_exchanges(wanted)
            yield from self._compare(wanted, held)
            if len(page) < _ALONE:
                return
            after = page[-1][0]

    def _held(self, wanted: Sequence[Wanted], after: str, up_to: str) -> dict[str, list[Row]]:
        held = self._of_exchanges(wanted)
        for table in self._kept(_BY_CASE):
            column = _ROW_KEYS[table][0]
            held[table] = list(self._rows(table, f"WHERE {column} > ? AND {column} <= ?", after, up_to))
        return held

    def _of_exchanges(self, wanted: Sequence[Wanted]) -> dict[str, list[Row]]:
        held: dict[str, list[Row]] = {table: [] for table in self._kept(_BY_EXCHANGE)}
        ids = [str(each.key[0]) for each in wanted if each.table == "exchanges"]
        for start in range(0, len(ids), _IDS):
            some = ids[start : start + _IDS]
            marks = ", ".join("?" * len(some))
            for table, rows in held.items():
                rows.extend(self._rows(table, f"WHERE {_ROW_KEYS[table][0]} IN ({marks})", *some))
        return held

    def _rows(self, table: str, where: str, *values: str) -> Iterator[Row]:
        """Rows of a table: the columns of its key, then those that are compared."""
        columns = ", ".join((*_ROW_KEYS[table], *_COMPARED[table]))
        return self.source.rows(f"SELECT {columns} FROM {table} {where}", *values)  # noqa: S608 - names from above

    def _kept(self, tables: Sequence[str]) -> list[str]:
        return [table for table in tables if table in self._there]

    def _compare(self, wanted: Sequence[Wanted], held: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
        due: dict[str, dict[Key, Wanted]] = defaultdict(dict)
        for each in wanted:
            due[each.table][each.key] = each
        for table, rows in held.items():
            self.compared += len(rows)
            yield from _compared(table, due[table], rows)

    def _untold(self) -> Iterator[Finding]:
        """Rows about an exchange or a case that no entry names."""
        for table, named in _TOLD_OF.items():
            if table not in self._there:
                continue
            keys = ", ".join(f"held.{column}" for column in _ROW_KEYS[table])
            query = f"""
                SELECT {keys} FROM {table} held WHERE NOT EXISTS
                (SELECT 1 FROM audit_entries told WHERE told.{named} = held.{_ROW_KEYS[table][0]})"""  # noqa: S608 - names from above
            yield from (Finding(_path(table, row), "row.unknown") for row in self.source.rows(query))

    def _derived(self) -> Iterator[Finding]:
        """Columns that follow from other rows."""
        for each in DERIVED:
            if each.table in self._there:
                for row in each.differing(self.source):
                    yield Finding(_path(each.table, row), "row.derived", {"column": each.column})


def _compared(table: str, due: Mapping[Key, Wanted], rows: Sequence[Row]) -> Iterator[Finding]:
    width, columns = len(_ROW_KEYS[table]), _COMPARED[table]
    seen = set()
    for row in rows:
        key = row[:width]
        seen.add(key)
        if key in due:
            wants = due[key].columns
            for column, value in zip(columns, row[width:], strict=True):
                if column in wants and not _is(value, wants[column]):
                    yield Finding(_path(table, key), "row.differs", {"column": column})
        elif table not in _FREE:
            yield Finding(_path(table, key), "row.unknown")
    for key, each in due.items():
        if each.must and key not in seen:
            yield Finding(_path(table, key), "row.missing")


def _is(value: object, wanted: object) -> bool:
    return value in wanted if isinstance(wanted, frozenset) else value == wanted


def _path(table: str, key: Sequence[object]) -> str:
    """Which row it is. The number that a case has somewhere is left out: the case says enough."""
    shown = key[:-1] if table == "case_numbers" else key
    return f"{table} {'/'.join(map(str, shown))}"


def _records(rows: Iterator[Row] | Sequence[Row]) -> list[Record]:
    """What can be read of them; what cannot, the walk has told."""
    records = []
    for (body,) in rows:
        try:
            records.append(read_record(body if isinstance(body, bytes) else b"", check=False))
        except RecordUnreadable:
            continue
    return records
