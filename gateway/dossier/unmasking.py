"""Unmasking (查看原文): personal values of a case as they stand, for a reason, with a second person where asked.

An entry for each exchange is committed before anything is shown; the reason lies sealed with the exchange's papers.
"""

from typing import Literal

from audit.entries import Entry
from gateway.boot import Gateway
from gateway.errors import Refusal
from gateway.exchange.following import Known
from gateway.exchange.papers import Erased
from gateway.exchange.said import show_values
from gateway.identity import new_id
from gateway.model import Exchange
from gateway.store import unmaskings
from gateway.store.store import Transaction
from gateway.store.unmaskings import Unmasking
from gateway.store.vault import DataKey

COMMAND = "console case"
GRANTED_MS = 30 * 60_000  # for so long a yes holds
OPEN_MS = 24 * 3_600_000  # for so long a request waits
LONGEST_REASON = 500
Came = Literal["shown", "asked", "waiting", "denied"]


async def unmask(gateway: Gateway, known: Known, account: str, reason: str) -> Came:
    """What came of it; only after `shown` may anything be shown. Raises Refusal: bad_parameter, not_found."""
    if gateway.settings.installation.console.persons_to_unmask == 1:
        await _show(gateway, known, account, _sound(reason))
        return "shown"
    last = await gateway.store.read(lambda connection: unmaskings.last_of(connection, known.case.id, account))
    if last is None or not stands(last, gateway.clock_ms()):
        await _ask(gateway, known, account, _sound(reason))
        return "asked"
    if not last.answered_ms:
        return "waiting"
    if not last.granted:
        return "denied"
    await _show(gateway, known, account, await reason_of(gateway, last))
    return "shown"


def stands(asked: Unmasking, now_ms: int) -> bool:
    """Whether a request, or the answer to it, still holds."""
    if not asked.answered_ms:
        return now_ms - asked.asked_ms < OPEN_MS
    return now_ms - asked.answered_ms < GRANTED_MS


async def reason_of(gateway: Gateway, asked: Unmasking) -> str:
    """Why it was asked; empty once it is erased with the exchange."""
    try:
        key = await gateway.papers.key_of(asked.exchange_id)
    except Erased:
        return ""
    return str(gateway.papers.vault.open_tree(key, f"unmasking/{asked.id}", asked.sealed))


async def answer(gateway: Gateway, asked: Unmasking, account: str, *, granted: bool) -> bool:
    """False if it was answered before, is over, or is one's own; then nothing changes."""
    if asked.account == account or not stands(asked, gateway.clock_ms()):
        return False

    def work(tx: Transaction) -> bool:
        done = unmaskings.answer(tx.connection, asked.id, by=account, granted=granted, at_ms=tx.now_ms)
        if done:
            kind = "unmasking.granted" if granted else "unmasking.denied"
            facts = {
                "unmasking": asked.id, "case": asked.case_id, "account": account, "asked_by": asked.account,
            }  # fmt: skip
            tx.record(Entry(kind, tx.now_ms, facts))
        return done

    return await gateway.store.write(work)


async def with_papers(gateway: Gateway, known: Known) -> list[Exchange]:
    """The writes of a case of which the papers are not erased."""
    return [each for each in known.exchanges if each.kind == "write" and await _has_papers(gateway, each)]


async def _show(gateway: Gateway, known: Known, account: str, reason: str) -> None:
    kept = await with_papers(gateway, known)
    await show_values(gateway.exchanges, COMMAND, kept, actor=account, reason=reason)


async def _has_papers(gateway: Gateway, exchange: Exchange) -> bool:
    try:
        await gateway.papers.key_of(exchange.id)
    except Erased:
        return False
    return True


async def _ask(gateway: Gateway, known: Known, account: str, reason: str) -> None:
    now_ms = gateway.clock_ms()
    exchange_id, key = await _first_key(gateway, known)
    asked_id = new_id(now_ms, gateway.exchanges.around.random)
    sealed = gateway.papers.vault.seal_tree(key, f"unmasking/{asked_id}", reason)
    facts = {"unmasking": asked_id, "case": known.case.id, "account": account}

    def work(tx: Transaction) -> None:
        row = Unmasking(asked_id, known.case.id, exchange_id, account, sealed, tx.now_ms)
        unmaskings.add(tx.connection, row)
        tx.record(Entry("unmasking.asked", tx.now_ms, facts))

    await gateway.store.write(work)


async def _first_key(gateway: Gateway, known: Known) -> tuple[str, DataKey]:
    for each in known.exchanges:
        try:
            return each.id, await gateway.papers.key_of(each.id)
        except Erased:
            continue
    raise Refusal("not_found")


def _sound(reason: str) -> str:
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise Refusal("bad_parameter", name="reason")
    return said
