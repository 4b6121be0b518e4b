"""Changes that wait on disk until they are applied: a list may have more of them than memory should hold."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson

from gateway.items.lists.stored import Stored


@dataclass(frozen=True, slots=True)
class Part:
    """What one transaction brings in."""

    added: Sequence[Stored] = ()
    changed: Sequence[Stored] = ()
    ended: Sequence[Stored] = ()

    def __len__(self) -> int:
        return len(self.added) + len(self.changed) + len(self.ended)


class Spool:
    """Parts in the order in which they came; gone with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - gone with the process
        self.parts = 0

    def put(self, part: Part) -> None:
        if len(part):
            self._file.seek(0, 2)
            self._file.write(orjson.dumps([part.added, part.changed, part.ended]) + b"\n")
            self.parts += 1

    def __iter__(self) -> Iterator[Part]:
        """From the first one; not while another iteration is under way."""
        self._file.seek(0)
        for line in self._file:
            yield Part(*orjson.loads(line))

    def close(self) -> None:
        self._file.close()
