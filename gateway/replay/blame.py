"""Where every value of a message came from (溯源): path, words, line, table row, release, and who activated it.

The values are those that were sent, from the sealed message; their origins are found by taking the steps of the
mapping again under the release of the exchange, whatever is in force by now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange.papers import Erased
from gateway.meant import compiled
from gateway.model import Exchange
from gateway.replay.trees import flat, targets
from gateway.shown import is_plain
from gateway.store import releases
from gateway.store.releases import Activation
from mappings.mapping import Mapping as Mapped
from mappings.problems import Unmappable
from mappings.trace import Step


@dataclass(frozen=True, slots=True)
class Value:
    """One value. step: where it came from; None if this program's words do not make it any more.

    same: whether the steps, taken again, make the value that was sent.
    """

    target: str
    value: Any = field(repr=False)
    step: Step | None
    is_plain: bool
    same: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """What one mapping made: the message that was sent, or the answer in our words.

    refused: paths and codes of what the mapping could not carry (an answer that it does not describe).
    """

    mapping: str
    digest: str
    values: tuple[Value, ...]
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Blame:
    """An exchange with all that is still known of its values. sent, answered: None where there is none kept."""

    exchange: Exchange
    activated: Activation | None
    erased: bool = False
    sent: Part | None = None
    answered: Part | None = None

    @property
    def values(self) -> tuple[Value, ...]:
        return tuple(each for part in (self.sent, self.answered) if part for each in part.values)


async def blame(gateway: Gateway, exchange_id: str) -> Blame:
    """Raises Refusal: not_found, not_active for a release that is not in the store; Unreadable."""
    was = await gateway.exchanges.look_up(exchange_id)
    files = await gateway.store.read(lambda connection: releases.files_of(connection, was.release))
    if files is None:
        raise Refusal("not_active")
    activated = await gateway.store.read(
        lambda connection: releases.activation_of(connection, was.release, was.admitted_ms)
    )
    try:
        key = await gateway.papers.key_of(was.id)
    except Erased:
        return Blame(was, activated, erased=True)
    mappings = compiled(files, was.platform).get(was.platform, {})
    document, message = [await gateway.papers.tree(was.id, name, key) for name in ("document", "message")]
    answer = await gateway.papers.tree(was.id, f"answer/{was.attempt}", key) or {}
    mapping, reply = mappings.get(was.operation), mappings.get(f"{was.operation}.reply")
    sent = None if mapping is None or message is None else _sent(mapping, document, message)
    answered = None if reply is None or not answer.get("document") else _answered(reply, answer["document"])
    return Blame(was, activated, sent=sent, answered=answered)


def _sent(mapping: Mapped, document: Mapping[str, Any], message: Any) -> Part:
    steps = {step.target: step for step in mapping.trace(dict(document))}
    again = _again(mapping, document)
    values = tuple(
        Value(target, value, steps.get(target), _reads_plainly(mapping, steps.get(target)),
              same=target in again and again[target] == value)
        for target, value in flat(message, targets(mapping.plan)).items()
    )  # fmt: skip
    return Part(mapping.name, mapping.digest, values)


def _again(mapping: Mapped, document: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return flat(mapping(dict(document)), targets(mapping.plan))
    except Unmappable:
        return {}


def _answered(reply: Mapped, document: Any) -> Part:
    steps = {step.target: step for step in reply.trace(document)}
    try:
        made = flat(reply(document), targets(reply.plan))
    except Unmappable as error:
        refused = tuple((problem.path, problem.code) for problem in error.problems)
        return Part(reply.name, reply.digest, (), refused)
    values = (
        Value(target, value, steps.get(target), is_plain(reply.writes, target))
        for target, value in made.items()
    )
    return Part(reply.name, reply.digest, tuple(values))


def _reads_plainly(mapping: Mapped, step: Step | None) -> bool:
    return step is not None and reads_plainly(mapping.reads, step.source)


def reads_plainly(schema: str, source: str) -> bool:
    """Whether what was read at a traced source tells of nobody: the mapping's own text, a place in a list, or what
    the schema makes a closed form.
    """
    written = source.startswith("=") or source.endswith(" ?")  # a literal; the default of what was absent
    return written or source.startswith("position of ") or is_plain(schema, source)
