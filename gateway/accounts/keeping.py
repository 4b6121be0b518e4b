"""Adding and ending accounts, changing passwords: each with its entry, in the same commit."""

from audit.entries import Entry
from gateway.store import accounts
from gateway.store.accounts import AccountRow
from gateway.store.store import Store, Transaction


async def add(store: Store, row: AccountRow, *, actor: str) -> bool:
    """False if there is an account of that name; nothing was changed then."""

    def work(tx: Transaction) -> bool:
        if not accounts.add(tx.connection, row._replace(made_ms=tx.now_ms, changed_ms=tx.now_ms)):
            return False
        facts = {
            "account": row.name, "role": row.role, "divisions": row.divisions.split(),
            "units": row.units.split(), "until": row.until_on or None, "elsewhere": bool(row.subject) or None,
            "actor": actor,
        }  # fmt: skip
        tx.record(Entry("account.added", tx.now_ms, facts))
        return True

    return await store.write(work)


async def disable(store: Store, name: str, *, actor: str) -> bool:
    """Its sessions are over at once. False if there is no such account, or it is disabled."""

    def work(tx: Transaction) -> bool:
        done = accounts.disable(tx.connection, name, tx.now_ms)
        if done:
            tx.record(Entry("account.disabled", tx.now_ms, {"account": name, "actor": actor}))
        return done

    return await store.write(work)


async def change_password(store: Store, name: str, password: str, *, actor: str) -> bool:
    """password: hashed. Its sessions are over. False if there is no such account."""

    def work(tx: Transaction) -> bool:
        done = accounts.change_password(tx.connection, name, password, tx.now_ms)
        if done:
            tx.record(Entry("account.password_changed", tx.now_ms, {"account": name, "actor": actor}))
        return done

    return await store.write(work)
