"""The gallery of examples: File > Examples."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.example_card import ExampleCard
from gui.examples import examples, words_of

if TYPE_CHECKING:
    from gui.window import Window

SCALE = 1.25
COLUMNS = 4
GAP = 12
AROUND = 160  # of the window's height, for the heading and the margins
# Cards and rows of cards that a key goes on by.
STEPS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class GalleryDialog(QDialog):
    """All examples as cards; arrow keys go from one to the next, Enter opens, Esc closes."""

    chosen = Signal(object)  # the path of an example

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Examples"))
        heading = QLabel(self.tr("Open an example"), self)
        heading.setFont(window.theme.font(15, 600))
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setSpacing(GAP)
        self.cards: list[ExampleCard] = []
        paths = examples()
        self._columns = min(COLUMNS, math.ceil(math.sqrt(len(paths))))
        for number, path in enumerate(paths):
            words = words_of(path)
            card = ExampleCard(path, words.title, window.theme, inside, SCALE, words.sentence)
            card.clicked.connect(self._choose)
            self.cards.append(card)
            grid.addWidget(card, *divmod(number, self._columns))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 16, 24, 24)
        column.setSpacing(12)
        column.addWidget(heading)
        column.addWidget(self._scrolled(inside))

    def _scrolled(self, inside: QWidget) -> QScrollArea:
        """A place for the cards that scrolls up and down, no larger than the window."""
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inside)
        wanted = inside.sizeHint()
        room = self.parentWidget().height() - AROUND
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setFixedSize(wanted.width() + bar, min(wanted.height(), room))
        return self._area

    def keyPressEvent(self, event) -> None:
        """Arrow keys move the focus; Esc closes."""
        step = STEPS.get(event.key())
        if step is None:
            super().keyPressEvent(event)
            return
        place = self.cards.index(self.focusWidget()) + step[0] + step[1] * self._columns
        if 0 <= place < len(self.cards):
            self.cards[place].setFocus(Qt.FocusReason.TabFocusReason)
            self._area.ensureWidgetVisible(self.cards[place], 0, GAP)

    def _choose(self) -> None:
        self.chosen.emit(self.sender().path)
        self.accept()


class Gallery(QObject):
    """Opens the gallery of a window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window

    def open(self) -> None:
        """Show all examples."""
        dialog = GalleryDialog(self._window)
        # Opening waits for a thread, and the dialog must not be freed below its own key press.
        dialog.chosen.connect(self._read, Qt.ConnectionType.QueuedConnection)
        dialog.open()
        dialog.cards[0].setFocus(Qt.FocusReason.PopupFocusReason)

    def _read(self, path: Path) -> None:
        self._window.files.read_example(path)
