"""The view of the reverse graph: it looks where the forward graph's view looks."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from gui.canvas.geometry import Point
from gui.canvas.looking import MARGIN, LookingView
from gui.canvas.view import CanvasView
from gui.reverse_graph.scene import ReverseScene


class ReverseView(LookingView):
    """Shows the reverse graph of what `leader` shows, with the same camera, and takes no edits."""

    scene_type = ReverseScene

    def __init__(self, leader: CanvasView, parent: QWidget) -> None:
        super().__init__(leader.document, leader.theme, parent)
        self.leader = leader
        self.canvas.overlays = leader.canvas.overlays  # what is lit there is lit here
        self.canvas.overlays.changed.connect(self.canvas.refresh)
        self._is_following = False
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.follow)
        self.setAccessibleName(self.tr("Reverse graph, read-only"))
        self.note.setFont(leader.theme.font(11, 600))
        self.note.setMargin(4)
        self.overlays.clear()  # what is refused is told at the forward graph
        self.zoom_bar.hide()
        self.minimap.is_wanted = False  # the forward graph's shows the same
        for view in (leader, self):
            view.zoom_changed.connect(self._moved)
            view.horizontalScrollBar().valueChanged.connect(self._moved)
            view.verticalScrollBar().valueChanged.connect(self._moved)
            view.installEventFilter(self)
        for signal in (leader.document.playhead_moved, leader.document.traced):
            signal.connect(self._tell_state)
        leader.canvas.placed.connect(self._place_alike)
        for part in (leader.canvas.lineage, leader.canvas.folding, leader.canvas.unfolding):
            part.changed.connect(self.draw_alike)

    def follow(self) -> None:
        """Look where the leader looks."""
        self._look_from(self.leader, self)

    def draw_alike(self) -> None:
        """Dim, fold away and unfold what the forward graph does."""
        own, others = self.canvas, self.leader.canvas
        if own.lineage.is_lit != others.lineage.is_lit:
            own.lineage.toggle()
        if own.folding.is_on != others.folding.is_on:
            own.folding.toggle()
        node = self.document.selection.node
        if node is not None and own.unfolding.has(node) != others.unfolding.has(node):
            own.unfolding.toggle()

    def _place_alike(self, places: Mapping[str, Point]) -> None:
        """Nodes that are dragged in the forward graph move here too."""
        if self.isVisible():
            self.canvas.place_nodes(places)

    def zoom_to_fit(self) -> None:
        """Fit the forward graph; this one follows."""
        self.leader.zoom_to_fit()

    def mouseDoubleClickEvent(self, event) -> None:
        """Open the inside of a composite, in both."""
        item = self.canvas.node_at(self.mapToScene(event.position().toPoint()))
        if item is None or not self.leader.entering.enter(item.id):
            super().mouseDoubleClickEvent(event)

    def resizeEvent(self, event) -> None:
        """The note stands in the lower corner, clear of where most graphs begin."""
        super().resizeEvent(event)
        self._place_note()

    def _place_note(self) -> None:
        self.note.move(MARGIN, self.height() - self.note.height() - MARGIN)

    def showEvent(self, event) -> None:
        """Catch up with what happened while it was hidden."""
        super().showEvent(event)
        self.draw_alike()
        self._tell_state()
        self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Another size of either view: look at the same middle again."""
        if event.type() == QEvent.Type.Resize:
            self._soon.start()
        return super().eventFilter(watched, event)

    def _moved(self) -> None:
        if self.sender() in (self, self.horizontalScrollBar(), self.verticalScrollBar()):
            self._look_from(self, self.leader)
        else:
            self.follow()

    def _look_from(self, one: CanvasView, other: CanvasView) -> None:
        """Let the other look where one does; while they are seen, and only one way at a time."""
        if self._is_following or not self.isVisible():
            return
        self._is_following = True
        try:
            other.camera.stand_at(one.camera.centre, one.zoom)
        finally:
            self._is_following = False

    def _tell_state(self) -> None:
        """Say in the note how far it has come."""
        if not self.isVisible():
            return
        shown = self.document.shown
        if shown.in_reverse:
            self.say(self.tr("Reverse graph, read-only"))
        elif shown.trace is not None and shown.trace.failure is not None:
            self.say(self.tr("Reverse graph: the run ended before the reverse pass"))
        elif shown.target is None:
            self.say(self.tr("Reverse graph: there is no target"))
        else:
            self.say(self.tr("Reverse graph: its edges come with the reverse pass"))
        self._place_note()
