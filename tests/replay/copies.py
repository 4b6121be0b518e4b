"""Many more exchanges like one that was delivered, each with a key of its own, so that every document opens."""

from contextlib import closing

import orjson

from gateway.boot import Gateway
from gateway.identity import new_id
from gateway.model import Exchange
from gateway.store import bodies, exchanges
from gateway.store.database import open_connection

EVERY_MS = 60_000
GROUP = 1_000


async def copied(gateway: Gateway, address: str, like: Exchange, count: int) -> list[str]:
    """Ids of `count` copies, the oldest first; one a minute, the last of them a minute older than the pattern."""
    document = await gateway.papers.tree(like.id, "document")
    body, vault, made = orjson.dumps(document), gateway.papers.vault, []
    with closing(open_connection(address)) as connection:
        for first in range(0, count, GROUP):
            connection.begin()
            for place in range(first, min(first + GROUP, count)):
                at_ms = like.admitted_ms - (count - place) * EVERY_MS
                copy = like._replace(
                    id=new_id(at_ms, lambda size, n=place: n.to_bytes(size)), admitted_ms=at_ms
                )
                key = vault.new_key(copy.id)
                exchanges.admit(connection, copy)
                bodies.add_key(connection, copy.id, key)
                bodies.add(connection, copy.id, {"document": vault.seal(key, "document", body)})
                made.append(copy.id)
            connection.commit()
    return made
