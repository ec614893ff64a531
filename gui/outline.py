"""The outline: all nodes as a list, each with what arrives at it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QWidget

from graph import Node
from graph import edits as e
from gui.document import Document
from gui.icons import icon
from gui.theme import Theme

ID = Qt.ItemDataRole.UserRole
AT_ONCE = 150  # rows made in one go; the window breathes between two of them
Policy = QTreeWidgetItem.ChildIndicatorPolicy


class Outline(QTreeWidget):
    """Nodes in document order; below a node that is opened stand its inputs and their sources.

    Its selection is the document's. Rows follow the graph one by one, so that an edit of a large
    graph costs no more than its row.
    """

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document, self._theme = document, theme
        # Ids, not items: Python must not hold what Qt deletes.
        self._order: list[str] = []
        self._seen: dict[str, Node] = {}  # the records that the rows show
        self._opened: set[str] = set()
        self._is_following = False
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setObjectName("flat")
        self.setIndentation(14)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Outline"))
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._sync)
        document.edited.connect(self._after_edit)
        document.replaced.connect(self._start_anew)
        document.selection_changed.connect(self._follow)
        self.itemSelectionChanged.connect(self._select)
        self.itemExpanded.connect(self._open)
        self.itemCollapsed.connect(self._close)
        theme.changed.connect(self._dye)

    def row(self, id_: str) -> QTreeWidgetItem | None:
        """The row of a node."""
        return self.topLevelItem(self._order.index(id_)) if id_ in self._seen else None

    def texts(self) -> list[str]:
        """What the nodes' rows say."""
        return [self.topLevelItem(row).text(0) for row in range(self.topLevelItemCount())]

    def selected_ids(self) -> set[str]:
        """The nodes whose rows, or rows below, are selected."""
        items = ((item.parent() or item) for item in self.selectedItems())
        return {item.data(0, ID) for item in items}

    def showEvent(self, event) -> None:
        """Catch up on what happened while it was hidden."""
        super().showEvent(event)
        self._soon.start()

    # --- the graph ------------------------------------------------------------------------

    def _after_edit(self, edit: e.Edit) -> None:
        if not isinstance(edit, (e.Move, e.SetTensor)):
            self._soon.start()

    def _start_anew(self) -> None:
        self._is_following = True
        self._forget_rows()
        self._is_following = False
        self._opened.clear()
        self._soon.start()

    def _forget_rows(self) -> None:
        self.clear()
        self._order.clear()
        self._seen.clear()

    def _sync(self) -> None:
        """Bring the rows up to date, many new ones piece by piece."""
        if not self.isVisible():
            return
        nodes = self._document.graph.nodes
        self._is_following = True
        gone = [id_ for id_ in self._order if id_ not in nodes]
        if len(gone) > AT_ONCE:
            self._forget_rows()
            self._opened.intersection_update(nodes)
        else:
            for id_ in gone:
                self._remove(id_)
        made = 0
        for place, (id_, node) in enumerate(nodes.items()):
            seen = self._seen.get(id_)
            if seen is node or (seen is not None and _looks(seen) == _looks(node)):
                self._seen[id_] = node
                continue
            if made == AT_ONCE:
                self._soon.start()
                break
            made += 1
            if seen is None:
                self._order.insert(place, id_)
                self.insertTopLevelItem(place, QTreeWidgetItem())
            self._show(place, node)
        for id_ in self._opened & self._seen.keys():
            self._fill(id_)
        self._is_following = False
        self._follow()

    def _remove(self, id_: str) -> None:
        place = self._order.index(id_)
        del self._order[place], self._seen[id_]
        self._opened.discard(id_)
        self.takeTopLevelItem(place)

    def _show(self, place: int, node: Node) -> None:
        item, id_ = self.topLevelItem(place), node.id
        self._seen[id_] = node
        module = self._document.graph.module(id_)
        item.setData(0, ID, id_)
        item.setText(0, node.label or id_)
        item.setToolTip(0, f"{id_} ({node.module})")
        drawing = node.module if module is not None else "unknown"
        item.setIcon(0, icon(drawing, self._theme.color("muted")))
        has_inputs = module is None or bool(module.wired_ports)
        policy = Policy.ShowIndicator if has_inputs else Policy.DontShowIndicator
        item.setChildIndicatorPolicy(policy)

    def _open(self, item: QTreeWidgetItem) -> None:
        self._opened.add(item.data(0, ID))
        self._fill(item.data(0, ID))

    def _close(self, item: QTreeWidgetItem) -> None:
        self._opened.discard(item.data(0, ID))

    def _fill(self, id_: str) -> None:
        """The inputs of an opened node."""
        item, graph = self.row(id_), self._document.graph
        module, edges = graph.module(id_), graph.arriving(id_)
        ports = [port.name for port in module.wired_ports] if module else list(edges)
        texts = [f"{port} ← {edges[port].source}" for port in ports if port in edges]
        if texts != [item.child(row).text(0) for row in range(item.childCount())]:
            item.takeChildren()
            item.addChildren([QTreeWidgetItem([text]) for text in texts])

    # --- colours --------------------------------------------------------------------------

    def _dye(self) -> None:
        for place, id_ in enumerate(self._order):
            self._show(place, self._seen[id_])

    # --- the selection --------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the document's selection."""
        if self._is_following or not self.isVisible():
            return
        self._is_following = True
        chosen = self._document.selection.nodes
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(self._ranges(chosen), flag)
        only = self.row(self._document.selection.node or "")
        if only is not None:
            self.scrollToItem(only)
        self._is_following = False

    def _ranges(self, ids: Iterable[str]) -> QItemSelection:
        """Rows that follow each other as one range, for all may be selected."""
        chosen, ranges = frozenset(ids), QItemSelection()
        if not chosen:
            return ranges
        rows = [row for row, id_ in enumerate(self._order) if id_ in chosen]
        start = 0
        for number, row in enumerate(rows):
            if number + 1 == len(rows) or rows[number + 1] != row + 1:
                model = self.model()
                ranges.select(model.index(rows[start], 0), model.index(row, 0))
                start = number + 1
        return ranges

    def _select(self) -> None:
        """Hand the rows that were clicked to the document."""
        if not self._is_following:
            self._is_following = True
            self._document.selection.set_nodes(self.selected_ids())
            self._is_following = False


def _looks(node: Node) -> tuple[object, ...]:
    """What of a node its row shows; a move changes none of it."""
    return (node.label, node.module, node.attributes)
