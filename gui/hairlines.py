"""Lines between the parts of a window: one pixel, or a handle to drag, in the ink of the grid."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QProxyStyle, QSplitter, QSplitterHandle, QStyle, QWidget

LINE = QPalette.ColorRole.Mid  # the role that holds the grid's ink


class Splitter(QSplitter):
    """A splitter whose handles are filled with the line's ink."""

    def createHandle(self) -> QSplitterHandle:
        """A handle between two parts."""
        return _Handle(self.orientation(), self)


class _Handle(QSplitterHandle):
    def __init__(self, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self.setBackgroundRole(LINE)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().brush(LINE))
        painter.end()


class DockLines(QProxyStyle):
    """The style of a main window alone, and its own: what lies between its docks is a pixel wide.

    Left to the collector it could end in another thread.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__("Fusion")
        self.setParent(window)

    def pixelMetric(self, metric, option=None, widget=None) -> int:
        """The width of what separates two docks."""
        if metric == QStyle.PixelMetric.PM_DockWidgetSeparatorExtent:
            return 1
        return super().pixelMetric(metric, option, widget)

    def drawPrimitive(self, element, option, painter, widget=None) -> None:
        """Fill what separates two docks."""
        if element == QStyle.PrimitiveElement.PE_IndicatorDockWidgetResizeHandle:
            painter.fillRect(option.rect, option.palette.brush(LINE))
        else:
            super().drawPrimitive(element, option, painter, widget)
