"""A whole story: a recurrent network drawn from nothing, unrolled, stepped, and read."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, dumps, load
from gui.inspector.edge_page import TIME, EdgePage
from tests.canvas_desk import LEFT
from tests.window_desk import WindowDesk, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
# h_t = x_t + w h_{t-1} with x = 1, 2, 4 and w = 0.5: 1, 2.5, 5.25; the loss is the last one.
STATES = ("1", "2.5", "5.25")
GRADIENTS = ("0.25", "0.5", "1")  # of the loss by each state: w to the power of the steps left


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(EdgePage, "chosen_tab", 2)
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.view.zoom_to(0.8)
        yield made


def page(desk: WindowDesk):
    return desk.window.inspector.page


def draw(desk: WindowDesk) -> None:
    """Modules from the palette, values typed, edges by mouse, the loop through its offer."""
    places = {
        "Input": (80, 80),
        "Parameter": (80, 320),
        "Multiply": (280, 340),
        "Add": (480, 200),
        "LastStep": (700, 200),
    }
    made = {name: desk.drag_module(name, *place) for name, place in places.items()}
    desk.document.selection.set_nodes({made["Input"]})
    desk.type_into(page(desk).value.line, "[1, 2, 4]")
    QTest.mouseClick(page(desk).form.rows["sequence"].field, LEFT, pos=QPoint(8, 12))
    desk.document.selection.set_nodes({made["Parameter"]})
    desk.type_into(page(desk).value.line, "0.5")
    desk.view.setFocus()
    x, w, mul, add, last = (made[name] for name in places)
    for source, target in ((w, f"{mul}.a"), (x, f"{add}.a"), (mul, f"{add}.b"), (add, f"{last}.x")):
        desk.wire(f"{source}.y", target)
    desk.wire(f"{add}.y", f"{mul}.b")  # closes the cycle
    QTest.keyClick(QApplication.activePopupWidget(), Key.Key_Return)
    QApplication.processEvents()
    desk.settle()


def ids(desk: WindowDesk) -> dict[str, str]:
    return {node.module: id_ for id_, node in desk.graph.nodes.items()}


def test_an_rnn_is_drawn_unrolled_stepped_through_and_its_gradient_read(desk, tmp_path):
    empty = dumps(desk.graph)
    draw(desk)
    id_of = ids(desk)
    add, mul = id_of["Add"], id_of["Multiply"]
    assert desk.graph.incoming(PortRef(mul, "b")).delay == 1
    assert desk.document.check.problems == ()
    assert desk.scene.time_band.words == "Time: 3 steps"

    # Through time on the canvas: each state as the forward pass comes to it.
    desk.view.setFocus()
    desk.press_key(Key.Key_PageUp, CONTROL)
    seen = {}
    for _ in range(7):
        desk.press_key(Key.Key_PageDown)
        step = desk.document.playhead.step
        if step.node == add:
            assert f"t = {step.t}" in desk.window.sentence.sentence.lead
            seen[step.t] = desk.texts("value")[f"{add}.y"]
    assert tuple(seen[t] for t in range(3)) == STATES

    # And back: at the end the time steps are looked at one by one.
    desk.press_key(Key.Key_PageDown, CONTROL)
    assert desk.document.playhead.t == 0
    for t, gradient in enumerate(GRADIENTS):
        value = desk.document.shown.port_gradient(PortRef(add, "y")).array
        assert f"{value.item():g}" == gradient, t
        desk.press_key(Key.Key_PageDown, CONTROL | SHIFT)

    # Unrolled: the same numbers side by side.
    desk.press_key(Key.Key_U, CONTROL)
    view = desk.window.unrolling.view
    assert view.isVisible()
    shown = view.document.shown
    for t in range(3):
        assert f"{shown.value(PortRef(f'{add}_t{t}', 'y')).array.item():g}" == STATES[t]
    view.grab()
    desk.press_key(Key.Key_Escape)
    assert not desk.window.unrolling.is_on

    # The parts of the shared parameter's gradient, written out as their sum.
    desk.document.selection.set_edge(PortRef(mul, "a"))
    tabs = page(desk).tabs
    QTest.mouseClick(tabs, LEFT, pos=tabs.tabRect(TIME).center())
    QApplication.processEvents()
    assert "0 + 0.5 + 2.5 = 3" in page(desk).time.gradient.words.said
    numbers = page(desk).time.gradient.chart.series[0].numbers
    assert numbers == (0, 0.5, 2.5)
    desk.window.grab()

    # The product of Jacobians from each state to the last: w² w 1.
    desk.document.selection.set_edge(PortRef(mul, "b"))
    QApplication.processEvents()
    state = page(desk).time.state
    desk.qtbot.waitUntil(lambda: state.found is not None)
    assert state.found.norms == (0.25, 0.5, 1)

    # Kept in the file, and taken back step by step.
    path = tmp_path / "rnn.gradwire"
    desk.window.files.write(path)
    assert load(path).incoming(PortRef(mul, "b")).delay == 1
    desk.view.setFocus()
    while desk.document.history.undo_text is not None:
        desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(desk.graph) == empty
