"""A desk for tests of the Jacobian as a picture: its panel, its mouse, two small graphs."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from gui.examples import examples
from gui.inspector.edge_page import GEOMETRY
from tests.inspector_desk import InspectorDesk
from tests.window_desk import move_pressed

Key, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
GRAPHS = {path.stem: path for path in examples()}


def panel_of(qtbot, graph: Graph, target: str):
    """The desk, and the geometry of an edge once it is drawn in full."""
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    page = desk.edge(target)
    page.tabs.setCurrentIndex(GEOMETRY)
    desk.settle = lambda: settle(qtbot, page.geometry)
    desk.settle()
    return desk, page.geometry


def settle(qtbot, panel) -> None:
    qtbot.waitUntil(lambda: not panel.is_busy)
    QApplication.processEvents()


def drag(panel, point) -> None:
    """Take the point somewhere with the mouse: a press where it is, moves, a release."""
    picture = panel.picture
    start = picture.place_of(picture.look.here.point).toPoint()
    end = picture.place_of(np.asarray(point, float)).toPoint()
    QTest.mousePress(picture, LEFT, NONE, start)
    for share in (0.2, 0.6, 1.0):
        move_pressed(picture, start + (end - start) * share)
    QTest.mouseRelease(picture, LEFT, NONE, end)


def choose_of(panel, port: str) -> None:
    """Choose of which port the derivative is, as its list does."""
    field = panel.output.field
    labels = [field.itemText(i) for i in range(field.count())]
    place = next(i for i, label in enumerate(labels) if label.startswith(port))
    field.setFocus()
    while field.currentIndex() != place:
        QTest.keyClick(field, Key.Key_Down if field.currentIndex() < place else Key.Key_Up)


def square(value=3.0) -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=())
    graph.add("Multiply", "twice")
    graph.connect("x.y", "twice.a")
    graph.connect("x.y", "twice.b")
    graph.set_tensor("x.y", np.array(value))
    return graph


def polar() -> Graph:
    """(r, a) to (r cos a, r sin a), as one edge into a Multiply and more."""
    graph = Graph()
    graph.add("Input", "p", shape=(2,))
    graph.add("Slice", "r", axis=0, start=0, stop=1)
    graph.add("Slice", "a", axis=0, start=1, stop=2)
    graph.add("Cos", "c")
    graph.add("Sin", "s")
    graph.add("Multiply", "x")
    graph.add("Multiply", "y")
    graph.add("Concat", "xy", axis=0)
    graph.add("Sum", "loss")
    for edge in (
        "p.y r.x", "p.y a.x", "a.y c.x", "a.y s.x", "r.y x.a", "c.y x.b", "r.y y.a", "s.y y.b",
        "x.y xy.x0", "y.y xy.x1", "xy.y loss.x",
    ):  # fmt: skip
        graph.connect(*edge.split())
    graph.set_tensor("p.y", np.array([1.5, 0.5]))
    return graph
