"""Graphs with a Jacobian to look at, and hands for its panel."""

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from tests.inspector_desk import InspectorDesk
from tests.window_desk import move_pressed

Key = Qt.Key
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


def convolution() -> Graph:
    """3x3 on 16x32x32: a Jacobian of 14 400 by 16 384."""
    graph = Graph(dtype="float32")
    graph.add("Input", "x", shape=(1, 16, 32, 32))
    graph.add("Conv2d", "conv", out_channels=16, kernel_size=(3, 3))
    graph.add("Sum", "loss")
    graph.connect("x.y", "conv.x")
    graph.connect("conv.y", "loss.x")
    draw = np.random.RandomState(0)
    graph.set_tensor("x.y", draw.standard_normal((1, 16, 32, 32)).astype("float32"))
    return graph


def softmax() -> Graph:
    """128 samples of 10 classes."""
    graph = Graph()
    graph.add("Input", "x", shape=("B", 10))
    graph.add("Softmax", "p")
    graph.add("Sum", "loss")
    graph.connect("x.y", "p.x")
    graph.connect("p.y", "loss.x")
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((128, 10)))
    return graph


def chain(length: int, width: int = 3) -> Graph:
    """A vector through many nodes."""
    graph = Graph()
    graph.add("Input", "x", shape=(width,))
    source = "x.y"
    for number in range(length):
        graph.add("Sin", f"sin{number}")
        graph.connect(source, f"sin{number}.x")
        source = f"sin{number}.y"
    graph.add("Sum", "loss")
    graph.connect(source, "loss.x")
    graph.set_tensor("x.y", np.linspace(0.1, 1, width))
    return graph


def panel_of(qtbot, graph: Graph, target: str):
    """The desk, and the panel of an edge once something is drawn."""
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    panel = desk.edge(target).jacobian
    qtbot.waitUntil(lambda: panel.view.isVisible() or panel.number.isVisible(), timeout=20_000)
    return desk, panel


def local(desk, target: str) -> np.ndarray:
    return desk.document.trace.jacobian(target)


def press(widget, key, times=1):
    for _ in range(times):
        QTest.keyClick(widget, key)
        QApplication.processEvents()


def drag(picture, start: QPoint, end: QPoint) -> None:
    """Draw a rectangle with the left button."""
    QTest.mousePress(picture, LEFT, NONE, start)
    for share in (0.3, 0.7, 1.0):
        move_pressed(picture, start + (end - start) * share)
        picture.grab()
    QTest.mouseRelease(picture, LEFT, NONE, end)


def wheel(picture, place: QPoint, notches: int, modifiers=NONE) -> bool:
    """Turn the wheel over a place; whether the picture took it."""
    at, turn = QPointF(place), QPoint(0, 120 * notches)
    event = QWheelEvent(
        at, picture.mapToGlobal(at), QPoint(), turn,
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(picture, event)
    return event.isAccepted()


def table_of(panel) -> np.ndarray:
    return panel.table.numbers.array
