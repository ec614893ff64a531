"""The inspector: one page for what is selected, rebuilt with it, refreshed with the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QFrame, QScrollArea, QWidget

from graph import Problem
from gui.inspector.graph_page import GraphPage
from gui.inspector.subject import GRAPH, shown_subject
from gui.inspector.unfolding import UnfoldingPage
from gui.theme import Theme

if TYPE_CHECKING:
    from gui.document import Document
    from gui.inspector.definition_page import DefinitionPage
    from gui.inspector.edge_page import EdgePage
    from gui.inspector.node_page import NodePage
    from gui.inspector.nodes_page import NodesPage

    Page = GraphPage | NodePage | NodesPage | EdgePage | DefinitionPage
WIDTH = 320


class Inspector(QScrollArea):
    """Shows the selected node, edge or, with nothing selected, the graph of a document.

    The other pages than the graph's are a sixth of all there is to import: they come when they are
    needed, or with `gui.warming` after a window has opened.
    """

    explored = Signal(object)  # what flows where a point is dragged; None where none is

    def __init__(self, document: Document, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self._theme = document, theme
        self.page: Page | None = None
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(WIDTH)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # Tab goes to its fields
        self.setAccessibleName(self.tr("Inspector"))
        document.selection_changed.connect(self._turn)
        document.edited.connect(self._refresh)
        document.checked.connect(self._refresh)
        document.replaced.connect(self._start_anew)
        document.turning.connect(self._wait)
        self._is_training_first = False
        self._is_waiting = False  # for a large change to be over
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._rebuild)
        document.traced.connect(self._refresh)
        document.playhead_moved.connect(self._follow)
        document.reported.connect(self._follow)
        self._rebuild()

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 600)

    def open_field(self, problem: Problem) -> bool:
        """Put the keys into the field that a problem is about; False where there is none."""
        page = self.page
        id_ = (problem.node or "").rpartition("/")[2]  # whose place is shown already
        if not self._is("node") or page.id != id_ or not self.isVisible():
            return False
        field = page.field_of(problem)
        if field is None:
            return False
        self.ensureWidgetVisible(field)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def show_units(self) -> None:
        """Take the keys to the picture of a layer's units."""
        if self._is("node") and self.page.units is not None:
            picture = self.page.units.picture
            picture.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.ensureWidgetVisible(self.page.units)

    def put_training_first(self, is_first: bool) -> None:
        """Have the form of the training on top of the graph's page, now and from now on."""
        self._is_training_first = is_first
        if isinstance(self.page, GraphPage):
            self.page.put_training_first(is_first)

    def show_training(self) -> None:
        """Take the keys to the settings of the training, on the graph's page."""
        if isinstance(self.page, GraphPage):
            self.page.training.epochs.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            bar = self.verticalScrollBar()
            bar.setValue(self.page.training_place.y())

    def show_geometry(self) -> None:
        """Take the keys to the picture of an edge's derivative; to its tab where there is none."""
        page = self.page
        if self._is("edge"):
            from gui.inspector.edge_page import GEOMETRY

            page.tabs.setCurrentIndex(GEOMETRY)
            picture = page.geometry.picture
            held = page.tabs if picture.isHidden() else picture
            held.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.ensureWidgetVisible(page.geometry)

    def edit_note(self) -> None:
        """Put the cursor at the end of the note of what is shown, if it can have one."""
        if self._is("node", "graph"):
            paper = self.page.note.paper
            paper.setFocus(Qt.FocusReason.ShortcutFocusReason)
            paper.moveCursor(QTextCursor.MoveOperation.End)
            self.ensureWidgetVisible(paper)

    def _is(self, *kinds: str) -> bool:
        """Whether the page is of one of these kinds."""
        return self.page is not None and self.page.subject[0] in kinds

    def _turn(self) -> None:
        """Turn to the page of what is selected now."""
        if not self._is_waiting and (self.page is None or self.page.subject != self._subject()):
            self._rebuild()

    def _wait(self) -> None:
        """What else a large change takes is one piece of work; the page comes after it."""
        self._is_waiting = True
        self._soon.start()

    def _start_anew(self) -> None:
        """Another graph: its page is the one that is shown, unless somebody types in that."""
        if self._is_waiting:
            return
        is_graph = self.page is not None and self.page.subject == self._subject() == GRAPH
        if is_graph and self._held() is None:
            self.page.refresh()
            self.verticalScrollBar().setValue(0)
        else:
            self._rebuild()

    def _rebuild(self) -> None:
        self._is_waiting = False
        self._soon.stop()
        held = self._held()  # before it is taken, for then the focus is gone
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()  # it may be in the middle of the very edit that led here
        self.page = self._make()
        self.setWidget(self.page)
        self.verticalScrollBar().setValue(0)
        if held is not None:
            self._keep_focus(held)

    def _held(self) -> QWidget | None:
        """The field of the present page that has the focus."""
        field = QApplication.focusWidget()
        is_own = self.page is not None and field is not None and self.page.isAncestorOf(field)
        return field if is_own else None

    def _keep_focus(self, held: QWidget) -> None:
        """Go on at the same field of the new page, where it has one."""
        found = self._same(held)
        if found is None and isinstance(self.page, UnfoldingPage):
            self.page.unfold()
            found = self._same(held)
        (found or self).setFocus(Qt.FocusReason.OtherFocusReason)

    def _same(self, held: QWidget) -> QWidget | None:
        """The field of the page that is called as this one."""
        fields, name = self.page.findChildren(type(held)), held.accessibleName()
        return next((field for field in fields if field.accessibleName() == name), None)

    def _refresh(self) -> None:
        if self._is_waiting:
            return
        if self.page is None or self.page.subject != self._subject():
            self._rebuild()
        else:
            self.page.refresh()

    def _follow(self) -> None:
        is_shown = self.page is not None and self.page.subject == self._subject()
        if is_shown and not self._is_waiting:
            self.page.follow()

    def _subject(self) -> tuple[str, object]:
        """What a fresh page would show."""
        return shown_subject(self.document)

    def _make(self) -> Page:
        kind, what = self._subject()
        if kind == "edge":
            from gui.inspector.edge_page import EdgePage

            page = EdgePage(self.document, self._theme, what[0], self)
            page.explored.connect(self.explored)
            return page
        if kind == "node":
            from gui.inspector.node_page import NodePage

            return NodePage(self.document, self._theme, what[0], self)
        if kind == "nodes":
            from gui.inspector.nodes_page import NodesPage

            return NodesPage(self.document, self._theme, self)
        if kind == "definition":
            from gui.inspector.definition_page import DefinitionPage

            return DefinitionPage(self.document, self._theme, self)
        page = GraphPage(self.document, self._theme, self)
        page.put_training_first(self._is_training_first)
        return page
