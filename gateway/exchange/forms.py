"""What an item needs over there, before anybody is asked for anything: form, materials, what must be chosen."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from gateway.clock import china_day
from gateway.errors import Refusal
from gateway.exchange.passing import CODES, Opened, opened
from gateway.exchange.prepare import SERVICE_OBJECT, item_refusal
from gateway.exchange.rights import allowed, written
from gateway.items.align import Alignment, Question
from gateway.items.item import short_division
from gateway.items.problems import ItemError
from gateway.items.remembered import Alignments
from gateway.needs.checked import Known
from gateway.needs.demands import Asked, Demands, code_of
from gateway.needs.readings import of_item_there
from gateway.needs.required import shown
from gateway.needs.schema import Closed, Form, form_of
from gateway.needs.there import message_of
from gateway.needs.unsaid import told
from gateway.releases.routes import Route, Routes
from gateway.settings.agreements import Agreement, HandOver
from gateway.settings.callers import Caller
from mappings.canonical.check import BACK_DAYS
from mappings.mapping import Mapping as Mapped
from mappings.problems import Problem, Refused, Unmappable

SUBMIT = "case.submit"
MODES = ("full_online", "collect_for", "joint")
_VERIFIED = ("materials", "verification", "unit")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done where. here: the receiving division; "" for the caller's only one.

    received_on: ISO day of receipt, "" for today. kind: person | organization, "" for either. mode, unit,
    situation: "" where they are still open.
    """

    code: str
    division: str
    unit: str = ""
    situation: str = ""
    here: str = ""
    mode: str = ""
    received_on: str = ""
    kind: str = ""


class Forms:
    """Answers a wish; asks catalogue, agreements, the release in force and the guides, and nobody outside."""

    def __init__(
        self, alignments: Alignments, demands: Demands, routes: Routes, clock_ms: Callable[[], int], *,
        agreements: Sequence[Agreement] = (),
    ) -> None:  # fmt: skip
        self._alignments = alignments
        self._demands = demands
        self._routes = routes
        self._clock_ms = clock_ms
        self._agreements = agreements

    async def form(self, wish: Wish, caller: Caller) -> dict[str, Any]:
        """The answer as a document. Raises Refusal."""
        today = china_day(self._clock_ms())
        day, here = _day(wish.received_on, today), _here(wish.here, caller)
        kinds, alignment = await self._aligned(wish, here, day)
        there = alignment.document()
        modes = self._open(wish, here, there, day)
        route = self._routes.find(division=wish.division, item=there, operation=SUBMIT)
        demand = await self._demands.find(Asked(short_division(wish.division), code_of(there), here, day))
        chosen = demand.chosen({"situation": wish.situation, "there": there})
        if demand.situations and chosen not in ("", *demand.situations):
            raise Refusal("bad_parameter", name="situation")
        # words of the guide are asked for only where the alignment has not settled which of them it is
        open_ = demand.situations if chosen == wish.situation else ()
        fixed = _fixed(wish, here, kinds, (wish.situation,) if wish.situation else open_)
        if len(modes) < len(MODES):
            fixed["mode",] = tuple(each.mode for each in modes)
        known = Known(day, today, fixed, caller.title, demand, chosen)
        form = await asyncio.to_thread(_form, route, there, known)
        return {
            "platform": route.name,
            "release": route.release,
            "operation": SUBMIT,
            "item": there,
            "received_on": day.isoformat(),
            "asked_on": today.isoformat(),
            "agreed": [view for each in modes if (view := _agreed(each))],
            "situations": list(open_),
            "materials": shown(demand, chosen) if demand.known else "unknown",
            "schema": form.schema,
            "unsaid": told((*form.unsaid, *_undelegated(modes))),
        }

    def _open(self, wish: Wish, here: str, there: Mapping[str, str], day: date) -> list[Opened]:
        """The modes in which the agreements let it pass; all where none is declared. Raises Refusal."""
        codes = (wish.code, *(there.get(name, "") for name in CODES))
        asked = HandOver(here, short_division(wish.division), "", codes, frozenset(), day)
        return opened(asked, (wish.mode,) if wish.mode else MODES, self._agreements)

    async def _aligned(self, wish: Wish, here: str, day: date) -> tuple[tuple[str, ...], Alignment]:
        """The item over there, and the kinds of applicant that it is for. Raises Refusal."""
        unit, situation = wish.unit or None, wish.situation or None
        question = Question(wish.code, here, wish.division, unit, None, day, situation)
        found: dict[str, Alignment] = {}
        faults: list[ItemError] = []
        for kind in (wish.kind,) if wish.kind else tuple(SERVICE_OBJECT):
            try:
                found[kind] = await self._alignments.find(
                    replace(question, service_object=SERVICE_OBJECT[kind])
                )
            except ItemError as error:
                faults.append(error)
        if not found:
            raise item_refusal(faults[0])
        codes = {each.there.code for each in found.values()}
        if len(codes) > 1:
            candidates = ", ".join(sorted(codes))
            raise Refusal("item_ambiguous", count=len(codes), candidates=candidates, deciding_field="kind")
        return tuple(found), next(iter(found.values()))


