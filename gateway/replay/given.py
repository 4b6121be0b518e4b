"""What the description of an answer took from it, where no mapping says it in our words: number, code, reason."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.classify import Description
from adapters.coherence import declare
from adapters.declared import Operation, Predicate
from adapters.message import Verdict
from adapters.patterns import finder
from gateway.model import Exchange
from gateway.releases.compiled import DECLARATION
from gateway.replay.made import Made
from mappings.source import Source, read
from mappings.trace import Step

_OF_STATE: Mapping[str, tuple[Verdict, ...]] = {
    "delivered": ("taken", "already"),
    "refused": ("refused",),
}
_OPEN: tuple[Verdict, ...] = ("barred", "later", "refused", "taken", "already")
_TAKEN = ("reference", "code", "reason")
_FREE = "reason"  # words of people


def given(files: Mapping[str, str], was: Exchange, document: Any) -> tuple[str, tuple[Made, ...]]:
    """(which description it was, what it gave); ("", nothing) where none fits this answer.

    files: of the release under which it was asked.
    """
    name = f"{was.platform}/{DECLARATION}"
    source = read(name, files[name])
    tree = source.tree
    operation = declare(tree).operations.get(was.operation) if isinstance(tree, dict) else None
    if operation is None:
        return "", ()
    for verdict, predicate in _predicates(operation, _OF_STATE.get(was.state, _OPEN)):
        if Description(verdict, predicate.model_copy(update={"status": ("*",)})).fits("200", document):
            return f"{was.operation}.{verdict}", tuple(
                _taken(source, was.operation, verdict, predicate, document)
            )
    return "", ()


def _predicates(operation: Operation, verdicts: tuple[Verdict, ...]) -> Iterator[tuple[Verdict, Predicate]]:
    for verdict in verdicts:
        predicate: Predicate | None = getattr(operation, verdict)
        if predicate is not None:
            yield verdict, predicate


def _taken(
    source: Source, operation: str, verdict: str, predicate: Predicate, document: Any
) -> Iterator[Made]:
    for key in _TAKEN:
        path = getattr(predicate, key)
        value = finder(path)(document) if path else None
        if value is not None:
            line, _ = source.position(("operations", operation, verdict, key))
            step = Step(key, path, (), line, source.file, None)
            yield Made(key, value, step, is_plain=key != _FREE)
