"""By which agreements this installation goes, in the log: an entry whenever a start finds others than before.

`agreements.changed` names each as `NAME DIGEST DOCUMENT`; the digest is SHA-256 over all that it says.
"""

from collections.abc import Callable, Sequence

from audit.entries import Entry
from gateway.settings.agreements import Agreement
from gateway.store import marks
from gateway.store.store import Transaction

MARK = "agreements"


def note(agreements: Sequence[Agreement]) -> Callable[[Transaction], bool]:
    """Record which agreements are declared now; False if the newest such entry says so already.

    Of processes that start together one does it.
    """
    known = sorted(f"{each.agreement} {each.digest} {each.document}" for each in agreements)
    said = "\n".join(known)

    def work(tx: Transaction) -> bool:
        before = marks.one(tx.connection, MARK)
        if said == (before[0] if before else ""):
            return False
        marks.put(tx.connection, MARK, said, tx.now_ms)
        tx.record(Entry("agreements.changed", tx.now_ms, {"agreements": known}))
        return True

    return work
