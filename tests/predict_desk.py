"""A desk for tests of predict mode: Ctrl+P, and answers typed where the keys are."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from graph.tensor import Tensor
from gui.predict.panel import PredictPanel
from tests.window_desk import WindowDesk


def uncommon() -> Graph:
    """(b sin x)^2 at numbers of which none comes twice."""
    graph = Graph(title="Uncommon numbers")
    for id_, number in (("x", 2.137), ("b", 1.853)):
        graph.add("Input", id_, shape=(), at=(0, 100 * len(graph.nodes)))
        graph.set_tensor(f"{id_}.y", Tensor.scalar(number))
    for id_, module in (("s", "Sin"), ("p", "Multiply"), ("loss", "Square")):
        graph.add(module, id_, at=(200 * (len(graph.nodes) - 1), 100))
    for ends in ("x.y s.x", "s.y p.a", "b.y p.b", "p.y loss.x"):
        graph.connect(*ends.split())
    return graph


def show(desk: WindowDesk, graph: Graph) -> None:
    """Show a graph, fitted, with its numbers."""
    desk.document.replace(graph, None)
    desk.settle()
    desk.view.zoom_to_fit()
    desk.qtbot.waitUntil(lambda: desk.document.trace is not None)


def predict(desk: WindowDesk) -> PredictPanel:
    """Begin to predict, or end it; the panel."""
    desk.view.setFocus()
    desk.press_key(Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    return desk.window.drawer.panel("predict")


def type_answer(desk: WindowDesk, text: str) -> None:
    """Type where the keys are, as one does who never takes the mouse."""
    field = QApplication.focusWidget()
    assert field is desk.window.drawer.panel("predict").answer.field
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()
