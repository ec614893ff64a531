"""The unrolled view: a copy per time step, the numbers of each, and that nothing can be edited."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, dumps
from graph.time import inside_time
from graph.topology import directed
from gui.unrolled.copies import unrolled
from tests.canvas_desk import LEFT, by_hand
from tests.recurrent_graphs import Pair
from tests.test_delay_edges import looped
from tests.window_desk import WindowDesk, desk_for
from tests.work_counter import counted_calls

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def copies_of(graph: Graph, steps: int):
    inside = inside_time(graph)
    return unrolled(graph, inside, steps, dict.fromkeys(inside, 144.0))


# --- the copies -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_a_copy_per_step_and_edges_that_lead_on(seed):
    pair = Pair(steps=4, seed=seed)
    for number, id_ in enumerate(pair.loop.nodes):
        pair.loop.move(id_, (200.0 * number, 40.0 * (number % 3)))
    made = copies_of(pair.loop, 4)
    inside = inside_time(pair.loop)
    assert len(made.graph.nodes) == 4 * len(inside) + len(pair.loop.nodes) - len(inside)
    assert nx.is_directed_acyclic_graph(directed(made.graph.nodes, made.graph.edges))
    assert not any(edge.delay for edge in made.graph.edges)
    # The same edges as the graph that the tests unroll by hand, apart from zeros before the start.
    flat = {
        (str(edge.source.node), str(edge.target))
        for edge in pair.flat.edges
        if edge.source.node != "zero"
    }
    found = set()
    for edge in made.graph.edges:
        one, t = made.moments[edge.source.node]
        other, end = made.moments[edge.target.node]
        start = one if t is None else f"{one}_{t}"
        stop = other if end is None else f"{other}_{end}"
        found.add((start, f"{stop}.{edge.target.port}"))
    assert found == flat


def test_copies_stand_clear_of_each_other():
    made = copies_of(looped(), 3)
    at = {moment: made.graph.nodes[id_].at for id_, moment in made.moments.items()}
    for id_ in ("x", "h", "back"):
        assert at[id_, 0][1] == at[id_, 1][1]
        assert at[id_, 1][0] - at[id_, 0][0] == at[id_, 2][0] - at[id_, 1][0]
    assert at["x", 1][0] > at["h", 0][0] + 144
    assert at["last", None][0] > at["h", 2][0]


# --- in the window ----------------------------------------------------------------------------


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(looped(), None)
        made.settle()
        made.view.setFocus()
        yield made


def unroll(desk: WindowDesk):
    desk.press_key(Key.Key_U, CONTROL)
    QApplication.processEvents()
    return desk.window.unrolling.view


def pixel_of(view, id_: str):
    left, top, right, bottom = view.canvas.items_by_id[id_].box()
    return view.mapFromScene((left + right) / 2, (top + bottom) / 2)


def test_a_key_unrolls_and_escape_goes_back(desk):
    view = unroll(desk)
    assert view.isVisible()
    assert not desk.view.isVisible()
    assert view.note.text() == "Unrolled: 3 steps, read-only"
    assert desk.window.commands.by_id["unroll"].isChecked()
    assert {"x_t0", "h_t2", "loss"} <= set(view.document.graph.nodes)
    view.grab()
    desk.press_key(Key.Key_Escape)
    assert desk.view.isVisible()
    assert desk.view.hasFocus()
    unroll(desk)
    unroll(desk)
    assert not desk.window.unrolling.is_on


def test_every_copy_has_the_numbers_of_its_time_step(desk):
    desk.press_key(Key.Key_PageDown, CONTROL)
    trace, view = desk.document.whole_trace, unroll(desk)
    shown = view.document.shown
    for t in range(3):
        value = shown.value(PortRef(f"h_t{t}", "y")).array
        np.testing.assert_array_equal(value, trace.value("h.y", t))
        found = shown.gradient(PortRef(f"sum_t{t}", "b")).array
        np.testing.assert_array_equal(found, trace.gradient("sum.b", t))
        part = shown.gradient(PortRef(f"back_t{t}", "weight")).array
        np.testing.assert_array_equal(part, trace.gradient("back.weight", t))
        local = shown.factor(PortRef(f"h_t{t}", "x")).map.dense()
        np.testing.assert_array_equal(local, trace.jacobian("h.x", t=t).dense())
    np.testing.assert_array_equal(shown.value(PortRef("loss", "y")).array, trace.value("loss.y"))
    view.zoom_to(1.0)
    view.grab()


def test_copies_fill_up_as_the_playhead_goes(desk):
    view, head = unroll(desk), desk.document.playhead
    at = next(i for i, s in enumerate(head.steps) if (s.node, s.t) == ("h", 1))
    head.go(at + 1)
    shown = view.document.shown
    assert shown.value(PortRef("h_t1", "y")).is_value
    assert shown.value(PortRef("h_t2", "y")).state == "blank"
    assert view.canvas.mood("h_t1").ring == "forward"
    assert view.canvas.mood("h_t0").ring == ""
    view.grab()


def test_selecting_a_copy_selects_the_node_and_its_time_step(desk):
    desk.press_key(Key.Key_PageDown, CONTROL)
    view = unroll(desk)
    view.zoom_to_fit()
    QTest.mouseClick(view.viewport(), LEFT, pos=pixel_of(view, "h_t1"))
    QApplication.processEvents()
    assert desk.document.selection.node == "h"
    assert desk.document.playhead.t == 1
    desk.press_key(Key.Key_PageDown, CONTROL | SHIFT)
    assert view.document.selection.node == "h_t2"


def test_nothing_is_edited_there(desk):
    view, before = unroll(desk), dumps(desk.graph)
    view.zoom_to_fit()
    copies = dumps(view.document.graph)
    start = pixel_of(view, "h_t1")
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    QTest.mouseMove(view.viewport(), start + start * 0.2)
    QTest.mouseRelease(view.viewport(), LEFT, pos=start + start * 0.2)
    QTest.mouseDClick(view.viewport(), LEFT, pos=view.viewport().rect().bottomRight() * 0.9)
    for key in (Key.Key_Delete, Key.Key_B, Key.Key_M, Key.Key_Return, Key.Key_F2):
        QTest.keyClick(view, key)
    QTest.keyClick(view, Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    QApplication.processEvents()
    assert dumps(desk.graph) == before
    assert dumps(view.document.graph) == copies
    assert view.isVisible()


def test_it_follows_edits_and_leaves_when_there_is_no_time_any_more(desk):
    view = unroll(desk)
    desk.graph.add("Exp", "more", at=(480, 400))
    desk.graph.connect("h.y", "more.x")
    desk.settle()
    desk.qtbot.waitUntil(lambda: "more_t2" in view.document.graph)
    assert view.isVisible()
    desk.document.replace(by_hand(), None)
    desk.settle()
    assert not view.isVisible()


def test_zoom_is_that_of_what_is_shown(desk):
    canvas, view = desk.view.zoom, unroll(desk)
    before = view.zoom
    desk.press_key(Key.Key_Minus, CONTROL)
    assert view.zoom < before
    assert desk.view.zoom == canvas


def test_a_thousand_steps_stay_usable(desk):
    graph = looped()
    graph.set_tensor("x.y", np.random.RandomState(1).standard_normal((1000, 2, 1)))
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: desk.document.is_fresh, timeout=20_000)
    desk.settle()
    view = unroll(desk)
    desk.qtbot.waitUntil(lambda: view.canvas.building.is_done, timeout=20_000)
    assert len(view.document.graph.nodes) == 4002
    view.grab()
    with counted_calls() as work:
        view.grab()
    assert work.calls < 12_000  # some three a node: all are painted in one go
