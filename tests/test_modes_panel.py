"""The drawer's tab Modes: all modes compared for one derivative, and one number nudged."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, load
from gui.examples import examples
from runtime.tangents import comparing
from tests.canvas_desk import LEFT, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BY_PATH = {path.stem: path for path in examples()}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.view.setFocus()
        yield made


def opened(desk):
    desk.press_key(Key.Key_O, CONTROL | SHIFT)
    assert desk.window.drawer.current == "modes"
    panel = desk.window.drawer.panel("modes")
    ready(desk, panel)
    return panel


def ready(desk, panel):
    desk.qtbot.waitUntil(lambda: not panel.is_busy and not panel.nudge.is_busy)


def figures(panel, key: str) -> list[str]:
    return [panel.table.cells[key, column].said for column in (1, 2, 3)]


def test_the_modes_are_compared_for_the_target_by_all_parameters(desk):
    panel = opened(desk)
    assert panel.of.said == "loss, the target"
    assert figures(panel, "passes") == ["1", "2", "4 runs"]
    assert figures(panel, "operations") == ["9", "11", "16"]
    assert figures(panel, "more") == ["", "1.2 times", "1.8 times"]
    assert [bar.share for bar in panel.table.bars] == [9 / 16, 11 / 16, 1.0]
    assert panel.why.said.startswith("Reverse mode takes least: one pass back brings")
    panel.by.show_value(PortRef("w", "y"))
    panel.by.committed.emit()
    ready(desk, panel)
    assert figures(panel, "passes") == ["1", "1", "2 runs"]
    assert figures(panel, "operations") == ["9", "8", "8"]
    assert panel.why.said == (
        "Both modes take one pass. That of forward mode takes fewer operations here."
    )
    desk.press_key(Key.Key_O, CONTROL | SHIFT)
    assert desk.window.drawer.current == ""


def test_many_outputs_of_few_inputs_are_for_forward_mode(desk):
    desk.document.replace(load(BY_PATH["xor"]), None)
    desk.settle()
    panel = opened(desk)
    assert figures(panel, "passes") == ["1", "33", "66 runs"]
    QTest.mouseClick(panel.of, LEFT)
    QTest.keyClicks(QApplication.focusWidget(), "hidden.y")
    desk.press_key(Key.Key_Return)
    desk.qtbot.waitUntil(lambda: panel.of.port == PortRef("hidden", "y"))
    ready(desk, panel)
    panel.by.show_value(PortRef("hidden", "bias"))
    panel.by.committed.emit()
    ready(desk, panel)
    assert figures(panel, "passes") == ["32", "8", "16 runs"]
    assert panel.why.said == (
        "Forward mode takes least: it needs a pass for each of the 8 numbers that the target"
        " is differentiated by, reverse mode one for each of the target's 32."
    )
    panel.by.show_value(PortRef("output", "weight"))
    panel.by.committed.emit()
    ready(desk, panel)
    assert panel.problem.said == "hidden.y: found nothing of this kind that leads here."
    assert not panel.table.isVisible()


def test_an_edit_is_measured_anew_only_while_it_is_in_sight(desk, monkeypatch):
    asked = []
    compare = comparing.compare
    monkeypatch.setattr(
        "gui.forward_mode.question.compare", lambda *args: asked.append(args) or compare(*args)
    )
    panel = opened(desk)
    assert len(asked) == 1
    desk.document.graph.set_tensor("w.y", np.array(0.5))
    desk.settle()
    ready(desk, panel)
    assert len(asked) == 2
    desk.window.drawer.close_drawer()
    desk.document.graph.set_tensor("w.y", np.array(0.25))
    desk.settle()
    assert not panel.is_busy
    assert len(asked) == 2


def test_one_weight_is_nudged_beside_the_gradients_prediction(desk):
    panel = opened(desk)
    form = panel.nudge
    assert not form.button.isEnabled()  # what it would tell lies ahead
    assert form.told.said == "Loss and gradient lie ahead of the playhead: run to the end."
    desk.document.playhead.last()
    assert form.leaf.read() == PortRef("w", "y")
    QTest.mouseClick(form.button, LEFT)
    ready(desk, panel)
    rows = [[cell.said for cell in row] for row in form.table.cells]
    assert rows == [["3", "3", "", ""], ["3.05", "3.1", "3.1", "0"], ["2.95", "2.9", "2.9", "0"]]
    assert form.told.said == (
        "By difference the slope is 2, the gradient says 2. That took 2 runs for one number;"
        " 2 numbers take 4. One reverse pass brings them all."
    )
    desk.type_into(form.step, "0")
    QTest.mouseClick(form.button, LEFT)
    assert form.error.said == "step: found 0, expected a step that is not 0."
    desk.type_into(form.step, "4")  # beyond the kink the line is no guide
    form.leaf.show_value(PortRef("x", "y"))
    form.leaf.committed.emit()
    QTest.mouseClick(form.button, LEFT)
    ready(desk, panel)
    assert [cell.said for cell in form.table.cells[2]] == ["−2", "9", "−9", "−18"]
    desk.document.playhead.first()
    assert not form.table.isVisible()


def test_a_graph_without_a_target_asks_for_a_port(desk):
    desk.document.graph.configure(target=None)
    desk.document.graph.add("Exp", "other")
    desk.document.graph.connect("x.y", "other.x")
    desk.settle()
    assert desk.document.whole_trace.target is None
    panel = opened(desk)
    assert panel.problem.said == "Choose the port that is differentiated."
    desk.window.drawer.close_drawer()
