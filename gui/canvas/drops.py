"""What is dragged onto the canvas: a module from the palette, a ghost until it is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from gui.canvas import adding

if TYPE_CHECKING:
    from PySide6.QtGui import QDragMoveEvent, QDropEvent, QPainter

    from gui.canvas.view import CanvasView


class Drops:
    """Takes modules, nothing else: what it ignores is for the window."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._ghost: tuple[str, QPointF] | None = None

    def move(self, event: QDragMoveEvent) -> None:
        """A drag came in or moved: draw where the node would stand."""
        name = adding.module_name(event.mimeData())
        if name is None:
            event.ignore()
            return
        self._ghost = (name, self._view.mapToScene(event.position().toPoint()))
        self._view.viewport().update()
        event.acceptProposedAction()

    def leave(self) -> None:
        """The drag went elsewhere."""
        self._ghost = None
        self._view.viewport().update()

    def drop(self, event: QDropEvent) -> None:
        """Add the node at the pointer."""
        self._ghost = None
        name = adding.module_name(event.mimeData())
        if name is None:
            event.ignore()
            return
        event.acceptProposedAction()
        view = self._view
        view.add_module_at(name, view.mapToScene(event.position().toPoint()))
        view.setFocus(Qt.FocusReason.MouseFocusReason)

    def paint(self, painter: QPainter) -> None:
        """The outline of the node that is not there yet."""
        if self._ghost is not None:
            view = self._view
            adding.paint_ghost(painter, view.document, *self._ghost, view.theme, view.zoom)
