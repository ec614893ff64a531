"""Turning the canvas over to the unrolled graph, and back."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtWidgets import QStackedWidget

from graph import PortRef
from gui.canvas.levels import OVERVIEW, PORTS_FROM
from gui.unrolled.copies import Copies, unrolled
from gui.unrolled.document import UnrolledDocument
from gui.unrolled.view import UnrolledView
from gui.waiting import wait_for

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.window import Window

MOST = 20_000  # copies of nodes that are drawn
NEAR = 0.7  # the zoom at which one copy is shown of many
AT_ONCE = 300  # copies that are made in a moment


class Unrolling(QObject):
    """The canvas and, made on first use, the view of the unrolled graph in its place."""

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._document = window, window.document
        self.stack = QStackedWidget(window)
        self.stack.addWidget(window.canvas)
        self.view: UnrolledView | None = None
        self._is_telling = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._renew)
        self._document.changed.connect(lambda _: self._soon.start())
        self._document.replaced.connect(self.leave)
        self._document.checked.connect(self._soon.start)
        self._document.selection_changed.connect(self._select_copy)

    @property
    def is_on(self) -> bool:
        """Whether the unrolled graph is shown."""
        return self.view is not None and self.stack.currentWidget() is self.view

    @property
    def current(self) -> CanvasView:
        """The view that is shown: what zooms, zooms it."""
        return self.view if self.is_on else self._window.canvas

    def toggle(self) -> None:
        """Show the unrolled graph, or the one that is edited."""
        if self.is_on:
            self.leave()
            return
        copies = self._copies()
        if copies is None:
            return
        if self.view is None:
            self._make()
        self.view.document.show(copies)
        self.stack.setCurrentWidget(self.view)
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        self._look()
        self._select_copy()
        self.changed.emit()

    def leave(self) -> None:
        """Back to the graph that is edited."""
        if self.is_on:
            self.stack.setCurrentWidget(self._window.canvas)
            self._window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()

    def _look(self) -> None:
        """Show all of it, or where that is too small the copy of the time step that is shown."""
        self.view.zoom_to_fit()
        copies, t = self.view.document.copies, self._document.playhead.t
        if self.view.zoom >= PORTS_FROM:
            return
        drawn = (id_ for id_, (_, time) in copies.moments.items() if time == t)
        boxes = [self.view.canvas.items_by_id[id_].box() for id_ in drawn]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        middle = QPointF((min(lefts) + max(rights)) / 2, (min(tops) + max(bottoms)) / 2)
        self.view.camera.look_at(middle, NEAR)

    def _follow_step(self) -> None:
        """Bring the copy whose step it is into sight; what is selected is so at the time step."""
        self._select_copy()
        step = self.view.document.shown.step if self.is_on else None
        if step is not None and self.view.zoom >= OVERVIEW:
            self.view.reveal(step.node)

    def _show_zoom(self) -> None:
        self._window.status.show_zoom(self.current.zoom)

    def _make(self) -> None:
        document = UnrolledDocument(self._document)
        self.view = UnrolledView(document, self._window.theme, self.stack)
        self.stack.addWidget(self.view)
        self.view.left.connect(self.leave)
        self.view.zoom_bar.take(self._window.commands.by_id)
        self.view.zoom_changed.connect(self._show_zoom)
        self.changed.connect(self._show_zoom)
        self._document.playhead_moved.connect(self._follow_step)
        document.refused.connect(self._window.say)
        document.selection_changed.connect(self._select_origin)

    def _copies(self) -> Copies | None:
        """The unrolled graph; None, and a sentence, where there is none to show."""
        document = self._document
        check = document.whole_check
        inside, steps = document.root.nodes.keys() & self._inside(), None
        if check is not None and document.is_checked:
            steps = check.time.steps
        if not inside or not steps or document.place:
            document.refuse(self.tr("Only a document whose time steps are known can be unrolled."))
            return None
        count = len(inside) * steps + len(document.root.nodes)
        if count > MOST:
            text = self.tr("{0} copies of nodes are too many to be drawn, expected at most {1}.")
            document.refuse(text.format(count, MOST))
            return None
        items = self._window.canvas.canvas.items_by_id
        widths = {id_: items[id_].outline.width for id_ in inside}
        work = partial(unrolled, document.root.copy(), frozenset(inside), steps, widths)
        return work() if count <= AT_ONCE else wait_for(work)

    def _inside(self) -> frozenset[str]:
        return self._window.canvas.canvas.time_band.nodes

    def _renew(self) -> None:
        """The document changed while its unrolled graph is shown."""
        if not self.is_on or not self._document.is_checked:
            return
        copies = self._copies()
        if copies is None:
            self.leave()
        else:
            self.view.document.show(copies)

    def _select_origin(self) -> None:
        """Select the node or edge that a copy stands for, and show its time step."""
        copies = self.view.document.copies
        if self._is_telling or copies is None:
            return
        seen, own = self.view.document.selection, self._document.selection
        self._is_telling = True
        try:
            if seen.edge is not None:
                port, t = copies.origin(seen.edge)
                own.set_edge(port)
            elif seen.node is not None:
                node, t = copies.moments[seen.node]
                own.set_nodes({node})
            else:
                own.clear()
                return
            if t is not None:
                self._document.playhead.show_time(t)
        finally:
            self._is_telling = False

    def _select_copy(self) -> None:
        """Select the copy of what is selected, at the time step that is shown."""
        if self._is_telling or not self.is_on:
            return
        copies, t = self.view.document.copies, self._document.playhead.t
        seen, own = self.view.document.selection, self._document.selection
        self._is_telling = True
        try:
            if own.node is not None and (id_ := copies.id_of(own.node, t)) is not None:
                seen.set_nodes({id_})
            elif own.edge is not None and (id_ := copies.id_of(own.edge.node, t)) is not None:
                seen.set_edge(PortRef(id_, own.edge.port))
            else:
                seen.clear()
        finally:
            self._is_telling = False
