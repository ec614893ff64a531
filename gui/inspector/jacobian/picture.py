"""The picture of a Jacobian that can be zoomed: by wheel, by a rectangle, by keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from gui.inspector.heat_map import Picture
from gui.inspector.jacobian.zoom import STEP
from gui.numbers import format_number
from gui.pictures import paint_numbers
from gui.theme import Theme

NOTCH = 120  # what a wheel reports for one notch
WIDE, HIGH = 46, 20  # pixels that a short number needs in its cell
NUMBER, MARGIN = 11, 6  # pixels: the font of the numbers, and what is free beside them
Cells = tuple[int, int, int, int]

ZOOMS = {
    Qt.Key.Key_Plus: STEP,
    Qt.Key.Key_Equal: STEP,
    Qt.Key.Key_Minus: 1 / STEP,
    Qt.Key.Key_Underscore: 1 / STEP,
}
MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
HOMES = {Qt.Key.Key_Home: "whole", Qt.Key.Key_Backspace: "back"}


class ZoomPicture(Picture):
    """Cells that can be chosen by a rectangle. The wheel zooms once the picture has the focus,
    and with Ctrl always, so that scrolling a page over it does not.

    `zoomed(factor, down, right)` gives a place as shares of height and width; `chosen(cells)` the
    first and last rows and columns of a rectangle, ends left out; `pushed(down, right)` says that
    an arrow key went over the border; `asked(word)` is `whole` or `back`.
    """

    zoomed = Signal(float, float, float)
    chosen = Signal(object)
    pushed = Signal(int, int)
    asked = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._from: QPointF | None = None
        self._to = QPointF()
        self._turned = 0

    @property
    def has_numbers(self) -> bool:
        """Whether the cells are large enough for their numbers."""
        rows, columns = self._cells.shape
        if not self.writes_numbers or self.width() < columns * WIDE or self.height() < rows * HIGH:
            return False
        metrics = QFontMetricsF(self._theme.drawn_font(NUMBER))
        texts = (format_number(number, 2) for number in self._cells.flat)
        widest = max(map(metrics.horizontalAdvance, texts), default=0.0)
        return widest + MARGIN <= self.width() / columns

    writes_numbers = False
    """Whether a cell stands for one entry, so that its number can be written in it."""

    def paintEvent(self, event) -> None:
        super().paintEvent(event)
        if self._colors is None:
            return
        painter = QPainter(self)
        if self.has_numbers:
            paint_numbers(painter, QRectF(self.rect()), self._cells, self._theme, NUMBER)
        band = self._band()
        if band is not None:
            painter.setPen(QPen(self._theme.color("text"), 1, Qt.PenStyle.DashLine))
            painter.setBrush(self._theme.color("text", 0.12))
            painter.drawRect(band.adjusted(0.5, 0.5, -0.5, -0.5))
        elif self.hasFocus():
            painter.setPen(QPen(self._theme.color("text"), 2))
            painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        painter.end()

    # --- mouse ---------------------------------------------------------------------------

    def mousePressEvent(self, event) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = self._to = event.position()

    def mouseMoveEvent(self, event) -> None:
        if self._from is None:
            super().mouseMoveEvent(event)
            return
        room = self.rect()
        x, y = event.position().x(), event.position().y()
        self._to = QPointF(min(max(x, 0), room.width()), min(max(y, 0), room.height()))
        self.update()

    def mouseReleaseEvent(self, event) -> None:
        band, self._from = self._band(), None
        self.update()
        if band is not None:
            self.chosen.emit(self._cells_in(band))

    def wheelEvent(self, event) -> None:
        has_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if not (self.hasFocus() or has_control):
            event.ignore()
            return
        event.accept()
        self._turned += event.angleDelta().y()
        notches = int(self._turned / NOTCH)
        if notches:
            self._turned -= notches * NOTCH
            at = event.position()
            self.zoomed.emit(STEP**notches, at.y() / self.height(), at.x() / self.width())

    def _band(self) -> QRectF | None:
        """The rectangle being drawn, once it is more than a click."""
        if self._from is None:
            return None
        far = (self._to - self._from).manhattanLength() >= QApplication.startDragDistance()
        return QRectF(self._from, self._to).normalized() if far else None

    def _cells_in(self, band: QRectF) -> Cells:
        rows, columns = self._cells.shape
        down, across = rows / self.height(), columns / self.width()
        top, left = int(band.top() * down), int(band.left() * across)
        bottom = min(int(band.bottom() * down) + 1, rows)
        right = min(int(band.right() * across) + 1, columns)
        return top, bottom, left, right

    # --- keys ----------------------------------------------------------------------------

    def keyPressEvent(self, event) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self._from is not None:
            self._from = None
            self.update()
        elif key in ZOOMS:
            self.zoomed.emit(ZOOMS[key], *self.place())
        elif key in HOMES:
            self.asked.emit(HOMES[key])
        elif key in MOVES and self._at is not None and self._is_at_border(*MOVES[key]):
            self.pushed.emit(*MOVES[key])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event) -> None:
        super().focusOutEvent(event)
        self.update()

    def place(self) -> tuple[float, float]:
        """Where the cursor is, as shares of height and width; at a border it stays there."""
        if self._at is None:
            return 0.5, 0.5
        last = (cells - 1 for cells in self._cells.shape)
        down, right = (at / most if most else 0.5 for at, most in zip(self._at, last, strict=True))
        return down, right

    def _is_at_border(self, down: int, right: int) -> bool:
        rows, columns = self._cells.shape
        row, column = self._at[0] + down, self._at[1] + right
        return not (0 <= row < rows and 0 <= column < columns)
