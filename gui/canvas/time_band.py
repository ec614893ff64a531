"""The band behind what is inside time: the nodes that run once per time step, and how many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gui.canvas import geometry as geo
from gui.canvas.levels import LEAST, title_pixels
from gui.canvas.wording import tr
from gui.places import nodes_inside_time

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

AROUND, ABOVE = 20.0, 28.0  # room around the nodes, and for the words above them
APART = 8.0  # around a node that lies among them and is outside time
WIDEST = 1 / LEAST  # canvas units that a border of a pixel takes at most
CORNER = 12.0
MOST_APART = 200  # holes that are cut; a large graph is seen from afar
WORDS_LEFT = 10.0


class TimeBand:
    """Marks what is inside time. It follows the graph and is no frame: one cannot move it."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._known: tuple[object, frozenset[str]] = (None, frozenset())

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes of the place that is shown that run once per time step."""
        document = self._scene.document
        check = document.whole_check
        key = (document.graph, document.graph.revision, check)
        if self._known[0] != key:
            self._known = (key, nodes_inside_time(document))
        return self._known[1]

    @property
    def words(self) -> str:
        """How many time steps there are, as far as that is known."""
        document = self._scene.document
        steps = document.playhead.time_steps
        if document.whole_check is not None and document.is_checked:
            steps = document.whole_check.time.steps
        if steps is None:
            return tr("Time")
        return tr("Time: 1 step") if steps == 1 else tr("Time: {count} steps").format(count=steps)

    def box(self) -> QRectF | None:
        """What the band takes; None where nothing that is drawn is inside time."""
        scene, nodes = self._scene, self.nodes
        drawn = [id_ for id_ in nodes if id_ in scene.items_by_id and not scene.hides(id_)]
        if not drawn:
            return None
        boxes = scene.boxes.array[scene.boxes.rows(drawn)]
        left, top = boxes[:, :2].min(0)
        right, bottom = boxes[:, 2:].max(0)
        if any(scene.items_by_id[id_].outline.pins for id_ in drawn):
            bottom += geo.PIN_TEXT
        for target in scene.wires.delays:
            if target.node in nodes:
                bounds = scene.wires.bounds(target)
                left, right = min(left, bounds[0]), max(right, bounds[2])
                bottom = max(bottom, bounds[3])
        whole = QRectF(left, top, right - left, bottom - top)
        return whole.adjusted(-AROUND, -ABOVE, AROUND, AROUND)

    def paint(self, painter: QPainter, rect: QRectF, zoom: float, *, words: bool) -> None:
        """Paint the band where it meets a rectangle, without what lies in it but outside time.

        It comes before all else: it lets the delay edges hang, around which the rest is laid out.
        """
        self._scene.building.hang()
        box = self.box()
        if box is None or not box.intersects(rect):
            return
        theme = self._scene.theme
        pen = QPen(theme.color("line", 0.6), max(1.0, 1 / zoom))
        pen.setStyle(Qt.PenStyle.DotLine)
        painter.setPen(pen)
        painter.setBrush(theme.color("line", 0.07))
        painter.drawPath(self._path(box, rect))
        if words:
            painter.setPen(theme.color("muted"))
            painter.setFont(theme.drawn_font(title_pixels(zoom), 600))
            room = QRectF(box.left() + WORDS_LEFT, box.top() + 3, box.width() - WORDS_LEFT, ABOVE)
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
            painter.drawText(room, flags, self.words)

    def _path(self, box: QRectF, rect: QRectF) -> QPainterPath:
        path = QPainterPath()
        path.addRoundedRect(box, CORNER, CORNER)
        scene, seen = self._scene, box.intersected(rect)
        reach = APART + WIDEST  # a part may show the border around a node that it does not meet
        rows = geo.meeting(scene.boxes.array, geo.grown(seen.getCoords(), reach)).tolist()
        outside = [row for row in rows if scene.boxes.ids[row] not in self.nodes]
        if len(outside) > MOST_APART:
            return path
        for row in outside:
            left, top, right, bottom = scene.boxes.array[row].tolist()
            hole = QPainterPath()
            node = QRectF(left, top, right - left, bottom - top)
            hole.addRoundedRect(node.adjusted(-APART, -APART, APART, APART), CORNER, CORNER)
            path = path.subtracted(hole)
        return path
