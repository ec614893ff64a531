"""Whether files that a document names are others now: looked at when one comes back to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject

from gui.background import Background
from runtime.data.facts import BUILTIN
from runtime.data.files.places import find, stamp
from runtime.data.nodes import data_nodes, has_data
from runtime.data.system import SYSTEM
from runtime.errors import DataError

if TYPE_CHECKING:
    from graph import Graph
    from gui.window import Window

Stamps = dict[str, object]


class FileWatch(QObject):
    """Tells the document when a file of its Data nodes was written, went or came back."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._document = window.document
        self._known: Stamps | None = None
        self._work = Background(self)
        self._work.answered.connect(self._compare)
        self._document.opened.connect(self._forget)
        window.installEventFilter(self)

    @property
    def is_busy(self) -> bool:
        """Whether files are being looked at."""
        return self._work.is_busy

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """One leaves a window, writes a file elsewhere, and comes back."""
        turns = (QEvent.Type.WindowActivate, QEvent.Type.WindowDeactivate)
        if event.type() in turns and has_data(self._document.root):
            graph = self._document.root.copy()
            self._work.ask_long(lambda progress: stamps_of(graph))
        return False

    def _forget(self) -> None:
        self._known = None

    def _compare(self, found: Stamps) -> None:
        before, self._known = self._known or {}, found
        if any(before.get(id_, stamp) != stamp for id_, stamp in found.items()):
            self._document.data_changed.emit()


def stamps_of(graph: Graph) -> Stamps:
    """What tells for each Data node that its files are as they were; None where one is missing."""
    from runtime.data.files.reading import files_of

    found: Stamps = {}
    for id_, module in data_nodes(graph).items():
        source = module.settings["source"]
        if source.startswith((BUILTIN, SYSTEM)):
            continue
        try:
            path = find(source, graph.folder)
            found[id_] = (source, *(stamp(one) for one in files_of(path)))
        except (DataError, OSError):
            found[id_] = (source, None)
    return found
