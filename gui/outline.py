"""The outline: all nodes as a list, each with what arrives at it."""

from __future__ import annotations

from PySide6.QtCore import QAbstractItemModel, QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtWidgets import QTreeView, QWidget

from graph import edits as e
from gui.document import Document
from gui.icons import icon
from gui.theme import Theme

TOP = 0  # internal id of a node's row; a row below it holds its node's row + 1
Index = QModelIndex


class OutlineModel(QAbstractItemModel):
    """Rows are nodes in document order; below each stand its inputs with their sources.

    It holds ids alone and reads everything else from the graph when it is asked.
    """

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        self.ids: list[str] = []
        self.rows: dict[str, int] = {}
        self.refill()

    def refill(self) -> None:
        """Read the graph anew."""
        self.beginResetModel()
        self.ids = list(self._document.graph.nodes)
        self.rows = {id_: row for row, id_ in enumerate(self.ids)}
        self.endResetModel()

    def index_of(self, id_: str) -> QModelIndex:
        """The row of a node."""
        return self.index(self.rows[id_], 0) if id_ in self.rows else QModelIndex()

    def id_at(self, index: QModelIndex) -> str | None:
        """The node of a row, or of the row above it."""
        if not index.isValid():
            return None
        row = index.row() if index.internalId() == TOP else index.internalId() - 1
        return self.ids[row] if row < len(self.ids) else None

    def _inputs(self, id_: str) -> list[tuple[str, str]]:
        graph = self._document.graph
        if id_ not in graph:
            return []
        return [(port, str(edge.source)) for port, edge in graph.arriving(id_).items()]

    # --- what Qt asks ---------------------------------------------------------------------

    def index(self, row: int, column: int, parent: QModelIndex | None = None) -> QModelIndex:
        """The index of a row."""
        if parent is None or not parent.isValid():
            return self.createIndex(row, column, TOP) if row < len(self.ids) else QModelIndex()
        return self.createIndex(row, column, parent.row() + 1)

    def parent(self, index: QModelIndex) -> QModelIndex:  # type: ignore[override]
        """The row above."""
        if not index.isValid() or index.internalId() == TOP:
            return QModelIndex()
        return self.createIndex(index.internalId() - 1, 0, TOP)

    def rowCount(self, parent: QModelIndex = Index()) -> int:  # noqa: B008 - Qt's signature
        """Nodes, or the inputs of one."""
        if not parent.isValid():
            return len(self.ids)
        if parent.internalId() != TOP:
            return 0
        return len(self._inputs(self.ids[parent.row()]))

    def columnCount(self, parent: QModelIndex = Index()) -> int:  # noqa: B008 - Qt's signature
        """One."""
        return 1

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole):
        """Text, drawing and tooltip of a row."""
        id_ = self.id_at(index)
        if id_ is None or id_ not in self._document.graph:
            return None
        node = self._document.graph.nodes[id_]
        if index.internalId() != TOP:
            inputs = self._inputs(id_)
            if role != Qt.ItemDataRole.DisplayRole or index.row() >= len(inputs):
                return None
            return "{} ← {}".format(*inputs[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return node.label or id_
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{id_} ({node.module})"
        if role == Qt.ItemDataRole.DecorationRole:
            known = self._document.graph.module(id_) is not None
            return icon(node.module if known else "unknown", self._theme.color("muted"))
        return None


class Outline(QTreeView):
    """The outline's view; its selection is the document's."""

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._is_following = False
        self._opened: set[str] = set()  # asking each of many rows would take long
        self.nodes = OutlineModel(document, theme, self)
        self.setModel(self.nodes)
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setObjectName("flat")
        self.setIndentation(14)
        self.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Outline"))
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refill)
        self.expanded.connect(lambda index: self._opened.add(self.nodes.id_at(index)))
        self.collapsed.connect(lambda index: self._opened.discard(self.nodes.id_at(index)))
        document.edited.connect(self._after_edit)
        document.replaced.connect(self._soon.start)
        document.selection_changed.connect(self._follow)
        self.selectionModel().selectionChanged.connect(self._select)
        theme.changed.connect(self.viewport().update)

    def showEvent(self, event) -> None:
        """Catch up on what happened while it was hidden."""
        super().showEvent(event)
        self._soon.start()

    def _after_edit(self, edit: e.Edit) -> None:
        if not isinstance(edit, (e.Move, e.SetTensor)):
            self._soon.start()

    def _refill(self) -> None:
        if self.isVisible():
            self._is_following = True
            self.nodes.refill()
            self._is_following = False
            self._opened &= self.nodes.rows.keys()
            for id_ in tuple(self._opened):
                self.expand(self.nodes.index_of(id_))
            self._follow()

    def _follow(self) -> None:
        """Show the document's selection."""
        if self._is_following or not self.isVisible():
            return
        self._is_following = True
        model = self.selectionModel()
        model.clearSelection()
        for id_ in self._document.selection.nodes:
            index = self.nodes.index_of(id_)
            model.select(index, QItemSelectionModel.SelectionFlag.Select)
        only = self._document.selection.node
        if only is not None:
            self.scrollTo(self.nodes.index_of(only))
        self._is_following = False

    def _select(self) -> None:
        """Hand the rows that were clicked to the document."""
        if self._is_following:
            return
        ids = {self.nodes.id_at(index) for index in self.selectionModel().selectedIndexes()}
        self._is_following = True
        self._document.selection.set_nodes(id_ for id_ in ids if id_)
        self._is_following = False
