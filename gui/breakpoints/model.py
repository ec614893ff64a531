"""The rows of the panel: one a breakpoint, ticked while it is on."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QWidget

from graph.marks import Breakpoint
from gui.breakpoints.breakpoints import Breakpoints
from gui.breakpoints.holding import Holding
from gui.breakpoints.overlay import icon_of
from gui.breakpoints.words import found_text, place_name, when_text
from gui.document import Document
from gui.icons import icon
from gui.theme import Theme

ROW, GAP = 28, 20
MARKS = 44  # pixels that tick and drawing take
WHERE, WHEN, FOUND = range(3)
Role = Qt.ItemDataRole


class BreakpointsModel(QAbstractTableModel):
    """Where each is, when it holds, and what it has found where the run holds at it."""

    def __init__(
        self,
        document: Document,
        breakpoints: Breakpoints,
        holding: Holding,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._document, self._breakpoints, self._holding = document, breakpoints, holding
        self._theme = theme
        self.marks: tuple[Breakpoint, ...] = breakpoints.all

    def follow(self) -> None:
        """Read the document's breakpoints anew; rows that stay keep their place and selection."""
        new, old = self._breakpoints.all, self.marks
        if [mark.at for mark in new] == [mark.at for mark in old]:
            self.marks = new
            if new:
                self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, FOUND))
            return
        self.beginResetModel()
        self.marks = new
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row a breakpoint."""
        return 0 if parent.isValid() else len(self.marks)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        """Where, when, and what was found."""
        return 0 if parent.isValid() else 3

    def data(self, index: QModelIndex, role: int = Role.DisplayRole):
        """Texts, the drawing that the canvas has too, and the tick."""
        mark = self.marks[index.row()]
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return self._text(mark, index.column())
        if role == Role.SizeHintRole:
            return self._size(mark, index.column())
        if index.column() != WHERE:
            return None
        if role == Role.DecorationRole:
            return icon(icon_of(mark), self._theme.color("text"))
        if role == Role.CheckStateRole:
            return Qt.CheckState.Unchecked if mark.off else Qt.CheckState.Checked
        if role == Role.AccessibleTextRole:
            return ", ".join(filter(None, (self._text(mark, column) for column in range(3))))
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """The first column can be ticked."""
        flags = super().flags(index)
        is_first = index.isValid() and index.column() == WHERE
        return flags | Qt.ItemFlag.ItemIsUserCheckable if is_first else flags

    def setData(self, index: QModelIndex, value, role: int = Role.EditRole) -> bool:
        """A tick switches the breakpoint on or off."""
        if role != Role.CheckStateRole:
            return False
        is_on = Qt.CheckState(value) == Qt.CheckState.Checked
        self._breakpoints.switch(self.marks[index.row()].at, is_on)
        return True

    def _size(self, mark: Breakpoint, column: int) -> QSize:
        metrics = QFontMetrics(self._theme.font(13))
        room = MARKS if column == WHERE else 0
        return QSize(metrics.horizontalAdvance(self._text(mark, column)) + room + GAP, ROW)

    def _text(self, mark: Breakpoint, column: int) -> str:
        if column == WHERE:
            return place_name(self._document.root, mark.at)
        if column == WHEN:
            return when_text(mark.when)
        stop = self._holding.stop
        if stop is None or stop.mark.at != mark.at:
            return ""
        if stop.found is None:
            return self.tr("holds here")
        return self.tr("holds: {0}").format(found_text(self._document.root, stop))
