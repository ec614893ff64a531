"""Presenting: the canvas alone, large, with a spotlight; the keys of a remote; the way out."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from gui import focus_tips
from gui.canvas.levels import AT_DESK, PRESENTED
from tests.canvas_desk import LEFT, by_hand
from tests.window_desk import WindowDesk, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.window.workspaces.step()
        made.document.replace(by_hand(), None)
        made.settle()
        made.window.show()
        made.view.setFocus()
        yield made


def chrome(desk: WindowDesk) -> list[bool]:
    window = desk.window
    parts = (window.menuBar(), window.title_bar, window.right, window.steps, window.status)
    return [part.isVisible() for part in parts]


def test_f11_leaves_the_canvas_alone_and_escape_brings_all_back(desk):
    desk.press_key(Key.Key_F11)
    assert chrome(desk) == [False] * 5
    assert desk.window.isFullScreen()
    assert desk.view.isVisible()
    assert desk.view.hasFocus()
    desk.press_key(Key.Key_Escape)
    assert chrome(desk) == [True] * 5
    assert not desk.window.isFullScreen()
    assert not desk.window.left.isVisible()  # the workspace's docks, as they were
    assert desk.view.hasFocus()


@pytest.mark.usefixtures("tips_at_keys")
def test_a_field_that_presenting_hides_gives_the_keys_to_the_canvas_without_a_tip(desk):
    desk.window.drawer.show_tab("problems")
    desk.window.inspector.page.rows["title"].field.setFocus()
    desk.press_key(Key.Key_F11)
    assert desk.view.hasFocus()
    desk.qtbot.wait(20 + focus_tips.pause(desk.window))
    assert not QToolTip.isVisible()
    assert desk.scene.focused is None


def test_escape_leaves_though_something_is_selected_but_first_ends_a_drag(desk):
    desk.press_key(Key.Key_F11)
    desk.click(desk.middle("x1"))
    start = desk.middle("x1")
    desk.press(start)
    desk.move(start + QPoint(40, 40))
    desk.press_key(Key.Key_Escape)
    assert desk.window.presenting.is_on
    desk.release(start + QPoint(40, 40))
    assert desk.graph.nodes["x1"].at == (240, 56)
    desk.press_key(Key.Key_Escape)
    assert not desk.window.presenting.is_on
    assert desk.document.selection.node == "x1"


def test_texts_and_strokes_are_large_while_it_lasts(desk):
    before = desk.plates()[("value", "x.y")], desk.view.canvas.sizes
    desk.press_key(Key.Key_F11)
    assert desk.view.canvas.sizes == PRESENTED
    seen = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    label = desk.scene.plates(seen, desk.view.zoom)[0].labels[0]
    assert label.pixels == round(1.5 * AT_DESK.text_pixels(desk.view.zoom))
    desk.press_key(Key.Key_F11)
    assert (desk.plates()[("value", "x.y")], desk.view.canvas.sizes) == before


def test_the_keys_of_a_remote_step_and_the_caption_tells(desk):
    desk.document.playhead.first()
    desk.press_key(Key.Key_F11)
    caption = desk.window.presenting.caption
    desk.press_key(Key.Key_PageDown)
    desk.press_key(Key.Key_PageDown)
    assert desk.document.playhead.position == 2
    assert caption.sentence.lead.text() == "Forward, step 2 of 8"
    desk.press_key(Key.Key_PageUp)
    assert desk.document.playhead.position == 1
    assert caption.sentence.sentence == desk.window.sentence.sentence


def test_the_caption_tells_a_long_sentence_in_two_lines(desk):
    desk.press_key(Key.Key_F11)
    desk.document.playhead.last()
    bar = desk.window.presenting.caption.sentence
    bar.resize(640, bar.height())
    words = bar.sentence.text
    assert bar.text.fontMetrics().horizontalAdvance(words) > bar.width()
    assert bar.text.text() == words


def test_the_remotes_dark_key_covers_the_stage_and_edits_nothing(desk):
    desk.document.playhead.first()
    desk.press_key(Key.Key_F11)
    desk.document.selection.set_nodes({"loss"})
    stage = desk.window.presenting.stage
    for key, is_dark in ((Key.Key_B, True), (Key.Key_Period, False), (Key.Key_B, True)):
        desk.press_key(key)
        middle = stage.grab().toImage().pixelColor(stage.rect().center())
        assert (middle.lightness() < 64) == is_dark
    assert not desk.graph.nodes["loss"].bypassed
    desk.press_key(Key.Key_PageDown)
    assert stage.grab().toImage().pixelColor(QPoint(3, 3)).lightness() > 200
    desk.press_key(Key.Key_Escape)
    desk.press_key(Key.Key_B)  # at a desk it bypasses
    assert desk.graph.nodes["loss"].bypassed


def test_light_colours_are_offered_in_the_dark_and_last_for_the_talk(desk):
    desk.window.commands.by_id["theme_dark"].trigger()
    desk.press_key(Key.Key_F11)
    caption = desk.window.presenting.caption
    assert caption.light.isVisible()
    QTest.mouseClick(caption.light, LEFT)
    assert not desk.theme.is_dark
    assert not caption.light.isVisible()
    QTest.mouseClick(caption.leave, LEFT)
    assert desk.theme.is_dark
    assert desk.settings.theme == "dark"


def test_the_pointer_is_a_spotlight_that_a_key_puts_out(desk):
    desk.press_key(Key.Key_F11)
    view, pixel = desk.view, desk.middle("x2")
    rim = pixel + QPoint(0, -120)

    def lightness(place: QPoint) -> int:
        return view.viewport().grab().toImage().pixelColor(place).lightness()

    ring_of_x = desk.port("x.y")  # on the rim of a port, far from the pointer
    dark = min(lightness(ring_of_x + QPoint(dx, 0)) for dx in range(-8, 9))
    QTest.mouseMove(view.viewport(), pixel - QPoint(5, 5))
    QTest.mouseMove(view.viewport(), pixel)
    QApplication.processEvents()
    assert lightness(rim) < 64
    assert min(lightness(ring_of_x + QPoint(dx, 0)) for dx in range(-8, 9)) > dark + 40
    desk.press_key(Key.Key_L)
    assert not desk.window.presenting.has_spotlight
    assert lightness(rim) > 200
    assert min(lightness(ring_of_x + QPoint(dx, 0)) for dx in range(-8, 9)) == dark


def test_the_reverse_graph_and_the_keys_of_workspaces(desk):
    desk.press_key(Key.Key_F11)
    desk.press_key(Key.Key_R, CONTROL)
    assert desk.window.reverse_graph.view.canvas.sizes == PRESENTED
    desk.press_key(Key.Key_1, CONTROL)  # another workspace brings its docks
    assert not desk.window.presenting.is_on
    assert desk.window.left.isVisible()
    assert desk.window.reverse_graph.view.canvas.sizes == AT_DESK
    desk.press_key(Key.Key_2, CONTROL)
    assert not desk.window.left.isVisible()
    assert desk.window.right.isVisible()


def test_the_title_bar_has_a_button_for_it(desk):
    QTest.mouseClick(desk.window.title_bar.present, LEFT)
    assert desk.window.presenting.is_on
    desk.window.leave()  # a window that closes keeps its docks for the next start
    QApplication.processEvents()
    desk.windows.new()
    desk.turn_to(desk.newest)
    assert desk.window.right.isVisible()
