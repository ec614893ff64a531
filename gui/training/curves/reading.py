"""The legend of the curves, with the numbers at the cursor, or the newest ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import Theme
from gui.training.plots.plot import DASHES, Stroke

ROW, SWATCH, GAP = 20, 24, 8
INKS = {True: "text", False: "muted"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: a heading where it has no stroke, else how a curve is drawn and its number."""

    name: str
    number: str = ""
    stroke: Stroke | None = None


class Reading(QWidget):
    """Rows of names and numbers."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.entries: tuple[Entry, ...] = ()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show other rows."""
        self.entries = tuple(entries)
        self.setMinimumHeight(self.sizeHint().height())
        self.setAccessibleDescription(self.words)
        self.updateGeometry()
        self.update()

    @property
    def words(self) -> str:
        """All rows as one text."""
        return ", ".join(f"{row.name} {row.number}".strip() for row in self.entries)

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(160, ROW * len(self.entries) + 4)

    def paintEvent(self, event) -> None:
        """Swatch, name, number."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, entry in enumerate(self.entries):
            self._paint(painter, entry, QRectF(0, index * ROW, self.width(), ROW))
        painter.end()

    def _paint(self, painter: QPainter, entry: Entry, room: QRectF) -> None:
        is_heading = entry.stroke is None
        font = self._theme.font(12, 600 if is_heading else 400)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        middle = Qt.AlignmentFlag.AlignVCenter
        number = metrics.horizontalAdvance(entry.number)
        left = 0 if entry.stroke is None else SWATCH + GAP
        painter.setPen(self._theme.color("text"))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, entry.number)
        words = room.adjusted(left, 0, -number - GAP, 0)
        side = Qt.TextElideMode.ElideRight
        name = metrics.elidedText(entry.name, side, int(words.width()))
        painter.setPen(self._theme.color(INKS[is_heading]))
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, name)
        if entry.stroke is not None:
            self._paint_swatch(painter, entry.stroke, room)

    def _paint_swatch(self, painter: QPainter, stroke: Stroke, room: QRectF) -> None:
        ink = QColor(self._theme.color(stroke.ink))
        ink.setAlphaF(stroke.alpha)
        pen = QPen(ink, stroke.width)
        if DASHES[stroke.dash]:
            pen.setDashPattern(DASHES[stroke.dash])
        painter.setPen(pen)
        y = room.center().y()
        painter.drawLine(QPointF(0, y), QPointF(SWATCH, y))
