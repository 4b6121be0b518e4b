"""What a person does about letters: look at them, and have dead ones told again, with an entry that says who."""

import re
from collections.abc import Callable, Sequence

from audit.entries import Entry
from gateway.store import letters
from gateway.store.connection import Connection
from gateway.store.letters import Letter
from gateway.store.store import Transaction

_ID = re.compile(r"evt_([0-9]{1,9})_([0-9]{1,18})")
MOST = 500


def found(connection: Connection, callers: Sequence[str], *, dead: bool) -> list[Letter]:
    """Letters of these callers by position, MOST of each; dead: only those that are."""
    return [each for caller in callers for each in letters.listed(connection, caller, MOST, dead=dead)]


def by_id(connection: Connection, callers: Sequence[str], letter_id: str) -> Letter | None:
    """The letter of that id, whichever of these callers it is for; None if it is none, or was taken."""
    written = _ID.fullmatch(letter_id)
    position = int(written[2]) if written else 0
    known = (letters.one(connection, caller, position) for caller in callers)
    return next((each for each in known if each is not None and each.id == letter_id), None)


def retry(chosen: Sequence[Letter], actor: str) -> Callable[[Transaction], list[Letter]]:
    """Those of them that are dead are tried anew, each before what waits of its case; which they are."""

    def work(tx: Transaction) -> list[Letter]:
        known = {letters.one(tx.connection, each.caller, each.position) for each in chosen}
        dead = sorted(each for each in known if each is not None and each.dead)
        for letter in dead:
            letters.revive(tx.connection, letter, tx.now_ms)
            facts = {"caller": letter.caller, "letter": letter.id, "actor": actor}
            tx.record(Entry("webhook.retried", tx.now_ms, facts))
        return dead

    return work
