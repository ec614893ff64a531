"""The watch list in the drawer: ports with their figures, and sparklines over the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gui.flat_table import flat_table
from gui.inspector.buttons import Button
from gui.inspector.labels import Label
from gui.watches.histories import Histories
from gui.watches.model import GRADIENT, LINES, PORT, VALUE, VALUE_LINE, WatchModel
from gui.watches.sparkline import nearest, paint_sparkline

if TYPE_CHECKING:
    from graph import PortRef
    from gui.window import Window

ROW = 36
WIDTHS = {PORT: 132, VALUE: 92, GRADIENT: 92}


class WatchPanel(QWidget):
    """Enter goes to a port, Del removes it; a click on a sparkline takes the playhead there."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, document = window, window.document
        self.histories = Histories(document, window.watches, self)
        self.model = WatchModel(document, window.watches, self.histories, self)
        self.list = self._make_list()
        self.drop = Button(
            window.theme,
            self.tr("Remove"),
            self.tr("Watch the chosen port no more"),
            self.remove,
            parent=self,
        )
        key = window.how_to("watch")
        text = self.tr("Nothing is watched. {0} watches the selected node or edge.").format(key)
        self.empty = Label(window.theme, text, ink="muted", wrap=True, parent=self)
        self._lay_out()
        self.setFocusProxy(self.list)
        self.histories.changed.connect(self._show)
        self.histories.failed.connect(document.failed)
        for signal in (document.traced, document.replaced, window.watches.changed):
            signal.connect(self.follow)
        document.playhead_moved.connect(self._step)
        window.theme.changed.connect(self._step)
        self.follow()

    @property
    def current(self) -> PortRef | None:
        """The port whose row is chosen."""
        row = self.list.currentIndex().row()
        return self.model.ports[row] if 0 <= row < len(self.model.ports) else None

    def show_place(self) -> None:
        """Show and select the port that is chosen."""
        port = self.current
        if port is None:
            return
        graph = self._window.document.root
        module = graph.module(port.node) if port.node in graph else None
        outputs = [found.name for found in module.output_ports] if module is not None else []
        is_output = port.port in outputs or (module is None and "/" in port.node)
        self._window.leading.go_to_place(port.node if is_output else str(port))

    def remove(self) -> None:
        """Watch the chosen port no more."""
        if self.current is not None:
            self._window.watches.remove((self.current,))

    def follow(self) -> None:
        """Show what is watched, of the newest run; hidden, when it is shown again."""
        if self.isVisible():
            self.histories.follow()
            self._show()

    def showEvent(self, event) -> None:
        """Catch up on what happened while it was hidden."""
        super().showEvent(event)
        self.follow()

    def keyPressEvent(self, event) -> None:
        """Del removes the chosen one."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.list.hasFocus():
            self.remove()
        else:
            super().keyPressEvent(event)

    # --- inside ---------------------------------------------------------------------------

    def _make_list(self) -> QTreeView:
        view = flat_table(self, self._window.theme, self.model, self.tr("Watched ports"))
        view.setItemDelegate(_Cells(self._window, view))
        header = view.header()
        header.setStretchLastSection(True)
        for column, width in WIDTHS.items():
            header.resizeSection(column, width)
        for column in LINES:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        view.activated.connect(self._activate)
        view.clicked.connect(self._click)
        return view

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.empty.setContentsMargins(12, 4, 12, 0)
        column.addWidget(self.empty)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.setContentsMargins(12, 4, 12, 8)
        row.addWidget(self.drop)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(0)

    def _show(self) -> None:
        self.model.follow()
        count = len(self.model.ports)
        if count and not self.list.currentIndex().isValid():
            self.list.setCurrentIndex(self.model.index(0, PORT))
        self.empty.setVisible(not count)
        self.list.setVisible(bool(count))
        self.drop.setVisible(bool(count))

    def _step(self) -> None:
        """The figures are read where they are painted."""
        if self.isVisible():
            self.list.viewport().update()

    def _activate(self, index: QModelIndex) -> None:
        self.show_place()

    def _click(self, index: QModelIndex) -> None:
        """On a line the playhead goes to the nearest figure that has come."""
        if index.column() not in LINES:
            return
        room = QRectF(self.list.visualRect(index))
        x = self.list.viewport().mapFromGlobal(self.cursor().pos()).x()
        points = self.model.points(index.row(), index.column())
        steps = self._window.document.whole_trace
        point = nearest(room, x, points, len(steps.steps) if steps is not None else 0)
        if point is not None:
            self._window.stepping.player.stop()
            self._window.document.playhead.go_whole(*point.position)


class _Cells(QStyledItemDelegate):
    """Rows of one height; lines are painted over the ground of their cell."""

    def __init__(self, window: Window, view: QTreeView) -> None:
        super().__init__(view)
        self._window = window

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        return QSize(super().sizeHint(option, index).width(), ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        column = index.column()
        if column not in LINES:
            super().paint(painter, option, index)
            return
        style = option.widget.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, option.widget
        )
        document, theme = self._window.document, self._window.theme
        trace, now = document.whole_trace, document.playhead.whole
        points = index.model().points(index.row(), column)
        ink = "forward" if column == VALUE_LINE else "reverse"
        painter.save()
        steps = len(trace.steps) if trace is not None else 0
        paint_sparkline(painter, QRectF(option.rect), points, steps, now, theme, ink)
        painter.restore()
