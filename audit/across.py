"""Two provinces' logs held against each other, by the numbers under which one names the other's exchanges.

What one gateway handed over to the other stands in both logs: in the first under the other's case number (the
fact `theirs`), in the second as that case. Where, what and by whom must be the same, and so must the end.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

from audit.findings import Finding
from audit.order import ENDS, START
from audit.reading import Reading
from audit.records import Record

SAME = {  # facts of `exchange.admitted` in the first log -> in the second
    "operation": "operation", "from": "from", "from_unit": "from_unit", "to": "to", "unit": "unit",
    "mode": "mode", "received_at": "received_at", "basic_code": "basic_code", "item_there": "item_here",
    "materials": "materials",
}  # fmt: skip
_MADE = """
    CREATE TABLE begun (log INTEGER, exchange TEXT, number TEXT, position INTEGER, facts TEXT);
    CREATE TABLE ended (log INTEGER, exchange TEXT, position INTEGER, kind TEXT, theirs TEXT)"""
_SORTED = """
    CREATE INDEX begun_by_exchange ON begun (log, exchange);
    CREATE INDEX begun_by_number ON begun (log, number);
    CREATE INDEX ended_by_exchange ON ended (log, exchange)"""
_NAMED = """
    SELECT b.position, b.exchange, b.facts, e.kind, e.theirs FROM begun b
    JOIN ended e ON e.log = 0 AND e.exchange = b.exchange
    WHERE b.log = 0 AND e.theirs IS NOT NULL ORDER BY b.position"""
_THERE = """
    SELECT b.position, b.facts, e.kind FROM begun b
    LEFT JOIN ended e ON e.log = 1 AND e.exchange = b.exchange
    WHERE b.log = 1 AND b.number = ? ORDER BY b.position"""


@dataclass(slots=True)
class Across:
    """Readings of both logs; `platform` is what the first calls the other. compared: exchanges, at the end."""

    one: Reading
    other: Reading
    platform: str
    compared: int = 0
    _driver: sqlite3.Connection = field(init=False)

    def findings(self) -> Iterator[Finding]:
        """Every difference in the order of the first log; or that a log is not what was signed."""
        with closing(
            sqlite3.connect("", isolation_level=None)
        ) as self._driver:  # a file that nobody else sees
            self._driver.executescript(f"PRAGMA journal_mode = OFF; {_MADE}")
            for log, reading in enumerate((self.one, self.other)):
                self._driver.execute("BEGIN")
                for position, record in reading:
                    if log or record.text("platform") == self.platform:
                        self._put(log, position, record)
                self._driver.execute("COMMIT")
                for fault in reading.findings:
                    yield Finding(f"{reading.ledger.name}: {fault.path}", fault.code, fault.facts)
            if not self.one.findings and not self.other.findings:
                self._driver.executescript(_SORTED)
                yield from self._differences()

    def _put(self, log: int, position: int, record: Record) -> None:
        exchange = record.text("exchange")
        if record.kind == START:
            names = SAME.values() if log else SAME
            facts = json.dumps({name: record.facts.get(name) for name in names})
            row = (log, exchange, record.text("case"), position, facts)
            self._driver.execute("INSERT INTO begun VALUES (?, ?, ?, ?, ?)", row)
        elif record.kind in ENDS:
            end = (log, exchange, position, record.kind, record.text("theirs"))
            self._driver.execute("INSERT INTO ended VALUES (?, ?, ?, ?, ?)", end)

    def _differences(self) -> Iterator[Finding]:
        for position, exchange, facts, kind, theirs in self._driver.execute(_NAMED):
            self.compared += 1
            here, path = json.loads(facts), f"entry {position}"
            told = {"exchange": exchange, "number": theirs}
            all_there = [(json.loads(each[1]), each) for each in self._driver.execute(_THERE, (theirs,))]
            there = [each for each in all_there if each[0]["operation"] == here["operation"]]
            if not there:
                yield Finding(path, "compare.unknown", told)
                continue
            stated, (entry, _, end) = next((each for each in there if each[1][2] == kind), there[-1])
            if end != kind:
                facts_of_end = {**told, "kind": kind, "entry": entry, "other": end or "-"}
                yield Finding(path, "compare.end", facts_of_end)
            for name, other in SAME.items():
                if here[name] != stated[other]:
                    yield Finding(path, "compare.fact", {**told, "entry": entry, "column": name})
