"""The spine's journey by keyboard alone: build, value, wire, step, undo, save and open again."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QToolTip

from graph import dumps
from tests.canvas_desk import NONE
from tests.test_journeys import ANNOTATIONS, NODES, VALUES, WIRES, at_working_zoom
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
HANDS = ("mousePress", "mouseRelease", "mouseClick", "mouseDClick", "mouseMove")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk
        QToolTip.hideText()


@pytest.fixture(autouse=True)
def no_mouse(monkeypatch):
    """There is none: whoever reaches for it fails."""

    def missing(*_args):
        raise AssertionError("a mouse was used")

    for hand in HANDS:
        monkeypatch.setattr(QTest, hand, missing)


def type_text(desk, text: str) -> None:
    """Type where the focus is, and press Enter."""
    for letter in text:
        QTest.keyClick(QApplication.focusWidget(), letter)
    desk.press_key(Key.Key_Return)


def add(desk, module: str) -> None:
    """Shift+A, a few letters, Enter."""
    desk.press_key(Key.Key_A, SHIFT)
    type_text(desk, module)


def go(desk, where: str) -> None:
    """Tab on, or back where it lies before, until the keys are there."""
    desk.view.setFocus()
    way = (Key.Key_Backtab, SHIFT) if is_before(desk, where) else (Key.Key_Tab, NONE)
    while desk.view.hasFocus():
        if str(desk.scene.focused) == where:
            return
        desk.press_key(*way)
        desk.qtbot.wait(1)  # as between two presses: the inspector's old page goes
    raise AssertionError(f"no way to {where}")


def is_before(desk, where: str) -> bool:
    """Whether a port comes before the place where the keys are: by the steps' order, then by
    inputs before outputs."""
    place = desk.scene.focused
    if place is None:
        return False
    order = [*desk.scene.order]
    target, here = desk.graph.resolve(where), str(place).partition(".")[0]
    if target.node != here:
        return order.index(target.node) < order.index(here)
    ports = list(desk.graph.module(here).ports)
    port = str(place).partition(".")[2]
    return bool(port) and ports.index(target.port) < ports.index(port)


def build(desk) -> None:
    """Example 1: nodes by the search box, names and values in place, edges by two marks."""
    for id_, module, _, value in NODES:
        add(desk, module)
        desk.press_key(Key.Key_F2)
        type_text(desk, id_)
        assert id_ in desk.graph
        assert desk.document.selection.node == id_
        if value is not None:
            desk.press_key(Key.Key_Return)
            desk.press_key(Key.Key_A, CONTROL)
            type_text(desk, value)
    for source, target in WIRES:
        go(desk, source)
        desk.press_key(Key.Key_M)
        go(desk, target)
        desk.press_key(Key.Key_M)
        assert str(desk.graph.incoming(desk.graph.resolve(target)).source) == source
    desk.settle()


def step_to_the_end(desk) -> list[str]:
    told = []
    while not desk.document.playhead.is_at_end:
        desk.press_key(Key.Key_PageDown)
        told.append(desk.window.sentence.sentence.text)
    return told


def test_build_step_undo_redo_save_reopen_without_a_mouse(desk, tmp_path, monkeypatch):
    empty = dumps(desk.graph)
    build(desk)
    assert set(desk.graph.nodes) == {row[0] for row in NODES}
    assert {(str(x.source), str(x.target)) for x in desk.graph.edges} == set(WIRES)
    assert not [p for p in desk.document.check.problems if p.severity == "error"]

    desk.press_key(Key.Key_PageUp, CONTROL)
    told = step_to_the_end(desk)
    assert len(told) == 8
    assert told[0] == "x1 (Multiply): y = a × b = 3 × 2 = 6"
    last = "x1 (Multiply): gradient of a = gradient of y × b = 1 × 2 = 2; of b = 1 × 3 = 3"
    assert told[-1] == last
    desk.press_key(Key.Key_L, CONTROL)
    at_working_zoom(desk)
    assert desk.texts("gradient") == ANNOTATIONS
    assert desk.texts("value") == VALUES
    built = dumps(desk.graph)

    steps = 0
    while desk.document.history.undo_text is not None:
        desk.press_key(Key.Key_Z, CONTROL)
        steps += 1
    assert dumps(desk.graph) == empty
    desk.settle()
    for _ in range(steps):
        desk.press_key(Key.Key_Z, CONTROL | SHIFT)
    assert dumps(desk.graph) == built
    desk.settle()

    path = tmp_path / "by_hand.gradwire"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), ""))
    desk.press_key(Key.Key_S, CONTROL)
    assert desk.document.is_saved
    assert path.read_bytes() == built
    before = desk.window
    desk.press_key(Key.Key_N, CONTROL)
    desk.turn_to(desk.newest)
    assert desk.window is not before
    before.close()
    assert not desk.graph.nodes

    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *a: ([str(path)], ""))
    desk.press_key(Key.Key_O, CONTROL)
    desk.settle()
    assert dumps(desk.graph) == built
    assert desk.document.playhead.is_at_start
    assert step_to_the_end(desk) == told
