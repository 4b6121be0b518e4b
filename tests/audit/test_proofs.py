"""A proof is one text that anyone verifies years later with a public key and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import log, tree
from audit.checkpoints import Checkpoint
from audit.notes import Key
from audit.proofs import ProofUnreadable, read_proof, write_proof
from audit.verify import verify_proof


@pytest.fixture
def proven(open_log, exchange, signer):
    store = open_log()
    store.append(*[entry for number in range(100) for entry in exchange(f"E{number}")])
    return store, store.checkpoint(signer), log.proof(store.connection, 17)


def codes(verdict) -> list[str]:
    return [finding.code for finding in verdict.findings]


def test_the_golden_proof_is_written_and_verified(golden, golden_text):
    vectors, text = golden("proof.json"), golden_text("example.tlog-proof")
    proof = read_proof(text)
    assert write_proof(proof.entry, proof.position, vectors["size"], proof.hashes, proof.note) == text
    verdict = verify_proof("example", text, [Key.parse(vectors["key"])], {})
    assert not verdict.findings
    assert (verdict.position, verdict.record.kind) == (vectors["position"], vectors["kind"])
    leaves = [tree.leaf_hash(body.encode()) for body in vectors["bodies"]]
    assert verdict.checkpoint.root.hex() == tree.root_of(leaves).hex() == vectors["root"]


def test_a_proof_from_the_log_is_sound(proven, signer):
    _, note, text = proven
    verdict = verify_proof("17", text, [signer.key], {"held": note})
    assert verdict.findings == () == verdict.apart
    assert verdict.record.facts["exchange"] == "E5"
    assert verdict.position == 17


def test_a_proof_for_another_size_cannot_be_written(proven):
    _, note, text = proven
    proof = read_proof(text)
    with pytest.raises(ValueError, match="299"):
        write_proof(proof.entry, 17, 299, proof.hashes, note)


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_letter_of_a_proof_may_change(proven, signer, data):
    _, _, text = proven
    place = data.draw(st.integers(0, len(text) - 1))
    changed = text[:place] + chr(ord(text[place]) ^ 1) + text[place + 1 :]
    assert verify_proof("17", changed, [signer.key], {}).findings


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_piece_of_a_proof_is_a_proof(proven, signer, data):
    _, _, text = proven
    assert verify_proof("17", text[: data.draw(st.integers(0, len(text) - 1))], [signer.key], {}).findings


def test_another_entry_under_the_same_proof_is_refused(proven, signer):
    store, note, text = proven
    proof = read_proof(text)
    other = write_proof(store.bodies()[18], 17, 300, proof.hashes, note)
    assert codes(verify_proof("17", other, [signer.key], {})) == ["proof.rejected"]
    shifted = write_proof(proof.entry, 18, 300, proof.hashes, note)
    assert codes(verify_proof("17", shifted, [signer.key], {})) == ["proof.rejected"]


def test_a_key_of_somebody_else_does_not_verify(proven, signer, tmp_path):
    stranger = type(signer).create(tmp_path / "stranger", signer.name)
    assert codes(verify_proof("17", proven[2], [stranger.key], {})) == ["checkpoint.rejected"]


def test_a_log_with_two_faces_is_found_by_the_checkpoint_that_was_kept(proven, open_log, exchange, signer):
    other = open_log("other.db")
    other.append(*[entry for number in range(100) for entry in exchange(f"F{number}")])
    held = other.checkpoint(signer)
    assert codes(verify_proof("17", proven[2], [signer.key], {"held": held})) == ["proof.split"]


def test_a_checkpoint_of_another_size_says_nothing_about_one_proof(proven, exchange, signer):
    store, _, text = proven
    store.append(*exchange("later"))
    verdict = verify_proof("17", text, [signer.key], {"held": store.checkpoint(signer)})
    assert verdict.findings == ()
    assert verdict.apart == ("held",)


def test_a_held_checkpoint_must_hold_itself(proven, signer):
    assert codes(verify_proof("17", proven[2], [signer.key], {"held": "nonsense"})) == ["checkpoint.rejected"]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("@v1", "@v2", 1),
        lambda text: text.replace("extra ", "", 1),
        lambda text: text.replace("index 17", "index 017", 1),
        lambda text: text.replace("index 17", "index -1", 1),
        lambda text: text.replace("index 17", "index １７", 1),
        lambda text: text.replace("index 17\n", "", 1),
        lambda text: text.replace("index 17\n", "index 17\nAAAA\n", 1),
        lambda text: text.replace("\n\n", "\n", 1),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\n" + text,
    ],
)
def test_what_is_not_written_as_a_proof_is_unreadable(proven, change):
    with pytest.raises(ProofUnreadable):
        read_proof(change(proven[2]))
    assert codes(verify_proof("17", change(proven[2]), [], {})) == ["proof.unreadable"]


def test_a_proof_of_what_is_no_entry_is_a_finding_though_the_log_signed_it(signer):
    body = b'{"kind": "exchange.held"}'
    note = signer.sign(Checkpoint(signer.name, 1, tree.leaf_hash(body)).text)
    assert codes(verify_proof("0", write_proof(body, 0, 1, [], note), [signer.key], {})) == [
        "entry.unreadable"
    ]


def test_a_proof_with_too_many_hashes_is_unreadable(proven):
    line = proven[2].split("\n")[3]
    with pytest.raises(ProofUnreadable, match="64"):
        read_proof(proven[2].replace(line, "\n".join([line] * 65), 1))
