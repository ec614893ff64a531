"""Finding room: which boxes can stand on the canvas without covering others."""

from __future__ import annotations

import numpy as np

Box = tuple[float, float, float, float]  # left, top, right, bottom


class Room:
    """Boxes that stand (nodes for ever, plates as they are placed), and wires to keep clear of."""

    def __init__(self, nodes: np.ndarray, wires: np.ndarray) -> None:
        self._fixed = nodes.reshape(-1, 4)
        self._points = wires.reshape(-1, 2)
        self._placed = np.empty((64, 4))
        self._count = 0

    def is_free(self, box: Box, own: int | None = None, breath: float = 0.0) -> bool:
        """Whether the box meets no node and no other plate.

        `own` is the plate's present place; `breath` is kept free between two plates sideways.
        """
        if _meets(self._fixed, box).any():
            return False
        wide = (box[0] - breath, box[1], box[2] + breath, box[3])
        meets = _meets(self._placed[: self._count], wide)
        if own is not None:
            meets[own] = False
        return not meets.any()

    def crosses_wire(self, box: Box, near: float) -> bool:
        """Whether a wire runs through the box, or as near as `near`."""
        x, y = self._points[:, 0], self._points[:, 1]
        inside = (x > box[0] - near) & (x < box[2] + near)
        inside &= (y > box[1] - near) & (y < box[3] + near)
        return bool(inside.any())

    def take(self, box: Box, own: int | None = None) -> int:
        """Place a box, or move the one that stands at `own`; returns its place."""
        if own is None:
            own = self._count
            self._count += 1
            if own == len(self._placed):
                self._placed = np.concatenate((self._placed, np.empty_like(self._placed)))
        self._placed[own] = box
        return own


def _meets(boxes: np.ndarray, box: Box) -> np.ndarray:
    meets = (boxes[:, 0] < box[2]) & (boxes[:, 2] > box[0])
    return meets & (boxes[:, 1] < box[3]) & (boxes[:, 3] > box[1])
