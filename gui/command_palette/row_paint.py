"""How a row of the command palette is painted: title, menu or reason, keys."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.command_palette.rows import CommandRow
from gui.search_box.row_paint import GAP, LEFT, RowPainter, write


class CommandPainter(RowPainter):
    """Paints commands; what cannot be done is muted and says why."""

    def paint_choice(self, painter: QPainter, area: QRectF, row: CommandRow) -> None:
        """Title and menu on the left, keys on the right."""
        theme = self._theme
        left, right = area.left() + LEFT, area.right() - LEFT
        small = theme.font(12)
        painter.setPen(theme.color("muted"))
        if row.keys:
            width = QFontMetricsF(small).horizontalAdvance(row.keys) + 1
            right -= width
            write(painter, small, right, right + width, area, row.keys)
        painter.setPen(theme.color("text" if row.can_be_done else "muted"))
        end = write(painter, theme.font(13), left, right - GAP, area, row.title)
        painter.setPen(theme.color("muted"))
        beside = row.menu if row.can_be_done else row.why
        write(painter, small, end + 2 * GAP, right - GAP, area, beside)
