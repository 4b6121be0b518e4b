"""What the declaration of a desk must not say: there is one way onto the list, and its answers are known."""

from collections.abc import Iterator, Mapping

from adapters.classify import Answers, Seen
from adapters.declared import Operation, Platform
from adapters.message import Verdict

Told = tuple[tuple[str | int, ...], str, str]  # where, what is wrong, what to write
At = tuple[str | int, ...]

DESK = "desk"
WRITES = ("case.submit", "case.correct", "case.supplement", "case.withdraw")
READS = ("case.progress", "case.result")
# outcome -> what it means, and the line of platform.yaml that says so
_PLACE: Mapping[str, tuple[Verdict, str]] = {
    "placed": ("taken", "taken: {body: {outcome: placed}}"),
    "there": ("already", "already: {body: {outcome: there}}"),
}
_LOOK: Mapping[str, tuple[Verdict, str]] = {
    "found": ("taken", "taken: {body: {outcome: found}}"),
    "absent": ("refused", "refused: {body: {outcome: absent}, code: outcome}"),
}


def desk_contradictions(platform: Platform) -> Iterator[Told]:
    """Everything that is wrong about a desk; of other platforms only that they are none."""
    if (platform.kind == DESK) != (platform.speaks == DESK):
        yield (
            ("speaks",),
            "a desk is one in kind and in speaks",
            "write both or neither: kind: desk, speaks: desk",
        )
        return
    if platform.speaks != DESK:
        return
    if platform.auth != "none":
        yield ("auth",), "nothing is signed on the way to our own list", "remove it"
    if platform.contract:
        yield ("contract",), "a desk has no interface", "remove it"
    for name, operation in platform.operations.items():
        yield from _operation(name, operation, ("operations", name))


def _operation(name: str, operation: Operation, at: At) -> Iterator[Told]:
    if name not in (*WRITES, *READS) or operation.is_read(name) != (name in READS):
        yield at, "nothing that a desk does", f"write one of {', '.join((*WRITES, *READS))}"
        return
    wanted, outcomes = ("LOOK", _LOOK) if name in READS else ("PLACE", _PLACE)
    if operation.call != wanted:
        yield (*at, "call"), "no call of a desk", f"write call: {wanted}"
    answers = Answers(operation)
    for outcome, (verdict, write) in outcomes.items():
        if answers.judge(Seen(200, {"outcome": outcome, "progress": {}})).verdict != verdict:
            yield (*at, verdict), f"what is {outcome} is not {verdict}", f"write {write}"
    if name in WRITES and operation.repeatable is None:
        because = "工作清单上每次交换只有一行 / an exchange stands on the list once"
        yield at, "a message may be placed again", f"write repeatable: {{by: exchange, because: {because}}}"
    if operation.follow is not None:
        yield (*at, "follow"), "what is recorded here is known here", "leave it out"
