"""A desk for tests of the whole window: mouse on its canvas, keys, and drags from its palette."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui import palette
from gui.settings import Settings
from gui.theme import Theme
from gui.window import Window
from gui.windows import Windows
from tests.canvas_desk import LEFT, NONE, Desk

COPY = Qt.DropAction.CopyAction


class DeliveredDrag(QDrag):
    """A drag whose `exec` delivers what Qt would, to a place chosen before.

    The platform `offscreen` has no drag and drop: there `exec` would never come back.
    """

    place: tuple[QWidget, QPoint] | None = None

    def exec(self, *_args) -> Qt.DropAction:
        """Enter, move in three steps, drop."""
        widget, pixel = self.place
        data = self.mimeData()
        enter = QDragEnterEvent(pixel, COPY, data, LEFT, NONE)
        QApplication.sendEvent(widget, enter)
        for share in (0.3, 0.7, 1.0):
            move = QDragMoveEvent(pixel * share, COPY, data, LEFT, NONE)
            QApplication.sendEvent(widget, move)
            widget.grab()
        if enter.isAccepted():
            drop = QDropEvent(QPointF(pixel), COPY, data, LEFT, NONE)
            QApplication.sendEvent(widget, drop)
        return COPY


class WindowDesk(Desk):
    """A shown window with the mouse over its canvas."""

    def __init__(self, qtbot, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.qtbot = qtbot
        monkeypatch.setattr(palette, "QDrag", DeliveredDrag)
        self.settings = Settings(folder / "settings.ini")
        self.windows = Windows(Theme("light"), self.settings)
        self.theme = self.windows.theme
        self.turn_to(self.windows.new())

    def turn_to(self, window: Window) -> None:
        """Work in this window from now on."""
        self.window = window
        self.document, self.view = window.document, window.canvas
        self.refused: list[str] = []
        self.document.refused.connect(self.refused.append)
        self.failed: list[str] = []
        self.document.failed.connect(self.failed.append)
        window.canvas.setFocus()
        self.qtbot.waitUntil(lambda: self.document.is_checked)

    @property
    def newest(self) -> Window:
        """The window that was opened last."""
        return self.windows.all[-1]

    def settle(self) -> None:
        """Wait until the background has caught up."""
        live = self.window.live
        self.qtbot.waitUntil(lambda: self.document.is_checked and not live.is_busy)
        QApplication.processEvents()

    def open(self, path: Path) -> None:
        """Open a file and wait for its numbers."""
        assert self.window.files.read(path)
        self.turn_to(self.windows.holder(path))
        self.settle()

    def drag_module(self, name: str, x: float, y: float) -> str:
        """Drag a module from the palette to a canvas point; the new node's id."""
        tree = self.window.palette_panel.tree
        index = palette.index_of(tree, name)
        tree.scrollTo(index)
        start = tree.visualRect(index).center()
        before = set(self.graph.nodes)
        DeliveredDrag.place = (self.view.viewport(), self.pixel(x, y))
        QTest.mousePress(tree.viewport(), LEFT, NONE, start)
        for offset in (4, 12, 30):
            move_pressed(tree.viewport(), start + QPoint(offset, 2))
        QTest.mouseRelease(tree.viewport(), LEFT, NONE, start + QPoint(30, 2))
        (made,) = set(self.graph.nodes) - before
        return made

    def wire(self, source: str, target: str) -> None:
        """Drag an edge with the mouse."""
        self.drag(self.port(source), self.port(target))

    def type_into(self, field: QWidget, text: str) -> None:
        """Replace what a field holds by typing, and press Enter."""
        field.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)
        QApplication.processEvents()

    def press_key(self, key: Qt.Key, modifiers=NONE) -> None:
        """Press a key where the focus is, as a keyboard does (shortcuts included)."""
        widget = QApplication.focusWidget() or self.window
        QTest.keyClick(widget, key, modifiers)
        QApplication.processEvents()

    def texts(self, kind: str) -> dict[str, str]:
        """The annotations of one kind in sight, by port."""
        return {port: " ".join(t) for (k, port), t in self.plates().items() if k == kind}


def move_pressed(widget: QWidget, pixel: QPoint) -> None:
    """Move the mouse with its left button down; `QTest.mouseMove` carries no button."""
    place, kind = QPointF(widget.mapToGlobal(pixel)), QEvent.Type.MouseMove
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(pixel), place, none, LEFT, NONE))


def end(windows: Windows) -> None:
    """Close all windows without a question, and let Qt free them."""
    for window in list(windows.all):
        window.leave()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@contextmanager
def desk_for(qtbot, folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A desk whose windows are closed afterwards."""
    desk = WindowDesk(qtbot, folder, monkeypatch)
    try:
        yield desk
    finally:
        end(desk.windows)
