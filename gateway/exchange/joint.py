"""Joint cases (多地联办, 一件事): all parts are admitted in one commit, or none; each goes on as any other case.

What was given once is kept once: every part holds the key of its files, so each can be erased by itself.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gateway import logs
from gateway.errors import Refusal
from gateway.exchange import admitting, entries
from gateway.exchange.admission import admission_of, exchange_of, item_code
from gateway.exchange.admitting import Admission, BatchFull, CaseOpen, KeyConsumed, UploadGone
from gateway.exchange.asked import Asked, Prepared
from gateway.exchange.brought import gone_of
from gateway.exchange.contents import apart
from gateway.exchange.parts import FAULTS, Part, parts_of, together
from gateway.exchange.passing import full_today
from gateway.exchange.story import Exchanges
from gateway.identity import new_id
from gateway.materials.uploads import Told
from gateway.model import Exchange
from gateway.releases.routes import SUBMIT
from gateway.store import cases, exchanges, joints
from gateway.store.connection import Connection
from gateway.store.joints import Joint
from gateway.store.store import Transaction
from mappings import canonical
from mappings.problems import Problem

log = logs.get("exchange")
JOINT, SCHEMA = "joint.submit", "canonical/joint@1"
Reasons = CaseOpen | BatchFull | UploadGone


class Admitted(NamedTuple):
    """A joint case as it was admitted, the submits of its parts as they were just now; whether it is a repeat."""

    joint: Joint
    exchanges: Sequence[Exchange]
    repeated: bool


class PartNotAdmitted(Exception):
    """Commit 1 found that a part cannot be admitted, so nothing was; `place` from 0."""

    def __init__(self, place: int, why: Reasons) -> None:
        super().__init__("part not admitted")
        self.place = place
        self.why = why


async def admit(story: Exchanges, asked: Asked) -> Admitted:
    """Take responsibility for a joint case and all its parts, or refuse.

    Raises Refusal; before commit 1 nothing was promised and nothing of it is kept.
    """
    around = story.around
    if (known := await _repeated(story, asked)) is not None:
        return known
    if not around.room.enough:
        raise Refusal("storage_unavailable")
    document, brought = await _brought(story, asked)
    try:
        return await _admit(story, asked, document)
    except Refusal:
        for upload_id in brought:
            await _forget(story, asked, upload_id)
        raise


async def _admit(story: Exchanges, asked: Asked, document: Mapping[str, Any]) -> Admitted:
    around, now_ms = story.around, story.around.clock_ms()
    joint = Joint(new_id(now_ms, around.random), asked.caller.caller, "under_way", now_ms, now_ms)
    parts = parts_of(document, joint.id)
    prepared = await _prepared(story, asked, parts)
    admissions = [await _admission(story, *each) for each in prepared]
    try:
        # commit 1: we are responsible for all of them
        now = await around.store.write(admitted(asked, joint, admissions))
    except KeyConsumed as earlier:  # two of the same request at once: the other one is it
        return await _replayed(story, asked, earlier.exchange_id, earlier.digest)
    except PartNotAdmitted as failed:
        raise _refusal(failed, prepared[failed.place][1], asked, now_ms) from failed
    for each in admissions:
        log.debug(
            "exchange.admitted", exchange=each.exchange.id, platform=each.exchange.platform,
            state=each.exchange.state,
        )  # fmt: skip
        story.gate_of(each.prepared.route).queued = True
    story.poke()
    return Admitted(joint, now, repeated=False)


def admitted(
    asked: Asked, joint: Joint, admissions: Sequence[Admission]
) -> Callable[[Transaction], Sequence[Exchange]]:
    """Commit 1 of a joint case: it and all its parts, each as it would be by itself, or nothing.

    Raises KeyConsumed, PartNotAdmitted.
    """

    def work(tx: Transaction) -> Sequence[Exchange]:
        admitting.consume_key(tx, asked, joint.id)
        done = []
        for place, each in enumerate(admissions):
            try:
                done.append(admitting.admit(each)(tx))
            except (CaseOpen, BatchFull, UploadGone) as why:
                raise PartNotAdmitted(place, why) from why
        joints.add(tx.connection, joint, [each.case_id for each in done])
        tx.record(entries.joint_admitted(joint, done, actor=asked.actor))
        return done

    return work


async def _brought(story: Exchanges, asked: Asked) -> tuple[dict[str, Any], list[str]]:
    """The joint case with every file kept once, and the ids of those that came inline. Raises Refusal."""
    now_ms = story.around.clock_ms()
    faults = await asyncio.to_thread(canonical.check, asked.document, now_ms, SCHEMA)
    if faults:
        raise Refusal("invalid_case", problems=faults, count=len(faults))
    document, contents = await apart(asked)
    kept: dict[str, str] = {}
    for material in document["materials"]:
        for file in material["files"]:
            if file["id"] in contents:
                told = Told(file["media_type"], file["name"], file["digest"])
                content = contents[file["id"]]
                upload = await story.around.papers.uploads.keep(asked.caller.caller, content, told)
                file["upload"] = kept[file["id"]] = upload.id
    return document, list(kept.values())


async def _forget(story: Exchanges, asked: Asked, upload_id: str) -> None:
    try:
        await story.around.papers.uploads.forget(asked.caller.caller, upload_id)
    except Refusal:
        log.debug("upload.whole", upload=upload_id)  # it was swept away meanwhile


async def _prepared(
    story: Exchanges, asked: Asked, parts: Sequence[Part]
) -> list[tuple[Asked, Prepared, str]]:
    """Every part as it would be sent, with the id of its exchange. Raises Refusal with the faults of all."""
    around, faults, done = story.around, list[Any](), list[tuple[Asked, Prepared, str]]()
    codes = set[str]()
    for part in parts:
        of_part = replace(asked, operation=SUBMIT, document=part.document, key="", digest="")
        exchange_id = new_id(around.clock_ms(), around.random)
        try:
            done.append((of_part, await around.preparation.case(of_part, exchange_id), exchange_id))
        except Refusal as refusal:
            faults += part.told(refusal)
            codes.add(refusal.code)
    faults += [] if faults else _repeats([prepared for _, prepared, _ in done])
    if faults := together(faults):
        code = "invalid_case" if codes <= FAULTS else "part_refused"
        raise Refusal(code, problems=faults, count=len(faults))
    return done


def _repeats(prepared: Sequence[Prepared]) -> list[Problem]:
    """Parts that are the same item in the same place as one before them."""
    seen: set[tuple[str, str]] = set()
    found = []
    for place, each in enumerate(prepared):
        what = (item_code(each.there), str(each.document["division"]))
        if what in seen:
            found.append(Problem(f"/parts/{place}", "part_repeated"))
        seen.add(what)
    return found


async def _admission(story: Exchanges, of_part: Asked, prepared: Prepared, exchange_id: str) -> Admission:
    """What commit 1 writes of a part: it waits for its turn, as whatever is sent by the worker does."""
    around, now_ms = story.around, story.around.clock_ms()
    exchange = exchange_of(
        of_part, prepared, exchange_id=exchange_id, case_id=new_id(now_ms, around.random), now_ms=now_ms,
        owner=around.owner, lease_ms=0,
    )  # fmt: skip
    return await admission_of(of_part, prepared, exchange, around.papers, 0)


def _refusal(failed: PartNotAdmitted, prepared: Prepared, asked: Asked, now_ms: int) -> Refusal:
    """Why nothing was admitted, and for the sake of which part."""
    part, why = failed.place + 1, failed.why
    if isinstance(why, CaseOpen):
        case = why.case_id if why.caller == asked.caller.caller else "?"  # not theirs to know
        return Refusal("case_open", division=prepared.document["division"], case=case, part=part)
    if isinstance(why, BatchFull):
        full = full_today(why.passes, now_ms)
        facts: dict[str, Any] = {**full.facts, "part": part}
        return Refusal(full.code, retry_after_s=full.retry_after_s, **facts)
    problems = gone_of(prepared.document, why.file_id)
    return Refusal("invalid_case", problems=problems, count=1, part=part)


async def _repeated(story: Exchanges, asked: Asked) -> Admitted | None:
    """The joint case of an earlier request under the same Idempotency-Key. Raises Refusal."""
    caller = asked.caller.caller
    found = await story.around.store.read(
        lambda connection: cases.consumed_key(connection, caller, asked.operation, asked.key)
    )
    return None if found is None else await _replayed(story, asked, *found)


async def _replayed(story: Exchanges, asked: Asked, joint_id: str, digest: str) -> Admitted:
    if digest != asked.digest:
        raise Refusal("idempotency_conflict", joint=joint_id)

    def look(connection: Connection) -> Admitted | None:
        joint = joints.by_id(connection, joint_id)
        return joint and Admitted(joint, submits(connection, joint_id), repeated=True)

    found = await story.around.store.read(look)
    if found is None:
        raise Refusal("storage_unavailable")
    return found


def submits(connection: Connection, joint_id: str) -> list[Exchange]:
    """The exchanges by which the parts go to their platforms, in their order."""
    found = (exchanges.of_case(connection, each) for each in joints.parts(connection, joint_id))
    return [next(each for each in of_case if each.operation == SUBMIT) for of_case in found]
