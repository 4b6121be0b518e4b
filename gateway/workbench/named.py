"""What a declaration names must be there: the operation, its call in the contract, the field of repeats."""

from collections.abc import Iterator
from difflib import get_close_matches

from adapters.declared import READS, Platform
from gateway.workbench.described import Described
from gateway.workbench.grades import Grade, Graded
from gateway.workbench.targets import Target
from mappings.canonical import GIVEN
from mappings.problems import nearest
from mappings.source import Source

_CLOSE = 0.85


def misspelt(source: Source, platform: Platform, name: str) -> Iterator[Graded]:
    """An operation whose name is nearly one that the gateway asks for, and which nobody would ever ask."""
    known = {*READS, *GIVEN}
    asked = {each.probe.ask for each in platform.operations.values() if each.probe is not None}
    close = get_close_matches(name, sorted(known), n=1, cutoff=_CLOSE)
    if name in known | asked or not close:
        return
    key = f"{name}/operation"
    write = f"did you mean '{close[0]}'?, or exempt: {{\"{key}\": why}}"
    finding = source.finding(("operations", name), f"nobody asks for an operation '{name}'", write)
    yield Graded(Grade.SILVER, finding, key)


def called(source: Source, platform: Platform, name: str, described: Described) -> Iterator[Graded]:
    """A call that the contract does not have, and that no file of its own describes; SOAP would not even load."""
    if not described.others or platform.operations[name].message:
        return
    call, key = platform.operations[name].call, f"{name}/call"
    write = nearest(call, described.others, f"one of {', '.join(described.others[:12])}")
    what = f"the contract has no call {call}, so nothing in its mapping could be held against it"
    finding = source.finding(("operations", name, "call"), what, f'{write}, or exempt: {{"{key}": why}}')
    yield Graded(Grade.BRONZE, finding, key)


def repeated(source: Source, platform: Platform, name: str, root: Target) -> Iterator[Graded]:
    """What they are said to know a repeat by must be sent with every message."""
    operation, key = platform.operations[name], f"{name}/repeatable"
    if operation.repeatable is None or platform.speaks not in ("rest", "soap"):
        return
    by = operation.repeatable.by
    fed = {path: target for path, target in root.walk() if by in (path, path.rpartition(".")[2])}
    beside = {*operation.arguments, *operation.header, *operation.http_header}
    at = ("operations", name, "repeatable", "by")
    if not fed and by not in beside:
        write = nearest(by, [*(path for path, _ in root.walk()), *beside], "write a target of its mapping")
        what = f"the mapping feeds no '{by}', so they know no repeat by it"
        yield Graded(Grade.BRONZE, source.finding(at, what, f'{write}, or exempt: {{"{key}": why}}'), key)
    elif fed and all(target.left_out for target in fed.values()):
        absent = next(iter(fed.values())).left_out[0]
        what = f"'{by}' is left out when {absent}, and then they know no repeat"
        yield Graded(
            Grade.BRONZE, source.finding(at, what, f'feed it always, or exempt: {{"{key}": why}}'), key
        )
