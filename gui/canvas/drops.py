"""What is dragged onto the canvas: a module from the palette, a ghost until it is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from gui.canvas import adding
from gui.canvas import geometry as geo
from gui.canvas.inserting import Insertion
from gui.canvas.looks import shape_of
from gui.canvas.wording import tr
from gui.library import entry_of

if TYPE_CHECKING:
    from PySide6.QtGui import QDragMoveEvent, QDropEvent, QPainter

    from graph import Module
    from gui.canvas.view import CanvasView


class Ghost:
    """A node that is not there yet: where it would stand, and in which edge."""

    def __init__(self, view: CanvasView, module: Module) -> None:
        self._view = view
        self.name = module.name
        self._shape = shape_of(module)
        self._at: geo.Point = (0.0, 0.0)
        self.insertion = Insertion(view.canvas, module, self._shape)

    def move(self, point: QPointF, is_held_off: bool) -> None:
        """Follow the pointer; with Shift no edge takes it."""
        self._at = adding.corner_at(self._view.canvas, self._shape, point)
        self.insertion.look(self._at, point, self._view.zoom, is_held_off)

    def leave(self) -> None:
        """The edges are as they were."""
        self.insertion.leave()

    def paint(self, painter: QPainter) -> None:
        """Its outline, and the halves of the edge that it would stand in."""
        view = self._view
        self.insertion.paint(painter, view.zoom)
        adding.paint_ghost(painter, self._shape, self._at, view.theme, view.zoom)


class Drops:
    """Takes modules, nothing else: what it ignores is for the window."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._ghost: Ghost | None = None

    def move(self, event: QDragMoveEvent) -> None:
        """A drag came in or moved: draw where the node would stand."""
        name = adding.module_name(event.mimeData())
        if name is None:
            event.ignore()
            return
        event.acceptProposedAction()
        view = self._view
        kind = view.document.graph.catalogue.get(name)
        if kind is None:
            return
        if self._ghost is None or self._ghost.name != name:
            self._ghost = Ghost(view, kind())
        pixel = event.position().toPoint()
        held_off = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self._ghost.move(view.mapToScene(pixel), held_off)
        view.autopan.follow(pixel, lambda at, _: self._go_on(at, held_off), comes_in=True)
        view.viewport().update()

    def leave(self) -> None:
        """The drag went elsewhere."""
        self._view.autopan.stop()
        if self._ghost is not None:
            self._ghost.leave()
            self._ghost = None
        self._view.viewport().update()

    def drop(self, event: QDropEvent) -> None:
        """Add the node at the pointer, in the edge that shows it."""
        name = adding.module_name(event.mimeData())
        if name is None:
            self.leave()
            event.ignore()
            return
        event.acceptProposedAction()
        view = self._view
        kind = view.document.graph.catalogue.get(name)
        point = view.mapToScene(event.position().toPoint())
        entry, fragment = entry_of(name), adding.fragment_text(event.mimeData())
        edge = self._ghost.insertion.edge if self._ghost is not None else None
        self.leave()
        if entry is not None:
            view.entry_dropped.emit(entry, point)
        elif kind is None and fragment is not None:
            view.fragment_dropped.emit(fragment, point)
        elif kind is None:
            view.document.refuse(tr("{name}: found no such module.").format(name=name))
        elif edge is not None:
            view.placer.place_inside(kind, point, edge)
        else:
            view.placer.place(kind, point)
        view.setFocus(Qt.FocusReason.MouseFocusReason)

    def paint(self, painter: QPainter) -> None:
        """The node that is not there yet."""
        if self._ghost is not None:
            self._ghost.paint(painter)

    def _go_on(self, point: QPointF, held_off: bool) -> None:
        if self._ghost is not None:
            self._ghost.move(point, held_off)
