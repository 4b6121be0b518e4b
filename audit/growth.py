"""A tree that grows leaf by leaf, and its roots at the sizes that were asked for."""

from collections.abc import Collection
from dataclasses import dataclass, field

from audit import tree


@dataclass(slots=True)
class Growth:
    """size: leaves so far. roots: by size, for each of `wanted` that was reached."""

    wanted: Collection[int] = frozenset()
    size: int = 0
    frontier: list[bytes] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)

    def add(self, leaf: bytes) -> None:
        remaining = self.size
        while remaining & 1:
            leaf = tree.node_hash(self.frontier.pop(), leaf)
            remaining >>= 1
        self.frontier.append(leaf)
        self.size += 1
        if self.size in self.wanted:
            self.roots[self.size] = self.root

    @property
    def root(self) -> bytes:
        return tree.fold(self.frontier)
