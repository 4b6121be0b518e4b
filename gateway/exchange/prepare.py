"""Steps 1 to 4 of an exchange: rights, checks, alignment, route, numbers, mapping, the pure half of encoding.

Nothing is written here but the reservation of a number. All faults of a request are told together.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from adapters.errors import Unencodable
from adapters.message import Message, Request
from gateway.errors import Refusal
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.brought import brought
from gateway.exchange.contents import apart, contentless, named_uploads
from gateway.exchange.given import is_read, pointer
from gateway.exchange.passing import CODES, passing
from gateway.exchange.rights import allowed, require_rights
from gateway.items.align import Question
from gateway.items.item import short_division
from gateway.items.problems import ItemError
from gateway.items.remembered import Alignments
from gateway.materials.uploads import Uploads
from gateway.needs.carried import uncarried
from gateway.needs.demand import is_sufficient, lacks
from gateway.needs.demands import Demands, asked_of
from gateway.numbers import Serials, form, parts_of
from gateway.releases.routes import SUBMIT, Route, Routes
from gateway.settings.agreements import Agreement
from mappings import canonical
from mappings.china_time import CHINA, instant
from mappings.mapping import Mapping as Mapped
from mappings.problems import Unmappable

Document = dict[str, Any]
CONTENT = "materials.files.content"  # read by the word `material` from the file as a whole
# 服务对象; which kind of organization it is, the case does not say, but none is a natural person
SERVICE_OBJECT = {"person": "1", "organization": "2^3^4^5^6^7^8^9"}


class Preparation:
    """Turns what is asked into a message that can be sent, or refuses with every problem."""

    def __init__(
        self,
        alignments: Alignments,
        routes: Routes,
        serials: Serials,
        clock_ms: Callable[[], int],
        *,
        demands: Demands,
        uploads: Uploads,
        agreements: Sequence[Agreement] = (),
    ) -> None:
        self._alignments = alignments
        self._demands = demands
        self._routes = routes
        self._serials = serials
        self._mark = {"test": True} if serials.for_tests else {}  # what a mapping may tell the platform
        self._clock_ms = clock_ms
        self._agreements = agreements
        self._uploads = uploads

    async def case(self, asked: Asked, exchange_id: str, *, dry: bool = False) -> Prepared:
        """Prepare a new case. dry: nothing is reserved, our number ends in zeros.

        Raises Refusal.
        """
        now_ms = self._clock_ms()
        faults = await checked(asked, now_ms)
        document, contents = await apart(asked)
        found, unusable = await brought(document, asked.caller.caller, self._uploads)
        faults += unusable
        document |= _placed_once(asked.document)
        document |= _added(asked, document["receiving"], exchange_id, now_ms) | self._mark
        try:
            await self._align(asked, document)
            passes = passing(document, self._agreements)
            demand = await self._demands.find(asked_of(document, _received_on(document)))
            faults += lacks(demand, document)
            route = self._route(asked, document)
            document["numbers_ours"] = await self._number(route, document, now_ms, dry=dry or bool(faults))
        except Refusal as refusal:
            if faults:
                raise _together(faults, refusal.problems) from refusal
            raise
        translated = translate(route, document, exchange_id)
        require_sendable(route, document, contents, translated, faults)
        personal = personal_fields(route, document, asked, translated)
        return Prepared(
            route, document, translated.message, translated.encoded, contents, personal,
            "sufficient" if is_sufficient(demand, document) else "unknown", passes, found,
        )  # fmt: skip

    async def visit(self, asked: Asked, exchange_id: str) -> Prepared:
        """What a person goes on with at the other place's site: all of a case but papers. Raises Refusal."""
        now_ms = self._clock_ms()
        if faults := await checked(asked, now_ms):
            raise _together(faults, ())
        document = {**asked.document, "mode": "full_online", "form": {}, "materials": []}
        document |= _placed_once(asked.document)
        document |= _added(asked, document["receiving"], exchange_id, now_ms) | self._mark
        await self._align(asked, document)
        passes = passing(document, self._agreements)
        route = self._routes.find(
            division=document["division"], item=document["item"]["there"], operation=SUBMIT
        )
        document["numbers_ours"] = await self._number(route, document, now_ms, dry=False)
        personal = tuple(canonical.personal_fields(asked.document, asked.schema))
        message = Message(SUBMIT, {}, ours=document["numbers_ours"], exchange=exchange_id)
        return Prepared(route, document, message, None, {}, personal, agreed=passes)

    def visited(self, document: Document, platform: str, exchange_id: str) -> Prepared:
        """What the site of a platform has of a case once somebody has come with a ticket. Raises Refusal."""
        route = self._routes.active_route(platform, SUBMIT)
        message = Message(SUBMIT, {}, ours=document["numbers_ours"], exchange=exchange_id)
        personal = tuple(canonical.personal_fields(document))
        return Prepared(
            route, document, message, None, {}, personal, agreed=passing(document, self._agreements)
        )

    async def _align(self, asked: Asked, document: Document) -> None:
        """Put the item over there into the document. Raises Refusal."""
        received = _received_on(document)
        question = Question(
            code=document["item"]["code"],
            here_division=document["receiving"]["division"],
            there_division=document["division"],
            unit=document.get("unit"),
            service_object=SERVICE_OBJECT.get(document["applicant"]["kind"]),
            at=received,
            situation=document["item"].get("situation"),
            version=document["item"].get("version"),
        )
        try:
            alignment = await self._alignments.find(question)
        except ItemError as error:
            raise item_refusal(error) from error
        there = alignment.document()
        document["item"] = {**document["item"], "there": there}
        if not allowed(asked.caller.rights.items, *(there.get(name, "") for name in CODES)):
            raise Refusal("forbidden_item")

    def _route(self, asked: Asked, document: Document) -> Route:
        """Who does it. Raises Refusal."""
        item = document["item"]["there"]
        return self._routes.find(division=document["division"], item=item, operation=asked.operation)

    async def _number(self, route: Route, document: Document, now_ms: int, *, dry: bool) -> str:
        declared = route.platform.declared.numbers.ours
        if declared is None:
            return str(document["exchange"])
        parts = parts_of(document["item"]["there"], document["division"], now_ms)
        scope = "/".join((route.name, *(parts[name] for name in declared.per)))
        return form(declared.form, parts, 0 if dry else await self._serials.serial(scope, declared.form))


