"""Whole stories, told with mouse and keys on the real window."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from graph import Graph, dumps, load
from gui.examples import examples
from tests.effort import tries
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("does not support propagateSizeHints")

ROOT = Path(__file__).parent.parent
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier

NODES = (
    ("x", "Input", (48, 32), "2"),
    ("w", "Parameter", (48, 176), "3"),
    ("b", "Parameter", (288, 232), "1"),
    ("y_true", "Input", (528, 272), "4"),
    ("x1", "Multiply", (288, 92), None),
    ("x2", "Add", (528, 132), None),
    ("difference", "Subtract", (768, 172), None),
    ("loss", "Abs", (1008, 172), None),
)
WIRES = (
    ("w.y", "x1.a"),
    ("x.y", "x1.b"),
    ("x1.y", "x2.a"),
    ("b.y", "x2.b"),
    ("y_true.y", "difference.a"),
    ("x2.y", "difference.b"),
    ("difference.y", "loss.x"),
)
# What grad(...) of the lesson is, by where it stands on the canvas: gradient and factor at the
# edge's end. grad(x2, x1) and grad(loss, w) are different things at different places.
ANNOTATIONS = {
    "x1.a": "∂ 2 ×2",  # grad(loss, w) = 2, and grad(x1, w) = 2
    "x1.b": "∂ 3 ×3",
    "x2.a": "∂ 1 ×1",  # grad(loss, x1) = 1, and grad(x2, x1) = 1
    "x2.b": "∂ 1 ×1",  # grad(loss, b) = 1, and grad(x2, b) = 1
    "difference.a": "∂ −1 ×1",
    "difference.b": "∂ 1 ×−1",  # grad(loss, x2) = 1
    "loss.x": "∂ −1 ×−1",
}
VALUES = {
    "x.y": "2", "w.y": "3", "b.y": "1", "y_true.y": "4", "x1.y": "6", "x2.y": "7",
    "difference.y": "−3", "loss.y": "3",
}  # fmt: skip


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


def build(desk):
    """Example 1 from an empty canvas: drags from the palette, wires, values by keyboard."""
    for id_, module, at, value in NODES:
        made = desk.drag_module(module, *at)
        page = desk.window.inspector.page
        assert page.subject == ("node", (made, module))
        if made != id_:
            desk.type_into(page.name.field, id_)
        assert id_ in desk.graph
        if value is not None:
            desk.type_into(desk.window.inspector.page.value.line, value)
    for source, target in WIRES:
        desk.wire(source, target)
    desk.settle()


def step_to_the_end(desk):
    """Press Next until there is nothing left; the sentences that were told."""
    desk.view.setFocus()
    told = []
    while not desk.document.playhead.is_at_end:
        desk.press_key(Qt.Key.Key_PageDown)
        told.append(desk.window.sentence.sentence.text)
    return told


def at_working_zoom(desk):
    """All of the graph in sight, large enough for numbers."""
    desk.window.workspaces.step()
    desk.window.resize(1600, 900)
    desk.qtbot.wait(1)
    desk.view.zoom_to_fit()
    assert desk.view.zoom >= 0.7


def test_build_step_undo_redo_save_reopen(desk, tmp_path, monkeypatch):
    empty = dumps(desk.graph)
    for _ in range(2):
        desk.press_key(Qt.Key.Key_Minus, CONTROL)
    desk.view.centerOn(560, 160)
    build(desk)
    assert set(desk.graph.nodes) == {row[0] for row in NODES}
    assert {(str(x.source), str(x.target)) for x in desk.graph.edges} == set(WIRES)
    assert not desk.document.check.problems
    assert desk.document.playhead.is_at_start

    told = step_to_the_end(desk)
    assert len(told) == 8
    assert told[0] == "x1 (Multiply): y = a × b = 3 × 2 = 6"
    last = "x1 (Multiply): gradient of a = gradient of y × b = 1 × 2 = 2; of b = 1 × 3 = 3"
    assert told[-1] == last
    at_working_zoom(desk)
    assert desk.texts("gradient") == ANNOTATIONS
    assert desk.texts("value") == VALUES
    built = dumps(desk.graph)

    steps = 0
    while desk.document.history.undo_text is not None:
        desk.press_key(Qt.Key.Key_Z, CONTROL)
        steps += 1
    assert dumps(desk.graph) == empty
    desk.settle()
    assert not desk.view.canvas.items_by_id
    for _ in range(steps):
        desk.press_key(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert dumps(desk.graph) == built
    desk.settle()

    path = tmp_path / "by_hand.gradwire"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), ""))
    desk.press_key(Qt.Key.Key_S, CONTROL)
    assert desk.document.is_saved
    assert path.read_bytes() == built
    desk.press_key(Qt.Key.Key_N, CONTROL)
    desk.window.close()
    desk.turn_to(desk.newest)
    assert not desk.graph.nodes

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([str(path)], ""))
    desk.press_key(Qt.Key.Key_O, CONTROL)
    assert desk.windows.all == [desk.window]
    desk.settle()
    assert desk.document.playhead.is_at_start
    assert step_to_the_end(desk) == told
    at_working_zoom(desk)
    assert desk.texts("gradient") == ANNOTATIONS


DROPPED = ["input@16,8", "multiply@136,48", "linear@232,80"]


def real_drags(**environment):
    """What a program prints that drags three modules as Qt itself runs it."""
    command = [sys.executable, "-m", "tests.real_drag"]
    found = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=100
    )
    assert found.returncode == 0, found.stderr
    return found.stdout.split()


def test_a_real_drag_from_the_palette():
    """`offscreen` has no drag and drop; `minimal` has Qt's own."""
    assert real_drags(QT_QPA_PLATFORM="minimal:enable_fonts") == ["minimal", *DROPPED]


