"""Declared tables beside the real ones: what their database would not take, before a case finds out.

Only what a catalogue tells is looked at; no row is read or written.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from adapters.database import engine
from adapters.declared import Platform
from adapters.fronts import Column, Database, Table
from adapters.kinds_there import kind_there, length_there
from adapters.message import Access
from adapters.notation import table_call
from adapters.sqltroubles import trouble
from adapters.table import address_of

Path = tuple[str, ...]
Weight = Literal["breaks", "risks", "exceeds"]


class NotInspected(Exception):
    """The database could not be looked at. cause: `credential_refused`, `unreachable` …"""

    def __init__(self, cause: str) -> None:
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Difference:
    """path: into platform.yaml.

    weight: `breaks`: rows are not taken; `risks`: some are not, or may come twice; `exceeds`: more than is needed.
    """

    path: Path
    what: str
    write: str
    weight: Weight = "breaks"


def inspected(platform: Platform, access: Access) -> list[Difference]:
    """All differences. Raises NotInspected, and Unbuildable for an address that is none of a front database."""
    if platform.database is None:
        return []
    address = address_of(platform, access)
    try:
        with engine(address, platform.limits.connect_s).connect() as connection:
            return list(_Inspection(platform, platform.database, connection).differences())
    except DBAPIError as error:
        found = trouble(error)
        raise NotInspected(found.cause or found.code) from None


class _Inspection:
    """One look at one database."""

    def __init__(self, platform: Platform, database: Database, connection: sa.Connection) -> None:
        self._database = database
        self._connection = connection
        self._there = sa.inspect(connection)
        self._is_server = connection.dialect.name == "postgresql"
        calls = [(each, table_call(each.call)) for each in platform.operations.values()]
        self._written = {name for _, call in calls if call and call[0] == "INSERT" for name in call[1]}
        self._repeated = {
            call[1][0] for each, call in calls if call and call[0] == "INSERT" and each.repeatable
        }

    def differences(self) -> Iterator[Difference]:
        schema = self._database.schema_
        known = [*self._there.get_table_names(schema), *self._there.get_view_names(schema)]
        for name, table in self._database.tables.items():
            at: Path = ("database", "tables", name)
            actual = self._named(name, known)
            if actual is None:
                yield Difference(at, f"their database has no table '{name}'", _near(name, known))
                continue
            there = {
                self._called(each["name"], table): each for each in self._there.get_columns(actual, schema)
            }
            yield from self._columns(name, table, there)
            if name in self._written:
                key = self._there.get_pk_constraint(actual, schema)["constrained_columns"]
                yield from self._unfed(name, table, there, key)
            if name in self._repeated and not self._is_unique(name, table.key):
                yield Difference(
                    (*at, "key"), f"nothing there keeps '{table.key}' unique, and the operation is repeatable",
                    f"have them make a unique index on {name} ({table.key})", "risks",
                )  # fmt: skip
            yield from self._rights(name, table, there)

    def _named(self, name: str, known: list[str]) -> str | None:
        """A table as they call it: capitals count on a server, not in a file."""
        if self._is_server:
            return name if name in known else None
        return next((each for each in known if each.lower() == name.lower()), None)

    def _called(self, name: str, table: Table) -> str:
        """A column of theirs by its name here."""
        if self._is_server:
            return name
        return next((each for each in table.columns if each.lower() == name.lower()), name)

    def _columns(self, name: str, table: Table, there: Mapping[str, Any]) -> Iterator[Difference]:
        for each, column in table.columns.items():
            at: Path = ("database", "tables", name, "columns", each)
            if each not in there:
                yield Difference(at, f"their table has no column '{each}'", _near(each, there))
            else:
                yield from _of_type(at, column, there[each]["type"], is_server=self._is_server)

    def _unfed(
        self, name: str, table: Table, there: Mapping[str, Any], key: list[str]
    ) -> Iterator[Difference]:
        """What may not be empty there, and that we may leave out. key: their primary key."""
        for each, found in there.items():
            if found["nullable"] or self._fills_itself(found, key):
                continue
            column = table.columns.get(each)
            at: Path = ("database", "tables", name, "columns")
            if column is None or column.by == "them":
                what = f"'{each}' may not be empty there, and nothing feeds it"
                yield Difference(at, what, f"write {each}: {{required: true}}, and feed it in the mapping")
            elif not (column.required or each == table.key):
                what = f"'{each}' may not be empty there, and is not required here"
                yield Difference((*at, each), what, "write required: true")

    def _fills_itself(self, column: Mapping[str, Any], key: list[str]) -> bool:
        """A default, a sequence, a computed value; SQLite numbers a whole-number primary key."""
        if column.get("default") is not None or column.get("identity") or column.get("computed"):
            return True
        return not self._is_server and key == [column["name"]] and isinstance(column["type"], sa.Integer)

    def _is_unique(self, name: str, key: str) -> bool:
        schema = self._database.schema_
        if not self._is_server:
            return self._is_unique_in_a_file(name, key)
        found: list[list[str | None]] = [
            [*self._there.get_pk_constraint(name, schema)["constrained_columns"]]
        ]
        found += [
            [*each["column_names"]]
            for each in self._there.get_indexes(name, schema)  # those of constraints among them
            if each["unique"] and not each.get("dialect_options", {}).get("postgresql_where")
        ]
        return [key] in found

    def _is_unique_in_a_file(self, name: str, key: str) -> bool:
        """SQLAlchemy reads constraints out of the text of CREATE TABLE, and misses some."""
        ask = self._connection.exec_driver_sql
        columns = ask("SELECT lower(name), pk FROM pragma_table_info(?)", (name,)).all()
        found = [[each for each, place in columns if place]]
        for (index,) in ask('SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial', (name,)):
            found.append([each for (each,) in ask("SELECT lower(name) FROM pragma_index_info(?)", (index,))])
        return [key.lower()] in found

    # ---- rights ------------------------------------------------------------------------------------------

    def _rights(self, name: str, table: Table, there: Mapping[str, Any]) -> Iterator[Difference]:
        at: Path = ("database", "tables", name)
        if not self._is_server:
            yield from self._rights_to_a_file(at, name)
            return
        quoted = self._connection.dialect.identifier_preparer.quote_identifier
        schema = self._database.schema_
        given = f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)
        for right in ("SELECT", "INSERT") if name in self._written else ("SELECT",):
            lacking = [
                each
                for each, column in table.columns.items()
                if each in there and (right == "SELECT" or column.by != "them")
                if not self._has(sa.func.has_column_privilege(given, each, right))
            ]
            if lacking:
                what = f"the account may not {right} {', '.join(lacking)} of '{name}'"
                yield Difference(at, what, f"have them GRANT {right} ON {name}")
        more = [
            right
            for right in ("UPDATE", "DELETE", "TRUNCATE")
            if self._has(sa.func.has_table_privilege(given, right))
        ]
        if more:
            what = f"the account may {', '.join(more)} '{name}', which nothing here needs"
            yield Difference(at, what, f"have them REVOKE {', '.join(more)} ON {name}", "exceeds")

    def _has(self, question: Any) -> bool:
        return bool(self._connection.execute(sa.select(question)).scalar())

    def _rights_to_a_file(self, at: Path, name: str) -> Iterator[Difference]:
        (_, _, file), *_ = self._connection.exec_driver_sql("PRAGMA database_list").all()
        if name in self._written and not os.access(file, os.W_OK):
            yield Difference(at, "the account may not write the database's file", "have them allow it")


def _of_type(at: Path, column: Column, there: Any, *, is_server: bool) -> Iterator[Difference]:
    kind = kind_there(there)
    if kind is None:
        return  # of a kind of its own, or of none: SQLite takes anything then
    if kind != column.type and not _may_hold(kind, column.type):
        what = f"it is {kind} there, and {column.type} here"
        yield Difference(at, what, f"write type: {kind}")
        return
    longest, here = length_there(there), _length(column)
    if longest is None or column.by == "them" or column.type not in ("text", "char"):
        return
    if here is None or here > longest:
        more = "any length" if here is None else str(here)
        what = f"it holds {longest} characters there, and {more} here"
        yield Difference(at, what, f"write length: {longest}", "breaks" if is_server else "risks")


def _length(column: Column) -> int | None:
    """Most characters that are written; None for any number."""
    return max(map(len, column.values)) if column.values else column.length


def _may_hold(there: str, here: str) -> bool:
    """Pairs that differ in name only: whole numbers fit into decimals."""
    return (there, here) == ("decimal", "integer")


def _near(name: str, known: Any) -> str:
    folded = {each.lower(): each for each in known}
    if name.lower() in folded:
        return f"write {folded[name.lower()]}: capitals count"
    near = get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known)[:12]) or 'none'}"