def _agreed(opened: Opened) -> dict[str, Any] | None:
    """On what ground it may pass in this mode; None where nothing is held against any agreement."""
    if opened.passes is None:
        return None
    agreement, opening = opened.passes
    return {
        "mode": opened.mode, "agreement": agreement.agreement, "document": agreement.document,
        "batch": opening.batch, "powers": list(agreement.powers),
    }  # fmt: skip


def _undelegated(modes: Sequence[Opened]) -> list[tuple[tuple[str, ...], str]]:
    """That a window may not verify originals is about two places of a case, which no schema can compare."""
    return [] if all(each.verifies for each in modes) else [(_VERIFIED, "power_not_delegated")]


def _form(route: Route, there: Mapping[str, str], known: Known) -> Form:
    try:
        mapping = route.mapping_for({"item": {"there": dict(there)}})
        _require_item(route, mapping, there, known)
        return form_of(route.platform, mapping, known)
    except Unmappable as error:
        raise Refusal("unmappable", problems=error.problems, count=len(error.problems)) from error
    except Closed as closed:
        source = ".".join(closed.place)
        problem = Problem(closed.target, "nothing_fits", {"source": source})
        raise Refusal("unmappable", problems=[problem], count=1) from closed


def _require_item(route: Route, mapping: Mapped, there: Mapping[str, str], known: Known) -> None:
    """What the message says of the item comes from the catalogue: if that will not do, no case will.

    Raises Unmappable.
    """
    problems: list[Problem] = []
    for each in of_item_there(mapping.plan.nodes, message_of(route.platform, SUBMIT)):
        text = there.get(each.place[-1])
        if each.field is None or (text is None and not each.needed):
            continue
        try:
            if text is None:
                raise Refused("absent")
            for bound in each.field.words:
                text = bound.function(text, known.received_at) if bound.dated else bound.function(text)
        except Refused as refused:
            source = ".".join(each.place)
            problems.append(Problem(each.target, refused.code, {**refused.facts, "source": source}))
    if problems:
        raise Unmappable(tuple(problems))


def _fixed(
    wish: Wish, here: str, kinds: tuple[str, ...], situations: tuple[str, ...]
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What of the case is settled by the wish."""
    fixed = {
        ("item", "code"): (wish.code,),
        ("item", "situation"): situations,
        ("division",): (short_division(wish.division),),
        ("unit",): (wish.unit,),
        ("mode",): (wish.mode,),
        ("applicant", "kind"): kinds,
        ("receiving", "division"): (here,),
    }
    return {place: texts for place, texts in fixed.items() if texts and texts[0]}


def _day(received_on: str, today: date) -> date:
    """The China day of receipt: not to come, and not too long ago for a new case. Raises Refusal."""
    if not received_on:
        return today
    try:
        day = date.fromisoformat(received_on)
    except ValueError as error:
        raise Refusal("bad_parameter", name="received_on") from error
    if not today - timedelta(days=BACK_DAYS) < day <= today:
        raise Refusal("bad_parameter", name="received_on")
    return day


def _here(here: str, caller: Caller) -> str:
    """The receiving division: as named, or the only one that the caller speaks for. Raises Refusal."""
    if not here:
        only = [each for each in caller.speaks_for if each.isdigit()]
        if len(only) != 1 or len(caller.speaks_for) != 1:
            raise Refusal("bad_parameter", name="here")
        return short_division(only[0])
    if not allowed(caller.speaks_for, *written(here)):
        raise Refusal("forbidden_sender", division=here)
    return short_division(here)
