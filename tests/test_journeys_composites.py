"""A whole story of composites, told with mouse and keys on the real window."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, dumps, load
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


def test_group_edit_inside_undo_expand_and_step_into(desk, tmp_path):
    document, root = desk.document, desk.document.root
    before = dumps(root)

    # Group w x and + b: one node with the ports of what it holds.
    desk.click(desk.middle("x1"))
    desk.click(desk.middle("x2"), SHIFT)
    desk.press_key(Key.Key_G, CONTROL)
    assert set(root.nodes) == {"x", "w", "b", "y_true", "difference", "loss", "composite"}
    desk.settle()
    grouped = dumps(root)

    # Open it, put a Tanh on the edge inside, come back by the line above the canvas.
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.middle("composite"))
    QApplication.processEvents()
    assert document.place == "composite"
    assert set(desk.scene.items_by_id) == {"x1", "x2"}
    middle = (np.array(desk.scene.port_place(PortRef("x1", "y")))
              + desk.scene.port_place(PortRef("x2", "a"))) / 2  # fmt: skip
    tanh = desk.drag_module("Tanh", *middle)
    assert desk.graph.incoming(PortRef("x2", "a")).source == PortRef(tanh, "y")
    desk.settle()
    QTest.mouseClick(desk.window.composites.breadcrumb.steps[0], LEFT)
    loss = float(document.whole_trace.value("loss.y"))
    assert loss == pytest.approx(abs(4 - (np.tanh(6) + 1)))

    # Save it and read it back.
    path = tmp_path / "grouped.gradwire"
    assert desk.window.files.write(path)
    assert dumps(load(path)) == dumps(root)

    # Undo goes inside, takes the Tanh back, then outside, and takes the group back.
    desk.view.setFocus()
    desk.press_key(Key.Key_Z, CONTROL)
    assert document.place == "composite"
    assert tanh not in desk.graph
    assert dumps(root) == grouped
    desk.press_key(Key.Key_Z, CONTROL)
    assert document.place == ""
    assert dumps(root) == before
    desk.press_key(Key.Key_Y, CONTROL)
    assert dumps(root) == grouped
    desk.settle()

    # Step over it, back, and into it; out again it is done.
    head = document.playhead
    head.first()
    desk.view.setFocus()
    desk.press_key(Key.Key_PageDown)
    assert document.shown.step.node == "composite"
    desk.press_key(Key.Key_PageUp)
    desk.press_key(Key.Key_PageDown, ALT)
    assert document.place == "composite"
    desk.press_key(Key.Key_PageDown)
    desk.view.zoom_to(1.0)
    assert desk.texts("value") == {"x1.y": "6"}
    desk.press_key(Key.Key_PageUp, ALT)
    assert (document.place, head.position) == ("", 1)
    assert document.shown.value(PortRef("composite", "y")).array == 7.0

    # All the way: gradients at the composite are those of the whole.
    desk.press_key(Key.Key_PageDown, CONTROL)
    ports = root.definitions["Composite"].interface.inputs
    for inlet in ports:
        source = root.incoming(PortRef("composite", inlet.name)).source
        found = document.shown.gradient(PortRef("composite", inlet.name))
        assert found.array == {"w.y": 2.0, "x.y": 3.0, "b.y": 1.0}[str(source)]
