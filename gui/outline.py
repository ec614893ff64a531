"""The outline: all nodes as a tree, below each its ports, with what they carry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QItemSelection, QItemSelectionModel, Qt, QTimer, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from graph import Node, PortRef
from graph import edits as e
from gui.document import Document
from gui.dress import dress
from gui.icons import icon, icon_of
from gui.outline_rows import Rows
from gui.theme import Theme

Role = Qt.ItemDataRole
ID, PORT = Role.UserRole, Role.UserRole + 1
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
VALUES, MOST = 64, 96  # pixels for what a row carries
WAIT = 20  # milliseconds until one asks again whether rows can be made
FEW = 150  # runs of rows that are removed one by one
SLICE = 0.012  # seconds of making rows between two turns of the window
Policy = QTreeWidgetItem.ChildIndicatorPolicy
ROWS = QItemSelectionModel.SelectionFlag.Rows


class Outline(QTreeWidget):
    """Nodes in document order; below a node that is opened stand its inputs, pins and outputs.

    Its selection is the document's. Rows follow the graph one by one, so that an edit of a large
    graph costs no more than its row. A row out of sight has its id and its text alone: it is
    dressed, and what it carries is read, when it comes into sight.
    """

    went = Signal(object)  # a node or port was chosen here: show it
    entered = Signal(object)  # Enter or a double click on one: go there

    def __init__(
        self,
        document: Document,
        theme: Theme,
        parent: QWidget | None = None,
        waits: Callable[[], bool] = lambda: False,
    ) -> None:
        """`waits` tells whether something else is to be made first."""
        super().__init__(parent)
        self._document, self._theme, self._waits = document, theme, waits
        self._rows = Rows(document)
        # Ids, not items: Python must not hold what Qt deletes.
        self._order: list[str] = []
        self._seen: dict[str, Node] = {}  # the records that the rows show
        self._dressed: set[str] = set()  # rows that have been in sight
        self._opened: set[str] = set()
        self._is_following = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._sync)
        self._reading = QTimer(self, singleShot=True, interval=0)
        self._reading.timeout.connect(self._read_in_sight)
        self._set_up()
        self._listen()

    def _set_up(self) -> None:
        self.setColumnCount(2)
        self.setHeaderHidden(True)
        self.header().setStretchLastSection(False)
        self.header().setMinimumSectionSize(VALUES)
        self.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.header().resizeSection(1, VALUES)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformRowHeights(True)
        dress(self, self._theme, "rows")
        self.setIndentation(14)
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Outline"))

    def _listen(self) -> None:
        document, bar = self._document, self.verticalScrollBar()
        document.edited.connect(self._after_edit)
        document.replaced.connect(self._start_anew)
        document.selection_changed.connect(self._follow)
        for moved in (
            document.traced,
            document.checked,
            document.playhead_moved,
            bar.valueChanged,
            bar.rangeChanged,
        ):
            moved.connect(self._reading.start)
        bar.valueChanged.connect(self._dress_in_sight)  # before it is painted
        self.itemDoubleClicked.connect(self._enter)
        self.itemSelectionChanged.connect(self._select)
        self.itemExpanded.connect(self._open)
        self.itemCollapsed.connect(self._close)
        self._theme.changed.connect(self._dye)

    def row(self, id_: str) -> QTreeWidgetItem | None:
        """The row of a node."""
        return self.topLevelItem(self._order.index(id_)) if id_ in self._seen else None

    def texts(self) -> list[str]:
        """What the nodes' rows say."""
        return [self.topLevelItem(row).text(0) for row in range(self.topLevelItemCount())]

    def selected_ids(self) -> set[str]:
        """The nodes whose rows, or rows below, are selected."""
        return {item.data(0, ID) for item in self.selectedItems()}

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
        self._dressed.clear()

    def _sync(self) -> None:
        """Bring the rows up to date, many new ones piece by piece."""
        if not self.isVisible():
            return
        if self._waits():
            self._soon.start(WAIT)
            return
        self._soon.setInterval(0)
        nodes = self._document.graph.nodes
        self._is_following = True
        gone = _runs(row for row, id_ in enumerate(self._order) if id_ not in nodes)
        if len(gone) > FEW:
            self._forget_rows()
            self._opened.intersection_update(nodes)
        else:
            for start, end in reversed(gone):
                self._remove(start, end)
        end = time.perf_counter() + SLICE
        for place, (id_, node) in enumerate(nodes.items()):
            seen = self._seen.get(id_)
            if seen is node or (seen is not None and _looks(seen) == _looks(node)):
                self._seen[id_] = node
                continue
            if time.perf_counter() > end:
                self._soon.start()
                break
            if id_ not in self._seen:
                self._insert(place, id_)
            self._show(place, node)
        for id_ in self._opened & self._seen.keys():
            self._fill(id_)
        self._dress_in_sight()
        self._reading.start()
        self._is_following = False
        self._follow()

    def _remove(self, start: int, end: int) -> None:
        """Take out rows that follow each other."""
        for id_ in self._order[start:end]:
            del self._seen[id_]
            self._dressed.discard(id_)
            self._opened.discard(id_)
        del self._order[start:end]
        self.model().removeRows(start, end - start)

    def _insert(self, place: int, id_: str) -> None:
        """Make a row: through the model, for an item that Python made takes twice as much."""
        self._order.insert(place, id_)
        model = self.model()
        model.insertRows(place, 1)
        model.blockSignals(True)  # nobody has looked at it yet
        model.setData(model.index(place, 0), id_, ID)
        model.setData(model.index(place, 0), id_, Role.DisplayRole)
        model.blockSignals(False)

    def _show(self, place: int, node: Node) -> None:
        """Let a row say what its node is called now; the rest it shows when it is in sight."""
        self._seen[node.id] = node
        self._dressed.discard(node.id)
        model, text = self.model(), node.label or node.id
        index = model.index(place, 0)
        if index.data() != text:
            model.setData(index, text, Role.DisplayRole)

    def _dress_in_sight(self) -> None:
        for item in self._in_sight():
            if item.parent() is None and item.data(0, ID) not in self._dressed:
                self._dress(item)

    def _dress(self, item: QTreeWidgetItem) -> None:
        """Give a node's row its drawing, its tooltip and its arrow."""
        id_ = item.data(0, ID)
        self._dressed.add(id_)
        module = self._document.graph.module(id_) if id_ in self._document.graph else None
        item.setToolTip(0, f"{id_} ({self._seen[id_].module})")
        drawing = icon_of(type(module)) if module is not None else "unknown"
        item.setIcon(0, icon(drawing, self._theme.color("muted")))
        has_ports = id_ in self._document.graph and bool(self._rows.ports(id_))
        policy = Policy.ShowIndicator if has_ports else Policy.DontShowIndicator
        item.setChildIndicatorPolicy(policy)
        self._dye_carried(item)

    def _in_sight(self) -> Iterator[QTreeWidgetItem]:
        """The rows that one sees, from the top."""
        item, bottom = self.itemAt(0, 0), self.viewport().height()
        while item is not None and self.visualItemRect(item).top() < bottom:
            yield item
            item = self.itemBelow(item)

    def _open(self, item: QTreeWidgetItem) -> None:
        self._opened.add(item.data(0, ID))
        self._fill(item.data(0, ID))
        self._reading.start()

    def _close(self, item: QTreeWidgetItem) -> None:
        self._opened.discard(item.data(0, ID))

    def _fill(self, id_: str) -> None:
        """The ports of an opened node."""
        item, ports = self.row(id_), self._rows.ports(id_)
        if ports != [item.child(row).data(0, PORT) for row in range(item.childCount())]:
            item.takeChildren()
            item.addChildren([QTreeWidgetItem() for _ in ports])
        for number, port in enumerate(ports):
            below = item.child(number)
            below.setData(0, ID, id_)
            below.setData(0, PORT, port)
            below.setText(0, self._rows.port_text(PortRef(id_, port)))
            self._dye_carried(below)

    def _dye_carried(self, item: QTreeWidgetItem) -> None:
        item.setTextAlignment(1, RIGHT)
        item.setForeground(1, self._theme.color("muted"))

    def _read_in_sight(self) -> None:
        """Write what the rows in sight carry; the others wait until they come."""
        is_other = False
        self._dress_in_sight()
        for item in self._in_sight():
            text = self._rows.value_text(self.place_of(item))
            if text != item.text(1):
                item.setText(1, text)
                is_other = True
            told = self._rows.spread_text(self.place_of(item))
            if told != item.toolTip(1):
                item.setToolTip(1, told)
                item.setData(1, Role.AccessibleDescriptionRole, told)
        if not is_other:
            return
        width = min(max(VALUES, self.sizeHintForColumn(1)), MOST)  # no digit of a number is cut
        if width != self.header().sectionSize(1):
            self.header().resizeSection(1, width)

    # --- colours --------------------------------------------------------------------------

    def _dye(self) -> None:
        self._dressed.clear()  # each row is dressed anew when it is in sight
        self._soon.start()

    # --- the selection --------------------------------------------------------------------

    def _follow(self) -> None:
        """Show the document's selection."""
        if self._is_following or not self.isVisible():
            return
        self._is_following = True
        chosen = self._document.selection.nodes
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(self._ranges(chosen), flag)
        only = self._only()
        if only is not None:
            keep = QItemSelectionModel.SelectionFlag.NoUpdate
            index = self.indexFromItem(only)
            self.selectionModel().setCurrentIndex(index, keep)  # arrows go on from there
            if only.parent() is not None:
                self.selectionModel().select(index, flag | ROWS)
            self.scrollToItem(only)
        self._is_following = False

    def _only(self) -> QTreeWidgetItem | None:
        """The row of the one thing that is selected; an edge has one below a node that is open."""
        selection = self._document.selection
        edge = selection.edge
        if edge is None or edge.node not in self._opened:
            return self.row(selection.node or "")
        item = self.row(edge.node)
        below = [item.child(number) for number in range(item.childCount())] if item else []
        return next((row for row in below if row.data(0, PORT) == edge.port), None)

    def _ranges(self, ids: Iterable[str]) -> QItemSelection:
        """Rows that follow each other as one range, for all may be selected."""
        chosen, ranges = frozenset(ids), QItemSelection()
        if not chosen:
            return ranges
        model = self.model()
        for start, end in _runs(row for row, id_ in enumerate(self._order) if id_ in chosen):
            ranges.select(model.index(start, 0), model.index(end - 1, 1))
        return ranges

    def _select(self) -> None:
        """Hand the rows that were clicked to the document."""
        if self._is_following:
            return
        self._is_following = True
        chosen = self.selectedItems()
        place = self.place_of(chosen[0]) if len(chosen) == 1 else None
        if isinstance(place, PortRef) and self._rows.is_edge(place):
            self._document.selection.set_edge(place)
        else:
            self._document.selection.set_nodes(self.selected_ids())
        self._is_following = False
        if place is not None:
            self.went.emit(place)

    def place_of(self, item: QTreeWidgetItem) -> str | PortRef:
        """The node or the port of a row."""
        id_, port = item.data(0, ID), item.data(0, PORT)
        return PortRef(id_, port) if port else id_

    def keyPressEvent(self, event) -> None:
        """Enter goes there; Qt leaves that to the platform otherwise."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem():
            self._enter(self.currentItem())
        else:
            super().keyPressEvent(event)

    def _enter(self, item: QTreeWidgetItem) -> None:
        self.entered.emit(self.place_of(item))


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Rows that follow each other as pairs: the first, and the one behind the last."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row:
            runs[-1] = (runs[-1][0], row + 1)
        else:
            runs.append((row, row + 1))
    return runs


def _looks(node: Node) -> tuple[object, ...]:
    """What of a node its row shows; a move changes none of it."""
    return (node.label, node.module, node.attributes)
