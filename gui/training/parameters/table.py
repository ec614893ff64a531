"""The parameters of a run in rows: how large its gradient is, and how much an update moves it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from gui.borders import outline
from gui.breakpoints.words import place_name
from gui.numbers import format_number
from gui.theme import Theme
from gui.training.pages import tr
from gui.training.parameters.figures import Figures

if TYPE_CHECKING:
    from graph import Graph

ROW, FIGURE, LEAST = 24, 68, 248
Role = Qt.ItemDataRole


class ParameterModel(QAbstractTableModel):
    """Figures of parameters; the rows stay while only numbers change."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows: tuple[Figures, ...] = ()
        self._graph: Graph | None = None

    def show(self, rows: Sequence[Figures], graph: Graph | None) -> bool:
        """Show these figures; whether they are of other parameters than before."""
        is_new = [row.address for row in rows] != [row.address for row in self.rows]
        if is_new:
            self.beginResetModel()
        self.rows, self._graph = tuple(rows), graph
        if is_new:
            self.endResetModel()
        elif rows:
            self.dataChanged.emit(self.index(0, 1), self.index(len(rows) - 1, 2))
        return is_new

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        """One row a parameter."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        """Its name, its gradient's norm, the update's share of it."""
        return 0 if parent is not None and parent.isValid() else 3

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole):
        """What the columns are."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Role.DisplayRole:
            return (tr("Parameter"), tr("Gradient"), "Δ / w")[section]
        if role == Role.TextAlignmentRole:
            return _side(section)
        if role == Role.ToolTipRole:
            return (
                tr("The parameters that are trained"),
                tr("The norm of the gradient, before clipping"),
                tr("The norm of the last update over that of the parameter: about 0.001 is usual"),
            )[section]
        return None

    def data(self, index: QModelIndex, role: int = Role.DisplayRole) -> Any:
        """Texts; the address in full as a tip."""
        row, column = self.rows[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role == Role.TextAlignmentRole:
            return _side(column)
        if role == Role.FontRole:
            return self._theme.font(12)
        if role == Role.ToolTipRole:
            return row.address
        return None

    def _text(self, row: Figures, column: int) -> str:
        if column == 0:
            return row.address if self._graph is None else place_name(self._graph, row.address)
        number = row.norm if column == 1 else row.ratio
        return "" if math.isnan(number) else format_number(number, 3)


def _side(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class ParameterTable(QTableView):
    """One row is chosen; Enter or a double-click goes to its node."""

    chosen = Signal(str)  # an address
    followed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = ParameterModel(theme, self)
        self.setModel(self.rows)
        outline(self, theme)
        self.setAccessibleName(tr("Parameters of the run"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names differ in their ends
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setFont(theme.font(11))
        head.setHighlightSections(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            head.resizeSection(column, FIGURE)
        self.setMinimumWidth(LEAST)
        self.activated.connect(lambda index: self.followed.emit(self._address(index)))

    @property
    def current(self) -> str:
        """The address of the chosen parameter; empty where there is none."""
        index = self.currentIndex()
        return self._address(index) if index.isValid() else ""

    def show_rows(self, rows: Sequence[Figures], graph: Graph | None) -> None:
        """Show these figures; the chosen parameter stays chosen, else it is the first."""
        before = self.current
        if self.rows.show(rows, graph) and rows:
            addresses = [row.address for row in rows]
            self.selectRow(addresses.index(before) if before in addresses else 0)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:
        """Another one is looked at."""
        super().currentChanged(current, previous)
        if current.isValid() and current.row() != previous.row():
            self.chosen.emit(self._address(current))

    def _address(self, index: QModelIndex) -> str:
        return self.rows.rows[index.row()].address
