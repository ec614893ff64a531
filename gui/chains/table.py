"""The table of paths: pointing at a row, or choosing it, says which path is meant."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gui.borders import outline
from gui.chains.rows import BAR, NUMBER, PAIR, PATH, SHARE, SIZE, PathModel, PathRow
from gui.theme import Theme

ROW = 26
BAR_WIDTH, BAR_HEIGHT = 88, 10
NARROW, NARROW_BAR = 620, 40  # pixels of a table whose bars are shorter
WIDE, PRODUCT = 680, 248  # pixels of a table that spells products out, and of their column
WORDS = 76  # pixels of a share in words
WIDTHS = {NUMBER: 36, SIZE: 96, SHARE: BAR_WIDTH + WORDS, PAIR: 72}


class PathTable(QTableView):
    """`pointed` gives the row under the mouse, else the chosen one, else None."""

    pointed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.paths = PathModel(theme, self)
        self.setModel(self.paths)
        self.setItemDelegateForColumn(SHARE, _Bars(theme, self))
        outline(self, theme)
        self._told: PathRow | None = None
        self._mouse: QPoint | None = None  # where it is over the rows
        self.setAccessibleName(self.tr("Paths"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().hide()
        height = max(ROW, QFontMetrics(theme.font(12)).height() + 8)
        self.verticalHeader().setDefaultSectionSize(height)
        head = self.horizontalHeader()
        head.setFont(theme.font(11))
        head.setHighlightSections(False)
        head.setMinimumSectionSize(24)
        for column, width in WIDTHS.items():
            head.resizeSection(column, width)
        head.setSectionResizeMode(PATH, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().selectionChanged.connect(lambda *_: self._point())
        self.paths.modelReset.connect(self._follow_model)

    @property
    def chosen(self) -> PathRow | None:
        """The row that was clicked, or come to by keys."""
        rows = self.selectionModel().selectedRows()
        return self.paths.rows[rows[0].row()] if rows else None

    def row_of(self, key: tuple[object, ...]) -> int | None:
        """The row of a path that may have been found in another run."""
        return next((i for i, row in enumerate(self.paths.rows) if row.key == key), None)

    def viewportEvent(self, event: QEvent) -> bool:
        """The mouse leaves the rows: what was chosen is meant again."""
        if event.type() == QEvent.Type.Leave:
            self._mouse = None
            self._point()
        return super().viewportEvent(event)

    def mouseMoveEvent(self, event) -> None:
        """The row under the mouse is meant."""
        super().mouseMoveEvent(event)
        self._mouse = event.position().toPoint()
        self._point()

    def keyPressEvent(self, event) -> None:
        """Esc forgets the choice; without one it is the window's."""
        if event.key() == Qt.Key.Key_Escape and self.chosen is not None:
            self.clearSelection()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event) -> None:
        """A narrow table has short bars."""
        super().resizeEvent(event)
        bar = BAR_WIDTH if self.width() >= NARROW else NARROW_BAR
        self.horizontalHeader().resizeSection(SHARE, bar + WORDS)
        self._fit_products()

    def _fit_products(self) -> None:
        """A wide table has room for the factors of products."""
        self.paths.spells_products = self.width() >= WIDE and self.paths.has_products
        width = PRODUCT if self.paths.spells_products else WIDTHS[SIZE]
        self.horizontalHeader().resizeSection(SIZE, width)

    def _follow_model(self) -> None:
        self._fit_products()
        self.setColumnHidden(PAIR, not any(row.cells[PAIR] for row in self.paths.rows))
        self._point()

    def _point(self) -> None:
        """The row under the mouse, else the chosen one."""
        index = self.indexAt(self._mouse) if self._mouse is not None else QModelIndex()
        self._tell(self.paths.rows[index.row()] if index.isValid() else self.chosen)

    def _tell(self, row: PathRow | None) -> None:
        if row is not self._told:
            self._told = row
            self.pointed.emit(row)


class _Bars(QStyledItemDelegate):
    """The share as a bar from a middle line: to the right with the sum, to the left against it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        own.rect = option.rect
        style = own.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, own, painter, own.widget)
        share = index.data(BAR)
        area = QRectF(option.rect).adjusted(4, 0, -4, 0)
        if share is not None:
            self._paint_bar(painter, area, share)
        words = QRectF(area.left(), area.top(), WORDS - 24, area.height())
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._theme.font(12))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(words, int(side), index.data())

    def _paint_bar(self, painter: QPainter, area: QRectF, share: float) -> None:
        half = (area.width() - WORDS) / 2
        middle = area.right() - half
        long = share * half
        top = area.center().y() - BAR_HEIGHT / 2
        bar = QRectF(min(middle, middle + long), top, abs(long), BAR_HEIGHT)
        painter.fillRect(bar, self._theme.color("reverse"))
        axis = QRectF(middle - 0.5, area.top() + 3, 1, area.height() - 6)
        painter.fillRect(axis, self._theme.color("line"))
