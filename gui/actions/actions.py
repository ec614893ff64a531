"""The actions that a loop makes of the table of commands."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.actions.conditions import WHEN
from gui.actions.rows import MENUS, ROWS, Row, tr
from gui.icons import icon

if TYPE_CHECKING:
    from gui.theme import Theme
    from gui.window import Window


class Actions(QObject):
    """All actions, in `by_id`; `refresh` makes them follow the state of the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self.by_id: dict[str, QAction] = {row.id: self._make(row) for row in ROWS if not row.fills}
        window.theme.changed.connect(lambda: self.paint(window.theme))
        self.paint(window.theme)

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus = {id_: bar.addMenu(tr(title)) for id_, title in MENUS}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        for row in ROWS:
            menu = menus[row.menu]
            if row.after_gap:
                menu.addSeparator()
            if row.fills:
                self._add_submenu(menu, row)
            else:
                menu.addAction(self.by_id[row.id])

    def refresh(self) -> None:
        """Follow the window's state."""
        for row in ROWS:
            action = self.by_id.get(row.id)
            if action is None:
                continue
            action.setEnabled(WHEN[row.enabled](self._window))
            if row.checked:
                action.setChecked(WHEN[row.checked](self._window))
        history = self._window.document.history
        self._name("undo", history.undo_text, tr("Undo {0}"))
        self._name("redo", history.redo_text, tr("Redo {0}"))
        self.by_id["live"].setText(tr("Live: on") if self._window.live.is_on else tr("Live: off"))
        self._show_play()

    def paint(self, theme: Theme) -> None:
        """Draw the icons in the theme's ink."""
        for row in ROWS:
            if row.icon:
                self.by_id[row.id].setIcon(icon(row.icon, theme.color("text")))

    def _make(self, row: Row) -> QAction:
        action = QAction(tr(row.title), self._window)
        action.setObjectName(row.id)
        if row.keys:
            action.setShortcuts(QKeySequence.listFromString(row.keys))
        action.setIconVisibleInMenu(False)
        action.setToolTip(tooltip(action, tr(row.tip)))
        action.setStatusTip("")
        if row.checked:
            action.setCheckable(True)
        if row.group:
            group = self._groups.setdefault(row.group, QActionGroup(self))
            group.addAction(action)
        if row.canvas_only:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._window.canvas.addAction(action)
        else:
            self._window.addAction(action)
        action.triggered.connect(lambda: self._do(row))
        return action

    def _do(self, row: Row) -> None:
        attrgetter(row.does)(self._window)()
        self.refresh()

    def _add_submenu(self, menu: QMenu, row: Row) -> None:
        submenu = menu.addMenu(tr(row.title))
        submenu.setToolTipsVisible(True)
        submenu.aboutToShow.connect(lambda: attrgetter(row.fills)(self._window)(submenu))

    def _name(self, id_: str, what: str | None, text: str) -> None:
        plain = tr(next(row.title for row in ROWS if row.id == id_))
        title = text.format(what.replace("&", "&&")) if what else plain
        self.by_id[id_].setText(title)

    def _show_play(self) -> None:
        is_playing = self._window.stepping.player.is_playing
        action = self.by_id["play"]
        action.setText(tr("Pause") if is_playing else tr("Pla&y"))
        name = "pause" if is_playing else "play"
        action.setIcon(icon(name, self._window.theme.color("text")))


def tooltip(action: QAction, sentence: str) -> str:
    """Name, keys, one sentence."""
    name = action.text().replace("&", "").rstrip("…")
    keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    head = f"{name} ({keys})" if keys else name
    return f"{head}: {sentence}" if sentence else head
