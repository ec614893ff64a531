"""The panes of the window: F6 goes from one to the next, Tab through each in the order one reads.

Qt would go in the order in which widgets were made, and the inspector makes its own anew all the
time; so the window asks here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from gui.focus_tips import FocusTips, close_tip

if TYPE_CHECKING:
    from gui.window import Window

Reason = Qt.FocusReason


class Panes(QObject):
    """What the window consists of for the keys, from top left to bottom right."""

    reached = Signal(QWidget)  # a widget got the focus by key

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._last: dict[QWidget, QWidget] = {}  # by pane, where one was when one left it
        QApplication.instance().focusChanged.connect(self._remember)
        self.reached.connect(FocusTips(window).wait_at)

    @property
    def _panes(self) -> tuple[QWidget, ...]:
        """What there is, as one reads it; the reverse graph while it is shown."""
        window = self._window
        reverse = window.reverse_graph.view
        return (
            window.title_bar,
            window.palette_panel,
            window.outline,
            window.canvas,
            *((reverse,) if reverse is not None else ()),
            window.inspector,
            window.steps,
            window.drawer,
        )

    # --- what keys call ------------------------------------------------------------------

    def next(self) -> None:
        """Go to the next pane that is there."""
        self._turn(1)

    def previous(self) -> None:
        """Go to the pane before."""
        self._turn(-1)

    def tab(self, forward: bool) -> bool:
        """Go to the next widget, or the one before, round the whole window.

        Qt asks for the next one too where the one that has the focus is hidden or disabled.
        """
        groups, here = self.stops(), QApplication.focusWidget()
        stops = [stop for group in groups for stop in group]
        if not stops:
            return False
        if here not in stops and here is not None and _is_stop(here):
            self._neighbour(groups, here).setFocus(Reason.OtherFocusReason)  # no key: no tip
            return True
        if here in stops:
            index = stops.index(here) + (1 if forward else -1)
        else:
            index = self._beside(stops, here, forward)
        reason = Reason.TabFocusReason if forward else Reason.BacktabFocusReason
        self.go(stops[index % len(stops)], reason)
        return True

    def escape(self) -> bool:
        """Esc where nothing else took it: hide the tip, else go back to the canvas."""
        if close_tip():
            return True
        if self._window.canvas.hasFocus():
            return False
        self.go(self._window.canvas, Reason.ShortcutFocusReason)
        return True

    def enter(self, pane: QWidget) -> None:
        """Go into a pane: to where one was, else to its first field or key."""
        index = self._panes.index(pane)
        stops = self.stops()[index]
        own = pane
        while own.focusProxy() is not None:
            own = own.focusProxy()
        last = own if own in stops else self._last.get(pane)
        if last is not None and shiboken6.isValid(last) and last in stops:
            self.go(last, Reason.ShortcutFocusReason)
        elif stops:
            self.go(stops[0], Reason.ShortcutFocusReason)

    def go(self, widget: QWidget, reason: Qt.FocusReason) -> None:
        """Give a widget the focus, in sight."""
        widget.setFocus(reason)
        parent = widget.parentWidget()
        while parent is not None:
            if isinstance(parent, QScrollArea):
                parent.ensureWidgetVisible(widget)
            parent = parent.parentWidget()
        self.reached.emit(widget)

    # --- inside --------------------------------------------------------------------------

    def _turn(self, way: int) -> None:
        groups = self.stops()[:-1]
        here = self._pane_of(QApplication.focusWidget())
        start = self._panes.index(self._window.canvas) if here is None else here
        for step in range(1, len(groups) + 1):
            index = (start + way * step) % len(groups)
            if groups[index]:
                self.enter(self._panes[index])
                return

    def stops(self) -> list[list[QWidget]]:
        """By pane the widgets that take the focus; at the end those of no pane.

        Not along Qt's chain of focus: PySide takes each of its widgets for a child of the one
        before, and lets go of all that come after one that is deleted.
        """
        groups: list[list[QWidget]] = [[] for _ in range(len(self._panes) + 1)]
        for widget in self._window.findChildren(QWidget):
            if _takes_focus(widget) and widget.window() is self._window:
                pane = self._pane_of(widget)
                groups[-1 if pane is None else pane].append(widget)
        return [_as_read(group, self._window) for group in groups]

    def _pane_of(self, widget: QWidget | None) -> int | None:
        panes = self._panes
        while widget is not None:
            if widget in panes:
                return panes.index(widget)
            widget = widget.parentWidget()
        return None

    def _neighbour(self, groups: list[list[QWidget]], gone: QWidget) -> QWidget:
        """What one reads behind a widget that is gone, or before it; else the canvas."""
        pane = self._pane_of(gone)
        own = groups[-1 if pane is None else pane]
        if not own:
            return self._window.canvas
        order = _as_read([*own, gone], self._window)
        at = order.index(gone)
        return order[at + 1] if at + 1 < len(order) else order[at - 1]

    def _beside(self, stops: list[QWidget], here: QWidget | None, forward: bool) -> int:
        """Beside what takes the focus by mouse alone: the ends of its pane."""
        pane = self._pane_of(here)
        own = [i for i, stop in enumerate(stops) if self._pane_of(stop) == pane]
        if not own:
            return 0 if forward else -1
        return own[0] if forward else own[-1]

    def _remember(self, old: QWidget | None, _new: QWidget | None) -> None:
        if old is not None and shiboken6.isValid(old) and shiboken6.isValid(self._window):
            index = self._pane_of(old)
            if index is not None:
                self._last[self._panes[index]] = old


def _as_read(widgets: list[QWidget], window: QWidget) -> list[QWidget]:
    """From top to bottom, and what stands in one row from left to right."""
    boxes = {widget: QRect(widget.mapTo(window, QPoint(0, 0)), widget.size()) for widget in widgets}
    rows: list[list[QWidget]] = []
    for widget in sorted(widgets, key=lambda widget: boxes[widget].top()):
        middle = boxes[widget].center().y()
        if rows and middle <= boxes[rows[-1][0]].bottom():
            rows[-1].append(widget)
        else:
            rows.append([widget])
    return [widget for row in rows for widget in sorted(row, key=lambda w: boxes[w].left())]


def _is_stop(widget: QWidget) -> bool:
    by_tab = widget.focusPolicy().value & Qt.FocusPolicy.TabFocus.value
    return bool(by_tab) and widget.focusProxy() is None


def _takes_focus(widget: QWidget) -> bool:
    return _is_stop(widget) and widget.isVisible() and widget.isEnabled()
