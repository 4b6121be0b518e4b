"""Telling of a parcel (登记寄件) at the page of a case: by the way of everything else that is told of one."""

from aiohttp import web

from gateway.errors import Refusal
from gateway.exchange import parcels
from gateway.exchange.papers import Erased
from gateway.web.console.asked import HOME, Asked
from gateway.web.console.case import page
from gateway.web.console.one_case import found
from gateway.web.console.parcels import document_of, tells
from gateway.web.console.render import to

_TOLD = ("invalid_case", "parcel_differs", "parcels_full")


async def tell(asked: Asked) -> web.Response:
    """Record it, and show where the parcel is now; or say what is wrong with it, and keep nothing."""
    dossier = await found(asked)
    submitted = tells(asked, dossier)
    if submitted is None:
        raise Refusal("not_found")
    try:
        await parcels.record(
            asked.gateway.exchanges, dossier.case, document_of(asked.form, asked.gateway.clock_ms()),
            source=submitted.platform, actor=asked.somebody.name, unit=submitted.unit,
        )  # fmt: skip
    except Erased as error:
        raise Refusal("erased") from error
    except Refusal as refusal:
        if refusal.code not in _TOLD:
            raise
        return await page(asked, dossier, told=f"parcel_{refusal.code}", status=422)
    return to(asked, f"{HOME}/cases/{dossier.case.id}#parcels")
