"""The time machine: documents through the mappings of two releases. It sends nothing and writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gateway.boot import Gateway
from gateway.meant import Meant, meant
from gateway.replay.differ import compare
from gateway.replay.documents import Document, Span, Told, of_exchanges, of_samples
from gateway.replay.tally import Tally
from mappings.mapping import Mapping as Mapped

Over = Literal["exchanges", "samples"]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be compared: the names of two releases, over which documents."""

    old: str
    new: str
    over: Over
    span: Span


@dataclass(frozen=True, slots=True)
class Compared:
    order: Order
    old: Meant
    new: Meant
    tally: Tally


async def travel(gateway: Gateway, order: Order, told: Told) -> Compared:
    """Raises NotMeant, Unreadable for declarations that do not compile."""
    settings = gateway.settings
    roots = [settings.path(folder) for folder in settings.installation.platforms]
    platform = order.span.platform
    old = await meant(gateway.store, roots, order.old, platform=platform)
    new = await meant(gateway.store, roots, order.new, platform=platform)
    compared = Compared(order, old, new, Tally())
    if order.over == "samples":
        _replay(compared, of_samples((old, new), platform))
    else:
        async for page in of_exchanges(gateway.store, gateway.papers, order.span, told):
            _replay(compared, page)
    return compared


def _replay(compared: Compared, documents: Iterable[Document]) -> None:
    for document in documents:
        old = compared.old.mapping(document.platform, document.stem)
        new = compared.new.mapping(document.platform, document.stem)
        if document.lacking or old is None or new is None:
            compared.tally.lacking[document.lacking or _without(old, new)] += 1
        else:
            compared.tally.add(document, compare(old, new, document.tree))


def _without(old: Mapped | None, new: Mapped | None) -> str:
    if old is None and new is None:
        return "no_mapping"
    return "no_old_mapping" if old is None else "no_new_mapping"
