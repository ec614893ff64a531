"""Which columns of a table are x and t: two ticks for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPen, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from gui.borders import outline
from gui.data.asking import tr
from gui.icons import paint_icon
from gui.theme import Theme
from runtime.data.preview import FileColumn

ROW, BOX, MOST_HIGH = 24, 14, 8  # pixels; rows that are seen at once


class Ticks(QStyledItemDelegate):
    """Draws ticks in the theme's inks; those of the style vanish on dark ground."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """A box, its tick, and a ring where the keys are."""
        theme = self._theme
        is_on = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        is_ticked = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        has_keys = bool(option.state & QStyle.StateFlag.State_HasFocus)
        place = QRectF(option.rect)
        box = QRectF(place.left() + 5, place.center().y() - BOX / 2, BOX, BOX)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = theme.color("text") if has_keys else theme.color("line" if is_on else "grid")
        painter.setPen(QPen(ink, 2 if has_keys else 1))
        painter.setBrush(theme.color("node"))
        painter.drawRoundedRect(box, 3, 3)
        if is_ticked:
            paint_icon(painter, "check", box.adjusted(1, 1, -1, -1), theme.color("text"))
        painter.restore()


class ColumnChooser(QTreeView):
    """The columns of a file. `chosen(x, t)` carries the names that are ticked now."""

    chosen = Signal(object, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns: tuple[FileColumn, ...] = ()
        self._model = QStandardItemModel(0, 3, self)
        self._model.setHorizontalHeaderLabels([tr("Column"), "x", "t"])
        self._is_filling = False
        self.setModel(self._model)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFont(theme.font(12))
        self.setAccessibleName(tr("Columns of the table"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        head = self.header()
        head.setFont(theme.font(11))
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        ticks = Ticks(theme, self)
        for section in (1, 2):
            self.setItemDelegateForColumn(section, ticks)
            head.setSectionResizeMode(section, QHeaderView.ResizeMode.Fixed)
            head.resizeSection(section, 36)
        outline(self, theme)
        self._model.itemChanged.connect(self._tell)

    def show_columns(
        self, columns: tuple[FileColumn, ...], x: Sequence[str], t: Sequence[str]
    ) -> None:
        """Show a file's columns with those ticked that are read; hidden where there are none."""
        self.setVisible(bool(columns))
        self._is_filling = True
        if columns != self._columns:
            self._columns = columns
            self._model.removeRows(0, self._model.rowCount())
            for column in columns:
                self._model.appendRow(_row(column))
            self.setFixedHeight((min(len(columns), MOST_HIGH) + 1) * ROW + 6)
        for at, column in enumerate(columns):
            for section, names in ((1, x), (2, t)):
                ticked = Qt.CheckState.Checked if column.name in names else Qt.CheckState.Unchecked
                self._model.item(at, section).setCheckState(ticked)
        self._is_filling = False

    def tick_of(self, name: str, port: str) -> QModelIndex:
        """Where the tick of a column for x or t stands."""
        at = next(i for i, column in enumerate(self._columns) if column.name == name)
        return self._model.index(at, 1 + "xt".index(port))

    def _tell(self) -> None:
        if not self._is_filling:
            self.chosen.emit(self._ticked(1), self._ticked(2))

    def _ticked(self, section: int) -> tuple[str, ...]:
        checked = Qt.CheckState.Checked
        return tuple(
            column.name
            for at, column in enumerate(self._columns)
            if self._model.item(at, section).checkState() == checked
        )


def _row(column: FileColumn) -> list[QStandardItem]:
    """Name and two ticks; what is a number in most rows but not in all cannot be x."""
    name, x, t = QStandardItem(column.name), QStandardItem(), QStandardItem()
    name.setSizeHint(QSize(0, ROW))
    for item, port in ((x, "x"), (t, "t")):
        item.setCheckable(True)
        item.setAccessibleText(tr("{0} is {1}").format(column.name, port))
    if column.is_text:
        x.setToolTip(tr("Texts: x gets a column for each, or its number, as x_texts says."))
    elif not column.is_number:
        x.setEnabled(False)
        x.setToolTip(tr("Some of these are no numbers."))
    return [name, x, t]
