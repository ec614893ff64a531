"""The rows of the find bar's list: a node's name, its module, and the problem that answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gui.find.search import Match
from gui.search_box.row_paint import GAP, LEFT, RowPainter, write
from gui.search_box.rows import ROW


class MatchRows(QAbstractListModel):
    """What answers, the best first."""

    matches: tuple[Match, ...] = ()

    def show(self, matches: Sequence[Match]) -> None:
        """Show other matches."""
        self.beginResetModel()
        self.matches = tuple(matches)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """One row a match."""
        return 0 if parent is not None and parent.isValid() else len(self.matches)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The match for what paints it, words for what reads it out."""
        if not index.isValid():
            return None
        match = self.matches[index.row()]
        if role == ROW:
            return match
        if role == Qt.ItemDataRole.DisplayRole:
            return match.title
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return words_of(match)
        return None


class MatchPainter(RowPainter):
    """Paints a match in the theme's inks."""

    def paint_choice(self, painter: QPainter, area: QRectF, row: Match) -> None:
        """Name and problem on the left, module on the right."""
        theme = self._theme
        left, right = area.left() + LEFT, area.right() - LEFT
        small = theme.font(11)
        painter.setPen(theme.color("muted"))
        width = QFontMetricsF(small).horizontalAdvance(row.module) + 1
        write(painter, small, right - width, right, area, row.module)
        painter.setPen(theme.color("text"))
        end = write(painter, theme.font(13), left, right - width - GAP, area, row.title)
        painter.setPen(theme.color("muted"))
        beside = row.problem or (row.id if row.id != row.title else "")
        write(painter, small, end + GAP, right - width - GAP, area, beside)


def words_of(match: Match) -> str:
    """What is said of a match beside its name."""
    own = match.id if match.id != match.title else ""
    return ", ".join(filter(None, (own, match.module, match.problem)))
