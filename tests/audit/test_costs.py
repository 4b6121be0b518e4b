"""What a proof costs: less than 4 kB at ten million entries, whatever the entry and wherever it stands."""

import base64

import pytest

from audit import tree
from audit.checkpoints import Checkpoint
from audit.entries import Entry, encode
from audit.proofs import write_proof
from tests.bench.verifying import FACTS

SIZE, MOST_BYTES = 10_000_000, 4_000
CODES = dict.fromkeys(("authorisation", "authorisation_kind", "version_there", "version_stated"), "X" * 12)
LONGEST = FACTS | CODES | {  # the first entry of a write, with everything that it can say
    "exchange": "01M81B8R0000000000000000AA", "case": "01M81B8C0000000000000000AA", "ours": "TB" + "0" * 30,
    "agreement": "an-agreement-between-two-places", "received_at": "2026-11-21T10:00:00+08:00", "materials": 99,
    "purpose": "2b1d6226" * 8, "fields": [f"/applicant/field_{number}" for number in range(16)],
}  # fmt: skip


@pytest.mark.parametrize("position", [0, 1, SIZE // 3, SIZE - 1])
def test_a_proof_at_ten_million_entries_is_less_than_four_kilobytes(signer, position):
    body = encode(Entry("exchange.admitted", 1_795_226_400_000, LONGEST))
    spans = tree.inclusion_spans(position, SIZE)
    hashes = [tree.leaf_hash(str(span).encode()) for span in spans]
    root = tree.root_by_inclusion(tree.leaf_hash(body), position, SIZE, hashes)
    note = signer.sign(Checkpoint(signer.name, SIZE, root).text)
    signature = base64.b64encode(bytes(76)).decode()
    cosigned = note + "".join(f"\u2014 witness-{number}.example {signature}\n" for number in (1, 2))
    text = write_proof(body, position, SIZE, hashes, cosigned)
    assert len(text.encode()) < MOST_BYTES, len(text.encode())
