"""A table of numbers: scrolls over any size, copies in full precision."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.borders import outline
from gui.inspector.axes import Array, Plane
from gui.inspector.table_model import NumbersModel
from gui.numbers import format_count
from gui.theme import Theme
from runtime.values import write_table

ROW = 24
NARROWEST, WIDEST = 48, 184
SAMPLE = 8  # rows and columns whose numbers are measured
MAX_COPIED = 100_000  # numbers that the clipboard takes while the window waits


class NumberTable(QTableView):
    """Shows a plane of a tensor. `said` carries a sentence: what was copied, or why not."""

    said = Signal(str)
    pasted = Signal()

    def __init__(self, theme: Theme, *, edits: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most, self._column = 0, NARROWEST
        self.numbers = NumbersModel(theme, edits=edits, parent=self)
        self.setModel(self.numbers)
        self.setFont(theme.font(12, mono=True))
        outline(self, theme)
        self.setAccessibleName(self.tr("Table of numbers"))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        for header, size in ((self.horizontalHeader(), NARROWEST), (self.verticalHeader(), ROW)):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setMinimumSectionSize(ROW)
            header.setDefaultSectionSize(size)
            header.setFont(theme.font(11))
            header.setHighlightSections(False)
        self.verticalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )

    def show_array(
        self, array: Array | None, plane: Plane, offsets: tuple[int, int] = (0, 0)
    ) -> None:
        """Show an array in a plane; the current cell stays where there is one."""
        at = self.currentIndex()
        row, column = at.row(), at.column()
        self.numbers.show(array, plane, offsets)
        self._fit_columns()
        if at.isValid() and not self.currentIndex().isValid():
            again = self.numbers.index(row, column)
            flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(again, flag)

    def fit_height(self, most: int) -> None:
        """Be as high as the rows need, up to `most` pixels."""
        self._most = most
        rows = self.numbers.rowCount() * ROW
        head = self.horizontalHeader().sizeHint().height()
        side = self.verticalHeader().sizeHint().width()
        wide = side + self.numbers.columnCount() * self._column > self.width() - 4
        bar = self.horizontalScrollBar().sizeHint().height() if wide else 0
        self.setFixedHeight(min(rows + head + bar + 4, most))

    def resizeEvent(self, event) -> None:
        super().resizeEvent(event)
        if self._most:
            self.fit_height(self._most)

    def _fit_columns(self) -> None:
        """As wide as the first numbers need."""
        width = self.numbers.longest(SAMPLE) * self.fontMetrics().horizontalAdvance("0")
        self._column = min(max(width + 16, NARROWEST), WIDEST)
        self.horizontalHeader().setDefaultSectionSize(self._column)

    def copy(self) -> None:
        """Copy the chosen cells, or all, as tab-separated numbers."""
        chosen = self.selectionModel().selectedIndexes()
        matrix = self.numbers.selected(chosen if len(chosen) > 1 else [])
        if matrix.size > MAX_COPIED:
            found, most = format_count(matrix.size), format_count(MAX_COPIED)
            text = self.tr("copy: found {0} numbers, expected at most {1}. Choose fewer cells.")
            self.said.emit(text.format(found, most))
            return
        QGuiApplication.clipboard().setText(write_table(matrix))
        self.said.emit(self.tr("Copied {0} numbers.").format(format_count(matrix.size)))

    def keyPressEvent(self, event) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste) and self.numbers.edits:
            self.pasted.emit()
        else:
            super().keyPressEvent(event)