@dataclass(frozen=True, slots=True)
class Translated:
    """A message in the platform's words with its encoding, or what cannot be said in them."""

    message: Message
    encoded: Request | None = None
    problems: Sequence[Any] = ()


def translate(route: Route, document: Mapping[str, Any], exchange_id: str) -> Translated:
    """Map, and run the pure half of encoding."""
    given = dict(document)
    try:
        mapping = route.mapping_for(given)
    except Unmappable as error:
        return Translated(Message(route.operation, {}), problems=error.problems)
    try:
        mapped = mapping(given)
    except Unmappable as error:
        return Translated(Message(route.operation, {}), problems=_placed(error.problems, mapping, document))
    message = Message(
        route.operation, mapped, ours=str(document.get("numbers_ours", "")), exchange=exchange_id
    )
    try:
        return Translated(message, route.adapter.encode(message))
    except Unencodable as error:
        return Translated(message, problems=_placed(error.problems, mapping, document))


async def checked(asked: Asked, now_ms: int) -> list[Any]:
    """Its faults, if there can be more; a document of the wrong shape is refused at once. Raises Refusal."""
    require_rights(asked)
    check = partial(canonical.check, asked.document, now_ms, asked.schema)
    faults = list(await asyncio.to_thread(check) if asked.large else check())
    if any(fault.code in canonical.STRUCTURAL or _is_undated(fault) for fault in faults):
        raise Refusal("invalid_case", problems=faults, count=len(faults))
    return faults


