"""What the window of a place without an interface records of parcels (寄件), on the page of the case.

Whoever does it has the unit that decides in their scope; by the log it was this account, of this unit.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters.desk_coherence import DESK
from gateway.dossier.dossier import Dossier
from gateway.exchange.following import SUBMIT
from gateway.model import Exchange
from gateway.web.console.asked import Asked
from gateway.web.console.words_of_modes import SAYABLE
from mappings.china_time import CHINA

PIECES = 3  # kinds of contents that one form has room for; more go in by the API


def tells(asked: Asked, dossier: Dossier) -> Exchange | None:
    """The exchange by which the unit of whoever asks has the case at its desk; None for everybody else."""
    account = asked.somebody
    submitted = next((each for each in dossier.known.exchanges if each.operation == SUBMIT), None)
    if submitted is None or not account.may("parcel") or submitted.unit not in account.scope.units:
        return None
    platform = asked.gateway.routes.active.platforms.get(submitted.platform)
    return submitted if platform is not None and platform.declared.speaks == DESK else None


def document_of(form: Mapping[str, str], now_ms: int) -> dict[str, Any]:
    """What was typed as canonical/parcel; what is not there, or cannot be, its check tells."""
    what = form.get("what", "")
    event, _, direction = what.partition(".") if what in SAYABLE else ("", "", "")
    document: dict[str, Any] = {
        "event": event,
        "direction": direction,
        "carrier": form.get("carrier", "").strip(),
        "number": form.get("number", "").strip().upper(),
        "by": {"at": _moment(form.get("at", "").strip(), now_ms)},
    }
    pieces = [_piece(form, place) for place in range(1, PIECES + 1) if form.get(f"code{place}", "").strip()]
    return {**document, "contents": pieces} if pieces and event == "sent" else document


def _piece(form: Mapping[str, str], place: int) -> dict[str, Any]:
    count = form.get(f"count{place}", "").strip() or "1"
    return {
        "code": form[f"code{place}"].strip(),
        "form": form.get(f"form{place}", ""),
        "count": int(count) if count.isdecimal() and len(count) < 4 else 0,
    }


def _moment(typed: str, now_ms: int) -> str:
    """As a browser writes it, in China time: `2026-11-20T15:00`."""
    if not typed:
        return datetime.fromtimestamp(now_ms / 1000, CHINA).isoformat(timespec="seconds")
    return f"{typed}:00" if typed.count(":") == 1 else typed
