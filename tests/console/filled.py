"""A month of work at a gateway: cases that came, went and came back, what is stuck, what is to be reviewed."""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import sqlalchemy as sa

from gateway.clock import china_day
from gateway.identity import new_id
from gateway.items.likeness.tables import suggestions
from gateway.items.tables import items
from gateway.model import BLANK, Exchange, Fact
from gateway.store import approvals, cases, events, exchanges, releases, tables, watched
from gateway.store.approvals import Approval
from gateway.store.cases import Case
from gateway.store.events import Told
from gateway.store.transaction import Transaction
from gateway.store.watched import Kept
from tests.console.nasty import NASTY

DAY_MS, HOUR_MS, MINUTE_MS = 86_400_000, 3_600_000, 60_000
HERE, THERE, UNIT = "341702", "440232", "11440232007340216X"
DAYS, EVERY_DAY = 30, 5
FIX_DAYS_AGO = 12  # a release came in force that mends the most frequent cause
CAUSES = ("materials_unreadable", "materials_incomplete", "wrong_item")


@dataclass
class Filled:
    """What was put there, for tests to count by themselves."""

    now_ms: int
    place: int = 0
    submits: list[Exchange] = field(default_factory=list)
    back: list[tuple[int, str, str]] = field(default_factory=list)  # admitted, kind, reason
    held: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    suggested: list[tuple[str, str]] = field(default_factory=list)


def fill(tx: Transaction) -> Filled:
    filled, random = Filled(tx.now_ms), Random(7)
    _release(tx, filled)
    for day in range(DAYS):
        for _ in range(EVERY_DAY - (day % 7 in (5, 6)) * 3):
            _case(tx, filled, random, filled.now_ms - day * DAY_MS - random.randrange(1, 9) * HOUR_MS)
    for place in range(6):
        _stuck(tx, filled, place)
        _unsigned(tx, filled, place)
    _suggestions(tx, filled)
    return filled


def _submit(tx: Transaction, at_ms: int, *, open_: int, **changed: Any) -> Exchange:
    case_id = new_id(at_ms - 40, os.urandom)
    row = BLANK._replace(
        id=new_id(at_ms, os.urandom), case_id=case_id, kind="write", operation="case.submit", caller="guichi",
        platform="sim-gd", here=HERE, division=THERE, unit=UNIT, place=1, admitted_ms=at_ms, changed_ms=at_ms,
    )._replace(**changed)  # fmt: skip
    received_ms = at_ms - 3 * HOUR_MS
    cases.add(
        tx.connection, Case(case_id, "guichi", "", "440232002014", THERE, HERE, received_ms, open_, at_ms)
    )
    exchanges.admit(tx.connection, row)
    return row


def _case(tx: Transaction, filled: Filled, random: Random, at_ms: int) -> None:
    mended = at_ms > filled.now_ms - FIX_DAYS_AGO * DAY_MS
    state = random.choices(("delivered", "refused", "abandoned", "withdrawn"), (88, 7, 3, 2))[0]
    took_ms, over = random.randrange(80, 1900), random.random() < 0.8
    row = _submit(
        tx, at_ms, open_=0 if over else 1, state=state, ended_ms=at_ms + took_ms, changed_ms=at_ms + took_ms,
        platform=random.choice(("sim-gd", "sim-gd", "sim-gx")), ours=f"44028320261120{len(filled.submits):06d}",
        code=random.choice(("E17", "E203")) if state == "refused" else "",
    )  # fmt: skip
    filled.submits.append(row)
    kind = {"delivered": "taken", "refused": "refused"}.get(state, "not_sent")
    exchanges.add_fact(tx.connection, row.id, 1, Fact(kind, row.ended_ms, 1, code=row.code))
    if state == "delivered":
        told = _life(filled, random, row, mended=mended)
        events.add(tx.connection, row.case_id, 0, told)


def _life(filled: Filled, random: Random, row: Exchange, *, mended: bool) -> list[Told]:
    at_ms, told = row.ended_ms, list[Told]()

    def step(kind: str, hours: int, reason: str = "") -> None:
        nonlocal at_ms
        at_ms += hours * HOUR_MS
        told.append(Told(kind, at_ms, row.platform, f"{kind}/{row.id}", seen_ms=at_ms, reason=reason))
        if kind in ("correction_needed", "returned"):
            filled.back.append((row.admitted_ms, kind, reason))

    step("signed", random.randrange(1, 9))
    if random.random() < (0.08 if mended else 0.4):
        step("correction_needed", random.randrange(2, 12), CAUSES[0])
        step("corrected", random.randrange(8, 70))
    if random.random() < 0.12:
        step("returned", random.randrange(3, 20), random.choice(CAUSES[1:]))
        return told
    step("accepted", random.randrange(2, 20))
    step("granted", random.randrange(20, 90))
    step("served", random.randrange(4, 30))
    return told


