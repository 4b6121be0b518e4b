"""The Merkle tree of RFC 9162 section 2.1 over SHA-256: pure functions over hashes, no storage.

A tree of `size` leaves is carried by its frontier: the roots of the perfect subtrees that the binary form of
`size` names, the largest first. Spans are half-open ranges of leaf positions `(start, end)`.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

Span = tuple[int, int]


class ProofRejected(ValueError):
    """The proof does not have the shape that its position and sizes demand, or does not lead to the root."""


def leaf_hash(body: bytes) -> bytes:
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def grown(frontier: Sequence[bytes], size: int, leaves: Iterable[bytes]) -> list[bytes]:
    """The frontier after appending `leaves` (their hashes) to a tree of `size` leaves."""
    roots = list(frontier)
    for leaf in leaves:
        remaining = size
        while remaining & 1:
            leaf = sha256(b"\x01" + roots.pop() + leaf).digest()
            remaining >>= 1
        roots.append(leaf)
        size += 1
    return roots


def fold(roots: Sequence[bytes]) -> bytes:
    """Root of the tree whose frontier is `roots`; the empty tree's root is SHA-256 of nothing."""
    if not roots:
        return EMPTY_ROOT
    root = roots[-1]
    for left in reversed(roots[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, layer by layer: an odd last node moves up as it is, as the definition has it."""
    layer = list(leaves) or [EMPTY_ROOT]
    while len(layer) > 1:
        odd = layer[len(layer) & ~1 :]
        pairs = zip(layer[::2], layer[1::2], strict=False)
        layer = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return layer[0]


def split(hashes: bytes) -> list[bytes]:
    """Hashes laid end to end, apart again. Raises ValueError when the length is no multiple of 32."""
    if len(hashes) % HASH_BYTES:
        raise ValueError(f"{len(hashes)} bytes are no whole number of hashes")
    return [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)]


def inclusion_spans(position: int, size: int) -> list[Span]:
    """The spans whose roots prove leaf `position` in the tree of `size`, nearest first (RFC 9162 2.1.3.1).

    Raises ValueError unless 0 <= position < size.
    """
    if not 0 <= position < size:
        raise ValueError(f"no leaf {position} in a tree of {size}")
    spans: list[Span] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _left_width(end - start)
        if position < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The spans whose roots prove that the tree of `new` begins with the tree of `old` (RFC 9162 2.1.4.1).

    Nothing needs proof when the old tree is empty or the sizes are equal. Raises ValueError when old > new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} cannot extend a tree of {old}")
    if old in (0, new):
        return []
    spans: list[Span] = []
    start, end = 0, new
    while end != old:
        middle = start + _left_width(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, end))
    return spans[::-1]


def perfect_spans(span: Span) -> list[tuple[int, int]]:
    """A span of a proof as perfect subtrees `(start, height)`; `fold` of their roots is its root."""
    start, end = span
    subtrees = []
    while start < end:
        height = (end - start).bit_length() - 1
        subtrees.append((start, height))
        start += 1 << height
    return subtrees


def root_by_inclusion(leaf: bytes, position: int, size: int, hashes: Sequence[bytes]) -> bytes:
    """The root to which `hashes` lead from `leaf` (RFC 9162 2.1.3.2). Raises ProofRejected."""
    if not 0 <= position < size:
        raise ProofRejected(f"no leaf {position} in a tree of {size}")
    node, last, root = position, size - 1, leaf
    for sibling in hashes:
        if last == 0:
            raise ProofRejected("the inclusion proof is too long")
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofRejected("the inclusion proof is too short")
    return root


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, hashes: Sequence[bytes]) -> None:
    """Pass if the tree of `new` begins with that of `old` (RFC 9162 2.1.4.2), else raise ProofRejected."""
    if not 0 <= old <= new:
        raise ProofRejected(f"a tree of {new} cannot extend a tree of {old}")
    if old in (0, new):
        _check_trivial(old, old_root, new, new_root, hashes)
        return
    path = list(hashes) if old & (old - 1) else [old_root, *hashes]
    if not path:
        raise ProofRejected("the consistency proof is empty")
    found_old, found_new = _walk_consistency(old, new, path)
    if found_old != old_root or found_new != new_root:
        raise ProofRejected(f"the tree of {new} does not begin with the tree of {old}")


def _check_trivial(old: int, old_root: bytes, new: int, new_root: bytes, hashes: Sequence[bytes]) -> None:
    if hashes:
        raise ProofRejected("the consistency proof is too long")
    if old_root != (new_root if old == new else EMPTY_ROOT):
        raise ProofRejected(f"the tree of {new} does not begin with the tree of {old}")


def _walk_consistency(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    found_old = found_new = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise ProofRejected("the consistency proof is too long")
        if node & 1 or node == last:
            found_old = node_hash(sibling, found_old)
            found_new = node_hash(sibling, found_new)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found_new = node_hash(found_new, sibling)
        node, last = node >> 1, last >> 1
    if last:
        raise ProofRejected("the consistency proof is too short")
    return found_old, found_new


def _left_width(width: int) -> int:
    """The largest power of two below `width` (>= 2): how many leaves the left subtree holds."""
    return 1 << ((width - 1).bit_length() - 1)
