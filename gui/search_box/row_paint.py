"""How a row of the search box is painted: symbol, name, one sentence."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.icons import paint_icon
from gui.search_box.rows import ROW, HeadingRow, ModuleRow
from gui.theme import Theme

HEIGHT, HEADING = 28, 26
LEFT, ICON, GAP = 12, 16, 8
NAME = 132  # where sentences begin, so that they stand in a column
MIDDLE = Qt.AlignmentFlag.AlignVCenter


class RowPainter(QStyledItemDelegate):
    """Paints modules and headings in the theme's inks."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._text = QFontMetricsF(theme.font(13)).height()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        """Rows grow with the system's font."""
        is_heading = isinstance(index.data(ROW), HeadingRow)
        return QSize(0, round(max(HEADING if is_heading else HEIGHT, self._text + GAP)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        """Paint one row."""
        row = index.data(ROW)
        area = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(row, HeadingRow):
            self._paint_heading(painter, area, row)
        else:
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            if is_chosen:
                painter.setPen(QPen(Qt.PenStyle.NoPen))
                painter.setBrush(self._theme.color("selected"))
                painter.drawRoundedRect(area.adjusted(4, 1, -4, -1), 4, 4)
            self.paint_choice(painter, area, row)
        painter.restore()

    def paint_choice(self, painter: QPainter, area: QRectF, row: ModuleRow) -> None:
        """Paint what can be chosen, above the ground of the chosen row."""
        theme = self._theme
        box = QRectF(area.left() + LEFT, area.center().y() - ICON / 2 + 0.5, ICON, ICON)
        paint_icon(painter, row.icon, box, theme.color("text"))
        left, right = box.right() + GAP, area.right() - LEFT
        painter.setPen(theme.color("text"))
        end = write(painter, theme.font(13), left, right, area, row.name)
        painter.setPen(theme.color("muted"))
        small = theme.font(11)
        if row.group:
            width = QFontMetricsF(small).horizontalAdvance(row.group) + 1
            right -= width
            write(painter, small, right, right + width, area, row.group)
        start = max(end + GAP, left + NAME)
        write(painter, theme.font(12), start, right - GAP, area, row.doc)

    def _paint_heading(self, painter: QPainter, area: QRectF, row: HeadingRow) -> None:
        painter.setPen(self._theme.color("muted"))
        painter.setFont(self._theme.font(11, 600))
        text = area.adjusted(LEFT, 4, -LEFT, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft | MIDDLE, row.title)


def write(
    painter: QPainter, font: QFont, left: float, right: float, area: QRectF, text: str
) -> float:
    """Write a text between two places, cut with … where it is too long; where it ends."""
    metrics = QFontMetricsF(font)
    room = max(right - left, 0)
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.setFont(font)
    painter.drawText(QRectF(left, area.top(), room + 1, area.height()), MIDDLE, shown)
    return left + metrics.horizontalAdvance(shown)
