"""Why something was refused, told where the person looks: at the pointer, or where the keys are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QTimer
from PySide6.QtGui import QPainter

from gui.canvas import ways
from gui.canvas.notices import WIDTH, paint_notice

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

TOLD_FOR = 8_000  # milliseconds
MOST_WIDE, MOST_HIGH = WIDTH + 64, 120  # pixels that a notice takes, with its way from the pointer
MOUSE = (QEvent.Type.MouseButtonRelease, QEvent.Type.MouseButtonDblClick, QEvent.Type.Drop)
LEAVING = (QEvent.Type.MouseButtonPress, QEvent.Type.KeyPress, QEvent.Type.FocusOut)


class Refusals(QObject):
    """The last refusal as a notice on the canvas, until the next press, key or edit.

    What the mouse did is told at the pointer; what a key or a menu did at the node or port that
    it was about. Where it was about none, the status bar tells it alone.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view)
        self._view, self._viewport = view, view.viewport()
        self.text = ""
        self._place = QPointF()
        self._pointer: QPointF | None = None  # while an event of the mouse is being handled
        self._after = QTimer(self, singleShot=True, interval=0)
        self._after.timeout.connect(self._forget_pointer)
        self._soon = QTimer(self, singleShot=True, interval=TOLD_FOR)
        self._soon.timeout.connect(self.clear)
        document = view.document
        document.refused.connect(self._tell)
        for changed in (document.edited, document.replaced, document.selection_changed):
            changed.connect(self.clear)
        view.installEventFilter(self)
        self._viewport.installEventFilter(self)
        view.overlays.append(self.paint)

    def clear(self, *_) -> None:
        """Take the notice away."""
        self._soon.stop()
        if self.text:
            self.text = ""
            self._viewport.update()

    def refuse_at(self, sentence: str, point: QPointF) -> None:
        """Tell a refusal at a point of the canvas, where the pointer was when it was asked for."""
        self._pointer = point
        self._after.start()
        self._view.document.refuse(sentence)

    def paint(self, painter: QPainter) -> None:
        """Paint the notice, wholly inside the view."""
        if not self.text:
            return
        view = self._view
        pixel = 1 / view.zoom
        seen = view.mapToScene(self._viewport.rect()).boundingRect()
        x = min(self._place.x(), seen.right() - MOST_WIDE * pixel)
        y = min(self._place.y(), seen.bottom() - MOST_HIGH * pixel)
        at = QPointF(max(x, seen.left()), max(y, seen.top()))
        paint_notice(painter, at, self.text, view.theme, pixel)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Remember the pointer for as long as what it does is under way."""
        kind = event.type()
        if watched is self._viewport and kind in MOUSE:
            self._pointer = self._view.mapToScene(event.position().toPoint())
            self._after.start()
        elif kind in LEAVING:
            self.clear()
        return False

    def _tell(self, sentence: str) -> None:
        place = self._pointer if self._pointer is not None else self._place_of_keys()
        if place is not None:
            self.text, self._place = sentence, place
            self._soon.start()
            self._viewport.update()

    def _place_of_keys(self) -> QPointF | None:
        """Below the port or node that the keys are on, else below what is selected."""
        view = self._view
        selection = view.document.selection
        nodes = (id_ for id_ in view.document.graph.nodes if id_ in selection.nodes)
        place = view.canvas.focused or selection.edge or next(nodes, None)
        box = ways.box_of(view.canvas, place) if place is not None else None
        return box.bottomLeft() if box is not None else None

    def _forget_pointer(self) -> None:
        self._pointer = None
