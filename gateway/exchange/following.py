"""Following a case (办件跟踪): where it stands, from its own exchanges and from what its platform tells of it.

What this gateway did itself stands in its exchanges and is never written down twice; what others tell is kept
in the order in which it became known, each change of the case with its entry.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

from audit.entries import Entry
from gateway.cases.joint import Outcome, outcome_of, standing_of
from gateway.cases.later import BRINGS
from gateway.cases.life import APART_MS, Event, Life, lived, told
from gateway.cases.reasons import ENDINGS
from gateway.cases.states import DECISIONS, Kind
from gateway.exchange import entries
from gateway.model import Exchange
from gateway.store import cases, events, exchanges, followed, joints, parcels, results, watched
from gateway.store.cases import Case
from gateway.store.connection import Connection, Found
from gateway.store.events import Told
from gateway.store.followed import Followed
from gateway.store.results import Wanted
from gateway.store.store import Transaction

SUBMIT, COLLECTED = "case.submit", "collect_for"
AHEAD, TOO_MANY = "in_the_future", "too_many"
MOST_TOLD = 200  # by one source about one case, of all that counts: many times what a case has steps
_BY_US: Mapping[str, Kind] = {"delivered": "handed_over", "refused": "returned", "withdrawn": "withdrawn"}


class Known(NamedTuple):
    """A case with all that is known of it."""

    case: Case
    exchanges: Sequence[Exchange]
    told: Sequence[Told]


def known_of(connection: Connection, case: Case) -> Known:
    writes, told = exchanges.asked_of_case(connection, case.id), events.asked_of_case(connection, case.id)
    return Known(case, writes(), told())


def asked_of(connection: Connection, case_id: str) -> Callable[[], Known | None]:
    """The case of an id with all that is known of it, once it is looked at: one way to a server for all of it."""
    case = cases.asked_by_id(connection, case_id)
    writes, told = exchanges.asked_of_case(connection, case_id), events.asked_of_case(connection, case_id)
    return lambda: Known(found, writes(), told()) if (found := case()) else None


def life_of(known: Known) -> Life:
    """Where the case stands. Arrival counts only for ends: one that was told before is not left for another."""
    case = known.case
    left = {each.number for each in known.told}
    arrived = [
        (each.ended_ms, Event(kind, each.ended_ms, "tongban", each.id))
        for each in known.exchanges
        if each.kind == "write" and (kind := _by_us(each)) and still_owed(each.id) not in left
    ]
    arrived += [(each.seen_ms, event_of(each)) for each in known.told if not each.cause]
    receipt = Event("received", case.received_ms, case.caller)
    return lived(receipt, [event for _, event in sorted(arrived, key=lambda each: each[0])])


def still_owed(exchange_id: str) -> str:
    """The number of the record by which a supplement says that it does not bring everything: it settles nothing."""
    return f"still_owed/{exchange_id}"


def _by_us(exchange: Exchange) -> Kind | None:
    """What a write that has ended is in the life of its case; None if it is nothing."""
    if exchange.operation == SUBMIT:
        return _BY_US.get(exchange.state)
    return BRINGS.get(exchange.operation) if exchange.state == "delivered" else None


def follow(
    case_id: str, news: Sequence[Told], *, wants_result: bool = True
) -> Callable[[Transaction], Life | None]:
    """Keep what is new of it, each with its entry; a case that has come to its end is no longer open.

    wants_result: whether the result of an ending that is new is to be fetched, where the platform has it.
    The life after it; None if there is no such case. Told again it changes nothing, but for what did not count
    because it was in the future, and is so no longer.
    """

    def work(tx: Transaction) -> Life | None:
        events.lock(tx.connection, case_id)
        known = asked_of(tx.connection, case_id)()
        if known is None:
            return None
        case, life = known.case, life_of(known)
        was = life
        added = _arriving(known, _new(known, was, news, tx.now_ms))
        for each in added:
            life = life if each.cause else told(life, event_of(each))
            tx.record(_entry(case, each, life))
        events.add(tx.connection, case_id, len(known.told), added)
        if added:
            watched.look(tx.connection, case_id, tx.now_ms)
        stands = _stands(known._replace(told=(*known.told, *added)), life)
        if not stands and (case.open or added):
            _close(tx, known, life)
        elif stands and not case.open:
            _reopen(tx, known)
        _go_on_asking(tx, case_id, was, life)
        if added:
            see_to_joint(tx, case_id)
        if wants_result and life.state in ENDINGS and life.state != was.state:
            _want_result(tx, known)
        return life

    return work


def _new(known: Known, life: Life, news: Sequence[Told], now_ms: int) -> list[Told]:
    """What of it was not known, with why it does not count.

    Of what one source tells beyond all measure one is kept for the rest: the exchange that brought it has it all.
    """
    counted, kept = {each.key for each in life.events}, list[Told]()
    ignored = {(event_of(each).key, each.cause) for each in known.told if each.cause}
    told_by = Counter(each.source for each in known.told)
    for each in news:
        full = told_by[each.source] >= MOST_TOLD * (2 if each.undoes else 1)  # a mistake can still be mended
        cause = TOO_MANY if full else AHEAD if is_ahead(each, now_ms) else ""
        key = event_of(each).key
        if key in counted or (key, cause) in ignored or (full and kept and kept[-1].cause == TOO_MANY):
            continue
        if cause:
            ignored.add((key, cause))
        else:
            counted.add(key)
        told_by[each.source] += 1
        kept.append(each._replace(cause=cause))
    return kept


def _close(tx: Transaction, known: Known, life: Life) -> None:
    """A notice may be lost: what is told to be served, and not how it was decided, is asked about once more.
    What goes by post may come back behind the end: such a case is asked about for a while.
    """
    case = known.case
    if life.state == "served" and not _is_decided(life):
        if case.open:
            cases.end(tx.connection, case.id)
            followed.once_more(tx.connection, case.id, tx.now_ms)
    elif not goes_by_post(tx.connection, known):
        cases.close(tx.connection, case.id)
    elif case.open:
        cases.end(tx.connection, case.id)
        followed.ended(tx.connection, case.id, tx.now_ms)


def goes_by_post(connection: Connection, known: Known) -> bool:
    """Whether papers of it go between the two places (代收代办), or have gone."""
    collected = any(each.mode == COLLECTED for each in known.exchanges if each.kind == "write")
    return collected or bool(parcels.of_case(connection, known.case.id))


def _is_decided(life: Life) -> bool:
    return any(each.kind in DECISIONS for each in life.steps)


def _arriving(known: Known, added: Sequence[Told]) -> list[Told]:
    """As they became known: behind all that is. Who told it may have waited for the case longer than another."""
    last_ms = max((each.seen_ms for each in known.told), default=0)
    ended_ms = max((each.ended_ms for each in known.exchanges if each.kind == "write"), default=0)
    return [each._replace(seen_ms=max(each.seen_ms, last_ms, ended_ms)) for each in added]


def close_if_over(tx: Transaction, case_id: str) -> None:
    """What we did ourselves may have ended the case; against what was told meanwhile it has not."""
    events.lock(tx.connection, case_id)
    known = asked_of(tx.connection, case_id)()
    if known and not _stands(known, life := life_of(known)):
        _close(tx, known, life)


def _stands(known: Known, life: Life) -> bool:
    """Whether it is under way: not after its end, nor where it never arrived, unless they tell of it."""
    given_up = [each for each in known.exchanges if each.operation == SUBMIT and each.state == "abandoned"]
    there = {each.platform for each in given_up}
    told = any(each.source in there for each in known.told if not each.cause)
    return not life.ended and (told or not given_up)


def see_to_joint(tx: Transaction, case_id: str, asked: Found | None = None) -> None:
    """What became of the case may change where the joint case stands that it is a part of.

    asked: of which it is a part, where that was asked for before.
    """
    part = (asked or joints.asked_of_case(tx.connection, case_id))()
    joint = joints.locked(tx.connection, part[0][0]) if part else None
    if joint is None:
        return
    outcomes = [outcome for _, outcome in parts_of(tx.connection, joint.id)]
    standing = standing_of(outcomes)
    if standing == joint.standing:
        return
    joints.move(tx.connection, joint.id, standing, tx.now_ms)
    tx.record(entries.joint_changed(joint._replace(standing=standing), case_id, outcomes, tx.now_ms))


def parts_of(connection: Connection, joint_id: str) -> list[tuple[Known, Outcome]]:
    """Every part of a joint case with what became of it, in their order."""
    found = (cases.by_id(connection, each) for each in joints.parts(connection, joint_id))
    parts = [known_of(connection, case) for case in found if case]
    return [(each, _outcome(each, life_of(each))) for each in parts]


def _outcome(known: Known, life: Life) -> Outcome:
    return outcome_of(life, given_up=not life.ended and not _stands(known, life))


def _reopen(tx: Transaction, known: Known) -> None:
    """Its end was taken back, or it is over there after all: it is asked about again, where that is declared."""
    cases.reopen(tx.connection, known.case.id)
    followed.undecided(tx.connection, known.case.id, tx.now_ms)  # asked about behind its end: as before it
    for each in known.exchanges:
        if (each.operation, each.kind, each.state) == (SUBMIT, "write", "delivered"):
            followed.begin(tx.connection, Followed(known.case.id, each.platform, each.id, tx.now_ms))


def _go_on_asking(tx: Transaction, case_id: str, was: Life, now: Life) -> None:
    """What is decided is asked about for a while only; what is so no longer, as before."""
    if now.state in DECISIONS:
        followed.decided(tx.connection, case_id, tx.now_ms)
    elif was.state in DECISIONS and not now.ended:
        followed.undecided(tx.connection, case_id, tx.now_ms)


def _want_result(tx: Transaction, known: Known) -> None:
    """The platform that has the case is asked for what became of it, as soon as it can be."""
    for each in known.exchanges:
        if each.operation == SUBMIT and each.kind == "write":
            wanted = Wanted(known.case.id, each.platform, each.id, due_ms=tx.now_ms, since_ms=tx.now_ms)
            results.want(tx.connection, wanted)


def is_ahead(each: Told, now_ms: int) -> bool:
    """Whether it is said to happen later than clocks can differ: then it does not count yet."""
    return each.at_ms > now_ms + APART_MS


def event_of(each: Told) -> Event:
    return Event(cast(Kind, each.kind), each.at_ms, each.source, each.number, each.undoes)


def _entry(case: Case, each: Told, life: Life) -> Entry:
    """case.EVENT, or case.ignored for what does not count: what was told by whom, and where the case stands now."""
    finding = next((found.what for found in life.findings if found.event == event_of(each)), None)
    return entries.told(case.id, each, finding=finding, state=life.state)