def _stuck(tx: Transaction, filled: Filled, place: int) -> None:
    now_ms, nasty = filled.now_ms, NASTY if place == 5 else ""
    held = _submit(
        tx, now_ms - place * HOUR_MS, open_=1, state="held", cause=nasty or "timeout",
        ours=nasty or f"GD{place:06d}", due_ms=now_ms + (22 - place) * HOUR_MS,
        code=nasty or ("E500" if place % 2 else ""),
    )  # fmt: skip
    filled.held.append(held.id)
    exchanges.add_fact(tx.connection, held.id, 1, Fact("unknown", held.admitted_ms, 1, cause=held.cause))
    ticket = {
        "exchange_id": held.id, "kind": "held", "cause": "timeout", "owner": nasty or "值班一组",
        "opened_ms": held.admitted_ms, "due_ms": held.due_ms, "closed_ms": 0,
    }  # fmt: skip
    tx.connection.run(_TICKET, ticket)
    later = _submit(
        tx, now_ms - place * 2 * HOUR_MS, open_=1, state="deferred" if place % 3 else "waiting",
        cause=nasty or "platform_unavailable", due_ms=now_ms + (place + 1) * 40 * MINUTE_MS, attempt=place + 1,
    )  # fmt: skip
    filled.deferred.append(later.id)
    exchanges.add_fact(
        tx.connection, later.id, 1, Fact("unknown" if nasty else "later", now_ms, 1, cause="garbled")
    )


def _unsigned(tx: Transaction, filled: Filled, place: int) -> None:
    nasty = NASTY if place == 5 else ""
    row = _submit(
        tx, filled.now_ms - (9 + place) * DAY_MS, open_=1, state="delivered", unit=nasty or UNIT,
        ended_ms=filled.now_ms - 9 * DAY_MS, ours=nasty or f"GDQ{place:05d}",
    )  # fmt: skip
    today = china_day(filled.now_ms)
    start, due = ((today - timedelta(days=days + place)).isoformat() for days in (9, 4))
    watched.keep(tx.connection, row.case_id, [Kept(row.case_id, "sign", start, due, due, "red", "")])
    filled.unsigned.append(row.case_id)


def _release(tx: Transaction, filled: Filled) -> None:
    place, digest = releases.in_force(tx.connection)
    filled.place = place + 1
    mended_ms = filled.now_ms - FIX_DAYS_AGO * DAY_MS
    assert releases.activate(
        tx.connection,
        digest or "",
        place=filled.place,
        actor="chen.eng",
        why="修正材料清晰度说明",
        at_ms=mended_ms,
    )
    for actor, document in (("li.lead", "通办审〔2026〕18号"), (NASTY, NASTY)):
        approval = Approval(
            "sim-gd", f"sha256:{actor.encode().hex():0<64.64}", actor, document, mended_ms - HOUR_MS
        )
        approvals.add(tx.connection, approval, {"sim-gd/platform.yaml": "platform: sim-gd\n"})


def _suggestions(tx: Transaction, filled: Filled) -> None:
    ours, theirs = (_codes(tx, division) for division in (HERE, THERE))
    for place in range(30):
        here, there = (
            ours[place % len(ours)],
            f"{theirs[place % len(theirs)]}" if place < 6 else f"GD-{place:03d}",
        )
        nasty = NASTY if place == 3 else ""
        row = {
            "here_division": HERE, "there_division": THERE, "here_code": here, "there_code": there,
            "permille": 985 - place * 13, "why_zh": nasty or "名称一致；办理单位同类；服务对象相同",
            "why_en": nasty or "same name; units of one kind; same service object", "made_ms": filled.now_ms,
        }  # fmt: skip
        tx.connection.run(_SUGGESTION, {**_NOTHING, **row})
        filled.suggested.append((here, there))


def _codes(tx: Transaction, division: str) -> list[str]:
    return [row[0] for row in tx.connection.rows(_CODES, {"division": division})] or ["000001"]


_TICKET = sa.insert(tables.tickets)
_SUGGESTION = sa.insert(suggestions)
_NOTHING: dict[str, Any] = {
    "decision": "", "first_by": "", "first_ms": 0, "second_by": "", "second_ms": 0, "alignment": "",
}  # fmt: skip
_CODES = (
    sa.select(items.c.code)
    .where(items.c.division == sa.bindparam("division"))
    .order_by(items.c.code)
    .distinct()
)
