"""The tree is that of RFC 9162, whoever computes it."""

from hashlib import sha256

import pymerkle
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import tree

LEAVES = [sha256(number.to_bytes(2, "big")).digest() for number in range(300)]
sizes = st.integers(0, len(LEAVES))


def by_definition(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162 2.1.1, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + by_definition(leaves[:k]) + by_definition(leaves[k:])).digest()


def path_by_definition(position: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of RFC 9162 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if position < k:
        return [*path_by_definition(position, leaves[:k]), by_definition(leaves[k:])]
    return [*path_by_definition(position - k, leaves[k:]), by_definition(leaves[:k])]


def subproof_by_definition(old: int, leaves: list[bytes], known: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162 2.1.4.1, word for word."""
    if old == len(leaves):
        return [] if known else [by_definition(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if old <= k:
        return [*subproof_by_definition(old, leaves[:k], known), by_definition(leaves[k:])]
    return [*subproof_by_definition(old - k, leaves[k:], False), by_definition(leaves[:k])]


def inclusion(position: int, size: int) -> list[bytes]:
    return [tree.root_of(LEAVES[start:end]) for start, end in tree.inclusion_spans(position, size)]


def consistency(old: int, new: int) -> list[bytes]:
    return [tree.root_of(LEAVES[start:end]) for start, end in tree.consistency_spans(old, new)]


def test_the_published_vectors_of_certificate_transparency_hold(golden):
    vectors = golden("tree.json")
    leaves = [tree.leaf_hash(bytes.fromhex(body)) for body in vectors["bodies"]]
    for size, root in enumerate(vectors["roots"]):
        assert tree.root_of(leaves[:size]).hex() == root
    for each in vectors["inclusion"]:
        spans = tree.inclusion_spans(each["position"], each["size"])
        assert [tree.root_of(leaves[start:end]).hex() for start, end in spans] == each["hashes"]
    for each in vectors["consistency"]:
        spans = tree.consistency_spans(each["old"], each["new"])
        assert [tree.root_of(leaves[start:end]).hex() for start, end in spans] == each["hashes"]


def test_roots_equal_those_of_a_foreign_implementation():
    foreign = pymerkle.InmemoryTree(algorithm="sha256")
    bodies = [str(number).encode() for number in range(70)]
    leaves = [tree.leaf_hash(body) for body in bodies]
    for size, body in enumerate(bodies, 1):
        foreign.append_entry(body)
        assert tree.root_of(leaves[:size]) == foreign.get_root()


@given(sizes)
def test_the_root_is_that_of_the_definition(size):
    assert tree.root_of(LEAVES[:size]) == by_definition(LEAVES[:size])


@given(sizes, st.lists(st.integers(0, 40)))
def test_growing_in_groups_gives_the_same_root_as_all_at_once(size, cuts):
    frontier, grown = [], 0
    for cut in [*cuts, size]:
        end = min(size, grown + cut)
        frontier = tree.grown(frontier, grown, LEAVES[grown:end])
        grown = end
        assert len(frontier) == grown.bit_count()
        assert tree.fold(frontier) == by_definition(LEAVES[:grown])


@given(st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_lead_to_the_root(data):
    size = data.draw(st.integers(1, len(LEAVES)))
    position = data.draw(st.integers(0, size - 1))
    hashes = inclusion(position, size)
    assert hashes == path_by_definition(position, LEAVES[:size])
    root = tree.root_by_inclusion(LEAVES[position], position, size, hashes)
    assert root == by_definition(LEAVES[:size])


@given(st.data())
def test_a_changed_inclusion_proof_never_leads_to_the_root(data):
    size = data.draw(st.integers(2, len(LEAVES)))
    position = data.draw(st.integers(0, size - 1))
    hashes = inclusion(position, size)
    change = data.draw(st.sampled_from(["drop", "add", "swap", "flip", "elsewhere"]))
    claimed = position
    if change == "drop":
        hashes.pop(data.draw(st.integers(0, len(hashes) - 1)))
    elif change == "add":
        hashes.insert(data.draw(st.integers(0, len(hashes))), LEAVES[0])
    elif change == "swap":
        hashes = [LEAVES[position], *hashes[1:]]
    elif change == "flip":
        hashes[0] = bytes([hashes[0][0] ^ 1]) + hashes[0][1:]
    else:
        claimed = data.draw(st.integers(0, size - 1).filter(lambda other: other != position))
    try:
        root = tree.root_by_inclusion(LEAVES[position], claimed, size, hashes)
    except tree.ProofRejected:
        return
    assert root != by_definition(LEAVES[:size])


@given(st.data())
def test_consistency_proofs_are_those_of_the_definition_and_hold(data):
    new = data.draw(st.integers(1, len(LEAVES)))
    old = data.draw(st.integers(1, new))
    hashes = consistency(old, new)
    assert hashes == subproof_by_definition(old, LEAVES[:new], True)
    tree.check_consistency(old, tree.root_of(LEAVES[:old]), new, tree.root_of(LEAVES[:new]), hashes)


@given(st.data())
def test_no_consistency_proof_joins_two_logs_with_different_pasts(data):
    new = data.draw(st.integers(1, len(LEAVES)))
    old = data.draw(st.integers(1, new))
    other = [*LEAVES]
    other[data.draw(st.integers(0, old - 1))] = b"\x00" * 32
    for past, present in ((LEAVES, other), (other, LEAVES)):
        spans = tree.consistency_spans(old, new)
        for source in (past, present):
            hashes = [tree.root_of(source[start:end]) for start, end in spans]
            with pytest.raises(tree.ProofRejected):
                tree.check_consistency(
                    old, tree.root_of(past[:old]), new, tree.root_of(present[:new]), hashes
                )


@pytest.mark.parametrize(
    "old, new, hashes",
    [
        (3, 2, []),  # shrinks
        (0, 2, [LEAVES[0]]),  # nothing needs proof
        (2, 2, [LEAVES[0]]),
        (2, 5, []),  # too short
        (3, 5, []),
        (3, 5, [LEAVES[2]] * 9),  # too long
    ],
)
def test_a_consistency_proof_of_the_wrong_length_is_refused(old, new, hashes):
    with pytest.raises(tree.ProofRejected):
        tree.check_consistency(old, tree.root_of(LEAVES[:old]), new, tree.root_of(LEAVES[:new]), hashes)


def test_every_log_extends_the_empty_one():
    tree.check_consistency(0, tree.EMPTY_ROOT, 5, tree.root_of(LEAVES[:5]), [])
    with pytest.raises(tree.ProofRejected):
        tree.check_consistency(0, LEAVES[0], 5, tree.root_of(LEAVES[:5]), [])


@pytest.mark.parametrize("position, size", [(-1, 3), (3, 3), (0, 0)])
def test_what_is_not_in_the_tree_has_no_proof(position, size):
    with pytest.raises(ValueError):
        tree.inclusion_spans(position, size)
    with pytest.raises(tree.ProofRejected):
        tree.root_by_inclusion(LEAVES[0], position, size, [])


@given(st.data())
def test_a_span_of_a_proof_falls_apart_into_aligned_perfect_subtrees(data):
    size = data.draw(st.integers(1, len(LEAVES)))
    for span in tree.inclusion_spans(data.draw(st.integers(0, size - 1)), size):
        subtrees = tree.perfect_spans(span)
        assert all(start % (1 << height) == 0 for start, height in subtrees)
        roots = [tree.root_of(LEAVES[start : start + (1 << height)]) for start, height in subtrees]
        assert tree.fold(roots) == tree.root_of(LEAVES[slice(*span)])


def test_bytes_that_are_no_whole_hashes_are_not_split():
    with pytest.raises(ValueError, match="33 bytes"):
        tree.split(b"\x00" * 33)
