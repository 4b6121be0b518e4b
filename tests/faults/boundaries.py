"""Which of the boundaries that a process passed it is killed at, one run for each."""

from collections.abc import Sequence

from tests.faults.places import Place
from tests.faults.stores import LONG

APART = ("after COMMIT", "after the ")  # what is durable then, or known to somebody else, is not so before


def unlike(recorded: Sequence[str], among: Sequence[int]) -> list[int]:
    """Of `among`, one for each moment.

    After a statement inside a transaction and before the next one are one moment: nothing is done between the two
    that outlives the process. The second of them stands for both.
    """

    def is_like_the_next(at: int) -> bool:
        inside = recorded[at].startswith("after ") and not recorded[at].startswith(APART)
        return inside and at + 1 in among and recorded[at + 1].startswith("before ")

    return [at for at in among if not is_like_the_next(at)]


def thinned(recorded: Sequence[str], among: Sequence[int], apart: int, place: Place) -> Sequence[int]:
    """At which of them a process is killed in the suite: every `apart`-th, and the last two; on a server at three.

    `make faults` has them all, on both.
    """
    moments = unlike(recorded, among)
    if LONG:
        return moments
    return sorted({*moments[:: len(moments) if place.server else apart], *moments[-2:]})


def after_transactions(recorded: Sequence[str], count: int) -> int:
    """Index behind the `count`-th COMMIT."""
    commits = [place for place, name in enumerate(recorded) if name == "after COMMIT"]
    return commits[count - 1] + 1 if count else 0
