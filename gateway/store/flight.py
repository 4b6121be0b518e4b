"""One way to a PostgreSQL server and back for any number of statements: libpq's pipeline, in one packet.

psycopg's own pipeline sends each statement by itself, so that the server is woken for each, and makes a cursor of
each; an exchange is some forty. Here they leave together, each under the name by which the connection's server has
it prepared. Values are adapted by psycopg, as everywhere.
"""

import select
from collections.abc import Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg import pq
from psycopg.abc import Buffer
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult

Row = tuple[Any, ...]
MOST_PREPARED = 500  # on one connection; what comes later is planned each time
# for these there is nothing to plan
_BARE = frozenset({"BEGIN", "COMMIT", "ROLLBACK", "DEALLOCATE ALL"})
_OK = frozenset({pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK})


class Adapted(NamedTuple):
    """A statement with its values as the server reads them."""

    text: str
    values: Sequence[Buffer | None] = ()
    types: tuple[int, ...] = ()
    formats: Sequence[int] = ()


class Flights:
    """What a connection sends and gets. Between two flights nothing is under way."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._server = connection.pgconn
        self._adapting = Transformer(connection)
        self._names: dict[tuple[str, tuple[int, ...]], bytes] = {}
        self._named = 0
        self._socket = select.poll()
        self._socket.register(self._server.socket, select.POLLIN)

    def adapted(self, text: str, values: Sequence[object]) -> Adapted:
        """Raises DataError for a value that the database cannot hold."""
        if not values:
            return Adapted(text)
        given = self._adapting.dump_sequence(values, [PyFormat.AUTO] * len(values))
        return Adapted(text, given, self._adapting.types or (), self._adapting.formats or ())

    def rows(self, result: PGresult) -> list[Row]:
        self._adapting.set_pgresult(result, set_loaders=True, format=pq.Format.BINARY)
        return self._adapting.load_rows(0, result.ntuples, tuple)

    def check_there(self) -> None:
        """Raises OperationalError if the server has ended the connection since the last flight, or said anything:
        nobody has asked it.
        """
        if self._socket.poll(0):
            raise psycopg.OperationalError("the connection has ended")

    def carry_out(self, statements: Sequence[Adapted]) -> list[PGresult]:
        """Their results, in their order. Raises what the first that failed says: the server skipped the rest."""
        try:
            results = self._there_and_back(statements)
        except BaseException:
            self._server.finish()  # what is still under way answers nobody's question
            raise
        for result in results:
            if result.status not in _OK:
                self._names.clear()  # which of them the server has taken does not matter: see `forget`
                raise self._error(result)
        return results

    def forget(self) -> list[Adapted]:
        """What else is to be carried out where names may stand for nothing, or for what was dropped."""
        return [] if self._names else [Adapted("DEALLOCATE ALL")]

    def _there_and_back(self, statements: Sequence[Adapted]) -> list[PGresult]:
        self._server.enter_pipeline_mode()
        answers = [self._send(each) for each in statements]
        self._server.pipeline_sync()
        self._flush()
        results = [self._last_of(count) for count in answers]
        self._answer()  # to the sync
        self._server.exit_pipeline_mode()
        return results

    def _send(self, statement: Adapted) -> int:
        """How many answers there will be."""
        text, values, types, formats = statement
        name = self._names.get((text, types))
        if name is not None:
            self._server.send_query_prepared(name, values, formats, pq.Format.BINARY)
            return 1
        if text in _BARE or len(self._names) >= MOST_PREPARED:
            self._server.send_query_params(text.encode(), values, types, formats, pq.Format.BINARY)
            return 1
        self._named += 1
        name = self._names[text, types] = b"t%d" % self._named
        self._server.send_prepare(name, text.encode(), types)
        self._server.send_query_prepared(name, values, formats, pq.Format.BINARY)
        return 2

    def _flush(self) -> None:
        """Send all of it; a server that answers meanwhile is listened to, or both would wait for each other."""
        self._socket.modify(self._server.socket, select.POLLIN | select.POLLOUT)
        while self._server.flush():
            for _, event in self._socket.poll():
                if event & ~select.POLLOUT:
                    self._server.consume_input()
        self._socket.modify(self._server.socket, select.POLLIN)

    def _last_of(self, count: int) -> PGresult:
        """The answer to a statement, which stands behind that to its preparation; or the first that is an error."""
        answers = []
        for _ in range(count):
            answers.append(self._answer())
            self._server.get_result()  # None: the end of it
        return next((each for each in answers if each.status not in _OK), answers[-1])

    def _answer(self) -> PGresult:
        while self._server.is_busy():
            self._socket.poll()
            self._server.consume_input()
        result = self._server.get_result()
        if result is None:
            raise psycopg.OperationalError("the connection was lost")
        return result

    def _error(self, result: PGresult) -> psycopg.Error:
        if self._server.status != pq.ConnStatus.OK:
            return psycopg.OperationalError("the connection was lost")
        return error_from_result(result, "utf-8")
