"""How parcels of a case are shown to callers."""

from collections.abc import Sequence
from typing import Any

from gateway.cases.parcels import TEXTS, Parcel
from gateway.web.views.cases import china


def parcels_view(parcels: Sequence[Parcel]) -> list[dict[str, Any]]:
    return [_parcel(each) for each in parcels]


def _parcel(each: Parcel) -> dict[str, Any]:
    chinese, english = TEXTS[each.state]
    return {
        "carrier": each.carrier,
        "number": each.number,
        "direction": each.direction,
        "state": each.state,
        "state_text": {"zh": chinese, "en": english},
        "acts": each.acts,
        "contents": [{"code": one.code, "form": one.form, "count": one.copies} for one in each.contents],
        "events": [{"event": one.kind, "at": china(one.at_ms), "source": one.source} for one in each.told],
        "findings": list(each.findings),
    }
