"""Erasing a case on order (依令销毁): all of it or, where something forbids it, nothing."""

from typing import NamedTuple

from gateway.erasure.erasing import Ground, erase, remove_files, take_erasure_turn
from gateway.materials.folder import MaterialFolder
from gateway.store import cases, erased, holds
from gateway.store.connection import Connection
from gateway.store.erased import Content
from gateway.store.store import Store, Transaction


class Part(NamedTuple):
    """What would go of one exchange: sealed bodies, files with their bytes, results."""

    exchange: str
    operation: str
    bodies: int
    files: int
    file_bytes: int
    results: int


class Forbidden(Exception):
    """Nothing was erased. why: unknown, held, open, erased; what: the document of the hold, or the exchange."""

    def __init__(self, why: str, what: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.what = what


async def planned(store: Store, case_id: str) -> list[Part]:
    """What would be erased. Raises Forbidden, as erasing it would."""

    def look(connection: Connection) -> list[Part]:
        return [
            Part(each.exchange, each.operation, *erased.measured(connection, each))
            for each in _allowed(connection, case_id)
        ]

    return await store.read(look)


async def erase_case(store: Store, folder: MaterialFolder, case_id: str, ground: Ground) -> int:
    """Erase everything of a case in one commit; of how many exchanges that was. Raises Forbidden."""

    def work(tx: Transaction) -> tuple[int, list[str]]:
        take_erasure_turn(tx.connection, case_id)
        contents = _allowed(tx.connection, case_id)
        return len(contents), erase(tx, contents, ground)

    count, files = await store.write(work, alone=True)
    await remove_files(store, folder, files)
    return count


def _allowed(connection: Connection, case_id: str) -> list[Content]:
    case = cases.by_id(connection, case_id)
    if case is None:
        raise Forbidden("unknown")
    hold = holds.holding(connection, case.id, case.person)
    if hold is not None:
        raise Forbidden("held", hold.document)
    contents = erased.of_case(connection, case_id)
    unfinished = next((each.exchange for each in contents if not each.ended_ms), None)
    if unfinished is not None:  # without its papers it could be neither sent nor settled
        raise Forbidden("open", unfinished)
    if not contents:
        raise Forbidden("erased")
    return contents
