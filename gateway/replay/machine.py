"""The time machine: documents through the mappings of two releases. It sends nothing and writes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from gateway.boot import Gateway
from gateway.releases.compiled import DECLARATION
from gateway.releases.meant import Meant, NotMeant, meant
from gateway.replay.differ import Side, compare
from gateway.replay.documents import Document, Span, Told, of_exchanges, of_samples
from gateway.replay.tally import Tally
from gateway.replay.wire import Wire
from mappings.problems import nearest

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
    """Raises NotMeant, also for a platform of neither release; Unreadable for declarations that do not compile."""
    settings = gateway.settings
    roots = [settings.path(folder) for folder in settings.installation.platforms]
    platform = order.span.platform
    old = await meant(gateway.store, roots, order.old, platform=platform)
    new = await meant(gateway.store, roots, order.new, platform=platform)
    known = {path.split("/")[0] for side in (old, new) for path in side.files if path.endswith(DECLARATION)}
    if platform and platform not in known:
        meaning = nearest(platform, known, f"one of {', '.join(sorted(known))}")
        raise NotMeant(f"{platform}: 没有此平台 / no such platform: {meaning}")
    compared = Compared(order, old, new, Tally())
    wires = Wire(gateway.routes, old), Wire(gateway.routes, new)
    if order.over == "samples":
        _replay(compared, wires, of_samples(wires, platform))
    else:
        async for page in of_exchanges(gateway.store, gateway.papers, order.span, told):
            _replay(compared, wires, page)
    compared.tally.unwritten |= wires[0].missing | wires[1].missing
    return compared


def _replay(compared: Compared, wires: tuple[Wire, Wire], documents: Iterable[Document]) -> None:
    tally = compared.tally
    for document in documents:
        old, new = (wire.side(document) for wire in wires)
        if document.lacking or old is None or new is None:
            tally.lacking[document.lacking or _without(old, new)] += 1
            continue
        same_wire = wires[0].declares(document.platform) == wires[1].declares(document.platform)
        wanted = partial(tally.has_room, document)
        tally.add(document, compare(old, new, document.tree, same_wire=same_wire, wanted=wanted))


def _without(old: Side | None, new: Side | None) -> str:
    if old is None and new is None:
        return "no_mapping"
    return "no_old_mapping" if old is None else "no_new_mapping"
