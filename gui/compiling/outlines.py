"""One outline around the nodes that are computed as one, behind them and along their wires."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gui.canvas.geometry import grown, meeting
from gui.canvas.placing import Box
from gui.canvas.wire_lines import paint_lines
from gui.places import node_of

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from runtime.compiled.report import Report

ROOM = 8.0  # around a node, in canvas units
BRIDGE = 20.0  # how wide it is along a wire
CORNER = 14.0
LINE = 1.5  # pixels
MOST_BRIDGES = 60  # in sight: a thicket of more would be one patch, and broad lines take long


class Outlines:
    """The groups of a report as one place shows them.

    A group is painted twice, in the ink of lines and then, a line smaller, in that of the ground:
    what is left of the first is one outline, however its nodes lie.
    """

    def __init__(self, scene: CanvasScene, report: Report) -> None:
        self._scene, self._report = scene, report
        self._groups: list[frozenset[str]] | None = None

    @property
    def groups(self) -> list[frozenset[str]]:
        """The nodes that are computed as one, several at least; each once, whatever its steps."""
        if self._groups is None:
            place = self._scene.document.place
            found = {}
            for nodes in dict.fromkeys(part.nodes for part in self._report.parts):
                seen = frozenset(filter(None, (node_of(place, node) for node in nodes)))
                if len(seen) > 1:
                    found[seen] = None
            self._groups = list(found)
        return self._groups

    def paint(self, painter: QPainter, rect: QRectF, zoom: float) -> None:
        """Paint what of the groups meets a rectangle."""
        theme, pixel = self._scene.theme, 1 / zoom
        box = (rect.left(), rect.top(), rect.right(), rect.bottom())
        if not self.groups:
            return
        near, rows = self._near(box), self._scene.wires.seen(box).tolist()
        for group in self.groups:
            boxes = [near[id_] for id_ in group.intersection(near)]
            wires = self._wires(group, rows)
            if boxes or len(wires):
                _fill(painter, boxes, wires, 2 * LINE * pixel, theme.color("line"))
                _fill(painter, boxes, wires, 0.0, theme.color("selected"))

    def _near(self, seen: Box) -> dict[str, QRectF]:
        """The nodes that are seen, or that nearly are, with the room around them."""
        boxes, items = self._scene.boxes, self._scene.items_by_id
        found = {}
        for row in meeting(boxes.array, grown(seen, ROOM)).tolist():
            if boxes.ids[row] in items:
                left, top, right, bottom = grown(tuple(boxes.array[row].tolist()), ROOM)
                found[boxes.ids[row]] = QRectF(left, top, right - left, bottom - top)
        return found

    def _wires(self, group: frozenset[str], rows: Iterable[int]) -> np.ndarray:
        """The middle lines of those wires that join two nodes of a group, if they are few."""
        sources, targets = self._scene.wires.sources, self._scene.wires.targets
        own = [r for r in rows if sources[r].node in group and targets[r].node in group]
        return self._scene.wires.lines(np.array(own if len(own) <= MOST_BRIDGES else (), int))


def _fill(
    painter: QPainter, boxes: Iterable[QRectF], wires: np.ndarray, more: float, ink: QColor
) -> None:
    """All shapes in one ink, `more` wider than they are."""
    pen = QPen(ink, BRIDGE + more)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    paint_lines(painter, wires, pen)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    half = more / 2
    for box in boxes:
        corner = CORNER + half
        painter.drawRoundedRect(box.adjusted(-half, -half, half, half), corner, corner)
