"""The history: undo and redo as inverses that the graph itself returned."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from graph.edits import AddNode, Batch, Edit, Move, SetTensor
from graph.model import Graph

BUDGET = 64 * 2**20
ENTRY_BYTES = 512  # what an entry weighs beside its tensors, about


@dataclass(slots=True)
class _Entry:
    """One entry: what takes it back (or brings it again), its text, and its merge key."""

    edit: Edit
    text: str
    merge: Hashable
    size: int


class History:
    """Undo and redo of one graph. `budget` bounds the bytes of the tensors that entries hold."""

    def __init__(self, graph: Graph, budget: int = BUDGET) -> None:
        self._graph = graph
        self._budget = budget
        self._undo: list[_Entry] = []
        self._redo: list[_Entry] = []
        self._saved: int | None = 0  # how many entries lie behind the saved state; None: lost
        self._dropped = 0

    @property
    def undo_text(self) -> str | None:
        """What undo would take back, or None."""
        return self._undo[-1].text if self._undo else None

    @property
    def redo_text(self) -> str | None:
        """What redo would bring again, or None."""
        return self._redo[-1].text if self._redo else None

    @property
    def is_saved(self) -> bool:
        """Whether the graph is as it was when `mark_saved` was called last."""
        return self._saved == self._dropped + len(self._undo)

    def do(self, edit: Edit, text: str, merge: Hashable = None) -> None:
        """Apply an edit as an entry called `text`; raises what the graph raises.

        An edit with the `merge` key of the entry before it joins that entry.
        """
        inverse = self._graph.apply(edit)
        if self._saved is not None and self._saved > self._dropped + len(self._undo):
            self._saved = None  # the saved state lay among what redo would have brought
        self._redo.clear()
        last = self._undo[-1] if self._undo else None
        if last and merge is not None and last.merge == merge and not self.is_saved:
            last.edit = joined(inverse, last.edit)
            last.size = size_of(last.edit)
        else:
            self._undo.append(_Entry(inverse, text, merge, size_of(inverse)))
        self._drop_oldest()

    def undo(self) -> None:
        """Take the last entry back; nothing where there is none."""
        self._turn(self._undo, self._redo)

    def redo(self) -> None:
        """Bring the last entry taken back again; nothing where there is none."""
        self._turn(self._redo, self._undo)

    def mark_saved(self) -> None:
        """Note that a file holds the graph as it is now."""
        self._saved = self._dropped + len(self._undo)

    def clear(self) -> None:
        """Forget all entries; the state counts as saved."""
        self._undo.clear()
        self._redo.clear()
        self._saved = self._dropped = 0

    def _turn(self, source: list[_Entry], other: list[_Entry]) -> None:
        if not source:
            return
        entry = source[-1]
        inverse = self._graph.apply(entry.edit)
        source.pop()
        other.append(_Entry(inverse, entry.text, None, size_of(inverse)))

    def _drop_oldest(self) -> None:
        total = sum(entry.size for entry in self._undo)
        while len(self._undo) > 1 and total > self._budget:
            total -= self._undo.pop(0).size
            self._dropped += 1


def joined(newer: Edit, older: Edit) -> Edit:
    """The inverse of two edits in a row. A drag moves the same nodes and stays one move."""
    if isinstance(newer, Move) and isinstance(older, Move):
        return Move({**newer.places, **older.places})
    flat = older.edits if isinstance(older, Batch) else (older,)
    return Batch((newer, *flat))


def size_of(edit: Edit) -> int:
    """Bytes that an edit keeps alive: its tensors, and a little."""
    if isinstance(edit, Batch):
        return sum(map(size_of, edit.edits))
    if isinstance(edit, AddNode):
        return ENTRY_BYTES + sum(tensor.nbytes for _, tensor in edit.tensors)
    if isinstance(edit, SetTensor) and edit.tensor is not None:
        return ENTRY_BYTES + edit.tensor.nbytes
    return ENTRY_BYTES
