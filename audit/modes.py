"""What entries say of the modes (通办方式) of a case: parcels (寄件), visits (到访), joint cases; of unmaskings.

Rows that are wanted, from records alone, as in audit/expected.py.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from audit.expected import Wanted, epoch_ms, fact_of
from audit.records import Record

ISSUED, REDEEMED = "visit.issued", "visit.redeemed"
ADMITTED, CHANGED = "joint.admitted", "joint.changed"
_ANSWERS = {"unmasking.granted": 1, "unmasking.denied": 0}
_OF_CASE = frozenset({REDEEMED, "case.parcel", "unmasking.asked", *_ANSWERS})


def modes_of_case(case: str, records: Sequence[Record]) -> list[Wanted]:
    """Every row that the entries naming one case speak of, but for its joint case.

    A visit that became one of the case must be there; what stands in its row `visits` tells.
    """
    if not any(each.kind in _OF_CASE for each in records):
        return []
    redeemed = (each for each in records if each.kind == REDEEMED)
    came = [Wanted("visits", (str(fact_of(each, "visit")),), {}) for each in redeemed]
    return [*_parcels(case, records), *came, *_unmaskings(case, records)]


def visits(records: Sequence[Record]) -> Iterator[Wanted]:
    """Visits as they began, and what came of them; one with which nobody came is forgotten after a while.

    Once its ticket is redeemed, who came stands with the case, and nothing of it is sealed here.
    """
    redeemed = {fact_of(each, "visit"): each for each in records if each.kind == REDEEMED}
    for each in records:
        if each.kind != ISSUED:
            continue
        came = redeemed.get(fact_of(each, "visit"))
        yield Wanted("visits", (str(fact_of(each, "visit")),), {
            "caller": fact_of(each, "caller"), "platform": fact_of(each, "platform"),
            "expires_ms": epoch_ms(each.facts.get("expires_at")), "used_ms": came.at_ms if came else 0,
            "case_id": fact_of(came or each, "case"),
            **({"key_id": "", "wrapped": b"", "sealed": b""} if came else {}),
        }, must=False)  # fmt: skip


def joints(records: Sequence[Record]) -> Iterator[Wanted]:
    """Joint cases with their parts, and where they stand after the last change of one of these."""
    stands: dict[object, Record] = {}
    for each in records:
        if each.kind in (ADMITTED, CHANGED):
            stands[fact_of(each, "joint")] = each
    for each in records:
        if each.kind != ADMITTED:
            continue
        joint, last = str(fact_of(each, "joint")), stands[fact_of(each, "joint")]
        yield Wanted("joints", (joint,), {
            "caller": fact_of(each, "caller"), "admitted_ms": each.at_ms,
            "standing": fact_of(last, "standing"), "changed_ms": last.at_ms,
        })  # fmt: skip
        for part, case in enumerate(parts_of(each), 1):
            yield Wanted("joint_parts", (joint, part), {"case_id": case})


def parts_of(admitted: Record) -> list[str]:
    """The cases of a joint case, in their order; none of any other entry."""
    cases = admitted.facts.get("cases") if admitted.kind == ADMITTED else None
    return [str(each) for each in cases] if isinstance(cases, list) else []


def _parcels(case: str, records: Sequence[Record]) -> Iterator[Wanted]:
    """What happened to parcels of the case, in the order in which it was known."""
    found = (each for each in records if each.kind == "case.parcel")
    for place, each in enumerate(found, 1):
        named = {
            "kind": "event",
            "direction": "direction",
            "carrier": "carrier",
            "number": "number",
            "source": "source",
        }
        said = {column: fact_of(each, fact) for column, fact in named.items()}
        times = {"at_ms": epoch_ms(each.facts.get("happened_at")), "seen_ms": each.at_ms}
        yield Wanted("parcel_events", (case, place), {**said, **times, "contents": _contents(each)})


def _contents(record: Record) -> str:
    """Of `CODE FORM COUNT` the row's `[[code, form, count], …]`."""
    told = record.facts.get("contents")
    pieces = [str(each).rsplit(" ", 2) for each in told] if isinstance(told, list) else []
    rows = [
        [*said, int(count) if count.isdecimal() and len(count) < 10 else count] for *said, count in pieces
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def _unmaskings(case: str, records: Sequence[Record]) -> Iterator[Wanted]:
    told: dict[object, list[Record]] = defaultdict(list)
    for each in records:
        if each.kind == "unmasking.asked" or each.kind in _ANSWERS:
            told[fact_of(each, "unmasking")].append(each)
    for unmasking, said in told.items():
        asked, last = said[0], said[-1]
        answered = last.kind in _ANSWERS
        account = fact_of(asked, "asked_by" if asked.kind in _ANSWERS else "account")
        yield Wanted("unmaskings", (str(unmasking),), {
            "case_id": case, "account": account, "asked_ms": asked.at_ms,
            "answered_by": fact_of(last, "account") if answered else "",
            "granted": _ANSWERS.get(last.kind, 0), "answered_ms": last.at_ms if answered else 0,
        })  # fmt: skip
