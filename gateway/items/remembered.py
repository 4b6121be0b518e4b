"""Alignments that were found, remembered until the catalogue changes.

A question that was answered costs two statements and their decision; the same few dozen items make up most of
the traffic. Importing a list raises a number in the store; every process looks at it a few times a second, so
a change of the catalogue is in force everywhere within a second.
"""

from collections.abc import Sequence

from gateway.items.align import Alignment, Question, find
from gateway.items.versions import Change, Compare, VersionDiffers
from gateway.store import cases
from gateway.store.connection import Connection
from gateway.store.store import Store

MOST = 4096
SCOPE = "catalogue"


class Alignments:
    """What `align.find` says, from memory where it has said so before. Refusals are never remembered.

    A question is remembered as a whole, situation and version with it. compare: what else may have changed
    between two versions of an item, told beside what the catalogue knows.
    """

    def __init__(self, store: Store, compare: Sequence[Compare] = ()) -> None:
        self._store = store
        self._compare = compare
        self._known: dict[Question, Alignment] = {}
        self._version = -1

    async def find(self, question: Question) -> Alignment:
        """Raises what `align.find` raises."""
        known = self._known.get(question)
        if known is None:
            known = await self._store.read(lambda connection: self._find(connection, question))
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[question] = known
        return known

    def _find(self, connection: Connection, question: Question) -> Alignment:
        try:
            return find(connection, question)
        except VersionDiffers as error:
            if error.before is None or not self._compare:
                raise
            changes: list[Change] = []
            for compare in self._compare:
                changes += compare(connection, error.before, error.after)
            raise error.with_changes(changes) from error

    async def refresh(self) -> None:
        """Forget everything if the catalogue was changed by any process."""
        version = await self._store.read(version_of)
        if version != self._version:
            self._known.clear()
            self._version = version


def version_of(connection: Connection) -> int:
    return cases.following_number(connection, SCOPE)


def changed(connection: Connection) -> None:
    """To be called in the transaction that changes items or alignments."""
    cases.take_numbers(connection, SCOPE, 1)