@pytest.mark.skipif(
    not (shutil.which("Xvfb") and shutil.which("xdotool")), reason="needs Xvfb and xdotool"
)
def test_a_real_drag_on_an_x_server():
    """The pointer of a real X server drags, and Qt's real platform takes it."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x900x24"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    try:
        os.close(write)
        with os.fdopen(read) as numbers:
            display = f":{numbers.readline().strip()}"
        assert real_drags(QT_QPA_PLATFORM="xcb", DISPLAY=display) == ["xcb", *DROPPED]
    finally:
        server.terminate()
        server.wait()


def test_the_forward_phase_shows_no_gradients(desk):
    desk.open(next(p for p in examples() if p.stem == "backprop_by_hand"))
    at_working_zoom(desk)
    assert desk.texts("gradient") == {}
    assert desk.texts("value") == {"x.y": "2", "w.y": "3", "b.y": "1", "y_true.y": "4"}
    desk.press_key(Qt.Key.Key_F7)
    assert desk.texts("value") == VALUES
    assert desk.texts("gradient") == {}
    desk.press_key(Qt.Key.Key_PageDown, SHIFT)
    assert desk.texts("gradient") == {}  # what arrives at the loss is summed first
    desk.press_key(Qt.Key.Key_PageDown, SHIFT)
    assert desk.texts("gradient") == {"loss.x": "∂ −1 ×−1"}


def test_a_value_is_changed_while_one_looks_at_a_step(desk):
    """The playhead stays at its step, and the numbers there are the new ones."""
    desk.open(next(p for p in examples() if p.stem == "backprop_by_hand"))
    at_working_zoom(desk)
    desk.press_key(Qt.Key.Key_F5)
    desk.press_key(Qt.Key.Key_PageUp)
    before = desk.document.playhead.step
    desk.click(desk.middle("w"))
    desk.type_into(desk.window.inspector.page.value.line, "5")
    desk.settle()
    assert desk.document.playhead.step == before
    assert desk.texts("value")["x1.y"] == "10"
    assert desk.texts("gradient") == {
        "x2.a": "∂ 1 ×1", "x2.b": "∂ 1 ×1", "difference.a": "∂ −1 ×1",
        "difference.b": "∂ 1 ×−1", "loss.x": "∂ −1 ×−1",
    }  # fmt: skip


def test_the_fan_out_is_a_visible_sum(desk):
    desk.open(next(p for p in examples() if p.stem == "fan_out"))
    at_working_zoom(desk)
    desk.press_key(Qt.Key.Key_F5)
    sums = desk.texts("sum")
    assert sums["x.y"].startswith("Σ∂ ")
    parts = [text for port, text in desk.texts("gradient").items()]
    assert len(parts) >= 3


def test_every_example_can_be_stepped_to_its_end(desk):
    for path in examples()[:: tries(2, 1)]:
        desk.open(path)
        told = step_to_the_end(desk)
        assert told
        assert all(told)
        assert load(path).title == desk.document.name


def test_a_step_begins_at_zero_in_another_graph(desk):
    paths = examples()
    desk.open(paths[0])
    desk.press_key(Qt.Key.Key_F5)
    assert desk.document.playhead.is_at_end
    desk.open(paths[1])
    assert desk.document.playhead.is_at_start
    assert isinstance(desk.graph, Graph)
