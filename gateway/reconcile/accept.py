"""After a restore nothing is sent to a platform until somebody has looked at its differences and says so."""

from audit.entries import Entry
from gateway.boot import Gateway
from gateway.store import marks
from gateway.store.store import Transaction

ACCEPTED = "accepted/"  # and a platform: by whom and on what ground, in words


async def accept(gateway: Gateway, platform: str, *, actor: str, why: str) -> bool:
    """Sending to the platform may go on. False if nothing had kept it back; then nothing is changed.

    The ground is free text, so it stands with the marks and not in the log.
    """

    def work(tx: Transaction) -> bool:
        if not marks.remove(tx.connection, marks.RECONCILE + platform):
            return False
        marks.put(tx.connection, ACCEPTED + platform, f"{actor}: {why}", tx.now_ms)
        tx.record(Entry("reconcile.accepted", tx.now_ms, {"platform": platform, "actor": actor}))
        return True

    return await gateway.store.write(work)
