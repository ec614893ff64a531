"""The drawer's tabs in one row; those that find no room are in a menu at its end."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from gui.dress import dress
from gui.icons import icon
from gui.tabs import HEIGHT, Tabs
from gui.theme import Theme

BUTTON = 28
LEAST = 96  # pixels: one tab, and the button


class TabRow(QWidget):
    """Shows as many tabs as fit, the current one always."""

    def __init__(self, theme: Theme, names: list[str], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.bar = Tabs(theme, names, self, fills=False)
        self.bar.setAccessibleName(self.tr("Panels of the drawer"))
        self.bar.currentChanged.connect(self.fit)
        self.more = dress(QToolButton(self), theme, "flat")
        self.more.setFixedSize(BUTTON, BUTTON)
        self.more.setToolTip(self.tr("More panels"))
        self.more.setAccessibleName(self.tr("More panels"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self.more)
        self.menu.aboutToShow.connect(self._fill)
        self.more.setMenu(self.menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.bar)
        row.addWidget(self.more)
        row.addStretch(1)
        theme.changed.connect(self._dye)
        self._dye()

    @property
    def hidden(self) -> list[int]:
        """The places of the tabs that are in the menu."""
        return [i for i in range(self.bar.count()) if not self.bar.isTabVisible(i)]

    def fit(self) -> None:
        """Show what fits; the rest goes into the menu, from the end on."""
        widths = [self.bar.tabSizeHint(index).width() for index in range(self.bar.count())]
        fits_all = sum(widths) <= self.width()
        current = self.bar.currentIndex()
        room = self.width() - (0 if fits_all else BUTTON + widths[current])
        for index, width in enumerate(widths):
            if index == current:
                continue
            room -= 0 if fits_all else width
            self.bar.setTabVisible(index, room >= 0)
        self.bar.setTabVisible(current, True)
        hidden = self.hidden
        shown = sum(width for index, width in enumerate(widths) if index not in hidden)
        self.bar.setFixedWidth(shown)  # the bar itself would take what it had before
        self.more.setVisible(not fits_all)

    def resizeEvent(self, event) -> None:
        """Another width shows others."""
        super().resizeEvent(event)
        self.fit()

    def minimumSizeHint(self) -> QSize:
        """One tab and the button: the row never makes the window wider."""
        return QSize(LEAST, HEIGHT)

    def _fill(self) -> None:
        self.menu.clear()
        for index in self.hidden:
            action = self.menu.addAction(self.bar.tabText(index))
            action.triggered.connect(partial(self.bar.setCurrentIndex, index))

    def _dye(self) -> None:
        self.more.setIcon(icon("more", self._theme.color("text")))
