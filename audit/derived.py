"""Columns that follow from other rows: no entry speaks of them, and recomputing them names what differs."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from audit.checkpoints import parse_checkpoint
from audit.notes import NoteRejected, note_parts
from audit.source import Row, Source

_EXCHANGE, _CASE = "SELECT 1 FROM exchanges e WHERE e.id", "SELECT 1 FROM cases c WHERE c.id"


@dataclass(frozen=True, slots=True)
class Derived:
    """A column of a table, and the question after its rows: of the rows that differ, the columns of their key.

    agrees: where a database cannot say it; it is given what stands in a row behind the `width` columns of the key.
    """

    table: str
    column: str
    query: str
    width: int = 0
    agrees: Callable[..., bool] | None = None

    def differing(self, source: Source) -> Iterator[Row]:
        for row in source.rows(self.query):
            if self.agrees is None:
                yield row
            elif not self.agrees(*row[self.width :]):
                yield row[: self.width]


def digest_of(files: Mapping[str, str]) -> str:
    """`sha256:…` over names and texts (docs/evidence.md, Rows of the store)."""
    total = sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            encoded = part.encode("utf-8", "surrogatepass")
            total.update(len(encoded).to_bytes(8) + encoded)
    return f"sha256:{total.hexdigest()}"


@lru_cache(maxsize=1)  # what one release owes stands side by side
def _files(bundle: object) -> Mapping[str, str]:
    """Of a bundle its files by path; none where it is no bundle."""
    try:
        files = json.loads(zlib.decompress(bundle if isinstance(bundle, bytes) else b""))
    except (zlib.error, ValueError):
        return {}
    if not isinstance(files, dict):
        return {}
    return {path: text for path, text in files.items() if isinstance(text, str)}


def _is_bundle(digest: object, bundle: object) -> bool:
    return digest_of(_files(bundle)) == digest


def _is_declaration(platform: str, declaration: object, bundle: object) -> bool:
    own = {path: text for path, text in _files(bundle).items() if path.startswith(f"{platform}/")}
    return digest_of(own) == declaration


def _is_signed_by(name: object, line: str, note: str) -> bool:
    """Whether it is a line of that name; whether it holds, the key of the witness tells."""
    try:
        *_, (signer, _, _) = note_parts(note + line)[1]
    except NoteRejected:
        return False
    return signer == name


def _is_checkpoint(origin: object, size: object, note: str) -> bool:
    try:
        checkpoint = parse_checkpoint(note)
    except NoteRejected:
        return False
    return (checkpoint.origin, checkpoint.size) == (origin, size)


def _names(table: str, key: str, column: str, there: str) -> Derived:
    """Rows must name something that is there."""
    query = f"SELECT {key} FROM {table} held WHERE NOT EXISTS ({there} = held.{column})"  # noqa: S608 - names from here
    return Derived(table, column, query)


def _of_exchange(table: str, key: str, column: str, other: str) -> Derived:
    """Rows must say what their exchange says."""
    query = f"""
        SELECT {key} FROM {table} held JOIN exchanges e ON e.id = held.exchange_id
        WHERE held.{column} <> e.{other}"""  # noqa: S608 - names from here
    return Derived(table, column, query)


DERIVED = (
    Derived("releases", "bundle", "SELECT digest, digest, bundle FROM releases", 1, _is_bundle),
    Derived(
        "approvals", "bundle", "SELECT platform, declaration, actor, document, declaration, bundle FROM approvals",
        4, _is_bundle,
    ),
    Derived(
        "follow_ups", "declaration",
        """SELECT held.place, held.platform, held.platform, held.declaration, r.bundle FROM follow_ups held
        JOIN activations a ON a.place = held.place JOIN releases r ON r.digest = a.digest
        ORDER BY held.place""",
        2, _is_declaration,
    ),
    _names("bodies", "held.exchange_id, held.name", "exchange_id", _EXCHANGE),
    _names("body_keys", "held.exchange_id", "exchange_id", _EXCHANGE),
    _names("materials", "held.exchange_id, held.file_id", "exchange_id", _EXCHANGE),
    _of_exchange("materials", "held.exchange_id, held.file_id", "case_id", "case_id"),
    _of_exchange("case_numbers", "held.case_id, held.owner, held.kind", "case_id", "case_id"),
    Derived("case_numbers", "number", """
        SELECT held.case_id, held.owner, held.kind, held.number FROM case_numbers held
        WHERE held.owner = 'tongban' AND held.kind = 'joint' AND NOT EXISTS
        (SELECT 1 FROM joint_parts p WHERE p.joint_id = held.number AND p.case_id = held.case_id)"""),
    Derived("idempotency", "exchange_id", """
        SELECT held.exchange_id, held.operation FROM idempotency held
        WHERE NOT EXISTS (SELECT 1 FROM exchanges e WHERE e.id = held.exchange_id)
        AND NOT EXISTS (SELECT 1 FROM joints j WHERE j.id = held.exchange_id)"""),
    Derived("case_results", "digest, name", """
        SELECT case_id, place FROM case_results WHERE name <> 'result/' || substr(digest, 1, 24)"""),
    _names("case_clocks", "held.case_id, held.name", "case_id", _CASE),
    _names("watched_cases", "held.case_id", "case_id", _CASE),
    _names("followed_cases", "held.case_id, held.platform", "exchange_id", _EXCHANGE),
    _of_exchange("followed_cases", "held.case_id, held.platform", "case_id", "case_id"),
    _of_exchange("followed_cases", "held.case_id, held.platform", "platform", "platform"),
    _names("wanted_results", "held.case_id, held.platform", "exchange_id", _EXCHANGE),
    _of_exchange("wanted_results", "held.case_id, held.platform", "case_id", "case_id"),
    _of_exchange("wanted_results", "held.case_id, held.platform", "platform", "platform"),
    Derived("webhook_letters", "case_id", """
        SELECT held.caller, held.position FROM webhook_letters held
        JOIN audit_entries a ON a.position = held.position - 1
        WHERE a.case_id IS NULL OR a.case_id <> held.case_id"""),
    Derived("webhook_letters", "position", """
        SELECT held.caller, held.position FROM webhook_letters held
        WHERE NOT EXISTS (SELECT 1 FROM audit_entries a WHERE a.position = held.position - 1)"""),
    Derived("webhook_letters", "caller", """
        SELECT held.caller, held.position FROM webhook_letters held JOIN cases c ON c.id = held.case_id
        WHERE c.caller <> held.caller"""),
    _names("console_sessions", "held.account", "account", "SELECT 1 FROM accounts a WHERE a.name"),
    Derived("unmaskings", "exchange_id", """
        SELECT held.id FROM unmaskings held WHERE NOT EXISTS
        (SELECT 1 FROM exchanges e WHERE e.id = held.exchange_id AND e.case_id = held.case_id)"""),
    _names("joint_parts", "held.joint_id, held.part", "joint_id", "SELECT 1 FROM joints j WHERE j.id"),
    _names("saved_searches", "held.account, held.place", "account", "SELECT 1 FROM accounts a WHERE a.name"),
    _names("audit_cosignatures", "held.size, held.name", "size", "SELECT 1 FROM audit_checkpoints c WHERE c.size"),
    Derived(
        "audit_cosignatures", "name, line", """
        SELECT held.size, held.name, held.name, held.line, c.note FROM audit_cosignatures held
        JOIN audit_checkpoints c ON c.size = held.size""",
        2, _is_signed_by,
    ),
    Derived(
        "witnessed_logs", "origin, size, note", "SELECT origin, origin, size, note FROM witnessed_logs",
        1, _is_checkpoint,
    ),
    _names("upload_parts", "held.upload_id, held.turn", "upload_id", "SELECT 1 FROM uploads u WHERE u.id"),
)  # fmt: skip
