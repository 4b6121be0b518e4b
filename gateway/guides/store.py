"""Guides in the database: every one that was ever known is kept; what is known again only becomes younger."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Literal

import sqlalchemy as sa

from gateway.clock import china_day
from gateway.guides.guide import Guide, RequiredMaterial, begun, materials_of
from gateway.guides.tables import guides
from gateway.items.codes import parse
from gateway.items.item import places, short_division
from gateway.items.remembered import changed
from gateway.store.connection import Connection, Row

Outcome = Literal["added", "changed", "unchanged"]


def _bind(name: str) -> sa.BindParameter[str]:
    return sa.bindparam(name, type_=sa.Text)


_SAME = (guides.c.division == _bind("division"), guides.c.code == _bind("code"))
_COLUMNS = tuple(guides.c[each.name] for each in fields(Guide))
_ELEMENTS = [each.name for each in fields(Guide)].index("elements")
HISTORY = sa.select(*_COLUMNS).where(*_SAME).order_by(guides.c.place)
ADD = sa.insert(guides)
YOUNGER = (
    sa.update(guides)
    .where(*_SAME, guides.c.place == sa.bindparam("at_place", type_=sa.BigInteger))
    .values(as_of_ms=sa.bindparam("as_of", type_=sa.BigInteger), source=_bind("said_by"))
)


def put(connection: Connection, guide: Guide) -> Outcome:
    """Keep a guide, in the transaction of the connection.

    The same again only becomes younger; another one is kept beside the earlier ones. One that says no day holds
    from the day on which it was seen, the first one from always; an earlier version never takes the place of a
    later one.
    """
    known = _history(connection, guide.division, guide.code)
    if _make_younger(connection, guide, known):
        return "unchanged"
    changed(connection)  # from here on nobody else adds one: look again
    known = _history(connection, guide.division, guide.code)
    if _make_younger(connection, guide, known):
        return "unchanged"
    dated = replace(guide, valid_from=guide.valid_from or _day_for(guide, known))
    values = {each.name: getattr(dated, each.name) for each in fields(Guide)}
    kept = {"place": len(known) + 1, "first_ms": guide.as_of_ms, "elements": _written(guide)}
    connection.run(ADD, {**values, **kept})
    return "changed" if known else "added"


def knows(connection: Connection, guide: Guide) -> bool:
    """Whether keeping it would change nothing but its age."""
    return _place_of(guide, _history(connection, guide.division, guide.code)) > 0


def _make_younger(connection: Connection, guide: Guide, known: Sequence[Guide]) -> bool:
    place = _place_of(guide, known)
    if place == 0:
        return False
    newest = {"as_of": max(guide.as_of_ms, known[place - 1].as_of_ms), "said_by": guide.source}
    connection.run(YOUNGER, {"division": guide.division, "code": guide.code, "at_place": place, **newest})
    return True


def _place_of(guide: Guide, known: Sequence[Guide]) -> int:
    """Where the same is known, as the last word on its version and day; 0: nowhere."""
    rivals = [
        place
        for place, each in enumerate(known, 1)
        if each.version == guide.version and guide.valid_from in ("", each.valid_from)
    ]
    if not rivals:
        return 0
    last = known[rivals[-1] - 1]
    same = (last.valid_to, last.elements) == (guide.valid_to, guide.elements)
    return rivals[-1] if same else 0


def _day_for(guide: Guide, known: Sequence[Guide]) -> str:
    today = china_day(guide.as_of_ms).isoformat()
    rival = begun(known, today)
    if rival and guide.version < rival.version:
        return rival.valid_from
    return today if known else ""


def guides_of(connection: Connection, division: str, code: str) -> list[Guide]:
    """All guides that were ever known of an item, in the order in which they came.

    Those of its own division, else of the nearest one above; those of the code itself, else of the
    implementation code that a handling code begins with.
    """
    for own in codes_of(code):
        for place in places(short_division(division)):
            if found := _history(connection, place, own):
                return found
    return []


def guide_on(connection: Connection, division: str, code: str, day: str) -> Guide | None:
    """The guide in force on an ISO day; None if none is known."""
    return begun(guides_of(connection, division, code), day)


def required_materials(
    connection: Connection, division: str, code: str, situation: str, day: str
) -> list[RequiredMaterial]:
    """What the guide of an item asks for on an ISO day, in its order; [] also where no guide is known.

    situation: those that are for every situation, and those of this one; "": those of all situations.
    """
    guide = guide_on(connection, division, code, day)
    return materials_of(guide, situation, day) if guide else []


def codes_of(code: str) -> tuple[str, ...]:
    """The codes under which a guide of this item may be kept, the most exact first."""
    own = parse(code)
    return (own.text, own.implementation) if own.kind == "handling" else (own.text,)


def _history(connection: Connection, division: str, code: str) -> list[Guide]:
    return [_guide(row) for row in connection.rows(HISTORY, {"division": division, "code": code})]


def _written(guide: Guide) -> str:
    return json.dumps(guide.elements, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _guide(row: Row) -> Guide:
    guide = Guide(*row)
    return replace(guide, elements=json.loads(row[_ELEMENTS]))
