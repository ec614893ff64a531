"""Undo and redo as the window does them: what they change is brought into sight."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.canvas.touched import moved_nodes, touched_nodes

if TYPE_CHECKING:
    from graph.edits import Edit
    from gui.canvas.view import CanvasView
    from gui.document import Document


class Undoing(QObject):
    """Steps through a document's history. Selection and view stay where the change is seen."""

    def __init__(self, document: Document, view: CanvasView, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._view = document, view

    def undo(self) -> None:
        """Take the last change back."""
        self._turn(self._document.undo)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._turn(self._document.redo)

    def _turn(self, turn: Callable[[], bool]) -> None:
        edits: list[Edit] = []
        self._document.edited.connect(edits.append)
        try:
            turn()
        finally:
            self._document.edited.disconnect(edits.append)
        for edit in edits:
            self._show(touched_nodes(edit) | moved_nodes(edit))

    def _show(self, changed: frozenset[str]) -> None:
        """Select and show what changed, where nothing of it is in sight."""
        view = self._view
        ids = [id_ for id_ in self._document.graph.nodes if id_ in changed]
        if ids and not _is_any_seen(view, ids):
            self._document.selection.set_nodes(ids)
            view.reveal(ids[0])


def _is_any_seen(view: CanvasView, ids: list[str]) -> bool:
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    boxes = view.canvas.boxes
    left, top, right, bottom = boxes.array[boxes.rows(ids)].T
    across = (left < seen.right()) & (right > seen.left())
    return bool((across & (top < seen.bottom()) & (bottom > seen.top())).any())
