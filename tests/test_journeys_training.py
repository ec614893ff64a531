"""A whole training, told with mouse and keys on the real window."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import PortRef
from runtime.feeds import tensor_array
from tests.canvas_desk import LEFT
from tests.data_desk import FLOWERS, let_go
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
ENDLESS = 100_000  # epochs: the run is stopped by hand


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def draw_a_classifier(desk, home):
    """A table let go on the canvas, a layer and a loss from the palette, three wires."""
    (home / "flowers.csv").write_text(FLOWERS)
    assert desk.window.files.write(home / "flowers.gradwire")
    let_go(desk, home / "flowers.csv")
    desk.qtbot.waitUntil(lambda: "data" in desk.graph)
    desk.view.zoom_to(1.0)
    layer = desk.drag_module("Linear", 300, 60)
    desk.type_into(desk.window.inspector.page.form.rows["out_features"].field, "2")
    loss = desk.drag_module("CrossEntropyLoss", 560, 60)
    desk.wire("data.x", f"{layer}.x")
    desk.wire(f"{layer}.y", f"{loss}.prediction")
    desk.wire("data.t", f"{loss}.target")
    desk.settle()
    return layer


def weight_of(desk, layer):
    return tensor_array(desk.document.root.tensors[PortRef(layer, "weight")])


def test_a_table_is_dropped_wired_trained_branched_saved_and_gone_on_with(desk, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    layer = draw_a_classifier(desk, home)
    running, wait = desk.window.running, desk.qtbot.waitUntil

    # What a training will be is counted before it begins: 40 flowers, 32 at a time.
    desk.view.setFocus()
    desk.press_key(Key.Key_Escape)  # the graph's page is that of nothing selected
    desk.press_key(Key.Key_4, CONTROL)
    line = desk.window.drawer.panel("training").line
    wait(lambda: line.words.said.startswith("40 samples in batches of 32: 2 updates an epoch"))
    desk.type_into(desk.window.inspector.page.training.epochs.field, str(ENDLESS))

    # Train, pause, one batch.
    desk.view.setFocus()
    desk.press_key(Key.Key_F5, CONTROL)
    wait(lambda: running.state == "running" and running.position.update > 20)
    desk.press_key(Key.Key_F5, CONTROL)
    wait(lambda: running.state == "paused")
    at = running.position.update
    desk.press_key(Key.Key_F7, CONTROL)
    wait(lambda: running.state == "paused" and running.position.update == at + 1)
    assert len(running.series) == at + 1

    # Back to a kept moment, and on from there as another run.
    desk.press_key(Key.Key_PageUp, CONTROL | ALT)
    wait(lambda: running.travelled is not None and line.branch.isVisible())
    moment = running.travelled
    assert moment <= at
    QTest.mouseClick(line.branch, LEFT)
    wait(lambda: len(running.runs) == 2 and running.state == "running")
    wait(lambda: running.position.update > moment + 5)
    assert running.runs[1].start == moment
    desk.press_key(Key.Key_F5, CONTROL)
    wait(lambda: running.state == "paused")

    # What was learned is one entry of the history; the file keeps it, and the run stands beside.
    QTest.mouseClick(line.take_over, LEFT)
    learned = weight_of(desk, layer)
    assert np.array_equal(learned, running.parameters()[f"{layer}.weight"])
    kept = running.position.update
    desk.view.setFocus()
    desk.press_key(Key.Key_S, CONTROL)
    assert desk.document.is_saved
    wait(lambda: running.beside.place == home / "flowers.run")

    # Opened again it goes on where it was.
    desk.document.open(home / "flowers.gradwire")
    desk.settle()
    assert np.array_equal(weight_of(desk, layer), learned)
    assert running.state == "none"
    desk.view.setFocus()
    desk.press_key(Key.Key_F5, CONTROL)
    wait(lambda: running.state == "running" and running.position.update > kept)
    desk.press_key(Key.Key_F5, SHIFT)
    wait(lambda: running.state == "ended")
    assert running.series.update[0] == kept + 1
    assert running.why
