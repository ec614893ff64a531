"""The pointer as a spotlight: what is around it stands out, the rest stands back for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPainterPath, QPen

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

RADIUS = 120  # pixels
RIM = 2
VEIL = 0.72  # how much of the canvas lies over the rest
REST = 2_000  # milliseconds that the pointer stands still before all is seen again


class Spotlight(QObject):
    """Follows the pointer over one canvas, and goes out when it rests or leaves."""

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._viewport = view, view.viewport()
        self.place: QPoint | None = None  # in pixels of the viewport, while it is lit
        self._rest = QTimer(self, singleShot=True, interval=REST)
        self._rest.timeout.connect(self.go_out)
        self._viewport.installEventFilter(self)
        view.overlays.append(self.paint)

    def close(self) -> None:
        """Take it off the canvas."""
        self.go_out()
        self._viewport.removeEventFilter(self)
        self._view.overlays.remove(self.paint)
        self.deleteLater()

    def go_out(self) -> None:
        """Show everything alike."""
        self._rest.stop()
        if self.place is not None:
            self.place = None
            self._viewport.update()

    def paint(self, painter: QPainter) -> None:
        """Lay the canvas's colour over all but a disc around the pointer."""
        if self.place is None:
            return
        theme = self._view.theme
        painter.save()
        painter.resetTransform()
        disc = QRectF(-RADIUS, -RADIUS, 2 * RADIUS, 2 * RADIUS).translated(QPointF(self.place))
        veil = QPainterPath()
        veil.addRect(QRectF(self._viewport.rect()))
        veil.addEllipse(disc)  # odd and even: it is a hole
        painter.fillPath(veil, theme.color("canvas", VEIL))
        painter.setPen(QPen(theme.color("text"), RIM))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(disc)
        painter.restore()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the pointer."""
        if event.type() == QEvent.Type.MouseMove:
            self._go(event.position().toPoint())
        elif event.type() == QEvent.Type.Leave:
            self.go_out()
        return False

    def _go(self, place: QPoint) -> None:
        before, self.place = self.place, place
        self._rest.start()
        if before is None:
            self._viewport.update()
        elif before != place:
            self._viewport.update(_around(before) | _around(place))


def _around(place: QPoint) -> QRect:
    reach = RADIUS + RIM
    return QRect(place.x() - reach, place.y() - reach, 2 * reach, 2 * reach)
