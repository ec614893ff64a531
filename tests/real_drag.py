"""A real drag from the palette to the canvas, run as a program of its own by a test.

The platform `minimal` has Qt's own drag and drop; the events go in where those of a screen do.
Prints the ids of the nodes that came of it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PySide6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui import palette
from gui.document import Document
from gui.settings import Settings
from gui.theme import Theme
from gui.window import Window

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def pause(milliseconds: int) -> None:
    """Let events through."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def in_window(widget: QWidget, pixel: QPoint) -> QPoint:
    return widget.mapTo(widget.window(), pixel)


def drag(window: Window, name: str, x: float, y: float) -> None:
    """Press on a module, move until Qt's own drag runs, go to the canvas, let go."""
    tree, view, screen = window.palette_panel.tree, window.canvas, window.windowHandle()
    index = palette.index_of(tree, name)
    tree.scrollTo(index)
    pause(20)
    start = in_window(tree.viewport(), tree.visualRect(index).center())
    end = in_window(view.viewport(), view.mapFromScene(x, y))
    # What happens inside the drag's own event loop.
    path = [start + (end - start) * share for share in (0.3, 0.6, 0.9, 1.0)]
    for number, place in enumerate(path):
        QTimer.singleShot(200 + 40 * number, lambda place=place: QTest.mouseMove(screen, place))
    QTimer.singleShot(500, lambda: QTest.mouseRelease(screen, LEFT, NONE, end))
    QTest.mousePress(screen, LEFT, NONE, start)
    for offset in (4, 12, 30):
        QTest.mouseMove(screen, start + QPoint(offset, 2))
        pause(10)
    pause(700)


def main() -> int:
    app = QApplication([])
    theme = Theme("light")
    theme.apply(app)
    folder = Path(tempfile.mkdtemp(prefix="gradwire-drag-"))
    window = Window(Document(), theme, Settings(folder / "settings.ini"))
    window.show()
    pause(100)
    for row, name in enumerate(("Input", "Multiply", "Linear")):
        drag(window, name, 120 * row + 60, 40 * row + 40)
    places = {id_: node.at for id_, node in window.document.graph.nodes.items()}
    print(app.platformName(), *(f"{id_}@{at[0]:g},{at[1]:g}" for id_, at in places.items()))
    window.shut_down()
    return 0


if __name__ == "__main__":
    sys.exit(main())
