"""How each question went, as a list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QSize, Qt
from PySide6.QtWidgets import QListView, QWidget

from gui.dress import dress
from gui.icons import icon
from gui.theme import Theme
from runtime.practice import Mark

ROW = 24


class MarksModel(QAbstractListModel):
    """A row for each mark: `∂L/∂w: right after 1 hint`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.marks: tuple[Mark, ...] = ()

    def take(self, marks: Sequence[Mark]) -> None:
        """Show these marks."""
        self.beginResetModel()
        self.marks = tuple(marks)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        """One row a mark."""
        return 0 if parent.isValid() else len(self.marks)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        """The sentence, and a drawing of how it went."""
        if not index.isValid() or index.row() >= len(self.marks):
            return None
        mark = self.marks[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{mark.name}: {mark.words}"
        if role == Qt.ItemDataRole.DecorationRole:
            return icon("empty" if mark.is_shown else "check", self._theme.color("text"))
        if role == Qt.ItemDataRole.SizeHintRole:
            return QSize(0, ROW)
        return None


class MarksList(QListView):
    """The list of marks."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        dress(self, theme, "rows")
        self.setModel(MarksModel(theme, self))
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName(self.tr("How each question went"))

    def show_marks(self, marks: Sequence[Mark]) -> None:
        """Show these marks."""
        self.model().take(marks)
