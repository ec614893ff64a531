"""What a run holds at a moment, counted in bytes of memory that is really taken."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from runtime.array import Array

Block = tuple[Hashable, int]
"""A piece of memory: what tells it from others, and its bytes."""


class Held:
    """Counts the bytes of what is held. Arrays that share memory, such as views, count once.

    `aside` are blocks that count for nothing: they are there whatever a run keeps.
    """

    def __init__(self, aside: Iterable[Hashable] = ()) -> None:
        self.nbytes = 0
        self._aside = frozenset(aside)
        self._blocks: dict[Hashable, tuple[Block, ...]] = {}
        self._holders: dict[Hashable, int] = {}

    def put(self, name: Hashable, blocks: Iterable[Block]) -> None:
        """Hold these blocks under a name, in the place of what it held."""
        own = tuple(block for block in blocks if block[0] not in self._aside)
        for key, size in own:
            count = self._holders.get(key, 0)
            self._holders[key] = count + 1
            self.nbytes += 0 if count else size
        self.drop(name)
        self._blocks[name] = own

    def drop(self, name: Hashable) -> None:
        """Let go of what a name holds, if anything."""
        for key, size in self._blocks.pop(name, ()):
            self._holders[key] -= 1
            if not self._holders[key]:
                del self._holders[key]
                self.nbytes -= size


def block(array: Array) -> Block:
    """The memory that an array lives in: its own, or that of the array it is a view of."""
    while isinstance(getattr(array, "base", None), type(array)):
        array = array.base
    return id(array), int(array.nbytes)
