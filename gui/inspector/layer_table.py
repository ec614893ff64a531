"""The graph as a table: a line per node with output shape, parameters and memory, and totals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics
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
FITTED = 500  # lines whose figures the columns are fitted to
APART, MOST = 8, 112  # room beside a figure, and the widest column of figures
NAME, SHAPE = 64, 56  # what names and shapes have at least, where figures are wide
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


def summarise(graph: Graph, check: Check | None, place: str = "") -> Summary:
    """Measure every node; linear in the graph's size, fit for the background on a snapshot.

    A composite owns and takes what the nodes in it do; `place` is where in the document the
    graph lies. Tensors that a tied instance borrows count where they are owned.
    """
    order = check.order if check is not None and set(check.order) == set(graph.nodes) else None
    whole = _Measured(graph, check)
    parts: dict[str, list[_Figures]] = defaultdict(list)
    if check is not None and check.flat.instances:
        start = f"{place}/" if place else ""
        inner = _Measured(check.flat.graph, check, start, check.flat.ties)
        for address in check.flat.graph.nodes:
            head, slash, _ = address.removeprefix(start).partition("/")
            if slash and address.startswith(start):
                parts[head].append(inner.figures(address))
    lines = tuple(whole.line(id_, parts.get(id_)) for id_ in order or graph.nodes)
    return Summary(
        lines,
        sum(line.parameters or 0 for line in lines),
        sum(line.memory or 0 for line in lines),
    )


@dataclass(frozen=True, slots=True)
class _Figures:
    shape: tuple[int | str, ...] | None
    parameters: int | None
    memory: int | None


@dataclass(frozen=True, slots=True)
class _Measured:
    """A graph whose nodes are measured; the check's tables leave out `start` of its addresses.

    `ties` are parameter ports whose tensor another node owns.
    """

    graph: Graph
    check: Check | None
    start: str = ""
    ties: Collection[PortRef] = ()

    def line(self, id_: str, parts: list[_Figures] | None) -> Line:
        """One node; the sums over the nodes in it, where it is a composite."""
        name, module = name_of(self.graph, id_), self.graph.nodes[id_].module
        own = self.figures(id_)
        if not parts:
            return Line(id_, name, module, own.shape, own.parameters, own.memory)
        parameters = _total([part.parameters for part in parts])
        memory = _total([part.memory for part in parts])
        return Line(id_, name, module, own.shape, parameters, memory)

    def figures(self, id_: str) -> _Figures:
        """Shape of the first output, trainable numbers, and bytes of outputs and owned tensors."""
        module = self.graph.module(id_)
        if module is None:
            return _Figures(None, 0, None)
        outputs = [self._type(id_, port.name) for port in module.output_ports]
        owned = [port for port in module.owned() if self._is_own(PortRef(id_, port))]
        types = {port: self._type(id_, port) for port in owned}
        states = {port.name for port in module.state_ports}
        trainable = [_count(type_) for port, type_ in types.items() if port not in states]
        held = [type_ for port, type_ in types.items() if port not in module.ports
                or port in states or module.ports[port].role != "output"]  # fmt: skip
        sizes = [_bytes(type_) for type_ in (*outputs, *held)]
        shape = outputs[0].shape if outputs and outputs[0] is not None else None
        return _Figures(shape, _total(trainable), _total(sizes))

    def _is_own(self, ref: PortRef) -> bool:
        return self.graph.incoming(ref) is None and ref not in self.ties

    def _type(self, id_: str, port: str) -> PortType | None:
        seen = PortRef(id_.removeprefix(self.start), port)
        found = self.check.types.get(seen) if self.check is not None else None
        return found or self.graph.types.of(PortRef(id_, port))


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
        self.hidden: Callable[[str], bool] = lambda id_: False  # nodes whose shape is not told

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
        is_told = role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
        is_shown = role == Qt.ItemDataRole.DisplayRole
        if not (is_told or is_shown) or orientation != Qt.Orientation.Horizontal:
            return None
        whole = self.tr("Parameters")
        third = self.tr("Params") if is_shown else whole
        return (self.tr("Node"), self.tr("Output"), third, self.tr("Memory"))[section]

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line, column = self.lines[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(line, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.FontRole:
            return self.font(column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return f"{line.id} ({line.module}): {self.text(line, column)}"
        return None

    def font(self, column: int) -> QFont:
        """What a column is written in."""
        return self._theme.font(11 if column else 12, mono=column == 1)

    def text(self, line: Line, column: int) -> str:
        """What stands in a column of a line, as far as it may be told."""
        is_of_output = column in (1, 3)
        return "" if is_of_output and self.hidden(line.id) else self.written(line, column)

    def written(self, line: Line, column: int) -> str:
        """The same once all of it may be told."""
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
        self.lines.hidden = self._hides
        self._told_less = False  # some shapes were to be predicted
        document.playhead_moved.connect(self._follow_step)
        outline(self, theme)
        self._measured: tuple[Any, ...] = ()
        self._wanted: dict[int, int] = {}  # how wide each column of figures is at its best
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
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)  # names differ in their ends
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(self._open)
        self.activated.connect(self._open)

    def resizeEvent(self, event) -> None:
        """Names have what figures leave."""
        super().resizeEvent(event)
        self._share()

    def refresh(self) -> None:
        """Measure again."""
        graph, check = self.document.graph, self.document.check
        if (graph, graph.revision, check) == self._measured:
            return
        self._measured = (graph, graph.revision, check)
        nodes = graph if check is None else check.flat.graph
        size = max(len(graph.nodes), len(nodes.nodes)) * PER_NODE
        snapshot, place = graph.copy() if size > SMALL else graph, self.document.place
        self._work.ask(lambda: summarise(snapshot, check, place), size)

    def _follow_step(self) -> None:
        """Only while shapes are to be predicted the playhead decides which are told."""
        tells_less = self.document.playhead.limit is not None
        if tells_less or self._told_less:
            self.viewport().update()
        self._told_less = tells_less

    def _hides(self, id_: str) -> bool:
        """Whether the shape of what a node gives out is to be predicted."""
        shown = self.document.shown
        return shown.is_guarded and shown.is_ahead(id_)

    def _take(self, summary: Summary) -> None:
        if summary.lines and summary.lines == self.lines.lines:
            return
        self.lines.show(summary.lines)
        self._fit()
        rows = min(len(summary.lines), 16) * ROW
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + 4)
        self.summed.emit(summary)

    def _fit(self) -> None:
        """Ask how wide the figures are."""
        lines, head = self.lines.lines[:FITTED], self.horizontalHeader()
        for column in range(1, self.lines.columnCount()):
            metrics = QFontMetrics(self.lines.font(column))
            texts = (self.lines.written(line, column) for line in lines)
            widest = max(map(metrics.horizontalAdvance, {"", *texts}))
            self._wanted[column] = max(min(widest + APART, MOST), head.sectionSizeHint(column))
        self._share()

    def _share(self) -> None:
        """Figures take what they need, the name the rest; shapes make room for it."""
        widths = dict(self._wanted)
        if widths:
            lacking = sum(widths.values()) + NAME - self.viewport().width()
            widths[1] = max(widths[1] - max(lacking, 0), min(widths[1], SHAPE))
        for column, width in widths.items():
            self.horizontalHeader().resizeSection(column, width)

    def _open(self, index: QModelIndex) -> None:
        self.document.selection.set_nodes([self.lines.lines[index.row()].id])
