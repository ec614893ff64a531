"""The page of an edge over time: the parts of a gradient, and the product of Jacobians."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from graph.records import Time
from gui.inspector.edge_page import TIME, EdgePage
from gui.inspector.gradient_over_time import GradientOverTime
from runtime import Engine, NoValue
from runtime.products_over_time import MOST, products_over_time
from tests.canvas_desk import LEFT
from tests.inspector_desk import InspectorDesk
from tests.test_delay_edges import looped
from tests.test_time import plain_rnn


def scalar_loop(steps: int = 3) -> Graph:
    """x_t = rate x_{t-1}, from 2 on."""
    graph = Graph()
    graph.add("Parameter", "rate", shape=())
    graph.add("Multiply", "x")
    graph.connect("rate.y", "x.a")
    graph.connect("x.y", "x.b", delay=1)
    graph.set_tensor("rate.y", np.array(3.0))
    graph.set_tensor("x.b", np.array([2.0]))
    graph.configure(target="x")
    graph.configure(time=Time(steps=steps))
    return graph


# --- the numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", [1, 2, 6])
def test_products_are_those_of_the_dense_jacobians(steps):
    trace = Engine(plain_rnn(steps=steps)).run()
    found = products_over_time(trace, "h.y")
    assert found.times == tuple(range(steps))
    for t in found.times:
        dense = trace.jacobian("h.y", "h.y", t=(t, steps - 1)).dense().reshape(8, 8)
        assert found.norms[t] == pytest.approx(np.linalg.norm(dense), rel=1e-12)
        assert found.largest[t] == pytest.approx(np.linalg.norm(dense, 2), rel=1e-10)


def test_a_product_over_time_is_the_product_of_the_single_steps():
    trace = Engine(plain_rnn(steps=5)).run()
    product = np.eye(8)
    for t in reversed(range(4)):
        product = product @ trace.jacobian("h.y", "h.y", t=(t, t + 1)).dense().reshape(8, 8)
        expected = np.linalg.norm(product)
        assert products_over_time(trace, "h.y").norms[t] == pytest.approx(expected, rel=1e-10)


def test_of_many_steps_a_choice_is_taken_with_both_ends():
    trace = Engine(scalar_loop(steps=200)).run()
    reports: list[float] = []
    found = products_over_time(trace, "x.y", reports.append)
    assert len(found.times) == MOST
    assert (found.times[0], found.times[-1]) == (0, 199)
    assert found.norms[-1] == found.largest[-1] == 1
    assert found.norms[-2] == pytest.approx(3.0 ** (199 - found.times[-2]), rel=1e-9)
    assert reports == sorted(reports)


def test_a_port_outside_time_has_none():
    with pytest.raises(NoValue, match="outside time"):
        products_over_time(Engine(looped()).run(), "loss.y")


# --- the page ---------------------------------------------------------------------------------


@pytest.fixture
def opened(qtbot, monkeypatch):
    def open_(graph: Graph, target: str):
        desk = InspectorDesk(qtbot, graph)
        monkeypatch.setattr(EdgePage, "chosen_tab", TIME)
        desk.run()
        return desk, desk.edge(target)

    return open_


def wait(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.time.state.found is not None)


def test_a_scalar_gradient_is_spelled_as_the_sum_of_its_parts(opened, qtbot):
    _, page = opened(scalar_loop(), "x.a")
    parts = page.time.gradient
    assert parts.parts.numbers == (18, 18, 18)  # 2 · 3², at every step
    assert "18 + 18 + 18 = 54" in parts.words.said


def test_a_bar_stands_for_each_step_and_a_click_goes_there(opened):
    desk, page = opened(looped(), "back.weight")
    trace, chart = desk.document.whole_trace, page.time.gradient.chart
    expected = np.linalg.norm(trace.gradient_over_time("back.weight").reshape(3, -1), axis=1)
    assert chart.series[0].numbers == pytest.approx(expected)
    QTest.mouseClick(chart, LEFT, pos=QPoint(round(chart.x_of(2)), 60))
    QApplication.processEvents()
    assert desk.document.playhead.t == 2
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert desk.document.playhead.t == 1
    assert chart.words(1) in chart.accessibleDescription()
    page.grab()


def test_parts_come_as_the_reverse_pass_goes_back(opened):
    desk, page = opened(looped(), "back.weight")
    head, steps = desk.document.playhead, desk.document.whole_trace.steps
    at = next(i for i, s in enumerate(steps) if (s.phase, s.node, s.t) == ("reverse", "back", 1))
    head.go(at + 1)
    numbers = page.time.gradient.chart.series[0].numbers
    assert numbers[0] is None
    assert None not in numbers[1:]
    assert "not come" in page.time.gradient.words.said


def test_the_log_scale_is_kept_for_the_next_page(opened, monkeypatch):
    desk, page = opened(looped(), "back.weight")
    monkeypatch.setattr(GradientOverTime, "is_log", False)
    QTest.mouseClick(page.time.gradient.log.field, LEFT, pos=QPoint(8, 12))
    assert page.time.gradient.chart.is_log
    page.grab()
    assert desk.edge("back.x").time.gradient.chart.is_log


def test_the_product_of_jacobians_is_drawn_for_a_delay_edge(opened, qtbot):
    desk, page = opened(looped(), "back.x")
    wait(qtbot, page)
    trace, found = desk.document.whole_trace, page.time.state.found
    assert found == products_over_time(trace, "h.y")
    norm, largest = page.time.state.chart.series
    assert norm.numbers == found.norms
    assert largest.numbers == found.largest
    assert "Dashed" in page.time.state.words.said
    page.grab()


def test_edges_outside_time_have_no_such_tab(opened):
    _, page = opened(looped(), "loss.x")
    assert page.tabs.count() == TIME
    assert page.tabs.currentIndex() == 2


def test_before_a_run_the_page_says_that_there_is_nothing_yet(qtbot, monkeypatch):
    desk = InspectorDesk(qtbot, looped())
    monkeypatch.setattr(EdgePage, "chosen_tab", TIME)
    page = desk.edge("back.x")
    assert page.time.nothing.isVisible()
    desk.run()
    wait(qtbot, desk.page)
    assert not desk.page.time.nothing.isVisible()


def test_the_page_of_a_parameter_that_all_steps_read_has_its_parts_too(qtbot):
    desk = InspectorDesk(qtbot, scalar_loop())
    desk.run()
    page = desk.node("rate")
    assert page.over_time.isVisible()
    assert "18 + 18 + 18 = 54" in page.over_time.words.said
    page.grab()
