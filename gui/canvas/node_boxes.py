"""Where all nodes stand: one array of boxes, for what asks about many nodes at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from gui.canvas.placing import Box


class NodeBoxes:
    """A box (left, top, right, bottom) per node, in rows that change one at a time.

    `changed` collects rows for whoever mirrors them, who empties it.
    """

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.changed: set[int] = set()
        self._row: dict[str, int] = {}
        self._boxes = np.empty((0, 4))

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def array(self) -> np.ndarray:
        """All boxes `[n, 4]`."""
        return self._boxes[: len(self.ids)]

    def clear(self) -> None:
        """Forget all nodes."""
        self.__init__()

    def put(self, id_: str, box: Box) -> None:
        """Add a node, or give it another box."""
        row = self._row.get(id_)
        if row is None:
            row = self._row[id_] = len(self.ids)
            self.ids.append(id_)
            if row == len(self._boxes):
                self._grow(max(2 * row, 64))
        self._boxes[row] = box
        self.changed.add(row)

    def put_all(self, boxes: Mapping[str, Box]) -> None:
        """The same for many nodes at once."""
        if not boxes:
            return
        new = [id_ for id_ in boxes if id_ not in self._row]
        self._row.update(zip(new, range(len(self.ids), len(self.ids) + len(new)), strict=True))
        self.ids += new
        if len(self.ids) > len(self._boxes):
            self._grow(len(self.ids))
        rows = [self._row[id_] for id_ in boxes]
        self._boxes[rows] = list(boxes.values())
        self.changed.update(rows)

    def rows(self, ids: Iterable[str]) -> list[int]:
        """The rows of those nodes that are there."""
        return [self._row[id_] for id_ in ids if id_ in self._row]

    def get(self, id_: str) -> Box | None:
        """The box of a node that has one."""
        row = self._row.get(id_)
        return None if row is None else tuple(self._boxes[row].tolist())

    def drop(self, id_: str) -> None:
        """Forget a node; the last row takes its place."""
        row = self._row.pop(id_, None)
        if row is None:
            return
        last = len(self.ids) - 1
        if row != last:
            self.ids[row] = self.ids[last]
            self._row[self.ids[row]] = row
            self._boxes[row] = self._boxes[last]
        self.changed.add(row)
        self.ids.pop()

    def _grow(self, rows: int) -> None:
        more = np.empty((rows, 4))
        more[: len(self._boxes)] = self._boxes
        self._boxes = more
