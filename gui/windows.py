"""All windows of the program: a document each; how they come, are found again, and go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QApplication

from gui import accessible
from gui.document import Document
from gui.examples import first_example
from gui.library import Library
from gui.waiting import take_turn
from gui.window import Window

if TYPE_CHECKING:
    from graph import Graph
    from gui.settings import Settings
    from gui.theme import Theme

CASCADE = QPoint(28, 28)  # from one window to the next
ROUND = 5  # windows from the screen's corner, where there is no more room
SHAPES = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class Windows(QObject):
    """The open windows, oldest first. They share one theme, the settings and the library."""

    opened = Signal(object)  # a window

    def __init__(self, theme: Theme, settings: Settings, library: Library | None = None) -> None:
        super().__init__()
        self.library = library or Library()
        self.library.setParent(self)
        self.theme, self.settings = theme, settings
        theme.setParent(self)
        self.all: list[Window] = []
        accessible.install()

    @property
    def active(self) -> Window | None:
        """The window that the person works in, else the newest."""
        widget = QApplication.activeWindow()
        while widget is not None and widget not in self.all:
            widget = widget.parentWidget()
        return widget or (self.all[-1] if self.all else None)

    # --- coming ---------------------------------------------------------------------------

    def make(self) -> Window:
        """A window with an empty graph, not shown yet."""
        window = Window(Document(), self)
        self.all.append(window)
        self.opened.emit(window)
        return window

    def new(self, near: Window | None = None) -> Window:
        """Open a window with an empty graph, a little below and right of `near`."""
        window = self.make()
        if near is not None:
            self._cascade(window, near)
        window.show()
        return window

    def open(self, path: Path, near: Window | None = None) -> Window | None:
        """Show a file: in the window that has it, in `near` if it is untouched, or in a new one.

        None where it cannot be read, which `near` tells.
        """
        holder = self.holder(path)
        if holder is not None:
            self.settings.add_recent(path)
            bring_forward(holder)
            return holder
        return self._show(path, near, path)

    def open_example(self, path: Path, near: Window | None = None) -> Window | None:
        """Show a file without keeping its name, so that saving it asks for one."""
        home = self._show(path, near, None)
        if home is not None and path == first_example():
            home.first_notes.begin()
        return home

    def take(
        self, graph: Graph, path: Path | None, near: Window, *, is_saved: bool = True
    ) -> Window:
        """Show a graph that is there already: in `near` if that is untouched, else beside it."""
        if not near.document.is_untouched:
            return self._beside(near, graph, path, is_saved)
        near.document.replace(graph, path, is_saved=is_saved)
        take_turn()
        return near

    def holder(self, path: Path) -> Window | None:
        """The window in which a file is open."""
        wanted = path.resolve()
        for window in self.all:
            held = window.document.path
            if held is not None and held.resolve() == wanted:
                return window
        return None

    def tell(self, sentence: str) -> None:
        """Say what went wrong, in the window that the person works in."""
        if self.active is not None:
            self.active.notices.tell(sentence)

    # --- going ----------------------------------------------------------------------------

    def quit(self) -> None:
        """Close all windows, once every one with changes has an answer; Cancel keeps them all."""
        for window in self.all:
            if not window.document.is_saved:
                bring_forward(window)
            if not window.files.may_leave():
                return
        for window in list(self.all):
            window.leave()

    def write_drafts(self) -> None:
        """Keep what is unsaved for the next start: there is no time for questions."""
        for window in self.all:
            window.autosave.write_now()

    def forget(self, window: Window) -> None:
        """A window has closed: free what it holds."""
        if window in self.all:
            self.all.remove(window)
            window.deleteLater()

    # --- inside ---------------------------------------------------------------------------

    def _show(self, source: Path, near: Window | None, path: Path | None) -> Window | None:
        near = near or self.active or self.new()
        graph = near.files.load(source)
        if graph is None:
            return None
        if path is not None:
            self.settings.add_recent(path)
        return self.take(graph, path, near)

    def _beside(
        self, near: Window, graph: Graph, path: Path | None, is_saved: bool = True
    ) -> Window:
        """A new window with a graph, shown when it holds it: nobody sees it empty."""
        window = self.make()
        self._cascade(window, near)
        take_turn()  # making a window, filling it, and what follows are each long enough
        window.document.replace(graph, path, is_saved=is_saved)
        window.show()
        window.canvas.zoom_to_fit()
        return window

    def _cascade(self, window: Window, near: Window) -> None:
        window.resize(near.normalGeometry().size() if near.windowState() & SHAPES else near.size())
        place = QRect(near.pos() + CASCADE, window.size())
        room = near.screen().availableGeometry()
        start = room.topLeft() + CASCADE * (len(self.all) % ROUND)
        window.move(place.topLeft() if room.contains(place) else start)
        window.setWindowState(near.windowState() & SHAPES)


def bring_forward(window: Window) -> None:
    """Put a window in front of the others, whatever has become of it."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()
