"""Delay edges on the canvas: how a cycle offers one, how it is drawn, and what its page sets."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import qGray
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph, PortRef, dumps, loads
from gui.accessible.words import port_name
from gui.canvas import geometry as geo
from gui.canvas.tips import tip_at
from tests.canvas_desk import LEFT, Desk, by_hand
from tests.inspector_desk import InspectorDesk

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
ENDS = PortRef("back", "x")


def unwired() -> Graph:
    """An RNN of single numbers without its loop."""
    graph = Graph(seed=3)
    graph.add("Input", "x", shape=("T", 2, 1), sequence=True, at=(0, 0))
    graph.set_tensor("x.y", np.arange(6.0).reshape(3, 2, 1))
    for module, id_, at, settings in (
        ("Linear", "back", (0, 160), {"out_features": 1, "bias": False}),
        ("Add", "sum", (240, 40), {}),
        ("Tanh", "h", (480, 40), {}),
        ("LastStep", "last", (720, 40), {}),
        ("Sum", "loss", (960, 40), {}),
    ):
        graph.add(module, id_, at=at, **settings)
    for source, target in (
        ("x.y", "sum.a"),
        ("back.y", "sum.b"),
        ("sum.y", "h.x"),
        ("h.y", "last.x"),
        ("last.y", "loss.x"),
    ):
        graph.connect(source, target)
    return graph


def looped(delay: int = 1) -> Graph:
    graph = unwired()
    graph.connect("h.y", "back.x", delay=delay)
    return graph


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, unwired())


def offer() -> QMenu | None:
    """The popup that is open."""
    QApplication.processEvents()
    return QApplication.activePopupWidget()


# --- a cycle offers it ------------------------------------------------------------------------


def test_a_cycle_that_the_mouse_wires_is_carried_to_the_next_step_by_enter(desk):
    desk.drag(desk.port("h.y"), desk.port("back.x"))
    menu = offer()
    assert menu.objectName() == "carry"
    assert menu.pos() == desk.view.viewport().mapToGlobal(desk.port("back.x"))
    QTest.keyClick(menu, Key.Key_Return)
    QApplication.processEvents()
    assert desk.graph.incoming(ENDS).delay == 1
    assert desk.document.selection.edge == ENDS
    assert desk.refused == []
    desk.document.undo()
    assert desk.graph.incoming(ENDS) is None
    desk.document.redo()
    assert desk.graph.incoming(ENDS).delay == 1


def test_the_offer_is_taken_by_a_click(desk):
    desk.drag(desk.port("h.y"), desk.port("back.x"))
    menu = offer()
    (action,) = [a for a in menu.actions() if a.text().startswith("Carry")]
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
    QApplication.processEvents()
    assert desk.graph.incoming(ENDS).delay == 1


@pytest.mark.parametrize("how", ["escape", "words"])
def test_who_turns_it_down_is_told_the_cycle_and_no_edge_is_drawn(desk, how):
    before = dumps(desk.graph)
    desk.drag(desk.port("h.y"), desk.port("back.x"))
    menu = offer()
    if how == "words":
        QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Escape if how == "escape" else Key.Key_Return)
    QApplication.processEvents()
    assert dumps(desk.graph) == before
    (sentence,) = desk.refused
    assert "cycle" in sentence
    assert desk.view.refusals.text == sentence
    desk.view.grab()


def test_the_wire_says_what_letting_go_would_offer(desk):
    start = desk.port("h.y")
    desk.press(start)
    desk.move(start + QPoint(20, 10))
    desk.move(desk.port("back.x"))
    assert "cycle" in desk.scene.wiring.reason
    assert "next time step" in desk.scene.wiring.notice
    desk.view.grab()
    desk.key(Key.Key_Escape)
    assert offer() is None


def test_a_node_feeds_itself_across_time(desk):
    desk.drag(desk.port("h.y"), desk.port("h.x"))  # its edge gives way
    QTest.keyClick(offer(), Key.Key_Return)
    QApplication.processEvents()
    assert desk.graph.incoming(PortRef("h", "x")).source == PortRef("h", "y")
    assert desk.graph.incoming(PortRef("h", "x")).delay == 1


def test_a_shape_that_does_not_fit_offers_nothing(desk):
    desk.drag(desk.port("x.y"), desk.port("sum.y"))
    assert offer() is None


# --- how it is drawn --------------------------------------------------------------------------


def test_it_runs_below_the_nodes_that_it_passes_and_can_be_hit_there(qtbot):
    desk = Desk(qtbot, looped())
    desk.view.zoom_to_fit()
    desk.view.grab()
    line = desk.scene.wires.line(ENDS)
    boxes = [desk.scene.items_by_id[id_].box() for id_ in desk.graph.nodes]
    for left, top, right, bottom in boxes:
        inside = (left + 1, top + 1, right - 1, bottom - 1)
        assert not geo.crossing(line[None], inside).any()
    low = max(box[3] for box in boxes[:4])
    assert line[:, 1].max() > low
    x, y = line[len(line) // 2]
    assert y == line[:, 1].max()
    desk.click(desk.pixel(x, y))
    assert desk.document.selection.edge == ENDS
    assert "Delayed by 1 step" in tip_at(desk.view, desk.pixel(x, y))
    assert "delayed by 1 step" in port_name(desk.scene, ENDS)
    assert desk.scene.content_rect().bottom() >= y


def test_it_follows_when_a_node_is_put_in_its_way(qtbot):
    desk = Desk(qtbot, looped())
    desk.view.grab()
    before = desk.scene.wires.line(ENDS)[:, 1].max()
    middle = desk.middle("last")
    desk.drag(middle, desk.pixel(300, before))
    desk.view.grab()
    box = desk.scene.items_by_id["last"].box()
    assert desk.scene.wires.line(ENDS)[:, 1].max() > box[3]


def test_a_dashed_wire_and_its_clock_are_seen(qtbot):
    desk = Desk(qtbot, looped(delay=3))
    desk.run()
    desk.view.zoom_to(1.0)
    desk.view.grab()
    line = desk.scene.wires.line(ENDS)
    (x, y), _ = geo.point_on_wire(line, 0.5)
    desk.view.camera.look_at(desk.view.mapToScene(desk.pixel(x, y)), 1.0)
    qtbot.wait(300)
    picture = desk.view.grab().toImage()
    forward = desk.theme.color("forward").rgb()
    middle = desk.pixel(x, y)
    columns = range(middle.x() - 110, middle.x() - 40)
    rows = range(middle.y() - 4, middle.y() + 5)
    inks = [{picture.pixel(column, row) for row in rows} for column in columns]
    assert sum(forward in ink for ink in inks) > 30
    assert sum(len(ink) == 1 for ink in inks) > 10  # the band alone, between the dashes
    ring = [qGray(picture.pixel(middle.x(), middle.y() + dy)) for dy in (6, 7)]
    assert min(ring) < 120 < qGray(picture.pixel(middle.x() - 4, middle.y() + 2))


def test_a_band_marks_what_is_inside_time_and_follows_edits(qtbot):
    desk = Desk(qtbot, looped())
    desk.run()
    band = desk.scene.time_band
    assert band.nodes == {"x", "back", "sum", "h"}
    assert band.words == "Time: 3 steps"
    desk.view.zoom_to_fit()
    desk.view.grab()
    box = band.box()
    for id_ in desk.graph.nodes:
        left, top, right, bottom = desk.scene.items_by_id[id_].box()
        assert box.contains(QRectF(left, top, right - left, bottom - top)) == (id_ in band.nodes)
    assert box.bottom() > desk.scene.wires.line(ENDS)[:, 1].max()
    desk.graph.add("Abs", "more", at=(480, 400))
    desk.graph.connect("h.y", "more.x")
    desk.view.grab()
    assert "more" in band.nodes
    assert band.box().bottom() > box.bottom()
    desk.view.grab()


def test_no_band_where_nothing_is_inside_time(qtbot):
    desk = Desk(qtbot, by_hand())
    assert desk.scene.time_band.box() is None


# --- its page ---------------------------------------------------------------------------------


@pytest.fixture
def page_desk(qtbot):
    return InspectorDesk(qtbot, looped())


def test_the_delay_is_typed_and_comes_back_by_undo(page_desk):
    page = page_desk.edge("back.x")
    assert page.delay.isVisible()
    page_desk.type_into(page.delay.delay.field, "3")
    assert page_desk.graph.incoming(ENDS).delay == 3
    assert "3 time steps" in page.delay.hint.said
    page_desk.document.undo()
    assert page_desk.graph.incoming(ENDS).delay == 1


def test_an_ordinary_edge_that_would_close_a_cycle_is_refused_there(page_desk):
    page = page_desk.edge("back.x")
    page_desk.type_into(page.delay.delay.field, "0")
    assert page_desk.graph.incoming(ENDS).delay == 1
    assert "cycle" in page.delay.delay.error.said


def choose(field, text: str) -> None:
    field.setFocus()
    index = field.findText(text)
    assert index >= 0, [field.itemText(row) for row in range(field.count())]
    field.showPopup()
    view = field.view()
    QTest.mouseClick(
        view.viewport(), LEFT, pos=view.visualRect(view.model().index(index, 0)).center()
    )
    QApplication.processEvents()


def test_the_value_before_the_first_step_is_zeros_a_tensor_or_a_port(page_desk):
    graph = page_desk.graph
    graph.add("Parameter", "h0", shape=(2, 1))
    page_desk.run()
    page = page_desk.edge("back.x")
    choose(page.delay.choice, "a tensor")
    assert page_desk.tensor("back.x").shape == (1, 2, 1)
    page_desk.type_into(page.delay.editor.line, "[[[3], [4]]]", Key.Key_Return)
    page = page_desk.page
    assert page_desk.tensor("back.x").ravel().tolist() == [3, 4], page.delay.editor.error.said
    page_desk.run()
    assert page_desk.document.whole_trace.value("back.x", 0).ravel().tolist() == [3, 4]
    choose(page_desk.page.delay.choice, "h0")
    assert graph.incoming(ENDS).initial == PortRef("h0", "y")
    assert ENDS not in graph.tensors
    page_desk.document.undo()
    assert page_desk.tensor("back.x").ravel().tolist() == [3, 4]
    choose(page_desk.page.delay.choice, "zeros")
    assert ENDS not in graph.tensors
    assert graph.incoming(ENDS).initial is None


def test_edges_without_time_have_no_such_rows(qtbot):
    graph = Graph()
    graph.add("Input", "a", shape=())
    graph.add("Exp", "b")
    graph.connect("a.y", "b.x")
    desk = InspectorDesk(qtbot, graph)
    assert not desk.edge("b.x").delay.isVisible()


def test_the_file_keeps_what_the_window_made(desk):
    desk.drag(desk.port("h.y"), desk.port("back.x"))
    QTest.keyClick(offer(), Key.Key_Return)
    QApplication.processEvents()
    assert loads(dumps(desk.graph)).incoming(ENDS).delay == 1


def test_the_graph_page_sets_the_number_of_steps_and_the_truncation(qtbot):
    graph = Graph()
    graph.add("Identity", "x")
    graph.connect("x.y", "x.x", delay=1)
    graph.set_tensor("x.x", np.array([1.0]))
    desk = InspectorDesk(qtbot, graph)
    form = desk.page.time
    assert form.isVisible()
    desk.type_into(form.steps.field, "4")
    assert graph.time.steps == 4
    desk.type_into(form.truncate.field, "2")
    assert graph.time.truncate == 2
    desk.document.undo()
    desk.document.undo()
    assert (graph.time.steps, graph.time.truncate) == (None, None)


def test_a_sequence_gives_the_number_of_steps(page_desk):
    page_desk.run()
    form = page_desk.page.time
    assert not form.steps.isEnabled()
    assert form.words.said == "3 time steps: the length of x."
