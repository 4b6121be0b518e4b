"""Disclosing (披露): single fields of what was sent or answered, with the proof of what committed to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from audit import log as audit_log
from audit.commitments import Disclosure, commit, disclose, flatten
from gateway.exchange.entries import commitment_key
from gateway.exchange.papers import Papers
from gateway.model import Exchange
from gateway.store.connection import Connection
from gateway.store.store import Store

MESSAGE = "message"


class NotDisclosable(Exception):
    """There is no such document, or no such field in it; says which, and what there is."""


class NotSigned(Exception):
    """No checkpoint covers the entry yet: half a second is enough."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The proof of the entry that commits to the document, and the fields that were asked for."""

    proof: str
    fields: tuple[Disclosure, ...]


async def paths_of(papers: Papers, exchange: Exchange, of: str) -> list[str]:
    """The JSON Pointers of every field of a document. Raises Erased, NotDisclosable."""
    return sorted(flatten(await _document(papers, exchange, of)))


async def evidence(
    store: Store, papers: Papers, exchange: Exchange, *, of: str, paths: Sequence[str]
) -> Evidence:
    """of: `message`, or `reply/` and the number of an attempt. Raises Erased, NotDisclosable, NotSigned."""
    fields = flatten(await _document(papers, exchange, of))
    missing = [path for path in paths if path not in fields]
    if missing:
        raise NotDisclosable(f"{', '.join(missing)}: 没有此字段 / no such field of {of}")
    key = commitment_key(await papers.key_of(exchange.id), of)
    proof = await store.read(lambda connection: _proof(connection, exchange, commit(fields, key).hex()))
    if proof is None:
        raise NotSigned
    return Evidence(proof, tuple(disclose(fields, key, path) for path in paths))


async def some_fields(
    papers: Papers, exchange: Exchange, of: str, wanted: Callable[[str], bool]
) -> tuple[str, tuple[Disclosure, ...]]:
    """(root over the whole document, its fields whose pointer is wanted). Raises Erased, NotDisclosable."""
    fields = flatten(await _document(papers, exchange, of))
    key = commitment_key(await papers.key_of(exchange.id), of)
    return commit(fields, key).hex(), tuple(
        disclose(fields, key, path) for path in sorted(fields) if wanted(path)
    )


async def _document(papers: Papers, exchange: Exchange, of: str) -> dict[str, Any]:
    if of == MESSAGE:
        found = await papers.tree(exchange.id, MESSAGE)
    else:
        answer = await papers.tree(exchange.id, f"answer/{of.removeprefix('reply/')}") or {}
        found = answer.get("document")
    if not isinstance(found, dict):
        raise NotDisclosable(f"{of}: 未留存 / is not kept as a document")
    return found


def _proof(connection: Connection, exchange: Exchange, root: str) -> str | None:
    """The proof of the entry that holds this root. Raises NotDisclosable if none of the exchange's does."""
    for position, body in audit_log.entries_of(connection, exchange.id):
        facts = orjson.loads(body)
        if root in (facts.get("commitment"), facts.get("reply_commitment")):
            return audit_log.proof(connection, position)
    raise NotDisclosable("留存内容与存证不符 / what is kept is not what the log committed to: run fsck")
