"""How many samples each class has, as bars."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.data.asking import tr
from gui.numbers import format_count
from gui.theme import Theme
from gui.training.pictures.class_marks import ROOM, mark

ROW, MOST = 20, 20
NAME, COUNT = 96, 56  # pixels


class ClassCounts(QWidget):
    """A bar for each class with its mark, its name and its count."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._counts = theme, dict[str, int]()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show these classes; hidden where there are none."""
        self._counts = dict(counts)
        told = ", ".join(f"{name}: {count}" for name, count in self._listed())
        self.setAccessibleName(tr("Samples of each class: {0}").format(told))
        self.setVisible(bool(counts))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = min(len(self._counts), MOST) + (len(self._counts) > MOST)
        return QSize(200, rows * ROW)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font(12))
        most = max(self._counts.values(), default=1) or 1
        for at, (name, count) in enumerate(self._listed()):
            self._paint_row(painter, at, name, count, count / most)
        if len(self._counts) > MOST:
            rest = tr("and {0} more").format(format_count(len(self._counts) - MOST))
            painter.setPen(self._theme.color("muted"))
            place = QRectF(0, MOST * ROW, self.width(), ROW)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, rest)
        painter.end()

    def _paint_row(self, painter: QPainter, at: int, name: str, count: int, share: float) -> None:
        top = at * ROW
        image = mark(at, self._theme, self.devicePixelRatioF())
        painter.drawImage(QPointF(0, top + (ROW - ROOM) / 2), image)
        painter.setPen(self._theme.color("text"))
        metrics, side = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        words = metrics.elidedText(name, side, NAME - ROOM - 8)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(ROOM + 4, top, NAME - ROOM - 4, ROW), middle, words)
        wide = max(self.width() - NAME - COUNT, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(QRectF(NAME, top + 5, max(wide * share, 1), ROW - 10), 2, 2)
        painter.setPen(self._theme.color("text"))
        room = QRectF(self.width() - COUNT + 4, top, COUNT - 4, ROW)
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, format_count(count))

    def _listed(self) -> list[tuple[str, int]]:
        return list(self._counts.items())[:MOST]
