"""What tests of data in the window share: a table of flowers, and files let go on the canvas."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from tests.canvas_desk import LEFT, NONE
from tests.window_desk import COPY, WindowDesk

FLOWERS = "length,width,name\n" + "".join(
    f"{i % 5 + 0.5},{i % 3},{'rose' if i % 2 else 'tulip'}\n" for i in range(40)
)


def let_go(desk: WindowDesk, path: Path, x: int = 40, y: int = 60) -> None:
    """What Qt delivers where a file is dragged onto the canvas."""
    widget, at = desk.view.viewport(), QPoint(x, y)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    QApplication.sendEvent(widget, QDragEnterEvent(at, COPY, data, LEFT, NONE))
    QApplication.sendEvent(widget, QDropEvent(QPointF(at), COPY, data, LEFT, NONE))
