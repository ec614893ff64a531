"""The window of settings: not modal, so that one sees at once what a choice does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QDialog, QTabWidget, QVBoxLayout

from gui.settings_dialog.general import GeneralPage
from gui.settings_dialog.key_page import KeyPage

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
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.tabs.addTab(self.general, self.tr("&General"))
        self.tabs.addTab(self.keys, self.tr("Ke&ys"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.tabs)
        self.resize(SIZE)


class SettingsDialog(QObject):
    """Opens the settings of all windows, once in each."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.pages: Pages | None = None

    def open(self) -> None:
        """Show the choices."""
        self._show().setCurrentIndex(0)
        next(iter(self.pages.general.choices.values())).setFocus()

    def open_keys(self) -> None:
        """Show the keys."""
        self._show().setCurrentIndex(1)
        self.pages.keys.search.setFocus()

    def _show(self) -> QTabWidget:
        if self.pages is None:
            self.pages = Pages(self._window)
            self.pages.finished.connect(self._forget)
        self.pages.show()
        self.pages.raise_()
        self.pages.activateWindow()
        return self.pages.tabs

    def _forget(self) -> None:
        self.pages.deleteLater()
        self.pages = None
