"""The actions that a loop makes of the table of commands."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QMenuBar

from gui.actions.conditions import CHANGES, STEPS, TRAINING, WHEN
from gui.actions.keys import is_for_canvas, keys_of, native
from gui.actions.rows import INNER, MENUS, ROWS, Row, plain_title, row_of, tr
from gui.actions.titles import TITLES
from gui.icons import icon

if TYPE_CHECKING:
    from PySide6.QtGui import QKeySequence

    from gui.settings import Settings
    from gui.window import Window

RUN_ROWS = tuple(row for row in ROWS if row.menu == "run")
TRAIN_ROWS = tuple(row for row in ROWS if row.menu == "train")
EVERYWHERE = Qt.ShortcutContext.WindowShortcut
AT_CANVAS = Qt.ShortcutContext.WidgetWithChildrenShortcut


class Actions(QObject):
    """All actions, in `by_id`; `refresh` makes them follow the state of the window."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._groups: dict[str, QActionGroup] = {}
        self._twins: dict[str, QAction] = {}
        self.by_id: dict[str, QAction] = {row.id: self._make(row) for row in ROWS if not row.fills}
        self.follow_keys()
        window.theme.changed.connect(self.paint)
        self.paint()

    def fill(self, bar: QMenuBar) -> None:
        """Make the menus."""
        menus = {id_: bar.addMenu(tr(title)) for id_, title in MENUS}
        for menu in menus.values():
            menu.setToolTipsVisible(True)
        for row in ROWS:
            menu = inner_menu(menus[row.menu], row)
            if row.after_gap:
                menu.addSeparator()
            self.add_to(menu, row)

    def add_to(self, menu: QMenu, row: Row) -> None:
        """Add a command to a menu, or the submenu that it fills."""
        if row.fills:
            self._add_submenu(menu, row)
        else:
            menu.addAction(self.by_id[row.id])

    def listen(self) -> None:
        """Follow the window's state from now on: all its parts are there."""
        for names, follow in (
            (CHANGES, self.refresh),
            (STEPS, self.follow_step),
            (TRAINING, self.follow_training),
        ):
            for name in names:
                attrgetter(name)(self._window).connect(follow)

    def refresh(self) -> None:
        """Follow the window's state."""
        self._refresh(ROWS)
        self._draw_play()

    def follow_step(self) -> None:
        """Follow the playhead, which the menu Run alone depends on: it may move often."""
        self._refresh(RUN_ROWS)

    def follow_training(self) -> None:
        """Follow a run, which the menu Train alone depends on: it tells of itself often."""
        self._refresh(TRAIN_ROWS)

    def _refresh(self, rows: Iterable[Row]) -> None:
        asked: dict[str, bool] = {}  # many rows hang on the same

        def holds(name: str) -> bool:
            if name not in asked:
                asked[name] = WHEN[name](self._window)
            return asked[name]

        for row in rows:
            action = self.by_id.get(row.id)
            if action is None:
                continue
            action.setEnabled(holds(row.enabled))
            if row.checked:
                action.setChecked(holds(row.checked))
            if row.id in TITLES:
                action.setText(TITLES[row.id](self._window) or tr(row.title))

    def follow_keys(self) -> None:
        """Take over the keys of the table, or those that the settings have instead."""
        for row in ROWS:
            if row.id in self.by_id:
                self._take_keys(row, keys_of(row, self._window.settings))

    def paint(self) -> None:
        """Draw the icons in the theme's ink."""
        ink = self._window.theme.color("text")
        for row in ROWS:
            if row.icon:
                self.by_id[row.id].setIcon(icon(row.icon, ink))
        self._draw_play()

    def _make(self, row: Row) -> QAction:
        action = QAction(tr(row.title), self._window)
        action.setObjectName(row.id)
        action.setIconVisibleInMenu(False)
        action.setStatusTip("")
        if row.checked:
            action.setCheckable(True)
        if row.group:
            group = self._groups.setdefault(row.group, QActionGroup(self))
            group.addAction(action)
        action.triggered.connect(self._do)
        return action

    def _take_keys(self, row: Row, keys: list[QKeySequence]) -> None:
        """Keys that fields need work on the canvas alone; the others everywhere."""
        action, window = self.by_id[row.id], self._window
        everywhere = [] if row.canvas_only else [k for k in keys if not is_for_canvas(k)]
        at_canvas = [k for k in keys if k not in everywhere]
        is_canvas_action = bool(at_canvas) and not everywhere
        action.setShortcutContext(AT_CANVAS if is_canvas_action else EVERYWHERE)
        (window.removeAction if is_canvas_action else window.addAction)(action)
        (window.canvas.addAction if is_canvas_action else window.canvas.removeAction)(action)
        action.setShortcuts(everywhere or at_canvas)
        self._set_twin(action, at_canvas if everywhere else [])
        action.setToolTip(tooltip(row, window.settings))

    def _set_twin(self, action: QAction, keys: list[QKeySequence]) -> None:
        """A command with keys of both kinds has a second action for those of the canvas."""
        twin = self._twins.get(action.objectName())
        if twin is None and keys:
            twin = QAction(self._window.canvas)
            twin.setShortcutContext(AT_CANVAS)
            twin.triggered.connect(action.trigger)
            self._window.canvas.addAction(twin)
            self._twins[action.objectName()] = twin
        if twin is not None:
            twin.setShortcuts(keys)

    def _do(self) -> None:
        row = row_of(self.sender().objectName())
        attrgetter(row.does)(self._window)()
        self.refresh()

    def _add_submenu(self, menu: QMenu, row: Row) -> None:
        submenu = menu.addMenu(tr(row.title))
        submenu.setObjectName(row.id)
        submenu.setToolTipsVisible(True)
        submenu.aboutToShow.connect(self._fill_submenu)

    def _fill_submenu(self) -> None:
        submenu = self.sender()
        attrgetter(row_of(submenu.objectName()).fills)(self._window)(submenu)

    def _draw_play(self) -> None:
        window = self._window
        is_training = window.running.state in ("starting", "running")
        for id_, moves in (("play", window.stepping.player.is_playing), ("train_run", is_training)):
            drawing = icon("pause" if moves else "play", window.theme.color("text"))
            self.by_id[id_].setIcon(drawing)


def inner_menu(menu: QMenu, row: Row) -> QMenu:
    """The submenu of a menu that a command belongs in, made for the first; else the menu."""
    if not row.within:
        return menu
    found = menu.findChild(QMenu, row.within, Qt.FindChildOption.FindDirectChildrenOnly)
    if found is None:
        found = menu.addMenu(tr(INNER[row.within]))
        found.setObjectName(row.within)
        found.setToolTipsVisible(True)
    return found


def tooltip(row: Row, settings: Settings) -> str:
    """Name, keys, one sentence."""
    name, keys = plain_title(row).rstrip("…"), keys_of(row, settings)
    head = f"{name} ({native(keys[0])})" if keys else name
    return f"{head}: {tr(row.tip)}" if row.tip else head
