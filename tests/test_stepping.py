"""Stepping in the window: keys, slider, playing, and what is asked for first."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import Graph, PortRef, Tensor
from graph import edits as e
from tests.canvas_desk import by_hand
from tests.window_desk import LEFT, NONE, desk_for, move_pressed

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def empty(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        yield desk


@pytest.fixture
def desk(empty):
    empty.document.replace(by_hand(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.settle()
    return empty


def two_outputs():
    graph = Graph()
    for id_, at in (("u", (0, 0)), ("v", (0, 120))):
        graph.add("Input", id_, at=at)
        graph.set_tensor(f"{id_}.y", Tensor.scalar(2.0))
        graph.add("Square", f"{id_}2", at=(200, at[1]))
        graph.connect(f"{id_}.y", f"{id_}2.x")
    return graph


def facts(desk):
    QApplication.processEvents()
    return desk.window.status.texts()


def test_keys_move_the_playhead(desk):
    head = desk.document.playhead
    for key, modifiers, position in (
        (Key.Key_PageDown, NONE, 1),
        (Key.Key_PageDown, NONE, 2),
        (Key.Key_PageUp, NONE, 1),
        (Key.Key_F7, NONE, 4),
        (Key.Key_PageUp, CONTROL, 0),
        (Key.Key_PageDown, CONTROL, 8),
        (Key.Key_PageUp, NONE, 7),
        (Key.Key_F5, NONE, 8),
    ):
        desk.press_key(key, modifiers)
        assert head.position == position
    desk.document.selection.set_nodes({"x2"})
    desk.press_key(Key.Key_F8)
    assert head.step.node == "x2"
    desk.document.selection.set_nodes({"x"})
    desk.press_key(Key.Key_F8)
    assert "no step of its own" in desk.refused[-1]


def test_a_reverse_step_goes_part_by_part(desk):
    desk.press_key(Key.Key_F7)
    told = []
    for _ in range(4):
        desk.press_key(Key.Key_PageDown, SHIFT)
        told.append((desk.document.playhead.part, desk.window.sentence.sentence.text))
    assert told == [
        (1, "loss (Abs): gradient of y = 1, for it is the target"),
        (0, "loss (Abs): gradient of x = gradient of y × sign(x) = 1 × −1 = −1"),
        (1, "difference (Subtract): gradient of y = −1"),
        (2, "difference (Subtract): gradient of a = gradient of y × 1 = −1 × 1 = −1"),
    ]


def test_playing_and_pausing(desk):
    player = desk.window.stepping.player
    player.set_speed(10)
    desk.press_key(Key.Key_F9)
    assert player.is_playing
    assert desk.window.commands.by_id["play"].text() == "Pause"
    desk.qtbot.waitUntil(lambda: desk.document.playhead.position >= 1)
    desk.press_key(Key.Key_PageUp)
    assert not player.is_playing
    assert desk.window.timeline.speed.text() == "10 steps/s"


def test_the_slider_goes_to_any_step(desk):
    bar = desk.window.timeline.bar
    for position in (3, 8, 0, 5):
        pixel = QPoint(round(bar.x_of(position)), 24)
        QTest.mouseClick(bar, LEFT, NONE, pixel)
        assert desk.document.playhead.position == position
    bar.setFocus()
    QTest.keyClick(bar, Key.Key_Right)
    assert desk.document.playhead.position == 6
    QTest.mousePress(bar, LEFT, NONE, QPoint(round(bar.x_of(1)), 24))
    move_pressed(bar, QPoint(round(bar.x_of(4)), 24))
    assert desk.document.playhead.position == 4
    QTest.mouseRelease(bar, LEFT, NONE, QPoint(round(bar.x_of(4)), 24))
    desk.document.playhead.go(5, 1)
    assert bar.value() == 5
    assert desk.document.playhead.part == 1
    bar.grab()


def test_several_outputs_make_it_ask_for_the_target(empty):
    empty.document.replace(two_outputs(), None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.view.setFocus()
    for _ in range(2):
        empty.press_key(Key.Key_PageDown)
    assert empty.document.playhead.is_at_end
    assert facts(empty)["target"] == "Target: choose one"
    empty.press_key(Key.Key_PageDown)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert menu.actions()[0].text() == "Which output is the target?"
    next(action for action in menu.actions() if action.text() == "v2").trigger()
    menu.close()
    assert empty.graph.target == "v2.y"
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    assert empty.document.playhead.position == 2
    empty.press_key(Key.Key_PageDown)
    assert empty.document.playhead.step.phase == "reverse"


def test_no_output_to_differentiate_is_said(empty):
    graph = Graph()
    graph.add("Input", "x", shape=(2,), at=(0, 0))
    graph.set_tensor("x.y", Tensor.of_values("float64", (2,), [1, 2]))
    graph.add("Square", "s", at=(200, 0))
    graph.connect("x.y", "s.x")
    empty.document.replace(graph, None)
    empty.qtbot.waitUntil(lambda: empty.document.is_fresh)
    empty.press_key(Key.Key_F5)
    assert "Found no scalar output" in empty.refused[-1]
    empty.document.selection.set_nodes({"s"})
    empty.press_key(Key.Key_T, CONTROL)
    assert empty.graph.target == "s.y"


def test_live_mode_is_shown_and_switched(desk):
    live = desk.window.title_bar.live
    assert live.text() == "Live: on"
    QTest.mouseClick(live, LEFT)
    assert live.text() == "Live: off"
    desk.document.do(e.SetTensor(PortRef("w", "y"), Tensor.scalar(5.0)), "Set w")
    desk.settle()
    assert facts(desk)["live"] == "Live: off"
    assert not desk.document.is_fresh
    desk.view.setFocus()
    desk.press_key(Key.Key_F5)
    desk.qtbot.waitUntil(lambda: desk.document.playhead.is_at_end)
    assert desk.document.trace.value("x1.y") == 10
