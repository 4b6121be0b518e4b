"""docs/protocol.md draws the states that the code can reach, no more and no fewer."""

import re
from itertools import product
from pathlib import Path
from typing import get_args

from gateway.exchange.judge import CERTAIN, judge
from gateway.model import Fact, FactKind, Policy, ProbePolicy, State

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text(encoding="utf-8")
HOUR = 3_600_000
OUT_OF_WAITING = {"sending", "withdrawn", "abandoned"}
POLICIES = [
    Policy(patience_ms=HOUR, repeatable=repeatable, probe=probe)
    for repeatable, probe in product((False, True), (None, ProbePolicy(0, 1, 1000)))
]
SAME = {("deferred", "deferred"), ("held", "held")}
OF_A_PERSON = {"settled_taken", "settled_again", "settled_stop"}


def drawn() -> set[tuple[str, str]]:
    arrows = re.findall(r"^    (\S+) --> (\S+)", PAGE, re.MULTILINE)
    return {(start, end) for start, end in arrows if "[*]" not in (start, end)}


def reachable() -> set[tuple[str, str]]:
    """Every move that a fact can make, from every history of up to three facts, early and late."""
    moves: set[tuple[str, str]] = {("waiting", "sending"), ("deferred", "sending")}  # claims
    moves.add(("waiting", "abandoned"))  # its patience was over before it could be claimed
    kinds = get_args(FactKind)
    for policy, now_ms, length in product(POLICIES, (1, HOUR + 1), (0, 1, 2)):
        for before in product(kinds, repeat=length):
            was = _state(before, policy, now_ms) if before else "waiting"
            for kind in kinds:
                state = _state((*before, kind), policy, now_ms)
                moves |= {(start, state) for start in _entered_from(kind, was) if start != state}
                if kind in CERTAIN and before[-1:] == ("unknown",) and was in {"deferred", "held"}:
                    moves |= {(was, _state((*before, kind), policy, now_ms, of_the_same=True))} - SAME
    return moves


def _entered_from(kind: str, was: str) -> list[str]:
    """From which state a fact of this kind moves the row: its own claim, a late reply, a person."""
    if was not in {"waiting", "deferred", "held"}:
        return []
    if kind in OF_A_PERSON:
        return ["held"] if was == "held" else []
    if kind == "withdraw_asked":
        return [was] if was != "held" else []
    late = [was] if was != "waiting" and kind in {"taken", "already", "unknown"} else []
    return ["sending", *late] if was != "held" else late


def _state(kinds: tuple[str, ...], policy: Policy, now_ms: int, *, of_the_same: bool = False) -> str:
    """of_the_same: the last fact is a late word about the attempt before it."""
    attempts = [*range(1, len(kinds)), len(kinds) - of_the_same]
    history = tuple(Fact(kind, now_ms, attempt) for kind, attempt in zip(kinds, attempts, strict=True))
    return judge(history, policy, exchange_id="E", admitted_ms=0, now_ms=now_ms).state


def test_the_diagram_shows_exactly_the_moves_that_the_code_can_make():
    moves = {(a, b) for a, b in reachable() if a != "waiting" or b in OUT_OF_WAITING}
    assert drawn() == moves


def test_every_state_has_its_row():
    for state in get_args(State):
        assert f"| `{state}` |" in PAGE
