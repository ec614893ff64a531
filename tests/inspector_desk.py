"""A desk for tests of the inspector: a document, the inspector, and hands for the keyboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QWidget

from graph import Catalogue, Graph, PortRef
from gui.answers import run_now, verify
from gui.document import Document
from gui.inspector import Inspector
from gui.inspector.edge_page import EdgePage
from gui.inspector.kept_tensor import array_of
from gui.theme import Theme
from tests.canvas_desk import by_hand

LEFT = Qt.MouseButton.LeftButton


class InspectorDesk:
    """A shown inspector on a graph."""

    def __init__(self, qtbot, graph: Graph, catalogue: Catalogue | None = None) -> None:
        EdgePage.chosen_tab = 2
        self.qtbot = qtbot
        self.document = Document(catalogue=catalogue)
        self.document.replace(graph, None)
        self.theme = Theme("light")
        self.inspector = Inspector(self.document, self.theme)
        qtbot.addWidget(self.inspector)
        self.inspector.resize(320, 800)
        self.inspector.show()
        qtbot.waitExposed(self.inspector)

    @property
    def graph(self) -> Graph:
        return self.document.graph

    @property
    def page(self):
        return self.inspector.page

    def node(self, id_: str):
        """Select a node; its page."""
        self.document.selection.set_nodes([id_])
        QApplication.processEvents()
        self.page.unfold()
        return self.page

    def edge(self, target: str):
        """Select the edge that ends at a port; its page."""
        self.document.selection.set_edge(target)
        QApplication.processEvents()
        self.page.unfold()
        return self.page

    def run(self) -> None:
        """Check, run, and stand at the end."""
        run_now(self.document)
        self.document.playhead.last()

    def verify(self) -> None:
        answer = verify(self.graph.copy())
        self.document.accept_report(answer.report, answer.revision)

    def tensor(self, port: str) -> np.ndarray:
        return array_of(self.graph.tensors[PortRef.parse(port)])

    def undo_text(self) -> str | None:
        return self.document.history.undo_text

    @staticmethod
    def type_into(field: QWidget, text: str, then: Qt.Key | None = Qt.Key.Key_Return) -> None:
        """Click into a field, write over what stands there, and press a key."""
        if isinstance(field, QAbstractSpinBox):
            field = field.findChild(QLineEdit)
        QTest.mouseClick(field, LEFT, pos=QPoint(6, field.height() // 2))
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(field, Qt.Key.Key_Delete)
        QTest.keyClicks(field, text)
        if then is not None:
            QTest.keyClick(field, then)

    @staticmethod
    def click(widget: QWidget) -> None:
        QTest.mouseClick(widget, LEFT)

    @staticmethod
    def choose(combo: QWidget, steps: int) -> None:
        """Move a closed combo box by arrow keys, and take what is there."""
        combo.setFocus()
        key = Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up
        for _ in range(abs(steps)):
            QTest.keyClick(combo, key)


def network() -> Graph:
    """Two layers over four samples, with a target of its own."""
    draw = np.random.RandomState(0)
    graph = Graph(title="A small network")
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Linear", "hidden", out_features=8)
    graph.add("ReLU", "relu")
    graph.add("Linear", "out", out_features=1)
    graph.add("Input", "t", shape=("B", 1))
    graph.add("MSELoss", "loss")
    for source, target in (
        ("x.y", "hidden.x"),
        ("hidden.y", "relu.x"),
        ("relu.y", "out.x"),
        ("out.y", "loss.prediction"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    graph.set_tensor("x.y", draw.standard_normal((4, 2)))
    graph.set_tensor("t.y", draw.standard_normal((4, 1)))
    return graph


__all__ = ["InspectorDesk", "by_hand", "network"]
