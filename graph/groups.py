"""Small dictionaries by node, which copies share until one of them writes."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Table(dict[str, dict[K, V]]):
    """Dictionaries by node; one that has none of its own reads an empty one."""

    def __missing__(self, node: str) -> dict[K, V]:
        return {}


class Groups(Generic[K, V]):
    """What nodes have several of, such as the edges that arrive at each.

    A copy takes no time and no room: it reads the same dictionaries. Who writes first makes a
    table of its own, and of each dictionary that it writes into a copy.
    """

    def __init__(self) -> None:
        self.table: Table[K, V] = Table()
        self._is_shared = False
        self._own: set[str] | None = None  # whose dictionaries no copy reads; None for all

    def copy(self) -> Groups[K, V]:
        """Another one with the same content."""
        twin: Groups[K, V] = Groups()
        twin.table = self.table
        for each in (self, twin):
            each._is_shared, each._own = True, set()
        return twin

    def of(self, node: str) -> dict[K, V]:
        """A node's dictionary, to write into; the table keeps an empty one too."""
        self._part()
        found = self.table.get(node)
        if found is None or (self._own is not None and node not in self._own):
            found = self.table[node] = {} if found is None else found.copy()
            if self._own is not None:
                self._own.add(node)
        return found

    def pop(self, node: str, key: K) -> None:
        """Take out one entry of a node, if it is there."""
        group = self.table[node]
        if key in group and len(group) == 1:
            self.drop(node)
        elif key in group:
            del self.of(node)[key]

    def drop(self, node: str) -> None:
        """Take out all that a node has."""
        if node in self.table:
            self._part()
            del self.table[node]

    def _part(self) -> None:
        """See that no copy reads the table any more."""
        if self._is_shared:
            self.table, self._is_shared = Table(self.table), False
