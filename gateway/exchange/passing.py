"""Under which agreement (通办协议) a case passes, and how many more of its batch may pass today (试运行)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.settings.agreements import Agreed, Agreement, HandOver, NotAgreed, agreed, powers_used
from gateway.store import passages
from gateway.store.store import Store
from mappings.china_time import CHINA, instant

_TOLD = ("no_agreement", "mode_not_agreed", "item_not_open", "power_not_delegated")  # as far as it got
CODES = ("basic_code", "implementation_code", "handling_code", "local_code")


def passing(document: dict[str, Any], agreements: Sequence[Agreement]) -> Agreed | None:
    """Find the agreement, as of the receiving time, and put its document number into the aligned document.

    None where no agreement is declared at all. Raises Refusal: no_agreement, mode_not_agreed, item_not_open,
    power_not_delegated.
    """
    try:
        passes = agreed(agreements, _hand_over(document))
    except NotAgreed as error:
        facts: dict[str, Any] = dict(error.facts)
        raise Refusal(error.code, **facts) from error
    if passes:
        document["agreement"] = passes.agreement.document
    return passes


class Opened(NamedTuple):
    """A mode in which an item may pass. verifies: also where the receiving window has verified a material."""

    mode: str
    passes: Agreed | None
    verifies: bool


def opened(asked: HandOver, modes: Sequence[str], agreements: Sequence[Agreement]) -> list[Opened]:
    """In which of these modes it may pass, before there is a case. Raises Refusal, if in none, as `passing`."""
    found: list[Opened] = []
    faults: list[NotAgreed] = []
    for mode in modes:
        plain = replace(asked, mode=mode, powers=powers_used(mode, verified_here=False))
        try:
            passes = agreed(agreements, plain)
        except NotAgreed as error:
            faults.append(error)
        else:
            found.append(Opened(mode, passes, _may_verify(plain, agreements)))
    if not found:
        fault = max(faults, key=lambda each: _TOLD.index(each.code))
        facts: dict[str, Any] = dict(fault.facts)
        raise Refusal(fault.code, **facts) from fault
    return found


def _may_verify(plain: HandOver, agreements: Sequence[Agreement]) -> bool:
    try:
        agreed(agreements, replace(plain, powers=powers_used(plain.mode, verified_here=True)))
    except NotAgreed:
        return False
    return True


def _hand_over(document: Mapping[str, Any]) -> HandOver:
    receiving, item = document["receiving"], document["item"]
    verified_here = any(
        material["trust"] == "B" and material.get("verification", {}).get("unit") == receiving["unit"]
        for material in document["materials"]
    )
    return HandOver(
        here=receiving["division"],
        there=document["division"],
        mode=document["mode"],
        codes=(item["code"], *(item["there"].get(name, "") for name in CODES)),
        powers=powers_used(document["mode"], verified_here=verified_here),
        day=instant(receiving["received_at"]).date(),
    )


async def left_today(store: Store, passes: Agreed | None, now_ms: int) -> int | None:
    """How many more cases the batch lets pass today; None where it has no cap. Only commit 1 counts for sure."""
    if passes is None or (most := passes.opening.per_day) is None:
        return None
    day = china_day(now_ms).isoformat()
    taken = await store.read(lambda connection: passages.taken(connection, *passes.key, day))
    return max(0, most - taken)


def full_today(passes: Agreed, now_ms: int) -> Refusal:
    """What a caller is told whose case is one too many: to come again after midnight in China."""
    now = datetime.fromtimestamp(now_ms / 1000, CHINA)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return Refusal(
        "batch_full",
        retry_after_s=int((midnight - now).total_seconds()) + 1,
        document=passes.agreement.document,
        batch=passes.opening.batch,
        per_day=passes.opening.per_day or 0,
    )
