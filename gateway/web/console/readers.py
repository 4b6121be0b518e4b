"""Who looked at a case: on its page, and as a list to take away."""

from typing import Any

from gateway.accounts.account import TEXTS
from gateway.dossier.dossier import Dossier
from gateway.web.console.asked import Asked
from gateway.web.console.one_case import found
from gateway.web.console.roll import PLACE, Column, Listed, Roll, listed, whole


def lines(dossier: Dossier) -> list[tuple[Any, ...]]:
    return [
        (each.at_ms, each.text("account"), TEXTS.get(each.text("role")))  # type: ignore[call-overload]
        for each in dossier.looks
    ]


async def _lines(asked: Asked) -> list[tuple[Any, ...]]:
    return lines(await found(asked))


async def _told(asked: Asked, count: int) -> None:
    """Taking the list away is looking at the case, too."""
    await asked.record("account.viewed", case=asked.request.match_info["id"])


ROLL = Roll(
    "readers",
    (Column("at", "time"), Column("account"), Column("role", "said")),
    PLACE, whole(_lines), told=_told, part="readers", page="cases/{id}",
)  # fmt: skip


async def listed_of(asked: Asked, dossier: Dossier) -> Listed:
    """As it stands on the page of the case."""
    return await listed(asked, ROLL, lines(dossier))
