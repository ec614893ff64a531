"""The drawer's tab Training: a row of pages, and the one that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.drawer.tab_row import TabRow
from gui.dress import dress
from gui.training.pages import PAGES, tr
from gui.training.panel.run_line import RunLine

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from gui.window import Window

BUTTONS = ("train_run", "train_batch", "train_epoch", "train_stop")
KEPT = "training/page"  # in the settings: the page that was shown last


class TrainingPanel(QWidget):
    """Shows one page of the table; each is made when one first comes to it."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._pages: dict[str, QWidget] = {}
        self.row = TabRow(window.theme, [tr(page.title) for page in PAGES], self)
        self.tabs = self.row.bar
        self.tabs.setAccessibleName(tr("Pages of the training"))
        self.line = RunLine(window)
        self.stack = QStackedWidget(self)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.setSpacing(4)
        head.addWidget(self.row, 1)
        window.commands.by_id["train_stop"].setIconText(tr("Stop"))  # what it says on a button
        for id_ in BUTTONS:
            head.addWidget(self._button(window.commands.by_id[id_]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.line)
        column.addWidget(self.stack, 1)
        self.setFocusProxy(self.tabs)
        self.show_page(str(window.settings.bytes_of(KEPT) or ""))
        self.tabs.currentChanged.connect(self._turn)

    @property
    def current(self) -> str:
        """The page that is shown."""
        return PAGES[self.tabs.currentIndex()].id

    def page(self, id_: str) -> QWidget:
        """A page, made when it is first asked for."""
        if id_ not in self._pages:
            row = next(page for page in PAGES if page.id == id_)
            self._pages[id_] = row.make(self._window)
            self.stack.addWidget(self._pages[id_])
        return self._pages[id_]

    def show_page(self, id_: str) -> None:
        """Turn to a page; to the first where there is none of that id."""
        ids = [page.id for page in PAGES]
        self.tabs.setCurrentIndex(ids.index(id_) if id_ in ids else 0)
        self.stack.setCurrentWidget(self.page(self.current))

    def _button(self, action: QAction) -> QToolButton:
        button = dress(QToolButton(self), self._window.theme, "flat")
        button.setDefaultAction(action)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setFixedHeight(28)

        def name() -> None:
            button.setAccessibleName(action.text().replace("&", ""))

        action.changed.connect(name)  # Train becomes Pause
        name()
        return button

    def _turn(self) -> None:
        self._window.settings.keep_bytes(KEPT, self.current)
        self.stack.setCurrentWidget(self.page(self.current))
