"""What people recorded at a desk: sealed with the papers of the case, read back in canonical words."""

from datetime import datetime
from typing import Any

from gateway.exchange.following import known_of, life_of
from gateway.exchange.papers import Papers
from gateway.exchange.recorded import recorded, said_in
from gateway.exchange.retold import wanted_of
from gateway.store import cases
from gateway.store.cases import Case
from gateway.store.connection import Connection
from gateway.store.desk import Work
from gateway.store.store import Store
from mappings.canonical.schema import schema
from mappings.china_time import CHINA

_STATES = frozenset(schema("canonical/progress@1")["$defs"]["state"]["enum"])
_ENDINGS = frozenset(schema("canonical/result@1")["$defs"]["ending"]["enum"])
_DECISIONS = ("decision", "refusal", "refusal_to_accept")
_NEW = "handed_over"  # on the list, and nobody has seen to it yet


async def progress_of(store: Store, papers: Papers, work: Work) -> dict[str, Any]:
    """How a case stands (canonical/progress), by its events and by what was said with them."""

    def known(connection: Connection) -> Any:
        case = cases.by_id(connection, work.case_id) or _nobody(work)
        return known_of(connection, case)

    life = life_of(await store.read(known))
    records = await recorded(store, papers, work.exchange_id)
    state = life.state if life.state in _STATES else _NEW
    wanted = _STATES - {_NEW}
    steps = [each for each in life.steps if each.source == work.platform and each.kind in wanted]
    answer: dict[str, Any] = {
        "state": state,
        "at": at(life.since_ms if state == life.state else work.placed_ms),
        "unit": work.unit,
        "events": [{"state": each.kind, "at": at(each.at_ms)} for each in steps],
    }
    return {name: value for name, value in {**answer, **said_in(records, wanted_of(life))}.items() if value}


async def result_of(store: Store, papers: Papers, work: Work) -> dict[str, Any] | None:
    """What the ending brought (canonical/result): the newest one of which anything is said; None before an end."""
    endings = [each for each in await recorded(store, papers, work.exchange_id) if each["kind"] in _ENDINGS]
    said = [each for each in endings if each.keys() & {"words", "documents", "reason"}] or endings
    if not said:
        return None
    last = said[-1]
    documents = last.get("documents", [])
    number = next((each.get("number") for each in documents if each["kind"] in _DECISIONS), None)
    decision = {"number": number, "on": last["at"][:10], "unit": work.unit}
    answer = {
        "state": last["kind"], "at": last["at"], "record": last["record"], "corrects": last.get("corrects"),
        "decision": {name: value for name, value in decision.items() if value},
        "reason": last.get("reason"), "words": last.get("words"), "documents": documents,
    }  # fmt: skip
    return {name: value for name, value in answer.items() if value}


def at(at_ms: int) -> str:
    """RFC 3339 in China time, to the second: what was recorded has no finer time."""
    return datetime.fromtimestamp(at_ms // 1000, CHINA).isoformat(timespec="seconds")


def _nobody(work: Work) -> Case:
    return Case(work.case_id, "", "", "", "", "", work.placed_ms, 0, work.placed_ms)
