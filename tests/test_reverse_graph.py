"""The reverse graph: built edge by edge, seeds and sums spelled out, linked, and read-only."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, Tensor, dumps
from graph.grouping import group_edit
from gui.accessible.words import port_description
from gui.canvas.tips import tip_at
from gui.reverse_graph.sums import Sums
from tests.canvas_desk import LEFT, by_hand
from tests.test_delay_edges import looped
from tests.test_reverse_sums import running
from tests.window_desk import WindowDesk, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def fanning(shape: tuple[int, ...] = ()) -> Graph:
    """y = 1.5 x + 0.2 x - 0.7 x, each part a product with a constant of its own."""
    graph = Graph(title="Fan-out")
    graph.add("Input", "x", at=(0, 120), shape=shape)
    graph.set_tensor("x.y", np.full(shape, 2.0))
    graph.add("Add", "two", at=(600, 80))
    graph.add("Add", "y", at=(840, 120))
    for row, (factor, target) in enumerate(((1.5, "two.a"), (0.2, "two.b"), (-0.7, "y.b"))):
        graph.add("Constant", f"c{row}", at=(200, 40 + 120 * row))
        graph.set_tensor(f"c{row}.y", Tensor.scalar(factor))
        graph.add("Multiply", f"p{row}", at=(400, 120 * row))
        graph.connect("x.y", f"p{row}.a")
        graph.connect(f"c{row}.y", f"p{row}.b")
        graph.connect(f"p{row}.y", target)
    graph.connect("two.y", "y.a")
    return graph


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.window.workspaces.step()
        made.document.replace(by_hand(), None)
        made.settle()
        made.view.setFocus()
        yield made


def show(desk: WindowDesk, graph: Graph | None = None):
    """Open the reverse graph by its key, at the end of the run; its view."""
    if graph is not None:
        desk.document.replace(graph, None)
        desk.settle()
    if not desk.window.reverse_graph.is_on:
        desk.press_key(Key.Key_R, CONTROL)
    desk.document.playhead.last()
    QApplication.processEvents()
    return desk.window.reverse_graph.view


def texts(view, kind: str) -> dict[str, str]:
    """The annotations of one kind that the reverse graph shows, by port."""
    view.grab()
    seen = view.mapToScene(view.viewport().rect()).boundingRect()
    plates = view.canvas.plates(seen, view.zoom)
    return {str(p.port): " ".join(x.text for x in p.labels) for p in plates if p.kind == kind}


def middle(view, id_: str) -> QPoint:
    left, top, right, bottom = view.canvas.items_by_id[id_].box()
    return view.mapFromScene((left + right) / 2, (top + bottom) / 2)


def test_a_key_shows_both_graphs_with_nodes_in_the_same_places(desk):
    view = show(desk)
    assert view.isVisible()
    assert desk.view.isVisible()
    assert desk.window.commands.by_id["reverse_graph"].isChecked()
    assert view.canvas.content_rect() == desk.view.canvas.content_rect()
    for id_ in desk.graph.nodes:
        assert view.canvas.items_by_id[id_].pos() == desk.scene.items_by_id[id_].pos()
        assert (middle(view, id_) - desk.middle(id_)).manhattanLength() <= 2
    desk.press_key(Key.Key_R, CONTROL)
    assert not desk.window.reverse_graph.is_on
    assert desk.view.hasFocus()


def test_it_shows_seed_cotangents_and_factors_and_no_value(desk):
    view = show(desk)
    assert texts(view, "seed") == {"loss.y": "seed 1"}
    found = texts(view, "gradient")
    assert found["loss.x"] == "∂ −1 ×−1"
    assert found["x1.a"].startswith("∂ 2")
    assert texts(view, "value") == {}


def test_stepping_builds_it_edge_by_edge(desk):
    view, head = show(desk), desk.document.playhead
    head.end_forward()
    assert texts(view, "gradient") == texts(view, "seed") == {}
    assert view.note.text() == "Reverse graph: its edges come with the reverse pass"
    assert view.canvas.mood("loss").muted
    assert view.canvas.mood(head.step.node).ring == ""  # that was a forward step
    counts = []
    while not head.is_at_end:
        head.next()
        assert view.canvas.mood(head.step.node).ring == "reverse"
        counts.append(len(texts(view, "gradient")))
    assert counts == [1, 3, 5, 7]
    head.end_forward()
    parts = []
    while not head.is_at_end:
        desk.press_key(Key.Key_PageDown, Qt.KeyboardModifier.ShiftModifier)
        parts.append(len(texts(view, "gradient")))
    assert parts == [0, 1, 1, 2, 3, 3, 4, 5, 5, 6, 7]  # a sum, then edge by edge
    assert view.note.text() == "Reverse graph, read-only"
    assert not view.canvas.mood("x").muted


def test_cotangents_add_up_where_values_fanned_out(desk):
    view = show(desk, fanning())
    assert texts(view, "sum") == {"x.y": "1.5 + 0.2 − 0.7 = 1"}
    head = desk.document.playhead
    while not desk.document.shown.gradient(PortRef("p2", "a")).is_value:
        head.previous()  # the trace's own order says which comes first
    steps = []
    head.end_forward()
    while not head.is_at_end:
        head.next()
        found = texts(view, "sum").get("x.y")
        if found not in steps:
            steps.append(found)
    assert steps[-1] == "1.5 + 0.2 − 0.7 = 1"
    assert len(steps) >= 3
    assert all(text is None or "…" in text for text in steps[:-1])


def test_a_sum_of_norms_says_in_its_tip_that_they_do_not_add_up(desk):
    graph = fanning((6,))
    graph.add("Sum", "total", at=(1080, 120))
    graph.connect("y.y", "total.x")
    view = show(desk, graph)
    assert texts(view, "sum")["x.y"] == "Σ(‖3.67‖, ‖0.49‖, ‖1.71‖) = ‖2.45‖"
    (plate,) = (p for p in view.canvas.field.of(PortRef("x", "y")) if p.kind == "sum")
    left, top, right, bottom = plate.box
    tip = tip_at(view, view.mapFromScene((left + right) / 2, (top + bottom) / 2))
    assert tip.startswith("Gradient of x.y: the sum over all its edges.")
    assert "not the sum" in tip


def test_what_no_gradient_reaches_stands_back(desk):
    graph = by_hand()
    graph.add("Exp", "aside", at=(480, 0))
    graph.connect("x1.y", "aside.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.document.selection.set_nodes({"loss"})
    desk.window.stepping.make_target()
    desk.settle()
    view = show(desk)
    assert view.canvas.dims("aside")
    assert not any(view.canvas.dims(id_) for id_ in graph.nodes if id_ != "aside")


def test_selection_is_one_in_both(desk):
    view = show(desk)
    QTest.mouseClick(view.viewport(), LEFT, pos=middle(view, "x2"))
    assert desk.document.selection.node == "x2"
    assert desk.view.canvas.mood("x2").is_selected
    desk.click(desk.middle("w"))
    assert view.canvas.mood("w").is_selected


def test_both_look_at_the_same_place(desk):
    view = show(desk)
    for one, other in ((desk.view, view), (view, desk.view)):
        one.camera.zoom_at(1.3, QPoint(200, 100))
        one.camera.pan(QPoint(40, -16))
        assert other.zoom == one.zoom
        gap = other.camera.centre - one.camera.centre
        assert gap.manhattanLength() * one.zoom < 1.1
    view.setFocus()
    desk.press_key(Key.Key_Home)
    assert desk.view.camera.zoom < 1.0
    assert view.zoom == desk.view.zoom


def test_nothing_is_edited_in_it(desk):
    view, before = show(desk), dumps(desk.graph)
    start = middle(view, "x1")
    QTest.mousePress(view.viewport(), LEFT, pos=start)
    QTest.mouseMove(view.viewport(), start + QPoint(30, 40))
    QTest.mouseRelease(view.viewport(), LEFT, pos=start + QPoint(30, 40))
    QTest.mouseDClick(view.viewport(), LEFT, pos=middle(view, "x"))
    view.setFocus()
    for key in (Key.Key_Delete, Key.Key_B, Key.Key_M, Key.Key_Return):
        QTest.keyClick(view, key)
    QApplication.processEvents()
    assert dumps(desk.graph) == before
    desk.press_key(Key.Key_Escape)
    assert desk.view.hasFocus()


def test_while_it_is_hidden_it_lays_nothing_out(desk, monkeypatch):
    view, asked = show(desk, fanning()), []
    at = Sums.at
    monkeypatch.setattr(Sums, "at", lambda sums, port: asked.append(port) or at(sums, port))
    desk.press_key(Key.Key_PageUp)
    view.grab()
    assert asked
    desk.press_key(Key.Key_R, CONTROL)
    asked.clear()
    for key in (Key.Key_PageUp, Key.Key_PageUp, Key.Key_PageDown):
        desk.press_key(key)
        desk.window.grab()
    assert not asked
    desk.press_key(Key.Key_R, CONTROL)
    view.grab()
    assert asked


def test_an_edit_shows_in_both(desk):
    view = show(desk)
    desk.view.setFocus()
    desk.drag(desk.middle("b"), desk.middle("b") + QPoint(0, 40))
    assert view.canvas.items_by_id["b"].pos() == desk.scene.items_by_id["b"].pos()
    desk.click(desk.middle("b"))
    desk.press_key(Key.Key_Delete)
    assert "b" not in view.canvas.items_by_id
    desk.press_key(Key.Key_Z, CONTROL)
    assert "b" in view.canvas.items_by_id


def test_a_node_that_is_dragged_moves_in_both_and_a_drag_called_off_puts_it_back(desk):
    view = show(desk)
    start = desk.middle("b")
    desk.press(start)
    desk.move(start + QPoint(30, 40))
    at = desk.scene.items_by_id["b"].pos()
    assert view.canvas.items_by_id["b"].pos() == at
    assert (at.x(), at.y()) != desk.graph.nodes["b"].at
    desk.key(Key.Key_Escape)
    desk.release(start + QPoint(30, 40))
    assert view.canvas.items_by_id["b"].pos() == desk.scene.items_by_id["b"].pos()
    assert desk.graph.nodes["b"].at == (240, 176)


def test_what_is_lit_or_folded_away_is_so_in_both(desk):
    graph = by_hand()
    graph.add("Exp", "aside", at=(480, 0))
    graph.connect("x1.y", "aside.x")
    view = show(desk, graph)
    desk.document.selection.set_nodes({"loss"})
    desk.window.stepping.make_target()
    desk.settle()
    desk.document.selection.set_nodes({"b"})
    desk.view.setFocus()
    desk.press_key(Key.Key_H)
    assert view.canvas.dims("x1")
    assert not view.canvas.dims("x2")
    desk.press_key(Key.Key_H)
    assert not view.canvas.dims("x1")
    desk.press_key(Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert view.canvas.hides("aside")
    desk.press_key(Key.Key_H, Qt.KeyboardModifier.ShiftModifier)
    assert not view.canvas.hides("aside")


def test_keys_reach_it_and_hear_its_sums(desk):
    view = show(desk, fanning())
    desk.view.setFocus()
    desk.press_key(Key.Key_F6)
    assert view.hasFocus()
    view.grab()
    told = port_description(view.canvas, PortRef("x", "y"))
    assert "sum 1.5 + 0.2 minus 0.7 = 1" in " ".join(told.split()).replace("− ", "minus ")


def test_it_stands_below_a_wide_graph_and_beside_a_tall_one(desk):
    show(desk)
    splitter = desk.window.reverse_graph.splitter
    assert splitter.orientation() == Qt.Orientation.Vertical
    tall = Graph()
    for row in range(6):
        tall.add("Constant", f"c{row}", at=(0, 120 * row))
    desk.document.replace(tall, None)
    desk.settle()
    desk.qtbot.waitUntil(lambda: splitter.orientation() == Qt.Orientation.Horizontal)


def test_inside_a_composite_the_outer_edges_are_in_the_sum(desk):
    graph = fanning()
    graph.add("Identity", "v", at=(200, -80))
    for row in range(3):
        graph.disconnect(f"p{row}.a")
        graph.connect("v.y", f"p{row}.a")
    graph.connect("x.y", "v.x")
    grouped = group_edit(graph, {"v", "p0"}, "Both")
    graph.apply(grouped.edit)
    desk.window.workspaces.toggle_right()  # the inspector's page is other tests' matter
    view = show(desk, graph)
    # Outside, two edges leave the composite's port of v; p0 reads it within.
    QTest.mouseDClick(view.viewport(), LEFT, pos=middle(view, grouped.id))
    QApplication.processEvents()
    assert desk.document.place == grouped.id
    assert texts(view, "sum") == {"v.y": "1.5 + 0.2 − 0.7 = 1"}


def test_over_time_the_parts_are_those_of_the_right_steps(desk):
    view = show(desk, running())
    found = {}
    for t in range(3):
        desk.document.playhead.show_time(t)
        found[t] = texts(view, "sum")
    # Over the delay come the parts of all later steps, then its own part of the loss.
    assert [found[t].get("h.y") for t in range(3)] == ["2 + 1 = 3", "1 + 1 = 2", None]
    # 1 * 3 + 2 * 2 - 4 * 1
    assert {texts["s.y"] for texts in found.values()} == {"3 + 4 − 4 = 3"}


def test_the_unrolled_graph_has_its_own_reverse_graph(desk):
    desk.document.replace(looped(), None)
    desk.settle()
    show(desk)
    desk.press_key(Key.Key_U, CONTROL)
    view = desk.window.reverse_graph.view
    assert view.leader is desk.window.unrolling.view
    view.zoom_to_fit()
    view.grab()
    assert "h_t2" in view.canvas.items_by_id
    assert view.note.text() == "Reverse graph, read-only"
    assert texts(view, "seed") == {"loss.y": "seed 1"}
    desk.press_key(Key.Key_U, CONTROL)
    assert desk.window.reverse_graph.view.leader is desk.view
