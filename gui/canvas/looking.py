"""A canvas to look at: one moves about and selects; nothing is edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.canvas.gestures import Pan
from gui.canvas.view import CanvasView
from gui.dress import dress

if TYPE_CHECKING:
    from gui.document import Document
    from gui.theme import Theme

MARGIN = 12
MOVING = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Tab)


class LookingView(CanvasView):
    """Shows a graph that is drawn elsewhere; `note` says in its corner what it is."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget) -> None:
        super().__init__(document, theme, parent)
        self.setAcceptDrops(False)
        self.note = dress(QLabel(self, textFormat=Qt.TextFormat.PlainText), theme, "box")
        self.note.setFont(theme.font(13, 600))
        self.note.setMargin(8)
        self.note.move(MARGIN, MARGIN)

    def say(self, text: str) -> None:
        """Write the note."""
        if text != self.note.text():
            self.note.setText(text)
            self.note.adjustSize()

    def mousePressEvent(self, event) -> None:
        """Select what lies under the pointer, or move the canvas."""
        self.focus.let_go()
        pixel = event.position().toPoint()
        point = self.mapToScene(pixel)
        item, selection = self.canvas.node_at(point), self.document.selection
        if event.button() == Qt.MouseButton.LeftButton and item is not None:
            selection.set_nodes({item.id})
        elif event.button() == Qt.MouseButton.LeftButton and self.edge_at(point) is not None:
            selection.set_edge(self.edge_at(point))
        elif event.button() != Qt.MouseButton.RightButton:
            self.dragging.begin(Pan(self, pixel), pixel, at_once=True)

    def mouseDoubleClickEvent(self, event) -> None:
        """The same as a press."""
        self.mousePressEvent(event)

    def contextMenuEvent(self, event) -> None:
        """There is nothing to be done here that a menu could list."""
        event.accept()

    def keyPressEvent(self, event) -> None:
        """Arrows and Tab go about, Home shows all; no key edits."""
        if event.key() == Qt.Key.Key_Home:
            self.zoom_to_fit()
        elif event.key() in MOVING and not event.modifiers() & Qt.KeyboardModifier.AltModifier:
            super().keyPressEvent(event)
        else:
            event.ignore()
