"""An activation in the inspector: its curve, its slope, the inputs of the run on them."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, load
from gui.examples import examples
from gui.inspector.edge_page import GEOMETRY
from tests.inspector_desk import InspectorDesk

Key = Qt.Key
GRAPHS = {path.stem: path for path in examples()}


def acting(module: str, values) -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=("B",))
    graph.add(module, "act")
    graph.add("Sum", "loss")
    graph.connect("x.y", "act.x")
    graph.connect("act.y", "loss.x")
    graph.set_tensor("x.y", np.asarray(values, float))
    return graph


def view_of(qtbot, graph: Graph, id_: str = "act"):
    desk = InspectorDesk(qtbot, graph)
    desk.run()
    view = desk.node(id_).curve
    qtbot.waitUntil(lambda: not view.is_busy)
    return desk, view


def test_the_curve_has_the_inputs_of_the_run_and_says_how_many_are_saturated(qtbot):
    desk, view = view_of(qtbot, acting("Sigmoid", [-8, -1, 0.5, 9]))
    assert view.isVisible()
    assert view.saturation.said.startswith("Saturated: 2 of 4 inputs (50%).")
    assert view.legend.said.startswith("Dots: the inputs of this run.")
    found = view.picture.acting.entrywise
    assert np.allclose(found.slopes, found.outputs * (1 - found.outputs))
    desk.graph.set_tensor("x.y", np.array([-1.0, 0.5, 0.7, 1, 2]))
    desk.run()
    qtbot.waitUntil(lambda: not view.is_busy)
    assert view.saturation.said == "None of 5 inputs is saturated."
    desk.graph.set_tensor("x.y", np.array([-1.0, 0.5, 0.7, 1, 40]))
    desk.run()
    qtbot.waitUntil(lambda: not view.is_busy)
    assert view.saturation.said.startswith("Saturated: 1 of 5 inputs (20%).")


def test_pointing_reads_the_curve_and_so_do_keys(qtbot):
    _, view = view_of(qtbot, acting("Tanh", [0.1]))
    picture = view.picture
    x = picture.acting.curve.x[267]
    QTest.mouseMove(picture, picture.place_of(x, 0.0).toPoint())
    found = float(picture.acting.curve.x[picture.at])
    assert abs(found - x) < 0.05
    assert view.reading.said.startswith("x = 2")
    assert f"f = {np.tanh(found):.4f}".rstrip("0") in view.reading.said
    picture.setFocus()
    at = picture.at
    QTest.keyClick(picture, Key.Key_Left)
    assert picture.at == at - 4
    QTest.keyClick(picture, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert picture.at == at + 36
    QTest.mouseMove(view.reading)
    assert picture.at == at + 36  # the keys keep their place
    picture.clearFocus()
    assert view.reading.said == "Point at the curve to read it."


def test_a_kink_is_told_with_its_convention(qtbot):
    _, view = view_of(qtbot, acting("ReLU", [-1, 1]))
    assert view.kink.said == "At a kink: the derivative of ReLU at 0 is 0."
    assert view.saturation.said.startswith("Saturated: 1 of 2 inputs (50%).")


def test_many_inputs_are_counted_in_bars(qtbot):
    draw = np.random.RandomState(0).standard_normal(2000)
    _, view = view_of(qtbot, acting("GELU", draw))
    assert view.legend.said.startswith("Bars: how many of this run's 2\u2009000 inputs")
    counts = view.picture.acting.counts
    assert counts.sum() == 2000
    assert abs(counts.argmax() - len(counts) // 2) < 5


def test_what_acts_on_all_entries_has_no_curve(qtbot):
    desk, view = view_of(qtbot, acting("Softmax", [1, 2, 3]))
    assert not view.isVisible()
    assert desk.node("loss").curve is None


def test_what_is_ahead_of_the_playhead_has_none(qtbot):
    desk, view = view_of(qtbot, acting("Tanh", [1, 2, 3]))
    assert view.isVisible()
    desk.document.playhead.first()
    assert not view.isVisible()
    desk.document.playhead.last()
    qtbot.waitUntil(lambda: not view.is_busy)
    assert view.isVisible()


def test_over_time_it_is_that_of_the_time_step(qtbot):
    graph = load(GRAPHS["rnn"])
    graph.add("Tanh", "extra")
    inside = next(e.source for e in graph.edges if e.delay)
    graph.connect(inside, "extra.x")
    desk, view = view_of(qtbot, graph, "extra")
    t = desk.document.playhead.t
    value = desk.document.whole_trace.value(inside, t)
    assert np.allclose(view.picture.acting.entrywise.inputs, value.reshape(-1))


def test_the_edge_into_an_activation_has_the_curve_below_its_geometry(qtbot):
    desk, _ = view_of(qtbot, acting("Sigmoid", [-8, -1, 0.5, 9]))
    page = desk.edge("act.x")
    page.tabs.setCurrentIndex(GEOMETRY)
    qtbot.waitUntil(lambda: not page.geometry.is_busy)
    assert page.curve.isVisible()
    assert page.curve.saturation.said.startswith("Saturated: 2 of 4 inputs")
    page.tabs.setCurrentIndex(0)
    assert not page.curve.isVisible()
    page = desk.edge("loss.x")
    page.tabs.setCurrentIndex(GEOMETRY)
    assert page.curve is None


def test_a_large_batch_is_worked_out_beside_the_window(qtbot):
    """A burst above 50 ms would fail the test by itself."""
    desk = InspectorDesk(qtbot, acting("SiLU", np.linspace(-5, 5, 400_000)))
    desk.run()
    view = desk.node("act").curve
    assert view.is_busy
    qtbot.waitUntil(lambda: not view.is_busy)
    QApplication.processEvents()
    assert view.picture.acting.entrywise.inputs.size == 400_000
