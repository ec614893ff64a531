"""The window while one presents: no docks, large texts and strokes, a spotlight, full screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QToolBar, QVBoxLayout, QWidget

from gui.announcing import announce
from gui.canvas.levels import AT_DESK, PRESENTED
from gui.presenting.blank import Blank
from gui.presenting.caption import Caption
from gui.presenting.spotlight import Spotlight

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView
    from gui.window import Window

DARK = (Qt.Key.Key_B, Qt.Key.Key_Period)
LARGEST_FIT = 1.5  # a small graph is shown larger than at a desk


class Presenting(QObject):
    """Turns a window into a stage and back. The middle of the window is its `stage`."""

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.stage = QWidget(window)
        self._column = QVBoxLayout(self.stage)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(window.reverse_graph.splitter, 1)
        self._blank = Blank(window.theme, self.stage)
        self.caption: Caption | None = None
        self._hidden: list[QWidget] = []
        self._before = Qt.WindowState.WindowNoState
        self._lights: dict[CanvasView, Spotlight] = {}
        self._wants_light = True
        for signal in (window.unrolling.changed, window.reverse_graph.changed):
            signal.connect(self._dress_views)
        window.document.playhead_moved.connect(self._blank.hide)

    @property
    def is_on(self) -> bool:
        """Whether one presents."""
        return self.caption is not None

    @property
    def has_spotlight(self) -> bool:
        """Whether the pointer is a spotlight."""
        return bool(self._lights)

    # --- what rows of the table of actions call -------------------------------------------

    def toggle(self) -> None:
        """Begin to present, or end."""
        if self.is_on:
            self.leave()
        else:
            self._begin()

    def toggle_spotlight(self) -> None:
        """Let the pointer light what is around it, or not."""
        self._wants_light = not self._wants_light
        self._dress_views()
        self.changed.emit()

    def leave(self) -> bool:
        """Back to the whole window; False where one does not present."""
        if self.caption is None:
            return False
        caption, self.caption = self.caption, None
        self._blank.hide()
        self._column.removeWidget(caption)
        caption.hide()
        caption.deleteLater()
        window = self._window
        for widget in self._hidden:
            widget.show()
        self._hidden = []
        window.setWindowState(self._before)
        window.theme.choose(window.settings.theme)
        self._dress_views()
        window.unrolling.current.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc on a canvas ends what is under way there, else the presentation.

        A remote's key for a dark screen is B or a point; B bypasses nodes at other times.
        """
        kind = event.type()
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        if event.key() in DARK and not event.modifiers():
            if kind == QEvent.Type.KeyPress:
                self._blank.toggle()
            event.accept()
            return True
        if kind == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            if not (watched.cancel_gesture() or watched.marking.leave()):
                self.leave()
            return True
        return False

    # --- inside ---------------------------------------------------------------------------

    def _begin(self) -> None:
        window = self._window
        self.caption = Caption(window, self.stage)
        self.caption.left.connect(self.leave)
        self.caption.light_wanted.connect(self._take_light_colours)
        self._column.addWidget(self.caption)
        parts = (window.menuBar(), window.statusBar())
        parts += (*window.findChildren(QToolBar), *window.findChildren(QDockWidget))
        self._hidden = [part for part in parts if not part.isHidden()]
        for part in self._hidden:
            part.hide()
        self._before = window.windowState()
        window.setWindowState(self._before | Qt.WindowState.WindowFullScreen)
        self._dress_views()
        window.unrolling.current.zoom_to_fit()
        window.unrolling.current.setFocus(Qt.FocusReason.OtherFocusReason)
        text = self.tr("Presenting. Page Down and Page Up take steps, Esc ends it.")
        announce(self.caption, text)
        self.changed.emit()

    def _take_light_colours(self) -> None:
        """For this talk alone: the settings keep what was chosen."""
        self._window.theme.choose("light")
        self._window.unrolling.current.setFocus(Qt.FocusReason.OtherFocusReason)

    def _views(self) -> list[CanvasView]:
        window = self._window
        views = (window.canvas, window.unrolling.view, window.reverse_graph.view)
        return [view for view in views if view is not None]

    def _dress_views(self) -> None:
        """Draw all canvases for a room, or for a desk."""
        for view in self._views():
            sizes = PRESENTED if self.is_on else AT_DESK
            if view.canvas.sizes != sizes:
                view.canvas.sizes = sizes
                view.camera.largest_fit = LARGEST_FIT if self.is_on else 1.0
                view.camera.fit_again()
                view.canvas.refresh()
                (view.installEventFilter if self.is_on else view.removeEventFilter)(self)
            self._light(view)

    def _light(self, view: CanvasView) -> None:
        is_lit = self.is_on and self._wants_light
        if is_lit and view not in self._lights:
            self._lights[view] = Spotlight(view)
        elif not is_lit and view in self._lights:
            self._lights.pop(view).close()
