"""What Ctrl+Shift+P opens: the box at the top of the window, and the commands in it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from shiboken6 import isValid

from gui.actions import MENUS, ROWS, WHEN, WHY, Row
from gui.actions.keys import keys_text
from gui.actions.rows import tr
from gui.command_palette.row_paint import CommandPainter
from gui.command_palette.rows import CommandRow, CommandRows
from gui.examples import examples, title_of
from gui.search_box.choice_box import ChoiceBox

if TYPE_CHECKING:
    from gui.theme import Theme
    from gui.window import Window

TOP = 72  # below menu bar and title bar
OWN = "command_palette"  # its own row, which it does not offer


class CommandBox(ChoiceBox):
    """A command is chosen by typing and Enter, by arrows, or with the mouse."""

    def __init__(self, rows: CommandRows, theme: Theme, parent: QWidget) -> None:
        super().__init__(rows, CommandPainter(theme), theme, parent)
        title, prompt = self.tr("Command palette"), self.tr("Search commands")
        self.name_parts(title, prompt, self.tr("Commands"))

    def why_nothing(self, query: str) -> str:
        """What to say where no command answers a query."""
        return self.tr('No command answers "{0}". Clear the search to see all.').format(query)


class CommandPalette(QObject):
    """Opens the box, does what is chosen, and gives the focus back."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._came_from: QWidget | None = None
        self._others: dict[str, Callable[[], object]] = {}  # examples, and what submenus hold
        self._menus: list[QMenu] = []
        self.box: CommandBox | None = None

    def open(self) -> None:
        """Show all commands, and take the focus."""
        if self.box is not None:
            self.box.close_box()
        window = self._window
        window.commands.refresh()
        self._came_from = QApplication.focusWidget()
        rows = CommandRows(self._commands(), window.settings.recent_commands)
        self.box = CommandBox(rows, window.theme, window)
        # Opening a file waits for a thread, and the box must not be freed below its own key press.
        self.box.chosen.connect(self._do, Qt.ConnectionType.QueuedConnection)
        self.box.closed.connect(self._leave)
        middle = QPoint((window.width() - self.box.sizeHint().width()) // 2, TOP)
        self.box.open_at(middle, window.rect())
        self.box.move((window.width() - self.box.width()) // 2, TOP)

    # --- inside ---------------------------------------------------------------------------

    def _commands(self) -> list[CommandRow]:
        self._forget_others()
        menus = {id_: tr(title).replace("&", "") for id_, title in MENUS}
        found: list[CommandRow] = []
        for row in ROWS:
            if row.fills:
                found += self._inside(row, menus[row.menu])
            elif row.id != OWN:
                found.append(self._command(row, menus[row.menu]))
            if row.id == "examples":
                found += self._examples(menus[row.menu])
        return found

    def _command(self, row: Row, menu: str) -> CommandRow:
        window = self._window
        can_be_done = WHEN[row.enabled](window)
        why = "" if can_be_done else tr(WHY.get(row.enabled, ""))
        title = _plain(window.commands.by_id[row.id])
        keys, tip = keys_text(row, window.settings), tr(row.tip) if row.tip else ""
        return CommandRow(row.id, title, menu, keys, can_be_done, why, tip)

    def _inside(self, row: Row, menu: str) -> list[CommandRow]:
        """What a submenu holds at this moment, such as the examples."""
        submenu = QMenu(self._window)
        self._menus.append(submenu)
        attrgetter(row.fills)(self._window)(submenu)
        found = []
        for action in submenu.actions():
            if action.isEnabled() and action.text():
                title = f"{tr(row.title).replace('&', '')}: {_plain(action)}"
                self._others[title] = action.trigger
                found.append(CommandRow(title, title, menu))
        return found

    def _examples(self, menu: str) -> list[CommandRow]:
        files, found = self._window.files, []
        for path in examples():
            title = self.tr("Open example: {0}").format(title_of(path))
            self._others[title] = partial(files.read_example, path)
            found.append(CommandRow(title, title, menu))
        return found

    def _do(self, id_: str) -> None:
        self._leave(returns_focus=True)
        self._window.settings.add_recent_command(id_)
        does = self._others.get(id_) or self._window.commands.by_id[id_].trigger
        does()
        self._forget_others()

    def _leave(self, returns_focus: bool) -> None:
        self.box = None
        if returns_focus and self._came_from is not None and isValid(self._came_from):
            self._came_from.setFocus(Qt.FocusReason.PopupFocusReason)
        self._came_from = None

    def _forget_others(self) -> None:
        self._others = {}
        for menu in self._menus:
            menu.deleteLater()
        self._menus = []


def _plain(action: QAction) -> str:
    return action.text().replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")
