"""Cut, copy, paste and duplicate of nodes. On the clipboard they are the text of a file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QCursor, QGuiApplication

from graph import GradwireError, Graph
from graph import edits as e
from graph.fragment import cut_out, insertion, read_text, write_text
from gui.canvas import geometry as geo
from gui.waiting import wait_for

if TYPE_CHECKING:
    from graph.records import Place
    from gui.canvas.view import CanvasView
    from gui.document import Document
    from gui.notices import Notices

CASCADE = 24  # canvas units from one paste to the next at the same place
MANY_NODES = 200  # from here on another thread reads and writes the text
LONG_TEXT = 50_000

Result = TypeVar("Result")


class Clipboard(QObject):
    """The nodes of a document on the way to the system's clipboard and back."""

    changed = Signal()  # the system's clipboard got another content

    def __init__(
        self,
        document: Document,
        view: CanvasView,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.document, self.view, self._notices = document, view, notices
        self.has_text = False
        # Asked once for each content: on some systems reading it means asking another program.
        QGuiApplication.clipboard().dataChanged.connect(self._look)
        self._look()

    def copy(self) -> bool:
        """Put the selected nodes on the clipboard, as text."""
        ids = self.document.selection.nodes
        if not ids:
            return False
        text = self._try(partial(write_text, self._graph_for(ids), ids), len(ids) > MANY_NODES)
        if text is None:
            return False
        QGuiApplication.clipboard().setText(text)
        return True

    def cut(self) -> None:
        """Put the selected nodes on the clipboard and remove them."""
        graph, chosen = self.document.graph, self.document.selection.nodes
        ids = tuple(id_ for id_ in graph.nodes if id_ in chosen)
        if self.copy():
            names = self.tr("Cut {0}"), self.tr("Cut {0} nodes")
            self.document.do(e.Batch(tuple(map(e.RemoveNode, ids))), _called(ids, *names))

    def paste(self, point: QPointF | None = None) -> None:
        """Add the nodes of the clipboard's text at a canvas point, else at the pointer there."""
        text = QGuiApplication.clipboard().text()
        work = partial(read_text, text, self.tr("Clipboard"), self.document.graph.catalogue)
        fragment = self._try(work, len(text) > LONG_TEXT)
        if fragment is not None:
            names = self.tr("Paste {0}"), self.tr("Paste {0} nodes")
            # The canvas's zero is a point as well, though it counts as false.
            self._insert(fragment, self._pointer() if point is None else point, names)

    def duplicate(self) -> None:
        """Add the selected nodes once more; the clipboard stays as it is."""
        ids = self.document.selection.nodes
        if ids:
            work = partial(cut_out, self._graph_for(ids), ids)
            fragment = self._try(work, len(ids) > MANY_NODES)
            names = self.tr("Duplicate {0}"), self.tr("Duplicate {0} nodes")
            if fragment is not None:
                self._insert(fragment, None, names)

    def _graph_for(self, ids: Collection[str]) -> Graph:
        """The graph, or a snapshot where another thread is to read it."""
        graph = self.document.graph
        return graph.copy() if len(ids) > MANY_NODES else graph

    def insert(self, fragment: Graph, middle: QPointF | None, text: str) -> None:
        """Add a fragment with its middle at a canvas point, as one entry of the history."""
        self._insert(fragment, middle, (text, text))

    def _insert(self, fragment: Graph, middle: QPointF | None, names: tuple[str, str]) -> None:
        graph = self.document.graph
        shift = shift_for(graph, fragment, middle)
        work = partial(insertion, graph.copy(), fragment, shift, self.document.root.copy())
        made = self._try(work, len(fragment.nodes) > MANY_NODES)
        if made is None:
            return
        edit, ids = made
        if self.document.do(edit, _called(ids, *names)):
            self.document.selection.set_nodes(ids)
            if middle is None:  # what goes to the pointer is in sight
                self.view.reveal(ids[0])

    def _pointer(self) -> QPointF | None:
        """The canvas point under the pointer, if the pointer is over the canvas."""
        viewport = self.view.viewport()
        pixel = viewport.mapFromGlobal(QCursor.pos())
        is_over = viewport.underMouse() and viewport.rect().contains(pixel)
        return self.view.mapToScene(pixel) if is_over else None

    def _try(self, work: Callable[[], Result], is_long: bool) -> Result | None:
        try:
            return wait_for(work) if is_long else work()
        except GradwireError as error:
            self._notices.tell(str(error))
            return None

    def _look(self) -> None:
        data = QGuiApplication.clipboard().mimeData()
        self.has_text = data is not None and data.hasText()
        self.changed.emit()


def shift_for(graph: Graph, fragment: Graph, middle: QPointF | None) -> Place:
    """How far a fragment is moved: to a point, else not at all; then past what stands there."""
    places = [node.at for node in fragment.nodes.values() if node.at is not None]
    dx, dy = 0.0, 0.0
    if middle is not None:
        left, top = (min(place[axis] for place in places) for axis in (0, 1))
        right, bottom = (max(place[axis] for place in places) for axis in (0, 1))
        width, height = geo.COMPACT
        dx, dy = geo.snapped(
            middle.x() - (left + right + width) / 2, middle.y() - (top + bottom + height) / 2
        )
    taken = {node.at for node in graph.nodes.values()}
    while (places[0][0] + dx, places[0][1] + dy) in taken:
        dx, dy = dx + CASCADE, dy + CASCADE
    return dx, dy


def _called(ids: tuple[str, ...], one: str, many: str) -> str:
    """What an entry of the history is called."""
    return one.format(ids[0]) if len(ids) == 1 else many.format(len(ids))
