"""The evidence of a case to take away (证据包): what `python -m audit verify` checks without us.

That it was taken is an entry of the log, which holds the digest of all that is in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256

from audit import log as audit_log
from audit.bundle import GROWTH, MADE, MANIFEST, SEAL, growth, manifest, pack
from audit.checkpoints import parse_checkpoint
from audit.disclosures import write_disclosures
from audit.entries import Entry, Fact
from audit.proofs import write_proof
from gateway.boot import Gateway
from gateway.dossier.dossier import Dossier, blames, key_of
from gateway.dossier.report import Disclosed, Viewer, instructions, report
from gateway.exchange.disclosing import MESSAGE, NotDisclosable, some_fields
from gateway.exchange.papers import Erased
from gateway.model import Exchange
from gateway.replay.blame import Blame
from gateway.store.connection import Connection
from gateway.store.store import Transaction

SIGNED_SOON = 3  # tries: another process may be the one that signs
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class NotSigned(Exception):
    """The log's head is not signed yet: another moment is enough."""


@dataclass(frozen=True, slots=True)
class Covered:
    """The proofs of all entries of a case under one checkpoint, by their positions."""

    note: str
    size: int
    bodies: Mapping[int, bytes] = field(repr=False)
    proofs: Mapping[int, str] = field(repr=False)


async def make(gateway: Gateway, dossier: Dossier, viewer: Viewer, *, values: bool = False) -> bytes:
    """The zip. values: personal fields are disclosed, too; whoever asks for them has said why before.

    Raises NotSigned, StorageUnavailable; then nothing was taken.
    """
    covered = await _covered(gateway, dossier.case.id)
    disclosed = await _disclosed(gateway, dossier, covered, values=values)
    files = {f"proofs/{position}.tlog-proof": proof.encode() for position, proof in covered.proofs.items()}
    for position, each in disclosed.items():
        files[f"disclosures/{position}.disclosure"] = write_disclosures(each.fields).encode()
    files["checkpoint.txt"] = covered.note.encode()
    files["log.vkey"] = f"{key_of(gateway).vkey}\n".encode()
    files["readme.txt"] = instructions(key_of(gateway), dossier.case.id).encode()
    files["report.html"] = report(dossier, covered.bodies, disclosed, viewer).encode()
    files[MANIFEST] = manifest(files)
    facts: dict[str, Fact] = {
        "case": dossier.case.id, "account": viewer.account, "manifest": sha256(files[MANIFEST]).hexdigest(),
        "entries": len(covered.proofs), "disclosed": sum(len(each.fields) for each in disclosed.values()),
    }  # fmt: skip

    def record(tx: Transaction) -> None:
        tx.record(Entry(MADE, tx.now_ms, facts))

    # who took it is on record before anybody has it; a failure here means that nobody does
    await gateway.store.write(record)
    return pack({**files, **await _sealed(gateway, dossier.case.id, covered.size, str(facts["manifest"]))})


async def _covered(gateway: Gateway, case_id: str) -> Covered:
    for _ in range(SIGNED_SOON):
        await gateway.sign(now=True)
        found = await gateway.store.read(partial(_cover, case_id=case_id))
        if found is not None:
            return found
    raise NotSigned


def _cover(connection: Connection, case_id: str) -> Covered | None:
    """None while the newest checkpoint does not cover all of them."""
    note = audit_log.newest_checkpoint(connection)
    bodies = dict(audit_log.entries_of_case(connection, case_id))
    size = parse_checkpoint(note).size if note else 0
    if note is None or max(bodies, default=size) >= size:
        return None
    proofs = {
        position: write_proof(body, position, size, audit_log.inclusion(connection, position, size), note)
        for position, body in bodies.items()
    }
    return Covered(note, size, bodies, proofs)


async def _sealed(gateway: Gateway, case_id: str, size: int, digest: str) -> dict[str, bytes]:
    """The proof of the entry that holds the manifest's digest, and that its log begins with the proofs'."""

    def look(connection: Connection) -> dict[str, bytes] | None:
        held = [
            position
            for position, body in audit_log.entries_of_case(connection, case_id)
            if digest.encode() in body
        ]
        proof = audit_log.proof(connection, held[-1]) if held else None
        if proof is None:
            return None
        last = parse_checkpoint(proof.partition("\n\n")[2]).size
        return {SEAL: proof.encode(), GROWTH: growth(audit_log.consistency(connection, size, last))}

    for _ in range(SIGNED_SOON):
        await gateway.sign(now=True)
        found = await gateway.store.read(look)
        if found is not None:
            return found
    raise NotSigned


async def _disclosed(
    gateway: Gateway, dossier: Dossier, covered: Covered, *, values: bool
) -> dict[int, Disclosed]:
    """What of the documents may be shown, by the position of the entry that commits to it."""
    found: dict[int, Disclosed] = {}
    for exchange_id, blame in (await blames(gateway, dossier.known.exchanges)).items():
        if blame.erased or blame.sent is None:
            continue
        allowed = None if values else _plain(blame)
        shown = await _shown(gateway, blame.exchange, allowed)
        if shown is None or not shown.fields:
            continue
        position = _committed(covered.bodies, exchange_id, shown.root)
        if position is not None:
            found[position] = shown
    return found


async def _shown(gateway: Gateway, exchange: Exchange, allowed: Sequence[str] | None) -> Disclosed | None:
    """allowed: pointers, each with all below it; None for all."""

    def wanted(path: str) -> bool:
        return allowed is None or any(path == each or path.startswith(f"{each}/") for each in allowed)

    try:
        root, fields = await some_fields(gateway.papers, exchange, MESSAGE, wanted)
    except (Erased, NotDisclosable):
        return None
    return Disclosed(exchange.id, root, fields)


def _plain(blame: Blame) -> list[str]:
    """Pointers of what tells of nobody: as it is shown unmasked to everybody who may see a case."""
    values = blame.sent.values if blame.sent else ()
    return [
        pointer(each.target) for each in values if each.is_plain and each.shown(values=False) == each.value
    ]


def pointer(target: str) -> str:
    """`clxx[0].fj[1].xh` as a JSON Pointer."""
    steps = (name or index for name, index in _STEP.findall(target))
    return "".join("/" + each.replace("~", "~0").replace("/", "~1") for each in steps)


def _committed(bodies: Mapping[int, bytes], exchange_id: str, root: str) -> int | None:
    """The entry of an exchange that holds this root."""
    return next(
        (
            position
            for position, body in bodies.items()
            if exchange_id.encode() in body and f'"commitment":"{root}"'.encode() in body
        ),
        None,
    )
