"""A desk for tests of the canvas: a document, a view on it, and hands for the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, Tensor, check
from gui.canvas import CanvasView, module_mime
from gui.document import Document
from gui.theme import Theme
from runtime import Engine

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def by_hand() -> Graph:
    """|y_true - (w x + b)|, the example of the handbook."""
    graph = Graph(title="Backpropagation by hand")
    for module, id_, at in (
        ("Input", "x", (0, 0)),
        ("Parameter", "w", (0, 112)),
        ("Parameter", "b", (240, 176)),
        ("Input", "y_true", (480, 232)),
        ("Multiply", "x1", (240, 56)),
        ("Add", "x2", (480, 112)),
        ("Subtract", "difference", (720, 160)),
        ("Abs", "loss", (960, 160)),
    ):
        graph.add(module, id_, at=at)
    for source, target in (
        ("w.y", "x1.a"),
        ("x.y", "x1.b"),
        ("x1.y", "x2.a"),
        ("b.y", "x2.b"),
        ("y_true.y", "difference.a"),
        ("x2.y", "difference.b"),
        ("difference.y", "loss.x"),
    ):
        graph.connect(source, target)
    for port, number in (("x.y", 2), ("w.y", 3), ("b.y", 1), ("y_true.y", 4)):
        graph.set_tensor(port, Tensor.scalar(float(number)))
    return graph


class Desk:
    """A shown canvas with the mouse in hand. Points are canvas units."""

    def __init__(self, qtbot, graph: Graph | None = None) -> None:
        self.document = Document()
        self.theme = Theme("light")
        self.view = CanvasView(self.document, self.theme)
        qtbot.addWidget(self.view)
        self.view.resize(1280, 800)
        self.view.show()
        self.refused: list[str] = []
        self.document.refused.connect(self.refused.append)
        if graph is not None:
            self.document.replace(graph, None)

    @property
    def graph(self) -> Graph:
        return self.document.graph

    @property
    def scene(self):
        return self.view.canvas

    def run(self, position: int | None = None) -> None:
        """Check and run the graph, and move the playhead (to the end)."""
        self.document.accept_check(check(self.graph))
        trace = Engine(self.graph, partial=True).run()
        self.document.accept_trace(trace)
        self.document.playhead.go(len(trace.steps) if position is None else position)

    def plates(self) -> dict[tuple[str, str], list[str]]:
        """Texts of the annotations in sight by (kind, port)."""
        self.view.grab()
        found: dict[tuple[str, str], list[str]] = {}
        seen = self.view.mapToScene(self.view.viewport().rect()).boundingRect()
        for plate in self.scene.plates(seen, self.view.zoom):
            texts = found.setdefault((plate.kind, str(plate.port)), [])
            texts.extend(label.text for label in plate.labels)
        return found

    def pixel(self, x: float, y: float) -> QPoint:
        return self.view.mapFromScene(x, y)

    def port(self, ref: str) -> QPoint:
        return self.pixel(*self.scene.port_place(PortRef.parse(ref)))

    def middle(self, id_: str) -> QPoint:
        left, top, right, bottom = self.scene.items_by_id[id_].box()
        return self.pixel((left + right) / 2, (top + bottom) / 2)

    def press(self, pixel: QPoint, button=LEFT, modifiers=NONE) -> None:
        QTest.mousePress(self.view.viewport(), button, modifiers, pixel)

    def move(self, pixel: QPoint) -> None:
        QTest.mouseMove(self.view.viewport(), pixel)
        QApplication.processEvents()

    def release(self, pixel: QPoint, button=LEFT, modifiers=NONE) -> None:
        QTest.mouseRelease(self.view.viewport(), button, modifiers, pixel)
        QApplication.processEvents()

    def click(self, pixel: QPoint, modifiers=NONE) -> None:
        self.press(pixel, modifiers=modifiers)
        self.release(pixel, modifiers=modifiers)

    def drag(self, start: QPoint, end: QPoint, button=LEFT, modifiers=NONE) -> None:
        self.press(start, button, modifiers)
        for share in (0.2, 0.6, 1.0):
            self.move(start + (end - start) * share)
        self.release(end, button, modifiers)

    def key(self, key, modifiers=NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)
        QApplication.processEvents()

    def turn_down_offer(self) -> None:
        """Esc in the popup that a cycle opens."""
        QTest.keyClick(QApplication.activePopupWidget(), Qt.Key.Key_Escape)
        QApplication.processEvents()

    def drop(self, module: str, pixel: QPoint) -> None:
        """What Qt delivers during a drag from the palette and at its end."""
        data = module_mime(module)
        copy, viewport = Qt.DropAction.CopyAction, self.view.viewport()
        for kind in (QDragEnterEvent, QDragMoveEvent):
            QApplication.sendEvent(viewport, kind(pixel, copy, data, LEFT, NONE))
        self.view.grab()
        QApplication.sendEvent(viewport, QDropEvent(pixel.toPointF(), copy, data, LEFT, NONE))