def require_sendable(
    route: Route,
    document: Document,
    contents: Mapping[str, bytes],
    translated: Translated,
    faults: Sequence[Any],
) -> None:
    """Nothing is wrong with it, all of it can be said, and what it carries is there. Raises Refusal."""
    at_hand = contents.keys() | named_uploads(document)
    faults = [
        *faults, *contentless(document, at_hand, translated.encoded), *uncarried(route, document)
    ]  # fmt: skip
    if faults or translated.problems:
        raise _together(faults, translated.problems)


def _placed(problems: Sequence[Any], mapping: Mapped, document: Mapping[str, Any]) -> list[Any]:
    """Problems of target paths with the place in the caller's document that each of them comes from."""
    origins = mapping.origins(dict(document))
    return [
        replace(each, facts={**each.facts, "source": origins[each.path]}) if each.path in origins else each
        for each in problems
    ]


def case_question(document: Mapping[str, Any], theirs: str) -> Document:
    """The document of a read about a case that was sent: numbers and places, nothing about the person."""
    kept = {
        name: document[name] for name in ("numbers_ours", "division", "sender", "exchange", "received_at")
    }
    number = theirs or document.get("numbers_theirs", "")  # a later write knows theirs from the beginning
    return {**kept, "numbers_theirs": number, "item": {"there": document["item"]["there"]}}


def _placed_once(document: Document) -> Document:
    """Both places in their one short form: what is written in two ways is the same place to every guard."""
    receiving = document["receiving"]
    return {
        "division": short_division(document["division"]),
        "receiving": {**receiving, "division": short_division(receiving["division"])},
    }


def _added(asked: Asked, receiving: Document, exchange_id: str, now_ms: int) -> Document:
    return {
        "exchange": exchange_id,
        "sender": {
            "division": receiving["division"],
            "unit": receiving["unit"],
            "name": receiving.get("unit_name") or asked.caller.title,
        },
        "received_at": receiving["received_at"],
        "admitted_at": datetime.fromtimestamp(now_ms / 1000, CHINA).isoformat(timespec="seconds"),
    }


def personal_fields(
    route: Route, document: Document, asked: Asked, translated: Translated
) -> tuple[str, ...]:
    """Names of the personal fields that go out: those that the mapping reads."""
    encoded, read = translated.encoded, route.mapping_for(document).sources
    if encoded and encoded.holes:
        read |= {CONTENT}
    said = canonical.personal_fields(asked.document, asked.schema)
    of_case = canonical.personal_fields(document.get("case", {}))  # which a later write has beside it
    return tuple(name for name in [*said, *(f"case.{each}" for each in of_case)] if is_read(name, read))


def _received_on(document: Mapping[str, Any]) -> date:
    return instant(document["receiving"]["received_at"]).date()


def _together(faults: Sequence[Any], problems: Sequence[Any]) -> Refusal:
    """One refusal for what the checks and what the mapping found; nothing is told twice."""
    known = {fault.path for fault in faults}
    new = [problem for problem in problems if pointer(str(problem.facts.get("source", ""))) not in known]
    code = "invalid_case" if faults else "unmappable"
    return Refusal(code, problems=[*faults, *new], count=len(faults) + len(new))


def item_refusal(error: ItemError) -> Refusal:
    """What a caller is told of an item that cannot be aligned."""
    facts: dict[str, Any] = dict(error.facts)
    return Refusal(error.code, problems=error.problems(), **facts)


def _is_undated(fault: Any) -> bool:
    """Whether it leaves no receiving time, as of which the item could be aligned."""
    return (fault.path, fault.code) == ("/receiving/received_at", "no_such_time")


def epoch_ms(text: str) -> int:
    """An RFC 3339 time as epoch milliseconds; China time where no zone is written (domain: no DST since 1992)."""
    return int(instant(text).timestamp() * 1000)
