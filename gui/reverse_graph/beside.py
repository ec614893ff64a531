"""The forward and the reverse graph beside each other, or one above the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal

from gui.hairlines import Splitter
from gui.reverse_graph.view import ReverseView

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.window import Window

HANDLE = 5  # pixels


class ReverseGraph(QObject):
    """The middle of the window: what is edited or unrolled, and on demand its reverse graph."""

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.splitter = Splitter(window)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(HANDLE)
        self.splitter.addWidget(window.unrolling.stack)
        self._views: list[ReverseView] = []  # of the graph that is edited, of the unrolled one
        self._is_own_size = False  # somebody has dragged the handle
        self.splitter.splitterMoved.connect(self._keep_size)
        self.splitter.installEventFilter(self)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._turn)
        window.document.opened.connect(self._start_anew)
        window.unrolling.changed.connect(self._follow)

    @property
    def view(self) -> ReverseView | None:
        """The view that is shown; None while there is none."""
        return next((view for view in self._views if not view.isHidden()), None)

    @property
    def is_on(self) -> bool:
        """Whether the reverse graph is shown."""
        return self.view is not None

    def toggle(self) -> None:
        """Show the reverse graph beside the forward one, or that alone."""
        if self.is_on:
            self.leave()
        else:
            self._show()

    def leave(self) -> None:
        """The forward graph alone."""
        view = self.view
        if view is None:
            return
        had_focus = view.hasFocus()
        view.hide()
        if had_focus:
            self._window.unrolling.current.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _show(self) -> None:
        leader = self._window.unrolling.current
        view = self._view_of(leader)
        centre, was_fitted = leader.camera.centre, leader.camera.is_fitted
        for other in self._views:
            other.setVisible(other is view)
        self._is_own_size = False
        self._turn()
        if not was_fitted:
            leader.camera.stand_at(centre, leader.zoom)
        view.follow()
        self._window.teller.say(view.note.text())
        self.changed.emit()

    def _follow(self) -> None:
        """Another graph is in the middle now: its reverse graph beside it."""
        view = self.view
        if view is not None and view.leader is not self._window.unrolling.current:
            self._show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In a window of another form the other way may be better."""
        if event.type() == QEvent.Type.Resize and self.is_on:
            self._soon.start()
        return False

    def _turn(self) -> None:
        """Beside each other or one above the other, whichever shows the graph larger.

        Unless somebody chose the sizes: what was dragged stays.
        """
        if self._is_own_size or self.view is None:
            return
        size, content = self.splitter.size(), self.view.leader.canvas.content_rect()
        across, down = max(content.width(), 1.0), max(content.height(), 1.0)
        beside = min(size.width() / 2 / across, size.height() / down)
        above = min(size.width() / across, size.height() / 2 / down)
        way = Qt.Orientation.Horizontal if beside > above else Qt.Orientation.Vertical
        self.splitter.setOrientation(way)
        self.splitter.setSizes([1000] * self.splitter.count())

    def _keep_size(self) -> None:
        self._is_own_size = True

    def _start_anew(self) -> None:
        """Another document: what its form wants."""
        self._is_own_size = False
        self._soon.start()

    def _view_of(self, leader: CanvasView) -> ReverseView:
        for view in self._views:
            if view.leader is leader:
                return view
        view = ReverseView(leader, self.splitter)
        view.hide()
        self.splitter.addWidget(view)
        self._views.append(view)
        return view
