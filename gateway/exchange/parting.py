"""Withdrawing a joint case: each part that can be withdrawn is, on the same way as a case by itself."""

from dataclasses import replace
from typing import NamedTuple

from gateway.cases.later import WITHDRAW
from gateway.errors import Refusal
from gateway.exchange import later
from gateway.exchange.asked import Asked
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.store import cases, joints
from gateway.store.connection import Connection
from gateway.store.joints import Joint

# what is wrong with the withdrawal itself, whatever part it is about
_OF_ALL = frozenset({"invalid_case", "forbidden_operation", "idempotency_conflict", "storage_unavailable"})


class Withdrawn(NamedTuple):
    """What came of the withdrawal of one part: an exchange, or why there is none."""

    part: int
    case_id: str
    exchange: Exchange | None
    refusal: Refusal | None = None


async def withdraw(story: Exchanges, asked: Asked, joint: Joint) -> list[Withdrawn]:
    """Withdraw every part that can be: here if it has not left, else over there, each as any other case.

    asked: a withdrawal. Under the same key it goes on where an earlier request was broken off.
    Raises Refusal for what is wrong with the withdrawal itself.
    """

    def look(connection: Connection) -> list[cases.Case | None]:
        return [cases.by_id(connection, each) for each in joints.parts(connection, joint.id)]

    found = await story.around.store.read(look)
    done = []
    for part, case in enumerate(found, 1):
        if case is None:
            continue
        of_part = replace(asked, operation=WITHDRAW, key=f"{joint.id}/{part}/{asked.key}")
        try:
            exchange, _ = await later.write(story, of_part, case)
            done.append(Withdrawn(part, case.id, exchange))
        except Erased:
            done.append(Withdrawn(part, case.id, None, Refusal("erased")))
        except Refusal as refusal:
            if refusal.code in _OF_ALL:
                raise
            done.append(Withdrawn(part, case.id, None, refusal))
    return done
