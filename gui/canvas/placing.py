"""Finding room: which boxes can stand on the canvas without covering others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping

import numpy as np

from gui.canvas import geometry as geo

Box = tuple[float, float, float, float]  # left, top, right, bottom
Cell = tuple[int, int]
CELL = 64.0  # canvas units: a text meets few cells, and a cell few boxes


class Room:
    """Boxes that stand (nodes first, plates as they are placed), and wires to keep clear of.

    They are known by the cells of a grid that they meet, so that a question looks at few of them.
    """

    def __init__(self, nodes: Mapping[Hashable, Box], wires: np.ndarray) -> None:
        self._boxes: dict[int, Box] = {}  # nodes are numbered below zero
        self._cells: dict[Cell, set[int]] = {}
        self._numbers: dict[Hashable, int] = {}  # of the nodes
        self._next, self._next_node = 0, -1
        self.set_nodes(nodes)
        self.set_wires(wires)

    def set_nodes(self, nodes: Mapping[Hashable, Box]) -> None:
        """Let these nodes stand there, and no others."""
        for key in self._numbers.keys() - nodes.keys():
            self.free(self._numbers.pop(key))
        for key, box in nodes.items():
            number = self._numbers.setdefault(key, self._next_node)
            if number == self._next_node:
                self._next_node -= 1
            elif self._boxes[number] == box:
                continue
            else:
                self.free(number)
            self._put(number, box)

    def set_wires(self, wires: np.ndarray) -> None:
        """Keep clear of these lines, and no others: `[n, P, 2]`."""
        self._wires = wires
        self._bounds = geo.boxes(wires, 0.0) if wires.size else np.empty((0, 4))

    def is_free(self, box: Box, own: int | None = None, breath: float = 0.0) -> bool:
        """Whether the box meets no node and no other plate.

        `own` is the plate's present place; `breath` is kept free between two plates sideways.
        """
        left, top, right, bottom = box
        boxes, cells = self._boxes, self._cells
        for cell in _cells((left - breath, top, right + breath, bottom)):
            for number in cells.get(cell, ()):
                x, y, end, low = boxes[number]
                wide = 0.0 if number < 0 else breath
                meets = x < right + wide and end > left - wide and y < bottom and low > top
                if meets and number != own:
                    return False
        return True

    def crosses_wire(self, box: Box, near: float) -> bool:
        """Whether a wire runs through the box, or as near as `near`."""
        left, top, right, bottom = box[0] - near, box[1] - near, box[2] + near, box[3] + near
        rows = geo.meeting(self._bounds, (left, top, right, bottom))
        if not len(rows):
            return False
        points = self._wires[rows]
        x, y = points[..., 0], points[..., 1]
        return bool(((x > left) & (x < right) & (y > top) & (y < bottom)).any())

    def take(self, box: Box, own: int | None = None) -> int:
        """Place a box, or move the one that stands at `own`; returns its place."""
        if own is None:
            own, self._next = self._next, self._next + 1
        else:
            self.free(own)
        self._put(own, box)
        return own

    def free(self, place: int) -> None:
        """Let what stands at a place be gone."""
        for cell in _cells(self._boxes.pop(place)):
            self._cells[cell].discard(place)

    def _put(self, number: int, box: Box) -> None:
        self._boxes[number] = box
        for cell in _cells(box):
            self._cells.setdefault(cell, set()).add(number)


def moved(box: Box, dx: float, dy: float) -> Box:
    """A box so far from where it was."""
    return (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)


def _cells(box: Box) -> Iterator[Cell]:
    across: Iterable[int] = range(int(box[0] // CELL), int(box[2] // CELL) + 1)
    down = range(int(box[1] // CELL), int(box[3] // CELL) + 1)
    return ((x, y) for x in across for y in down)
