"""A log is verified by what others wrote: pymerkle recomputes roots and proofs, cryptography checks the signature.

What is written is read here by docs/evidence.md alone, and not by `audit`.
"""

import base64
import re
from pathlib import Path

import pymerkle
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from audit import log, tree
from audit.cli import SOUND, main

COUNT = 300  # two bundles, the second a partial one


@pytest.fixture
def written(open_log, exchange, signer):
    """A signed log, and its note."""
    store = open_log()
    for number in range(0, COUNT // 3, 10):
        store.append(*[entry for one in range(number, number + 10) for entry in exchange(f"E{one}")])
    return store, store.checkpoint(signer)


def signed_root(note: str, vkey: str) -> tuple[int, bytes]:
    """Size and root of a checkpoint whose signature holds. Raises InvalidSignature."""
    text, _, signatures = note.rpartition("\n\n")
    key = base64.b64decode(vkey.split("+", 2)[2])
    signature = base64.b64decode(re.fullmatch("\u2014 .* (.*)\n", signatures)[1])
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature[4:], f"{text}\n".encode())
    _, size, root, *_ = text.split("\n")
    return int(size), base64.b64decode(root)


def bundled(folder: Path) -> list[bytes]:
    """The entries of exported bundles, in their order."""
    bodies = []
    for file in (folder / "tile/entries/000", folder / "tile/entries/001.p/44"):
        content = file.read_bytes()
        while content:
            end = 2 + int.from_bytes(content[:2])
            bodies.append(content[2:end])
            content = content[end:]
    return bodies


def rebuilt(bodies: list[bytes]) -> pymerkle.InmemoryTree:
    foreign = pymerkle.InmemoryTree(algorithm="sha256")
    for body in bodies:
        foreign.append_entry(body)
    return foreign


def test_exported_entries_give_the_root_that_was_signed(written, signer, tmp_path):
    store, note = written
    folder = tmp_path / "tiles"
    words = ["export", "--database", store.address, "--into", str(folder), "--key", signer.vkey]
    assert main(words) == SOUND
    assert (folder / "checkpoint").read_text("utf-8") == note
    foreign = rebuilt(bundled(folder))
    assert (foreign.get_size(), foreign.get_root()) == signed_root(note, signer.vkey)


@pytest.mark.parametrize("position", [0, 17, 255, 256, 299])
def test_a_proof_leads_to_the_signed_root_for_a_foreign_verifier(written, signer, position):
    store, _ = written
    text = log.proof(store.connection, position)
    head, _, note = text.partition("\n\n")
    _, extra, index, *hashes = head.split("\n")
    size, root = signed_root(note, signer.vkey)
    entry = base64.b64decode(extra.removeprefix("extra "))
    foreign = rebuilt(store.bodies())
    leaf, proof = (
        foreign.hash_buff(entry),
        foreign.prove_inclusion(int(index.split()[1]) + 1, size),
    )  # it counts from 1
    pymerkle.verify_inclusion(leaf, root, proof)
    assert proof.path[1:] == [base64.b64decode(each) for each in hashes]


def test_a_consistency_proof_joins_the_roots_of_a_foreign_implementation(written):
    store, _ = written
    foreign = rebuilt(store.bodies())
    for old in (1, 7, 128, 255, 256, 257):
        pymerkle.verify_consistency(
            foreign.get_state(old), foreign.get_state(COUNT), foreign.prove_consistency(old, COUNT)
        )
        hashes = log.consistency(store.connection, old, COUNT)
        tree.check_consistency(old, foreign.get_state(old), COUNT, foreign.get_state(COUNT), hashes)


def test_a_note_that_was_changed_does_not_hold_for_a_foreign_verifier(written, signer):
    _, note = written
    with pytest.raises(InvalidSignature):
        signed_root(note.replace(f"\n{COUNT}\n", f"\n{COUNT - 1}\n"), signer.vkey)
