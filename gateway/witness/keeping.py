"""This gateway as a witness of other logs: what it saw last of each is durable before its line leaves.

A refusal that speaks against the log is an entry of ours, with the checkpoint that shows it, once until the log
is well again; a request alone makes no entry, since two gateways that witness each other would never come to rest.
"""

from collections.abc import Sequence
from functools import partial

from audit.checkpoints import Checkpoint, parse_checkpoint
from audit.cosignatures import cosign, lines_by
from audit.entries import Entry, Fact
from audit.notes import Key, Signer
from audit.witness import FORKS, Asked, Declined, read_request, signed_by, weigh
from gateway import logs
from gateway.store import witnessed
from gateway.store.connection import Connection
from gateway.store.store import Store, Transaction
from gateway.store.witnessed import WitnessedLog

log = logs.get("witness")


class Keeping:
    """keys: of the logs that are witnessed. signer: the witness's own key, with which it signs nothing else."""

    def __init__(self, store: Store, signer: Signer, keys: Sequence[Key]) -> None:
        self._store = store
        self._signer = signer
        self._keys = keys

    @property
    def vkey(self) -> str:
        return self._signer.vkey

    async def cosign(self, text: str) -> str:
        """Our line below the checkpoint of a request. Raises audit.witness.Declined."""
        asked = read_request(text)
        signed = signed_by(asked, self._keys)  # nobody else gets as far as the database
        answer = await self._store.write(partial(self._decide, asked, signed))
        if isinstance(answer, Declined):
            if answer.reason in FORKS:
                log.warning("witness.refused", origin=signed.origin, reason=answer.reason)
            raise answer
        return answer

    async def newest(self, origin: str) -> str | None:
        """The checkpoint of that log that was cosigned last, with our line below it."""
        found = await self._store.read(lambda connection: witnessed.one(connection, origin))
        return found.note if found and found.note else None

    def _decide(self, asked: Asked, signed: Checkpoint, tx: Transaction) -> "str | Declined":
        """Committed with whatever it answers: a refusal is kept as well as a cosignature."""
        before = witnessed.one(tx.connection, signed.origin)
        try:
            weigh(asked, signed, _held(before))
        except Declined as declined:
            if before and not before.refused and declined.reason in FORKS:
                _note_refusal(tx, self._alone(asked.note), declined.reason, before)
            return declined
        line = cosign(self._signer, signed.text, tx.now_ms // 1000)
        note = self._alone(asked.note) + line
        now = WitnessedLog(signed.origin, signed.size, note, "", tx.now_ms)
        if not witnessed.put(tx.connection, now, before.size if before else 0):
            return Declined("behind", _size(tx.connection, signed.origin))
        return line

    def _alone(self, note: str) -> str:
        """The checkpoint with the signatures of its log, and none of whatever else stood below it."""
        text = note[: note.rindex("\n\n") + 2]
        return text + "".join(line for key in self._keys for line in lines_by(note, key))


def _held(log_before: WitnessedLog | None) -> Checkpoint | None:
    return parse_checkpoint(log_before.note) if log_before and log_before.note else None


def _size(connection: Connection, origin: str) -> int:
    found = witnessed.one(connection, origin)
    return found.size if found else 0


def _note_refusal(tx: Transaction, note: str, reason: str, before: WitnessedLog) -> None:
    """Two checkpoints that their log signed and that cannot both be are kept, here and in our log."""
    witnessed.refuse(tx.connection, before.origin, reason)
    facts: dict[str, Fact] = {
        "origin": before.origin, "reason": reason, "size": parse_checkpoint(note).size, "held": before.size,
        "note": note, "held_note": before.note,
    }  # fmt: skip
    tx.record(Entry("witness.refused", tx.now_ms, facts))
