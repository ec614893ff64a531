"""Hands for tests of the workspace Diagnose: a graph shown and measured, and what is seen of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidgetItem

from graph import Graph, PortRef, load
from tests.canvas_desk import LEFT, NONE

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


def show(desk, graph: Graph) -> None:
    """Show a graph with all its steps done."""
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: desk.document.is_fresh)
    desk.document.playhead.last()


def diagnose(desk, name_or_graph) -> None:
    """Go to the workspace with a graph, and wait for its figures."""
    is_name = isinstance(name_or_graph, str)
    graph = load(EXAMPLES / f"{name_or_graph}.gradwire") if is_name else name_or_graph
    show(desk, graph)
    desk.press_key(Key.Key_3, CONTROL)
    trace = desk.document.whole_trace
    found = desk.window.diagnosis
    desk.qtbot.waitUntil(lambda: found.health is not None)
    desk.qtbot.waitUntil(lambda: found.health.revision == trace.revision)
    desk.qtbot.wait(20)


def panel(desk):
    return desk.window.drawer.panel("health")


def width(desk, target: str) -> float | None:
    mark = desk.view.canvas.overlays.edge(PortRef.parse(target))
    return None if mark is None else mark.width


def click_row(desk, text: str) -> None:
    rows = panel(desk).findings
    (row,) = [i for i, told in enumerate(rows.texts) if told.startswith(text)]
    item: QListWidgetItem = rows.item(row)
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(item).center())


def logs() -> Graph:
    """x -> Log -> Sum, where one entry of x is 0."""
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=(3,), at=(0, 0))
    graph.add("Log", "log", at=(200, 0))
    graph.add("Sum", "loss", at=(400, 0))
    graph.connect("x.y", "log.x")
    graph.connect("log.y", "loss.x")
    graph.set_tensor("x.y", np.array([1.0, 0.0, 2.0]))
    return graph
