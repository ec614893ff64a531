"""The drawer: its tabs, the panel that is shown, and the edge that is dragged to resize it."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gui.drawer.grip import Grip
from gui.drawer.tab_row import TabRow
from gui.drawer.tabs import TABS, tr
from gui.dress import dress
from gui.icons import icon
from gui.inspector.labels import Label

if TYPE_CHECKING:
    from gui.window import Window

LEAST = 120  # pixels
CANVAS_LEAST = 224  # pixels that are left to canvas, palette and outline, however far it is dragged
HEIGHT = "drawer/height/"


class Drawer(QWidget):
    """A row of tabs and one panel. It is closed until somebody opens it.

    `shows.ID()` opens a tab, or closes the drawer where that tab is the one that is shown.
    """

    changed = Signal()  # it was opened or closed, or shows another panel

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._panels: dict[str, QWidget] = {}
        self.row = TabRow(window.theme, [tr(tab.title) for tab in TABS], self)
        self.tabs = self.row.bar
        self.tabs.currentChanged.connect(self._turn)
        self.stack = QStackedWidget(self)
        self._cover: QWidget | None = None
        window.document.playhead.limited.connect(self._turn)
        self.shows = SimpleNamespace(**{tab.id: partial(self.toggle, tab.id) for tab in TABS})
        self._lay_out()
        self.hide()

    @property
    def current(self) -> str:
        """The tab that is shown; "" while the drawer is closed."""
        return "" if self.isHidden() else TABS[self.tabs.currentIndex()].id

    def panel(self, id_: str) -> QWidget:
        """The panel of a tab, made when it is first asked for."""
        if id_ not in self._panels:
            tab = next(tab for tab in TABS if tab.id == id_)
            self._panels[id_] = tab.make(self._window)
            self.stack.addWidget(self._panels[id_])
        return self._panels[id_]

    def show_tab(self, id_: str) -> None:
        """Open the drawer at a tab."""
        if self.current == id_:
            return
        self.tabs.setCurrentIndex([tab.id for tab in TABS].index(id_))
        if self.isHidden():  # else the tabs have turned to it
            self._take_panel()
            self.show()
            self.changed.emit()

    def toggle(self, id_: str) -> None:
        """Open a tab, or close the drawer where it is shown."""
        if self.current == id_:
            self.close_drawer()
        else:
            self.show_tab(id_)

    def close_drawer(self) -> None:
        """Close it; what had the keys in it gives them to the canvas."""
        had_focus = self.isAncestorOf(self.window().focusWidget())
        self.hide()
        if had_focus:
            self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    # --- inside ---------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.close_button = dress(QToolButton(self), self._window.theme, "flat")
        self.close_button.setToolTip(self.tr("Close the drawer."))
        self.close_button.setAccessibleName(self.tr("Close the drawer"))
        self.close_button.setFixedSize(28, 28)
        self.close_button.clicked.connect(self.close_drawer)
        self._window.theme.changed.connect(self._dye)
        self._dye()
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 8, 0)
        head.addWidget(self.row, 1)
        head.addWidget(self.close_button)
        self.grip = Grip(self._window.theme, self)
        self.grip.dragged.connect(self._resize)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.grip)
        column.addLayout(head)
        column.addWidget(self.stack, 1)

    def _covering(self) -> QWidget:
        """What stands in place of a panel that would tell what is to be predicted."""
        if self._cover is None:
            self._cover = self._make_cover()
            self.stack.addWidget(self._cover)
        return self._cover

    def _make_cover(self) -> QWidget:
        text = self.tr("Hidden while you predict, for it shows numbers that are still ahead.")
        cover = Label(self._window.theme, text, ink="muted", wrap=True, parent=self)
        cover.setMargin(12)
        cover.setAlignment(Qt.AlignmentFlag.AlignTop)
        return cover

    def _dye(self) -> None:
        self.close_button.setIcon(icon("close", self._window.theme.color("text")))

    def _turn(self) -> None:
        if not self.isHidden():
            self._take_panel()
            self.changed.emit()

    def _take_panel(self) -> None:
        tab = TABS[self.tabs.currentIndex()]
        is_covered = not tab.is_bound and self._window.document.playhead.limit is not None
        panel = self._covering() if is_covered else self.panel(tab.id)
        self.stack.setCurrentWidget(panel)
        self.setFocusProxy(panel)
        kept = str(self._window.settings.bytes_of(HEIGHT + tab.id) or "")
        self._take_height(int(kept) if kept.isdecimal() else tab.height)

    def _resize(self, by: int) -> None:
        self._take_height(self.height() + by)
        tab = TABS[self.tabs.currentIndex()]
        self._window.settings.keep_bytes(HEIGHT + tab.id, self.height())

    def _take_height(self, height: int) -> None:
        window = self._window
        bars = (window.menuBar(), window.title_bar, window.sentence, window.timeline, window.status)
        room = window.height() - sum(bar.height() for bar in bars)
        self.setFixedHeight(max(min(height, room - CANVAS_LEAST), LEAST))
