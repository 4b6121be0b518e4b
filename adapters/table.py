"""A front database (前置库): one row for the case and rows below it, written together; their status read back.

The document of a write is `{TABLE: row, TABLE: [rows]}` in the order of its `call`, that of a read
`{TABLE: {KEY: our number}}`, that of a list `{TABLE: {DAY COLUMN: day}}`. An answer is a small document of the
transport; docs/fronts.md lists its outcomes.
"""

from dataclasses import replace
from urllib.parse import quote

import sqlalchemy as sa
from yarl import URL

from adapters import row_list
from adapters.base import Adapter, Surroundings
from adapters.codecs import json
from adapters.database import DatabaseTransport
from adapters.declared import Platform
from adapters.errors import Unbuildable, Unencodable
from adapters.fronts import Database
from adapters.holes import hollowed
from adapters.message import Access, Message, Request, Response, Tree
from adapters.notation import table_call
from adapters.passage import threads
from adapters.problems import Problem
from adapters.rows import faults


class TableAdapter(Adapter):
    """Rows for tables; the transport puts them there in one transaction."""

    def __init__(self, platform: Platform, surroundings: Surroundings, database: Database) -> None:
        super().__init__(platform, surroundings)
        self._database = database
        self._calls: dict[str, tuple[str, tuple[str, ...]]] = {}
        for name, operation in platform.operations.items():
            call = table_call(operation.call)
            if call is None:
                raise Unbuildable(("operations", name, "call"), "not a call of tables", "write INSERT TABLE")
            self._calls[name] = call

    def encode(self, message: Message) -> Request:
        verb, tables = self._calls[message.operation]
        if verb == "INSERT":
            problems = faults(message.document, self._database, tables)
        elif verb == "LIST":
            problems = row_list.faults(message.document, tables[0], self._database.tables[tables[0]])
        else:
            problems = self._unasked(message, tables[0])
        if problems:
            raise Unencodable(problems)
        document, holes = hollowed(message.document)
        return Request(verb, URL(f"/{'/'.join(tables)}"), {}, json.write(document), holes=holes)

    def _unasked(self, message: Message, table: str) -> list[Problem]:
        """A read asks by our number, and by nothing else."""
        key = self._database.tables[table].key
        asked = message.document.get(table)
        if not isinstance(asked, dict) or not isinstance(asked.get(key), str) or not asked[key]:
            return [Problem(f"{table}.{key}", "needed_there")]
        rest = [f"{table}.{each}" for each in asked if each != key]
        rest += [each for each in message.document if each != table]
        return [Problem(each, "unknown_there") for each in rest]

    def decode(self, response: Response, operation: str) -> Tree:
        return json.read(response.body)


def table_adapter(platform: Platform, surroundings: Surroundings) -> TableAdapter:
    """With a transport of its own. Raises Unbuildable for an address that is none of a front database."""
    if platform.database is None:
        raise Unbuildable(("database",), "no tables", "write database: with the tables of their front")
    transport = DatabaseTransport(
        platform.database, address_of(platform, surroundings.access), threads(platform),
        connect_s=platform.limits.connect_s,
    )  # fmt: skip
    return TableAdapter(platform, replace(surroundings, transport=transport), platform.database)


def address_of(platform: Platform, access: Access) -> sa.URL:
    """The address with its password. A file must be there already: nothing makes an empty database of its own."""
    where = f"address in conf/platforms/{platform.platform}.yaml"
    try:
        url = sa.make_url(access.address)
    except sa.exc.ArgumentError:
        url = sa.URL.create("none")
    backend = url.get_backend_name()
    if url.password is not None:
        raise Unbuildable((), f"{where} holds a password", "write it as secrets: {password: {file: …}}")
    if backend == "sqlite" and url.database and url.database.startswith("/"):
        return sa.URL.create(
            "sqlite", database=f"file:{quote(url.database)}", query={"mode": "rw", "uri": "true"}
        )
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg", password=access.secrets.get("password"))
    raise Unbuildable(
        (), f"{where} is none of a front database", "write postgresql://USER@HOST/NAME or sqlite:////PATH"
    )
