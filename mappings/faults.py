"""What a compiled mapping notes about a value that it cannot carry. Only runs when something is wrong."""

from typing import Any

from mappings import values
from mappings.plan import Field, Node
from mappings.problems import Problem, Refused


def fault(
    problems: list[Problem], node: Node, error: Refused, indexes: tuple[int, ...], value: Any = None
) -> None:
    """Notes the refusal; finds out which word refused by taking the steps of the pipe again."""
    site = node.site
    facts: dict[str, str | int] = {"source": site.source, "file": site.file, "line": site.line}
    word = (
        _refusing(node, value)
        if isinstance(node, Field) and error.code not in ("absent", "not_one")
        else None
    )
    if word:
        facts["word"] = word
    problems.append(Problem(site.target.format(*indexes), error.code, {**error.facts, **facts}))


def _refusing(node: Field, value: Any) -> str | None:
    try:
        value = values.READERS[node.takes](value)
    except Refused:
        return None
    for bound in node.words:
        try:
            value = bound.function(value) if not bound.dated else value
        except Refused:
            return bound.word
        if bound.dated:
            return bound.word
    return None
