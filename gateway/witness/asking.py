"""Having our checkpoints cosigned: each witness is shown the newest, and that it goes on from the last.

Nothing waits for a witness. That one refuses, or does not answer, is a line of the log, a metric and a finding of
/readyz; a refusal is an entry as well. The next checkpoint tries again.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from yarl import URL

from adapters.errors import NotSent, Unknown
from adapters.message import Request, Response, Transport
from audit import log as audit_log
from audit.checkpoints import parse_checkpoint
from audit.cosignatures import cosigned, lines_by
from audit.cosigned import cosigned_up_to, keep_cosignature
from audit.entries import Entry
from audit.notes import NoteRejected
from audit.witness import SIZE_MEDIA, STATUS, Asked, write_request
from gateway import __version__, logs
from gateway.retry import jitter_of, wait_ms
from gateway.settings.witnesses import Cosigns, Witness
from gateway.store import leases, marks
from gateway.store.connection import Connection
from gateway.store.store import Store, Transaction

log = logs.get("witness")
TICK_S = 0.25
MARK = "witness/"  # of leases and of marks: what is wrong with a witness, and since when
LEASE_MS = 5_000  # beyond the timeout of a request
ANSWER_BYTES = 64 * 1024
FIRST_MS, MOST_MS = 1_000, 60_000  # waits between tries in vain
SILENT, REFUSED = "silent", "refused"
_BY_STATUS = {status: reason for reason, status in STATUS.items() if status != 409}
_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "User-Agent": f"tongban/{__version__}"}


@dataclass(slots=True)
class _Pace:
    """Of one witness: when it is asked next, tries in vain so far, and how far it is by its own word."""

    next_ms: int = 0
    failures: int = 0
    held: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of asking. line: the cosignature, "" if there is none; else why, and what the witness has."""

    line: str = ""
    what: str = ""
    why: str = ""
    held: int | None = None


@dataclass(slots=True)
class Asking:
    """All witnesses of this log, as one process sees to them."""

    witnesses: Mapping[str, Witness]
    store: Store
    transport: Transport
    clock_ms: Callable[[], int]
    owner: str
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _paces: dict[str, _Pace] = field(default_factory=dict)

    async def run(self) -> None:
        """Until `stop`; what is asked then is not waited for."""
        asked = {name: each.cosigns for name, each in self.witnesses.items() if each.cosigns}
        tasks = [asyncio.create_task(self._serve(name, cosigns)) for name, cosigns in asked.items()]
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.leave()

    def stop(self) -> None:
        self._stopping.set()

    async def leave(self) -> None:
        """Another process may ask at once."""
        for name in self.witnesses:
            await self.store.write(partial(_free, name, self.owner))

    async def _serve(self, name: str, cosigns: Cosigns) -> None:
        while True:
            try:
                await self.round(name, cosigns)
            except Exception as error:  # noqa: BLE001 - the task outlives whatever befell one round
                log.error("worker.failed", witness=name, failure=error)
            await asyncio.sleep(TICK_S)

    async def round(self, name: str, cosigns: Cosigns) -> bool:
        """Have the newest checkpoint cosigned, if it is time and there is a new one; False if nothing was asked."""
        pace, now_ms = self._paces.setdefault(name, _Pace()), self.clock_ms()
        if now_ms < pace.next_ms:
            return False
        asked = await self.store.read(partial(_due, cosigns.verifier.name, pace.held))
        if asked is None or not await self.store.write(partial(_lease, name, self.owner, cosigns)):
            return False
        outcome = await self._ask(cosigns, asked)
        if outcome.held is not None and outcome.held != asked.old:  # they are elsewhere, which they may be
            pace.held = outcome.held
            asked = await self.store.read(partial(_due, cosigns.verifier.name, pace.held))
            outcome = await self._ask(cosigns, asked) if asked else Outcome(what=REFUSED, why="shorter")
        await self._keep(name, cosigns, asked, outcome)
        return True

    async def _ask(self, cosigns: Cosigns, asked: Asked) -> Outcome:
        body = write_request(asked).encode()
        request = Request("POST", URL(f"{cosigns.address.rstrip('/')}/add-checkpoint"), _HEADERS, body)
        try:
            response = await self.transport.exchange(
                request,
                go=_go,
                timeout_s=cosigns.timeout_s,
                connect_s=cosigns.timeout_s,
                reply_bytes=ANSWER_BYTES,
            )
        except (NotSent, Unknown) as error:
            return Outcome(what=SILENT, why=error.cause)
        return heard(response, asked.note, cosigns)

    async def _keep(self, name: str, cosigns: Cosigns, asked: Asked | None, outcome: Outcome) -> None:
        pace, now_ms = self._paces[name], self.clock_ms()
        if outcome.line and asked:
            size = parse_checkpoint(asked.note).size
            told = await self.store.write(partial(_cosigned, name, cosigns.verifier.name, size, outcome.line))
            pace.failures, pace.held, pace.next_ms = 0, size, now_ms + int(cosigns.every_s * 1000)
            if told:
                log.info("cosignature.given", witness=name, size=size)
            return
        pace.failures += 1
        pace.held = None  # ask them anew how far they are
        first_ms = max(FIRST_MS, int(cosigns.every_s * 1000))
        rest_ms = wait_ms(
            pace.failures, first_ms=first_ms, most_ms=MOST_MS, jitter=jitter_of(name, pace.failures)
        )
        pace.next_ms = now_ms + rest_ms
        if await self.store.write(partial(_in_vain, name, outcome)):
            refused = outcome.what == REFUSED
            log.warning(
                "cosignature.refused" if refused else "cosignature.silent", witness=name, reason=outcome.why
            )


