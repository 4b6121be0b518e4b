"""Cases that a platform elsewhere handed to one of ours: found again by the numbers that it names them by."""

from collections.abc import Mapping
from typing import Any

from gateway.inward.channels import Channel
from gateway.inward.commits import known_as
from gateway.inward.receiving import NotReceived
from gateway.store import cases
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.store import Store

NUMBERS = ("ours", "theirs")


async def case_handed(store: Store, channel: Channel, document: Mapping[str, Any]) -> Case:
    """The case that this platform handed over under these numbers; another's is as unknown as none.

    Raises NotReceived: number_missing, unknown_number, numbers_differ.
    """
    named = [number for name in NUMBERS if isinstance(number := document.get(name), str) and number]
    if not named:
        raise NotReceived("number_missing")
    owner = known_as(channel.name)
    found = await store.read(lambda connection: [_known(connection, owner, each) for each in named])
    if not all(found):
        raise NotReceived("unknown_number")
    same = set(found[0]).intersection(*found[1:])
    if len(same) != 1:
        raise NotReceived("numbers_differ")
    (case_id,) = same
    case = await store.read(lambda connection: cases.by_id(connection, case_id))
    if case is None:
        raise NotReceived("unknown_number")
    return case


def _known(connection: Connection, owner: str, number: str) -> list[str]:
    """Cases of this caller by one number: our id of the case is one, too."""
    known = [case_id for case_id, caller in cases.by_number(connection, number) if caller == owner]
    case = None if known else cases.by_id(connection, number)
    return [case.id] if case is not None and case.caller == owner else known
