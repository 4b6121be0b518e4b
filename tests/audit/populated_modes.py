"""Rows of the modes of a case besides the plain one, and of what people and witnesses do beside it."""

from functools import partial

from audit.checkpoints import parse_checkpoint
from audit.cosignatures import cosign
from audit.cosigned import keep_cosignature
from audit.log import newest_checkpoint
from audit.notes import COSIGNATURE, Signer, note_parts
from gateway.accounts import keeping
from gateway.dossier.unmasking import answer, unmask
from gateway.erasure import holding
from gateway.exchange.following import known_of
from gateway.store import accounts, cases, saved, unmaskings
from gateway.store.accounts import AccountRow, Elsewhere
from gateway.store.holds import CASE, PERSON, Hold
from gateway.store.saved import Saved
from gateway.store.transaction import Transaction
from gateway.witness.keeping import Keeping
from tests.web.joint import joint, joint_of_somebody, part_reached, submit_joint
from tests.web.service import Running
from tests.web.test_agency import ask, parcel, submitted_case
from tests.web.test_visits import issued, redeemed
from tests.web.visits import visit_of_somebody
from tests.witness.test_state import asked


async def modes(service: Running) -> None:
    """Parcels both ways, a ticket that was redeemed and two that were not, a joint case that is broken."""
    submitted = await submitted_case(service, "key-post", "gd-person")
    for told in (parcel("gd-person", "sent"), parcel("gd-person", "received")):
        assert (await ask(service, submitted, "parcels", told)).status == 200
    back = parcel("gd-person", "sent", "back", "EB987654321CN")
    assert (await ask(service, submitted, "parcels", back)).status == 200
    person = visit_of_somebody("gd-person")
    assert (await redeemed(service, await issued(service, person))).status == 200
    for each in (person, visit_of_somebody("gx-person")):  # the first goes on with the case that is open
        await issued(service, each)
    together = (await submit_joint(service, joint_of_somebody(), "key-joint")).document
    first, _ = (await joint(service, together))["parts"]
    await part_reached(service, first, "refused", "served")


async def beside(service: Running, case_id: str) -> None:
    """Two holds and one that was lifted, two unmaskings of which one is granted, and what needs no entry."""
    store = service.gateway.store
    hold = Hold(CASE, case_id, "litigation", "BQ-2026-1", "sun.l", 0)
    for each in (hold, hold._replace(document="BQ-2026-2"), hold._replace(kind=PERSON, subject="d" * 64)):
        assert await holding.place(store, each)
    assert await holding.lift(store, hold)
    row = AccountRow("zhou.y", "auditor", "*", "", "", "", subject="248289761001")
    assert await keeping.add(store, row, actor="root")
    case = await store.read(partial(cases.by_id, case_id=case_id))
    assert case
    known = await store.read(partial(known_of, case=case))
    for account in ("chen.j", "zhou.y"):
        assert await unmask(service.gateway, known, account, "a complaint") == "asked"
    [first, _] = await store.read(partial(unmaskings.open_behind, behind="", most=2))
    assert await answer(service.gateway, first, "wang.f", granted=True)
    witness = Signer.create(service.folder / "w.key", "w.example/w", COSIGNATURE)
    other = Signer.create(service.folder / "other.key", "other.example/log")
    await Keeping(store, witness, [other.key]).cosign(asked(other, 0, 3))
    await store.write(partial(_kept, witness))


def _kept(witness: Signer, tx: Transaction) -> None:
    """A search of somebody, a sign-in that goes on elsewhere; what a witness said of our log."""
    connection, now_ms = tx.connection, tx.now_ms
    saved.keep(connection, Saved("chen.j", 1, "cases", b"sealed", now_ms))
    note = newest_checkpoint(connection)
    assert note
    size, line = parse_checkpoint(note).size, cosign(witness, note_parts(note)[0], now_ms // 1000)
    elsewhere = Elsewhere("e" * 64, "nonce", "verifier", now_ms)
    accounts.send_on(connection, elsewhere, over_ms=0)
    keep_cosignature(connection, size=size, name=witness.name, line=line, at_ms=now_ms)
