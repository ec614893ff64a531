"""What a window needs only later is imported while it waits for the person, not before it is seen.

What has nothing to do with Qt is imported off the window's thread. PySide makes its classes when
they are first asked for, which two threads must not do at once: the rest is imported here, a piece
in each turn of the event loop.
"""

from __future__ import annotations

from importlib import import_module

from PySide6.QtCore import QObject, QTimer, Signal

from gui.background import Background

AFTER = 100  # milliseconds: by then the window is painted
NUMBERS = (
    "runtime.explaining.asking",
    "runtime.explaining.writing",
    "runtime.chains.finding",
    "runtime.practice.sheet",
    "runtime.data.preview",
    "runtime.training.pictures.studio",
    "runtime.geometry.function",
    "runtime.geometry.slicing",
    "runtime.maps.overview",
    "runtime.maps.summary",
    "runtime.products_over_time",
)
# In an order in which none imports much that is not there yet; the pages of the inspector last.
PAGES = (
    "gui.data.section",
    "gui.forward_mode.section",
    "gui.inspector.tensor_panel",
    "gui.inspector.attribute_form",
    "gui.inspector.definition_form",
    "gui.inspector.geometry.curve_view",
    "gui.inspector.tensor_editor",
    "gui.inspector.port_list",
    "gui.inspector.node_page",
    "gui.inspector.jacobian.sight",
    "gui.inspector.geometry.picture",
    "gui.inspector.jacobian.panel",
    "gui.inspector.geometry.panel",
    "gui.inspector.edge_page",
    "gui.inspector.nodes_page",
    "gui.inspector.definition_page",
)


class Warming(QObject):
    """Imports everything once the event loop runs; `done` follows."""

    done = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting = list(PAGES)
        self._work = Background(self)
        self._work.answered.connect(lambda _: self._turn.start())
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._import_one)

    def start(self) -> None:
        """Begin when the window has been painted."""
        QTimer.singleShot(AFTER, self, self._import_numbers)

    def _import_numbers(self) -> None:
        self._work.ask_long(lambda progress: import_all(NUMBERS))

    def _import_one(self) -> None:
        if self._waiting:
            import_module(self._waiting.pop(0))
        else:
            self._turn.stop()
            self.done.emit()


def import_all(names: tuple[str, ...] = NUMBERS + PAGES) -> None:
    """Import modules at once, where nobody waits."""
    for name in names:
        import_module(name)
