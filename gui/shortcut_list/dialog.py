"""The window of keys and gestures: stays open beside the work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout

from gui.borders import frame
from gui.inspector.buttons import Button
from gui.shortcut_list.entries import as_text, everything
from gui.shortcut_list.tree import EntryTree

if TYPE_CHECKING:
    from gui.window import Window

SIZE = QSize(600, 680)


class ShortcutDialog(QDialog):
    """A search line over the list; what is shown can be copied as text."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._settings, theme = window.settings, window.theme
        self.setWindowTitle(self.tr("Keys and gestures"))
        self.search = QLineEdit(self, placeholderText=self.tr("Search by words or keys"))
        self.search.setAccessibleName(self.tr("Search by words or keys"))
        self.search.setClearButtonEnabled(True)
        frame(self.search, theme)
        self.tree = EntryTree(theme, self)
        self.tree.setAccessibleName(self.tr("Keys and gestures"))
        tip = self.tr("Put what is shown on the clipboard, to print or to send it.")
        self.copy = Button(theme, self.tr("Copy as text"), tip, self._copy)
        tip = self.tr("Choose other keys in the settings.")
        self.change = Button(theme, self.tr("Change keys…"), tip, window.settings_dialog.open_keys)
        self._lay_out()
        self.search.textChanged.connect(self.tree.find)
        window.settings.changed.connect(self._fill)
        self._fill()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.copy)
        buttons.addWidget(self.change)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addLayout(buttons)
        self.resize(SIZE)

    def _fill(self) -> None:
        self.tree.fill(everything(self._settings))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(as_text(self.tree.shown()))


class ShortcutList(QObject):
    """Opens the list, once."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: ShortcutDialog | None = None

    def open(self) -> None:
        """Show it, or bring it forward."""
        if self.dialog is None:
            self.dialog = ShortcutDialog(self._window)
            self.dialog.finished.connect(self._forget)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()
        self.dialog.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def _forget(self) -> None:
        self.dialog.deleteLater()
        self.dialog = None
