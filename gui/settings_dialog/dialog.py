"""The window of settings: not modal, so that one sees at once what a choice does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QDialog, QStackedWidget, QVBoxLayout

from gui.settings_dialog.general import GeneralPage
from gui.settings_dialog.key_page import KeyPage
from gui.tabs import Tabs

if TYPE_CHECKING:
    from gui.window import Window

SIZE = QSize(560, 560)


class Pages(QDialog):
    """Two pages: choices, and the keys of commands."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.setWindowTitle(self.tr("Settings"))
        self.general = GeneralPage(window.settings, window.theme, self)
        self.keys = KeyPage(window.settings, window.theme, self)
        self.tabs = Tabs(window.theme, [self.tr("General"), self.tr("Keys")], self)
        self.tabs.setAccessibleName(self.tr("Pages of the settings"))
        self.stack = QStackedWidget(self)
        for page in (self.general, self.keys):
            self.stack.addWidget(page)
        self.tabs.currentChanged.connect(self.stack.setCurrentIndex)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.tabs)
        column.addWidget(self.stack, 1)
        self.resize(SIZE)


class SettingsDialog(QObject):
    """Opens the settings of all windows, once in each."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.pages: Pages | None = None

    def open(self) -> None:
        """Show the choices."""
        self._show(0)
        next(iter(self.pages.general.choices.values())).setFocus()

    def open_keys(self) -> None:
        """Show the keys."""
        self._show(1)
        self.pages.keys.search.setFocus()

    def _show(self, page: int) -> None:
        if self.pages is None:
            self.pages = Pages(self._window)
            self.pages.finished.connect(self._forget)
        self.pages.show()
        self.pages.raise_()
        self.pages.activateWindow()
        self.pages.tabs.setCurrentIndex(page)

    def _forget(self) -> None:
        self.pages.deleteLater()
        self.pages = None
