"""A real drag from the palette to the canvas, run as a program of its own by a test.

The platform `minimal` has Qt's own drag and drop; the events go in where those of a screen do.
On `xcb` the X server's pointer is moved by xdotool. Prints the nodes that came of it.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, QProcess, Qt, QTimer
from PySide6.QtGui import QDrag, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui import palette
from gui.settings import Settings
from gui.theme import Theme
from gui.window import Window
from gui.windows import Windows

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class WatchedDrag(QDrag):
    """Qt's own drag, of which one knows when it has begun and when it is over."""

    then: Callable[[], None] = staticmethod(lambda: None)  # what the hand does in its loop
    is_over = False

    def exec(self, *actions) -> Qt.DropAction:
        """Drag; its own loop runs until the button is let go."""
        QTimer.singleShot(0, WatchedDrag.then)
        found = super().exec(*actions)
        WatchedDrag.is_over = True
        return found


def pause(milliseconds: int) -> None:
    """Let events through."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for_the_drop() -> None:
    """Until the drag is over, however slow the machine is; whoever runs this has a limit."""
    while not WatchedDrag.is_over:
        pause(10)
    WatchedDrag.is_over = False


def in_window(widget: QWidget, pixel: QPoint) -> QPoint:
    return widget.mapTo(widget.window(), pixel)


def drag(window: Window, name: str, x: float, y: float) -> None:
    """Press on a module, go to a canvas point, let go."""
    tree, view = window.palette_panel.tree, window.canvas
    index = palette.index_of(tree, name)
    tree.scrollTo(index)
    pause(20)
    start = in_window(tree.viewport(), tree.visualRect(index).center())
    end = in_window(view.viewport(), view.mapFromScene(x, y))
    near = [start + QPoint(offset, 2) for offset in (0, 4, 12, 30)]
    far = [start + (end - start) * share for share in (0.3, 0.6, 0.9, 1.0)]
    by_pointer = QApplication.platformName() == "xcb"
    (drag_by_pointer if by_pointer else drag_by_events)(window, near, far)


def drag_by_events(window: Window, near: list[QPoint], far: list[QPoint]) -> None:
    """Events at the window's door; those of `far` come while the drag's own loop runs."""
    screen = window.windowHandle()
    WatchedDrag.then = lambda: go_on(screen, far)
    QTest.mousePress(screen, LEFT, NONE, near[0])
    for place in near[1:]:
        QTest.mouseMove(screen, place)
        pause(10)
    wait_for_the_drop()


def go_on(screen: QWindow, places: list[QPoint]) -> None:
    """Move from place to place, a while apart, and let go at the last."""
    here, *others = places
    QTest.mouseMove(screen, here)
    if others:
        QTimer.singleShot(40, lambda: go_on(screen, others))
    else:
        QTimer.singleShot(40, lambda: QTest.mouseRelease(screen, LEFT, NONE, here))


def drag_by_pointer(window: Window, near: list[QPoint], far: list[QPoint]) -> None:
    """The X server's own pointer, moved by another program."""
    start, *others = (window.mapToGlobal(place) for place in (*near, *far))
    words = ["mousemove", start.x(), start.y(), "mousedown", 1]
    for place in others:
        words += ["sleep", 0.1, "mousemove", place.x(), place.y()]
    words += ["sleep", 0.2, "mouseup", 1]
    hand = QProcess()
    hand.start("xdotool", [str(word) for word in words])
    while hand.state() != QProcess.ProcessState.NotRunning:
        pause(20)
    wait_for_the_drop()


def main() -> int:
    app = QApplication([])
    theme = Theme("light")
    theme.apply(app)
    palette.QDrag = WatchedDrag
    folder = Path(tempfile.mkdtemp(prefix="gradwire-drag-"))
    window = Windows(theme, Settings(folder / "settings.ini")).new()
    window.workspaces.build()
    pause(100)
    for row, name in enumerate(("Input", "Multiply", "Linear")):
        drag(window, name, 120 * row + 60, 40 * row + 40)
    places = {id_: node.at for id_, node in window.document.graph.nodes.items()}
    print(app.platformName(), *(f"{id_}@{at[0]:g},{at[1]:g}" for id_, at in places.items()))
    window.leave()
    return 0


if __name__ == "__main__":
    sys.exit(main())
