"""What a simulated platform remembers, in one SQLite file: arrivals, takings, states, session secrets."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .clock import now_ms

_SCHEMA = """
create table if not exists arrivals (seq integer primary key, at_ms integer, operation text, number text,
    outcome text, code text, step text, digest text);
create table if not exists takings (seq integer primary key, arrival integer, number text, reference text,
    at_ms integer, division text, item text, document text);
create table if not exists changes (seq integer primary key, arrival integer, number text, operation text,
    key text, at_ms integer, document text);
create table if not exists states (seq integer primary key, number text, state text, at_ms integer);
create table if not exists results (number text primary key, said text);
create table if not exists sessions (secret text primary key, ends_ms integer);
create index if not exists takings_by_number on takings (number);
create index if not exists arrivals_by_number on arrivals (number);
create index if not exists states_by_number on states (number);
"""


class Ledger:
    """Counts by raw arrival and by our number, so that a double is visible; survives a restart."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._connection = sqlite3.connect(str(path), isolation_level=None)
        self._connection.execute("pragma journal_mode=wal")
        self._connection.execute("pragma synchronous=normal")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file; nothing may be asked afterwards."""
        self._connection.close()

    def ask(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of a question that no other method answers."""
        return self._connection.execute(question, values).fetchall()

    def _rows(self, statement: str, *parameters: object) -> list[dict[str, object]]:
        cursor = self._connection.execute(statement, parameters)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _insert(self, statement: str, *parameters: object) -> int:
        return self._connection.execute(statement, parameters).lastrowid or 0

    def arrived(self, operation: str) -> int:
        """A request reached us; counted before its body is read."""
        return self._insert(
            "insert into arrivals (at_ms, operation, number, outcome) values (?, ?, '', 'reading')",
            now_ms(),
            operation,
        )

    def answered(self, seq: int, operation: str, number: str, **facts: str) -> None:
        """What became of an arrival; facts: outcome (taken, already, refused, barred, …), code, step, digest.

        step: what the programme told us to do, "" for ordinary business.
        """
        names = ("outcome", "code", "step", "digest")
        self._connection.execute(
            "update arrivals set operation=?, number=?, outcome=?, code=?, step=?, digest=? where seq=?",
            (operation, number, *(facts.get(name, "") for name in names), seq),
        )

    def take(self, arrival: int, number: str, form: str, document: Mapping[str, object]) -> str:
        """Take a case; returns our reference. `form` is the reference with `{n}` for a running number.

        document: what is kept; its keys `division` and `item` are columns of their own.
        """
        with self._connection:
            self._connection.execute("begin immediate")
            seq = self._insert(
                "insert into takings (arrival, number, at_ms, division, item, document)"
                " values (?, ?, ?, ?, ?, ?)",
                arrival,
                number,
                now_ms(),
                str(document.get("division", "")),
                str(document.get("item", "")),
                json.dumps(document, ensure_ascii=False),
            )
            reference = form.format(n=seq)
            self._connection.execute("update takings set reference=? where seq=?", (reference, seq))
            self._insert(
                "insert into states (number, state, at_ms) values (?, 'handed_over', ?)", number, now_ms()
            )
        return reference

    def change(
        self, arrival: int, number: str, operation: str, key: str, document: Mapping[str, object]
    ) -> int:
        """Take what comes to a case later (a correction, a withdrawal); its running number.

        key: the sender's own number for it.
        """
        return self._insert(
            "insert into changes (arrival, number, operation, key, at_ms, document) values (?, ?, ?, ?, ?, ?)",
            arrival, number, operation, key, now_ms(), json.dumps(document, ensure_ascii=False),
        )  # fmt: skip

    def changed(self, number: str, key: str) -> int | None:
        """Running number of the first change of this case under this key, None when we never took it."""
        found = self.ask("select min(seq) from changes where number=? and key=?", number, key)
        return None if found[0][0] is None else int(found[0][0])

    def changes(self, number: str | None = None) -> list[dict[str, object]]:
        """What came later to one case or to all, in order: number, operation, key, at_ms, document as read."""
        where, values = ("", ()) if number is None else ("where number=?", (number,))
        rows = self._rows(
            f"select number, operation, key, at_ms, document from changes {where} order by seq", *values
        )
        return [{**row, "document": json.loads(str(row["document"]))} for row in rows]

    def reference_of(self, number: str) -> str | None:
        """Reference of the first taking of this number, None when we never took it."""
        row = self._connection.execute(
            "select reference from takings where number=? order by seq limit 1", (number,)
        ).fetchone()
        return str(row[0]) if row else None

    def first_taken_ms(self, number: str) -> int | None:
        """When this number was first taken."""
        row = self._connection.execute("select min(at_ms) from takings where number=?", (number,)).fetchone()
        return None if row[0] is None else int(row[0])

    def move(self, number: str, state: str) -> None:
        """The case reaches a further state; the control interface plays the authority."""
        self._insert("insert into states (number, state, at_ms) values (?, ?, ?)", number, state, now_ms())

    def say(self, number: str, said: Mapping[str, object]) -> None:
        """What the authority says of the result besides the state, in canonical words (canonical/result@1)."""
        text = json.dumps(said, ensure_ascii=False)
        self._insert("insert or replace into results (number, said) values (?, ?)", number, text)

    def said(self, number: str) -> dict[str, Any] | None:
        """None where the authority has said nothing in particular."""
        rows = self.ask("select said from results where number=?", number)
        return json.loads(rows[0][0]) if rows else None

    def states(self, number: str) -> list[tuple[str, int]]:
        """States of a case in order with their times."""
        rows = self._rows("select state, at_ms from states where number=? order by seq", number)
        return [(str(row["state"]), int(str(row["at_ms"]))) for row in rows]

    def counts(self) -> dict[str, object]:
        """Totals: arrivals, takings (with doubles), cases (by number), doubled, outcomes."""
        one = self._rows(
            "select (select count(*) from arrivals) arrivals, count(*) takings,"
            " count(distinct number) cases from takings"
        )[0]
        doubled = self._rows("select number, count(*) times from takings group by number having count(*) > 1")
        outcomes = self._rows(
            "select operation, outcome, count(*) times from arrivals group by 1, 2 order by 1, 2"
        )
        return {
            **one,
            "doubled": {str(row["number"]): row["times"] for row in doubled},
            "outcomes": {f"{row['operation']} {row['outcome']}": row["times"] for row in outcomes},
        }

    def cases(self) -> list[dict[str, object]]:
        """One row per number: how often taken, first reference, division, item."""
        return self._rows(
            "select number, count(*) times, min(reference) reference, min(division) division,"
            " min(item) item, min(at_ms) at_ms from takings group by number order by min(seq)"
        )

    def taken_between(self, since_ms: int, until_ms: int) -> list[dict[str, object]]:
        """Every taking of a span (doubles too) in order: number, reference, at_ms."""
        return self._rows(
            "select number, reference, at_ms from takings where at_ms >= ? and at_ms < ? order by seq",
            since_ms,
            until_ms,
        )

    def documents(self, number: str) -> list[dict[str, object]]:
        """Every taking of this number with the document as we read it."""
        rows = self._rows(
            "select reference, at_ms, document from takings where number=? order by seq", number
        )
        return [{**row, "document": json.loads(str(row["document"]))} for row in rows]

    def arrivals(self, number: str | None) -> list[dict[str, object]]:
        """Raw arrivals in order, of one number or all."""
        if number is None:
            return self._rows("select * from arrivals order by seq")
        return self._rows("select * from arrivals where number=? order by seq", number)

    def open_session(self, secret: str, ends_ms: int) -> None:
        """A new session secret; the ones before it end at once."""
        self._connection.execute("delete from sessions")
        self._insert("insert into sessions (secret, ends_ms) values (?, ?)", secret, ends_ms)

    def session(self) -> str | None:
        """The session secret in force, None when there is none or its time is over."""
        row = self._connection.execute(
            "select secret from sessions where ends_ms > ?", (now_ms(),)
        ).fetchone()
        return str(row[0]) if row else None

    def end_sessions(self) -> None:
        """Forget every session secret: the next signed call is barred."""
        self._connection.execute("delete from sessions")

    def forget(self) -> None:
        """Empty everything (between two rounds of a test)."""
        for table in ("arrivals", "takings", "changes", "states", "results", "sessions"):
            self._connection.execute(f"delete from {table}")
