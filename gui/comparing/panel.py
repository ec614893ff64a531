"""The tab Compare of the drawer: pin a run, and see the edges at which the newest one differs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from gui.comparing.model import EDGE, GRADIENT_BY, VALUE_BY, DifferencesModel
from gui.flat_table import flat_table
from gui.inspector.buttons import Button
from gui.inspector.labels import Label

if TYPE_CHECKING:
    from gui.window import Window


class ComparePanel(QWidget):
    """A row leads to its edge; a click on a heading sorts by the run's order or by size."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._comparing = window, window.comparing
        theme = window.theme
        self.model = DifferencesModel(window.document, window.comparing, self)
        self.list = self._make_list()
        self.pin = Button(
            theme, "", self.tr("Keep the newest run to compare later ones with it"),
            window.comparing.toggle, parent=self,
        )  # fmt: skip
        self.summary = Label(theme, ink="muted", wrap=True, parent=self)
        self._lay_out()
        self.setFocusProxy(self.list)
        window.comparing.changed.connect(self.follow)
        window.document.playhead_moved.connect(self.follow)
        window.document.edited.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show what differs; hidden, when it is shown again."""
        if not self.isVisible():
            return
        self.model.follow()
        is_pinned = self._comparing.is_pinned
        self.pin.setText(self.tr("Unpin the run") if is_pinned else self.tr("Pin this run"))
        self.pin.updateGeometry()
        self.summary.say(self._told())
        self.list.setVisible(bool(self.model.rows))

    def showEvent(self, event) -> None:
        """Catch up on what happened while it was hidden."""
        super().showEvent(event)
        self.follow()

    # --- inside ---------------------------------------------------------------------------

    def _told(self) -> str:
        comparing = self._comparing
        if not comparing.is_pinned:
            return self.tr("Pin this run, change something, and see what differs.")
        if comparing.comparison is None or comparing.is_busy:
            return self.tr("Comparing…")
        count, seen = len(comparing.comparison.differences), len(self.model.rows)
        if not count:
            return self.tr("The newest run has the same numbers as the pinned one.")
        text = self.tr("{0} of {1} edges differ from the pinned run.")
        told = text.format(count, comparing.comparison.edges)
        if seen < count:
            ahead, several = count - seen, self.tr("{0} lie ahead of the playhead.")
            told += " " + (
                self.tr("1 lies ahead of the playhead.") if ahead == 1 else several.format(ahead)
            )
        return told

    def _make_list(self) -> QTreeView:
        view = flat_table(self, self._window.theme, self.model, self.tr("Edges that differ"))
        header = view.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column in (VALUE_BY, GRADIENT_BY):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, 104)
        view.setSortingEnabled(True)
        view.sortByColumn(EDGE, Qt.SortOrder.AscendingOrder)
        view.activated.connect(self._go)
        view.clicked.connect(self._go)
        return view

    def _go(self, index: QModelIndex) -> None:
        """Show and select the edge; the keys stay here."""
        self._window.leading.go_to_place(str(self.model.rows[index.row()].target))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 12, 4)
        head.setSpacing(12)
        head.addWidget(self.pin)
        head.addWidget(self.summary, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addStretch(0)
