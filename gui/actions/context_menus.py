"""The menus of a right click, as rows of a table over the table of commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from graph.naming import port_name
from gui.actions.actions import inner_menu
from gui.actions.conditions import WHEN
from gui.actions.keys import keys_of, native
from gui.actions.rows import A, N, row_of, tr
from gui.canvas.menus import make_target, possible_targets
from gui.mending import fill_menu

if TYPE_CHECKING:
    from gui.actions.rows import Row
    from gui.canvas.menus import Kind
    from gui.window import Window

GAP = "-"
TRAVEL = "value_set? gradient_came? gradient_parts?"
# What was clicked: the commands in its menu, by their names; one with ? only while it can be done.
CONTEXT: Mapping[Kind, str] = {
    "canvas": "add - paste select_all - zoom_fit arrange rename",
    "node": "open_inside? unfold? edit_value? show_units? edit_label edit_note bypass - target"
    f" target_by_itself? to_node {TRAVEL} - breakpoint condition watch checkpoint freeze?"
    " reinitialise - group ungroup? expand? make_unique? keep_composite? - select_ancestors"
    " select_descendants - cut copy duplicate - delete delete_reconnect",
    "nodes": "arrange frame_selection align_left align_centre align_right align_top align_middle"
    " align_bottom distribute_across distribute_down bypass breakpoint watch checkpoint"
    " freeze? reinitialise - group - select_ancestors select_descendants - cut copy duplicate"
    " - delete delete_reconnect",
    "place": f"{TRAVEL} - breakpoint condition watch",
    "frame": "fold_frame frame_title fit_frame - remove_frame",
    "edge": f"show_geometry add delay bend straighten? - {TRAVEL} breakpoint condition watch"
    " freeze? - go_to_source go_to_target - delete",
}
# Commands that a right click tells where.
AT_POINT: Mapping[str, Callable[[Window, QPointF], object]] = {
    "add": lambda w, point: w.canvas.placer.ask(point),
    "bend": lambda w, point: w.canvas.bends.add_at(point),
    "paste": lambda w, point: w.clipboard.paste(point),
}


class ContextMenus(QObject):
    """Opens the menu of what was clicked on the canvas, or of what is selected."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        window.canvas.menu_wanted.connect(self._open)
        window.inspector.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        window.inspector.customContextMenuRequested.connect(self._open_at_inspector)

    def of_selection(self) -> None:
        """Open the menu by key."""
        self._window.canvas.ask_menu()

    def _open_at_inspector(self, pixel: QPoint) -> None:
        """On a page about one node or edge: where its numbers came from, and marks."""
        if self._window.document.selection.kind in ("node", "edge"):
            screen = self._window.inspector.mapToGlobal(pixel)
            self._open("place", QPointF(), screen, by_key=False)

    def _open(self, kind: Kind, point: QPointF, screen: QPoint, by_key: bool) -> None:
        menu = QMenu(self._window.canvas)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        self._window.commands.refresh()
        if kind == "node":
            fill_menu(menu, self._window.document)
        for name in CONTEXT[kind].split():
            if name == GAP:
                menu.addSeparator()
            elif not name.endswith("?") or self._can(row_of(name[:-1])):
                self._add(menu, name.rstrip("?"), None if by_key else point)
        menu.popup(screen)
        if by_key:
            first = next((a for a in menu.actions() if a.isEnabled() and a.text()), None)
            menu.setActiveAction(first)

    def _add(self, menu: QMenu, name: str, point: QPointF | None) -> None:
        window = self._window
        ports = self._targets() if name == "target" else []
        if len(ports) > 1:
            submenu = menu.addMenu(tr(N(A, "Make an output the &target")))
            for port in ports:
                submenu.addAction(
                    port_name(window.document.graph, port),
                    partial(make_target, window.canvas, port),
                )
        elif name in AT_POINT and point is not None:
            action = _copy_of(window.commands.by_id[name], menu, self._keys(name))
            action.triggered.connect(lambda: AT_POINT[name](window, point))
            menu.addAction(action)
        else:
            window.commands.add_to(inner_menu(menu, row_of(name)), row_of(name))

    def _can(self, row: Row) -> bool:
        return WHEN[row.enabled](self._window)

    def _targets(self) -> list:
        node = self._window.document.selection.node
        return possible_targets(self._window.canvas, node) if node is not None else []

    def _keys(self, name: str) -> str:
        keys = keys_of(row_of(name), self._window.settings)
        return native(keys[0]) if keys else ""


def _copy_of(action: QAction, parent: QObject, keys: str) -> QAction:
    """An action that looks the same; its keys are only written, for two cannot share them."""
    copy = QAction(f"{action.text()}\t{keys}", parent)
    copy.setEnabled(action.isEnabled())
    copy.setToolTip(action.toolTip())
    return copy
