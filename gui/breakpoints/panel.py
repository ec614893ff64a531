"""The panel of breakpoints in the drawer: a list, the form of the chosen one, and its verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeView, QVBoxLayout, QWidget

from gui.breakpoints.form import ConditionForm, in_a_row
from gui.breakpoints.model import FOUND, WHEN, WHERE, BreakpointsModel
from gui.flat_table import flat_table
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.places import chosen_addresses

if TYPE_CHECKING:
    from graph.marks import Breakpoint
    from gui.window import Window

FORM = 392  # pixels


class BreakpointsPanel(QWidget):
    """A tick switches one on or off, Enter goes there, Del removes it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, theme = window, window.theme
        self.model = BreakpointsModel(
            window.document, window.breakpoints, window.holding, theme, self
        )
        self.list = self._make_list()
        self.form = ConditionForm(window.breakpoints, theme, self)
        self.go = self._button(self.tr("Go to"), self.tr("Go to the breakpoint"), self.show_place)
        self.drop = self._button(self.tr("Remove"), self.tr("Remove the breakpoint"), self.remove)
        self.drop_all = self._button(
            self.tr("Remove all"), self.tr("Remove all breakpoints"), window.breakpoints.remove_all
        )
        key = window.how_to("breakpoint")
        text = self.tr("No breakpoints. {0} sets one at the selected node or edge.").format(key)
        self.empty = Label(theme, text, ink="muted", wrap=True, parent=self)
        self._lay_out()
        self.setFocusProxy(self.list)
        window.breakpoints.changed.connect(self.follow)
        window.holding.changed.connect(self.follow)
        theme.changed.connect(self.follow)
        self.list.selectionModel().currentRowChanged.connect(self._show_form)
        self.follow()

    @property
    def current(self) -> Breakpoint | None:
        """The breakpoint whose row is chosen."""
        row = self.list.currentIndex().row()
        return self.model.marks[row] if 0 <= row < len(self.model.marks) else None

    def choose(self, address: str) -> None:
        """Choose the row of a breakpoint, and give its form the keys."""
        rows = [mark.at for mark in self.model.marks]
        if address in rows:
            self.list.setCurrentIndex(self.model.index(rows.index(address), WHERE))
            self.form.of.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_place(self) -> None:
        """Show and select what the chosen breakpoint is at."""
        if self.current is not None:
            self._window.leading.go_to_place(self.current.at)

    def remove(self) -> None:
        """Remove the chosen breakpoint."""
        if self.current is not None:
            self._window.breakpoints.remove((self.current.at,))

    def follow(self) -> None:
        """Show the document's breakpoints as they are now; hidden, when it is shown again."""
        if not self.isVisible() and self.model.marks:
            return
        row = self.list.currentIndex().row()
        self.model.follow()
        count = len(self.model.marks)
        if count and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(min(max(row, 0), count - 1), WHERE))
        self._choose_held()
        self.empty.setVisible(not count)
        for widget in (self.list, self.go, self.drop, self.drop_all):
            widget.setVisible(bool(count))
        self._show_form()

    def showEvent(self, event) -> None:
        """Catch up on what happened while it was hidden; begin at what is selected."""
        super().showEvent(event)
        self.follow()
        chosen = chosen_addresses(self._window.document)
        rows = [mark.at for mark in self.model.marks]
        if chosen and chosen[0] in rows:
            self.list.setCurrentIndex(self.model.index(rows.index(chosen[0]), WHERE))

    def keyPressEvent(self, event) -> None:
        """Del removes the chosen one."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.list.hasFocus():
            self.remove()
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------

    def _make_list(self) -> QTreeView:
        view = flat_table(self, self._window.theme, self.model, self.tr("Breakpoints"))
        view.setIconSize(QSize(14, 14))
        view.setHeaderHidden(True)
        header = view.header()
        header.setStretchLastSection(True)
        for column in (WHERE, WHEN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(FOUND, QHeaderView.ResizeMode.Stretch)
        view.activated.connect(self._activate)
        return view

    def _activate(self, index: QModelIndex) -> None:
        self.show_place()

    def _button(self, text: str, name: str, then) -> Button:
        return Button(self._window.theme, text, name, then, parent=self)

    def _lay_out(self) -> None:
        form = QWidget(self)
        form.setFixedWidth(FORM)
        column = QVBoxLayout(form)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(8)
        column.addWidget(self.form)
        column.addLayout(in_a_row(self.go, self.drop, self.drop_all))
        column.addStretch(1)
        left = QVBoxLayout()
        left.setSpacing(0)
        self.empty.setContentsMargins(12, 4, 12, 0)
        left.addWidget(self.empty)
        left.addWidget(self.list, 1)
        left.addStretch(0)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(form)

    def _choose_held(self) -> None:
        """The row where the run holds, unless the form is in use."""
        stop = self._window.holding.stop
        if stop is not None and not self.form.isAncestorOf(self._window.focusWidget()):
            rows = [mark.at for mark in self.model.marks]
            if stop.mark.at in rows:
                self.list.setCurrentIndex(self.model.index(rows.index(stop.mark.at), WHERE))

    def _show_form(self) -> None:
        self.form.show_mark(self.current)
