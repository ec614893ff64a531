"""The history: undo and redo as inverses that the graph itself returned.

So ranks, orders and tensors come back exactly, and the file with them byte for byte.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass

from graph.edits import (
    AddNode,
    Batch,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    SetTensor,
    Within,
)
from graph.model import Graph

BUDGET = 64 * 2**20
EDIT_BYTES = 512  # what an edit weighs beside its tensors, about
PLACE_BYTES = 128  # and a moved node
_SMALL = (Disconnect, Connect, RemoveNode)  # most of a large edit, and without tensors


@dataclass(slots=True)
class _Entry:
    """One entry: what takes it back (or brings it again), its text, merge key and size.

    `state` numbers what the graph is after it; another merged into it makes another state.
    """

    edit: Edit
    text: str
    merge: Hashable
    size: int
    state: int


class History:
    """Undo and redo of one graph.

    `budget` bounds the bytes that entries keep alive: the oldest are dropped, the newest is
    always kept. The graph starts as saved.
    """

    def __init__(self, graph: Graph, budget: int = BUDGET) -> None:
        self._graph = graph
        self._budget = budget
        self._undo: deque[_Entry] = deque()
        self._redo: deque[_Entry] = deque()
        self._size = 0  # of all entries
        self._states = 0  # how many states were numbered
        self._first = 0  # the state below the oldest entry
        self._saved = 0

    @property
    def undo_text(self) -> str | None:
        """What undo would take back, or None."""
        return self._undo[-1].text if self._undo else None

    @property
    def redo_text(self) -> str | None:
        """What redo would bring again, or None."""
        return self._redo[-1].text if self._redo else None

    @property
    def undo_edit(self) -> Edit | None:
        """The edit that undo would apply, or None."""
        return self._undo[-1].edit if self._undo else None

    @property
    def redo_edit(self) -> Edit | None:
        """The edit that redo would apply, or None."""
        return self._redo[-1].edit if self._redo else None

    @property
    def is_saved(self) -> bool:
        """Whether the graph is as it was when `mark_saved` was called last."""
        return self._saved == self._state

    def do(self, edit: Edit, text: str, merge: Hashable = None) -> None:
        """Apply an edit as an entry called `text`; raises what the graph raises.

        An edit with the `merge` key of the entry before it joins that entry, unless something
        came in between: another edit, undo, redo or saving.
        """
        inverse = self._graph.apply(edit)
        self._size -= sum(entry.size for entry in self._redo)
        self._redo.clear()
        if self._undo and merge is not None and self._undo[-1].merge == merge:
            last = self._undo.pop()
            self._size -= last.size
            inverse, text = joined(inverse, last.edit), last.text
        self._states += 1
        entry = _Entry(inverse, text, merge, size_of(inverse), self._states)
        self._undo.append(entry)
        self._size += entry.size
        self._drop_oldest()

    def undo(self) -> None:
        """Take the last entry back; nothing where there is none."""
        if self._undo:
            turned = self._turned(self._undo[-1])
            self._undo.pop()
            self._redo.append(turned)
            self._end_merging()
            self._drop_oldest()

    def redo(self) -> None:
        """Bring the last entry taken back again; nothing where there is none."""
        if self._redo:
            turned = self._turned(self._redo[-1])
            self._redo.pop()
            self._undo.append(turned)
            self._end_merging()
            self._drop_oldest()

    def mark_saved(self) -> None:
        """Note that a file holds the graph as it is now."""
        self._saved = self._state
        self._end_merging()

    def mark_unsaved(self) -> None:
        """Note that no file holds any state of the graph so far."""
        self._saved = -1

    def clear(self) -> None:
        """Forget all entries; whether the graph is saved stays as it is."""
        self._first = self._state
        self._undo.clear()
        self._redo.clear()
        self._size = 0

    @property
    def _state(self) -> int:
        return self._undo[-1].state if self._undo else self._first

    def _turned(self, entry: _Entry) -> _Entry:
        """Apply an entry; the entry that holds its inverse."""
        inverse = self._graph.apply(entry.edit)
        turned = _Entry(inverse, entry.text, None, size_of(inverse), entry.state)
        self._size += turned.size - entry.size
        return turned

    def _end_merging(self) -> None:
        if self._undo:
            self._undo[-1].merge = None

    def _drop_oldest(self) -> None:
        """Keep to the budget: the farthest entries go first, the nearest ones never."""
        while self._size > self._budget:
            if len(self._undo) > 1:
                dropped = self._undo.popleft()
                self._first = dropped.state
            elif len(self._redo) > 1:
                dropped = self._redo.popleft()
            else:
                return
            self._size -= dropped.size


def joined(newer: Edit, older: Edit) -> Edit:
    """The inverse of two edits in a row, from theirs.

    A drag moves the same nodes, a slider sets the same tensor: their first inverse says it all.
    """
    if isinstance(newer, Move) and isinstance(older, Move):
        return Move({**newer.places, **older.places})
    if isinstance(newer, SetTensor) and isinstance(older, SetTensor) and newer.port == older.port:
        return older
    if isinstance(newer, Within) and isinstance(older, Within) and newer.name == older.name:
        return Within(newer.name, joined(newer.edit, older.edit))
    flat = older.edits if isinstance(older, Batch) else (older,)
    return Batch((newer, *flat))


def size_of(edit: Edit) -> int:
    """Bytes that an edit keeps alive: its tensors, and a little."""
    if isinstance(edit, _SMALL):
        return EDIT_BYTES
    if isinstance(edit, Batch):
        return EDIT_BYTES + sum(map(size_of, edit.edits))
    if isinstance(edit, Within):
        return EDIT_BYTES + size_of(edit.edit)
    if isinstance(edit, AddNode):
        return EDIT_BYTES + sum(tensor.nbytes for _, tensor in edit.tensors)
    if isinstance(edit, SetTensor) and edit.tensor is not None:
        return EDIT_BYTES + edit.tensor.nbytes
    if isinstance(edit, Move):
        return EDIT_BYTES + PLACE_BYTES * len(edit.places)
    return EDIT_BYTES
