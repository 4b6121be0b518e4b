"""How many witnesses must have cosigned a checkpoint (共签数)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from audit.cosignatures import cosigned
from audit.findings import Finding
from audit.notes import Key, NoteRejected


@dataclass(frozen=True, slots=True)
class Quorum:
    """At least so many of these witnesses; without any nothing is asked for."""

    witnesses: Sequence[Key] = ()
    least: int = 0

    def check(self, path: str, note: str) -> tuple[Mapping[str, int], list[Finding]]:
        """Who cosigned a checkpoint that holds, and when; and what is wrong with that."""
        try:
            times = cosigned(note, self.witnesses)
        except NoteRejected as error:
            return {}, [Finding(path, "cosignature.rejected", {"reason": str(error)})]
        if len(times) < self.least:
            return times, [Finding(path, "cosignature.too_few", {"number": len(times), "least": self.least})]
        return times, []
