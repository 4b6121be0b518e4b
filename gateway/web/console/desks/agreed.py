"""Agreements (通办协议): what may pass where, on the ground of which document."""

import re
from collections.abc import Mapping

from gateway.clock import china_day
from gateway.errors import Texts
from gateway.exchange.passing import left_today
from gateway.settings.agreements import POWERS, Agreed, Agreement, Opening
from gateway.web.console.asked import Asked
from gateway.web.console.desks.seen import speaks_of_any
from gateway.web.console.roll import Column, Roll, Row, Span

MODES: Mapping[str, Texts] = {
    "full_online": ("全程网办", "online"),
    "collect_for": ("代收代办", "collected for"),
    "joint": ("多地联办", "joint"),
}
POWERS_ENGLISH = {
    "receive": "receive", "verify_originals": "verify originals", "tell_once": "tell once", "serve": "serve",
}  # fmt: skip
TONES: Mapping[str, tuple[str, Texts]] = {
    "now": ("green", ("有效", "in force")),
    "later": ("amber", ("未生效", "not yet")),
    "over": ("calm", ("已失效", "over")),
}


async def read(asked: Asked, span: Span) -> list[Row]:
    """One row for each batch that is open under an agreement."""
    after = (span.behind[0], span.behind[1]) if span.behind else ("", "")
    batches = sorted(
        ((each, opening) for each in asked.gateway.settings.agreements for opening in each.openings
         if speaks_of_any(each, asked.scope[0])),
        key=_key,
    )  # fmt: skip
    shown = [each for each in batches if _key(each) > after][: span.most]
    return [await _row(asked, *each) for each in shown]


def _key(batch: tuple[Agreement, Opening]) -> tuple[str, str]:
    return batch[0].agreement, batch[1].batch


async def _row(asked: Asked, each: Agreement, opening: Opening) -> Row:
    now_ms = asked.gateway.clock_ms()
    left = await left_today(asked.gateway.store, Agreed(each, opening), now_ms)
    today, sign = china_day(now_ms), each.sign_within
    stands = "now" if each.holds_on(today) and opening.holds_on(today) else "later"
    if any(one.valid_to and today >= one.valid_to for one in (each, opening)):
        stands = "over"
    arrow = " ⇄ " if each.direction == "both" else " → "
    cells = (
        each.title, each.document, TONES[stands], arrow.join("、".join(party) for party in each.between),
        _said([MODES[mode] for mode in each.modes]),
        _said([(POWERS[power], POWERS_ENGLISH[power]) for power in each.powers]),
        opening.batch, "、".join(opening.items), opening.valid_from.isoformat(),
        opening.valid_to.isoformat() if opening.valid_to else "",
        f"{left} / {opening.per_day}" if left is not None else "", sign.days if sign else "",
    )  # fmt: skip
    return Row(f"{each.agreement}.{opening.batch}", cells)


def _said(texts: list[Texts]) -> Texts:
    return "、".join(each[0] for each in texts), ", ".join(each[1] for each in texts)


ROLL = Roll(
    "agreements",
    (
        Column("title"), Column("document", below=True), Column("state", "tone"), Column("between", "code"),
        Column("modes", "said"), Column("powers", "said", below=True), Column("batch", "code"),
        Column("items", below=True), Column("valid_from", "day"), Column("valid_to", "day", below=True),
        Column("left_today", "number"), Column("sign_within", "number"),
    ),
    re.compile(r"([0-9a-z-]{1,40})\.([0-9a-z._-]{1,40})"), read,
)  # fmt: skip
