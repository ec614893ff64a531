"""The graph as a table: a line per node with output shape, parameters and memory, and totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from graph import Check, Graph, PortRef, PortType
from graph.naming import name_of
from graph.tensor import itemsize
from gui.background import SMALL, Background
from gui.borders import outline
from gui.numbers import format_bytes, format_count, format_shape
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document

ROW = 24
PER_NODE = 1_000  # how many numbers' worth of work a node is


@dataclass(frozen=True, slots=True)
class Line:
    """One node: what it is called, gives out, owns and takes.

    `parameters` counts trainable numbers, `memory` bytes of outputs and owned tensors; None
    while a shape is not known.
    """

    id: str
    name: str
    module: str
    shape: tuple[int | str, ...] | None
    parameters: int | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class Summary:
    """All lines and their sums over what is known."""

    lines: tuple[Line, ...]
    parameters: int
    memory: int


def summarise(graph: Graph, check: Check | None) -> Summary:
    """Measure every node; linear in the graph's size, fit for the background on a snapshot."""
    order = check.order if check is not None and set(check.order) == set(graph.nodes) else None
    lines = tuple(_line(graph, check, id_) for id_ in order or graph.nodes)
    return Summary(
        lines,
        sum(line.parameters or 0 for line in lines),
        sum(line.memory or 0 for line in lines),
    )


def _line(graph: Graph, check: Check | None, id_: str) -> Line:
    node, module = graph.nodes[id_], graph.module(id_)
    name = name_of(graph, id_)
    if module is None:
        return Line(id_, name, node.module, None, 0, None)
    outputs = [_type(graph, check, PortRef(id_, port.name)) for port in module.output_ports]
    owned = [port for port in module.owned() if graph.incoming(PortRef(id_, port)) is None]
    types = {port: _type(graph, check, PortRef(id_, port)) for port in owned}
    states = {port.name for port in module.state_ports}
    trainable = [_count(type_) for port, type_ in types.items() if port not in states]
    held = [type_ for port, type_ in types.items() if port not in module.ports or port in states
            or module.ports[port].role != "output"]  # fmt: skip
    sizes = [_bytes(type_) for type_ in (*outputs, *held)]
    shape = outputs[0].shape if outputs and outputs[0] is not None else None
    return Line(id_, name, node.module, shape, _total(trainable), _total(sizes))


def _type(graph: Graph, check: Check | None, ref: PortRef) -> PortType | None:
    found = check.types.get(ref) if check is not None else None
    return found or graph.types.of(ref)


def _count(type_: PortType | None) -> int | None:
    if type_ is None:
        return None
    size = 1
    for extent in type_.shape:
        if not isinstance(extent, int):
            return None
        size *= extent
    return size


def _bytes(type_: PortType | None) -> int | None:
    count = _count(type_)
    return None if type_ is None or count is None else count * itemsize(type_.dtype)


def _total(counts: list[int | None]) -> int | None:
    return None if None in counts else sum(count for count in counts if count is not None)


class LayerModel(QAbstractTableModel):
    """The lines as a Qt table."""

    def __init__(self, theme: Theme, parent: Any = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.lines: tuple[Line, ...] = ()

    def show(self, lines: tuple[Line, ...]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.lines)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 4

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        names = (self.tr("Node"), self.tr("Output"), self.tr("Parameters"), self.tr("Memory"))
        return names[section]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(12, mono=column == 1)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"{line.id} ({line.module}): {self._text(line, column)}"
        return None

    def _text(self, line: Line, column: int) -> str:
        if column == 0:
            return line.name
        if column == 1:
            return "" if line.shape is None else format_shape(line.shape)
        if column == 2:
            return format_count(line.parameters) if line.parameters else ""
        return "" if line.memory is None else format_bytes(line.memory)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= 2 else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class LayerTable(QTableView):
    """Shows a document's nodes; a click on a line selects its node. `summed` follows a change."""

    summed = Signal(object)

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.lines = LayerModel(theme, self)
        self.setModel(self.lines)
        outline(self, theme)
        self._measured: tuple[Any, ...] = ()
        self._work = Background(self)
        self._work.answered.connect(self._take)
        self.setAccessibleName(self.tr("Nodes of the graph"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        head = self.horizontalHeader()
        head.setFont(theme.font(11))
        head.setHighlightSections(False)
        head.setMinimumSectionSize(32)
        for column, width in enumerate((80, 76, 72, 56)):
            head.resizeSection(column, width)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)

    def refresh(self) -> None:
        """Measure again."""
        graph, check = self.document.graph, self.document.check
        if (graph, graph.revision, check) == self._measured:
            return
        self._measured = (graph, graph.revision, check)
        size = len(graph.nodes) * PER_NODE
        snapshot = graph.copy() if size > SMALL else graph
        self._work.ask(lambda: summarise(snapshot, check), size)

    def _take(self, summary: Summary) -> None:
        if summary.lines and summary.lines == self.lines.lines:
            return
        self.lines.show(summary.lines)
        rows = min(len(summary.lines), 16) * ROW
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 4)
        self.summed.emit(summary)

    def _open(self, index: QModelIndex) -> None:
        self.document.selection.set_nodes([self.lines.lines[index.row()].id])
