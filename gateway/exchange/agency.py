"""What a window does for another place (代收代办): results of it are handed out here, to the person themselves.

It is recorded with its entry in one commit; told again it changes nothing.
"""

from collections.abc import Sequence
from typing import Any

from gateway.cases.states import DECISIONS
from gateway.errors import Refusal
from gateway.exchange import entries
from gateway.exchange.following import follow, known_of, life_of
from gateway.exchange.parcels import submit_of
from gateway.exchange.prepare import epoch_ms
from gateway.exchange.story import Exchanges
from gateway.model import Exchange
from gateway.settings.agreements import Agreement
from gateway.store import bodies, events
from gateway.store.cases import Case
from gateway.store.events import Told
from gateway.store.store import Transaction
from mappings import canonical

SERVICE = "canonical/service@1"


async def record_service(
    story: Exchanges, case: Case, document: dict[str, Any], *, source: str, actor: str,
    agreements: Sequence[Agreement],
) -> None:  # fmt: skip
    """The result was handed out at a window: the case is served. document: canonical/service.

    Raises Refusal: invalid_case, nothing_decided, power_not_delegated; Erased.
    """
    now_ms = story.around.clock_ms()
    if faults := canonical.check(document, now_ms, SERVICE):
        raise Refusal("invalid_case", problems=faults, count=len(faults))
    submitted = await submit_of(story.around.store, case.id)
    _require_power(submitted, agreements)
    key = await story.around.papers.key_of(submitted.id)
    name = f"service/{document['receipt']}"
    sealed = {name: story.around.papers.vault.seal_tree(key, name, document)}
    number = f"served/{document['receipt']}"
    told = Told(
        "served", epoch_ms(document["by"]["at"]), source, number, seen_ms=now_ms, exchange_id=submitted.id
    )

    def work(tx: Transaction) -> None:
        events.lock(tx.connection, case.id)
        known = known_of(tx.connection, case)
        if any((each.source, each.number) == (source, number) for each in known.told):
            return
        life = life_of(known)
        if life.state not in DECISIONS:
            raise Refusal("nothing_decided", state=life.state)
        bodies.add(tx.connection, submitted.id, sealed)
        tx.record(entries.handed_out(submitted, document, key, now_ms, actor=actor))
        follow(case.id, [told])(tx)

    await story.around.store.write(work)


def _require_power(submitted: Exchange, agreements: Sequence[Agreement]) -> None:
    """Under an agreement, a window serves only what it was given the power to (送达权). Raises Refusal."""
    agreement = next((each for each in agreements if each.agreement == submitted.agreement), None)
    if agreement is not None and "serve" not in agreement.powers:
        raise Refusal("power_not_delegated", powers="serve", document=agreement.document)