def heard(response: Response, note: str, cosigns: Cosigns) -> Outcome:
    """What a witness's answer means: its line, how far it is, or why it does not cosign."""
    text = response.body.decode("utf-8", "replace")
    if response.status == 200:
        try:
            times = cosigned(note + text, [cosigns.verifier])
        except NoteRejected:
            times = {}
        lines = lines_by(note + text, cosigns.verifier) if times else []
        return Outcome(lines[0]) if lines else Outcome(what=REFUSED, why="not_its_key")
    media = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if response.status == 409:
        size = text.strip()
        if media == SIZE_MEDIA and size.isascii() and size.isdigit() and len(size) < 20:
            return Outcome(what=REFUSED, why="behind", held=int(size))
        return Outcome(what=REFUSED, why="other_root")
    if response.status in _BY_STATUS:
        return Outcome(what=REFUSED, why=_BY_STATUS[response.status])
    return Outcome(what=SILENT, why=f"http_{response.status}")


def standing(connection: Connection) -> dict[str, tuple[str, str, int]]:
    """The witnesses that do not cosign: what is wrong, why, since when (epoch ms)."""
    found: dict[str, tuple[str, str, int]] = {}
    for name, value in marks.all_of(connection).items():
        if name.startswith(MARK) and (mark := marks.one(connection, name)):
            what, _, why = value.partition(" ")
            found[name.removeprefix(MARK)] = (what, why, mark[1])
    return found


def _due(verifier: str, held: int | None, connection: Connection) -> Asked | None:
    """The newest checkpoint and its proof, unless the witness has cosigned it, or says that it has more."""
    note = audit_log.newest_checkpoint(connection)
    old = cosigned_up_to(connection, verifier) if held is None else held
    size = parse_checkpoint(note).size if note else 0
    if note is None or old > size or (old == size and cosigned_up_to(connection, verifier) == size):
        return None
    hashes = audit_log.consistency(connection, old, size)
    return Asked(old, tuple(hashes), note)


def _lease(name: str, owner: str, cosigns: Cosigns, tx: Transaction) -> bool:
    until_ms = tx.now_ms + int(cosigns.timeout_s * 2000) + LEASE_MS
    return leases.take(tx.connection, MARK + name, owner, now_ms=tx.now_ms, until_ms=until_ms)


def _free(name: str, owner: str, tx: Transaction) -> None:
    leases.free(tx.connection, MARK + name, owner)


def _cosigned(name: str, verifier: str, size: int, line: str, tx: Transaction) -> bool:
    """Keep the line; whether the witness had not cosigned before."""
    keep_cosignature(tx.connection, size=size, name=verifier, line=line, at_ms=tx.now_ms)
    return marks.remove(tx.connection, MARK + name)


def _in_vain(name: str, outcome: Outcome, tx: Transaction) -> bool:
    """Note what is wrong, and since when; False if that is known. That a witness refuses is evidence."""
    known, value = marks.one(tx.connection, MARK + name), f"{outcome.what} {outcome.why}"
    if known and known[0] == value:
        return False
    marks.put(tx.connection, MARK + name, value, tx.now_ms)
    if outcome.what == REFUSED:
        facts = {"witness": name, "reason": outcome.why}
        tx.record(Entry("cosignature.refused", tx.now_ms, facts))
    return True


def _go() -> None:
    """Nothing has to be asked before the first byte: a checkpoint may be shown twice."""
