"""All that is known of one case, read at one moment: its life, limits, numbers, exchanges, and their proof."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from audit import log as audit_log
from audit.notes import Key
from audit.records import Record, RecordUnreadable, read_record
from gateway.boot import Gateway
from gateway.clock import china_day
from gateway.deadlines.reckon import Reckoned, reckon
from gateway.dossier.modes import Modes, modes_of
from gateway.dossier.proven import Proof, prove
from gateway.exchange.following import Known, known_of
from gateway.model import Exchange
from gateway.releases.meant import NotMeant
from gateway.replay.blame import Blame, blame
from gateway.store import cases, followed, unmaskings
from gateway.store.cases import Case, Number
from gateway.store.connection import Connection
from gateway.store.followed import Followed
from gateway.store.unmaskings import Unmasking
from gateway.store.vault import WrongKey
from mappings.problems import Unreadable

MOST_LOOKS = 10
MOST_OPENED = 12  # exchanges of which the values are traced on one page


@dataclass(frozen=True, slots=True)
class Dossier:
    """looks: of who looked at it, the newest first. asked: requests to be shown its values, not answered yet."""

    known: Known
    numbers: Sequence[Number]
    reckoned: Reckoned
    followed: Sequence[Followed]
    proof: Proof
    looks: Sequence[Record]
    asked: Sequence[Unmasking]
    modes: Modes

    @property
    def case(self) -> Case:
        return self.known.case


def gather(connection: Connection, gateway: Gateway, case: Case) -> Dossier:
    known = known_of(connection, case)
    today = china_day(gateway.clock_ms())
    return Dossier(
        known,
        cases.numbers_of(connection, case.id),
        reckon(connection, known, gateway.settings.agreements, today),
        followed.of_case(connection, case.id),
        prove(connection, case.id, known.exchanges, key_of(gateway)),
        _looks(connection, case.id),
        unmaskings.open_of_case(connection, case.id),
        modes_of(connection, case.id),
    )


def key_of(gateway: Gateway) -> Key:
    """The public half of the key that signs this log."""
    return gateway.signer.key


async def blames(gateway: Gateway, exchanges: Sequence[Exchange]) -> dict[str, Blame]:
    """Where the values came from, of the writes among them; of many the first, and those that came last."""
    writes = [each for each in exchanges if each.kind == "write"]
    some = writes if len(writes) <= MOST_OPENED else [writes[0], *writes[1 - MOST_OPENED :]]
    found = {}
    for each in some:
        with suppress(
            NotMeant, Unreadable, WrongKey
        ):  # its release, or its key, is not here: no origins to show
            found[each.id] = await blame(gateway, each.id)
    return found


def _looks(connection: Connection, case_id: str) -> list[Record]:
    found = []
    for _, body in audit_log.looks_at_case(connection, case_id, MOST_LOOKS):
        try:
            found.append(read_record(body))
        except RecordUnreadable:  # it stands among what is not proven
            continue
    return found
