"""Stepping over, into and out of composites, by real keys on the real window."""

import pytest
from PySide6.QtCore import Qt

from gui.level import Level
from runtime import Engine
from tests.block_graphs import two_blocks
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(two_blocks(), None)
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        made.document.playhead.first()
        yield made


def names(level):
    return [(step.phase[0], step.node) for step in level.steps]


def test_a_composite_is_one_step_of_the_place_around_it():
    trace = Engine(two_blocks()).run()
    outer, inner = Level(trace), Level(trace, "two")
    order = ["one", "two", "loss"]
    assert names(outer) == [("f", x) for x in order] + [("r", x) for x in reversed(order)]
    assert names(inner) == [("f", "lin"), ("f", "act"), ("r", "act"), ("r", "lin")]
    for level in (outer, inner):
        for position in range(len(level.steps) + 1):
            assert level.position(*level.whole(position)) == (position, 0)
    assert outer.parts(0) == ("one/lin", "one/act")
    assert outer.whole(0, 1) == (1, 0)
    assert outer.position(1) == (0, 1)
    assert inner.position(1) == (0, 0)
    assert inner.whole(0) == (2, 0)


def test_a_graph_without_composites_has_the_steps_of_its_run():
    from tests.canvas_desk import by_hand

    trace = Engine(by_hand()).run()
    level = Level(trace)
    assert level.steps is trace.steps
    assert level.whole(3, 2) == (3, 2)
    assert level.position(3, 2) == (3, 2)


def test_the_step_over_takes_a_composite_whole(desk):
    head = desk.document.playhead
    desk.press_key(Key.Key_PageDown)
    assert (head.position, head.whole) == (1, (2, 0))
    assert desk.document.shown.step.node == "one"
    assert "one (Block): y [3, 2]" in str(desk.window.sentence.sentence)
    assert desk.window.timeline.bar.maximum() == 6
    desk.view.zoom_to(1.0)
    assert "one.y" in desk.texts("value")
    assert "two.y" not in desk.texts("value")


def test_a_part_of_a_composites_step_shows_how_far_it_is(desk):
    desk.press_key(Key.Key_PageDown, SHIFT)
    assert desk.document.playhead.whole == (1, 0)
    assert desk.document.shown.progress("one") == ("forward", 1, 2)
    assert desk.scene.mood("one").progress == ("forward", 1, 2)
    assert desk.scene.mood("two").progress is None
    assert "part 1 of 2" in desk.window.sentence.sentence.lead
    desk.press_key(Key.Key_PageDown, SHIFT)
    assert desk.document.playhead.position == 1
    assert desk.document.shown.progress("one") is None


def test_the_step_into_opens_it_and_the_step_out_finishes_it(desk):
    head = desk.document.playhead
    desk.press_key(Key.Key_PageDown, ALT)
    assert desk.document.place == "one"
    assert (head.position, head.whole) == (0, (0, 0))
    desk.press_key(Key.Key_PageDown)
    assert desk.document.shown.step.node == "lin"
    assert "lin (Linear)" in str(desk.window.sentence.sentence)
    assert head.whole == (1, 0)
    desk.press_key(Key.Key_PageUp, ALT)
    assert desk.document.place == ""
    assert head.whole == (2, 0)
    assert desk.document.selection.node == "one"


def test_the_step_into_what_is_no_composite_is_the_next_step(desk):
    head = desk.document.playhead
    head.go(2)
    desk.press_key(Key.Key_PageDown, ALT)
    assert (desk.document.place, head.position) == ("", 3)


def test_the_step_into_comes_to_the_reverse_pass_of_an_inside(desk):
    head = desk.document.playhead
    head.go(4)
    desk.press_key(Key.Key_PageDown, ALT)
    assert desk.document.place == "two"
    assert head.step.phase == "forward"
    desk.press_key(Key.Key_PageDown)
    assert (head.step.phase, head.step.node) == ("reverse", "act")


def test_the_playhead_keeps_its_step_when_a_place_is_opened_and_left(desk):
    head = desk.document.playhead
    desk.press_key(Key.Key_PageDown, SHIFT)
    before = head.whole
    for place in ("one", "two", ""):
        desk.view.entering.go(place)
        assert head.whole == before


def test_going_to_the_start_of_an_inside_keeps_what_came_before_it(desk):
    head = desk.document.playhead
    desk.view.entering.go("two")
    head.last()
    head.first()
    assert head.whole == (2, 0)
    assert head.is_at_start


def test_a_problem_inside_is_shown_at_the_composite_and_gone_to(desk):
    from graph import edits as e

    desk.document.do(e.Within("Block", e.SetAttributes("lin", {"out_features": 5})), "Break")
    desk.settle()
    problems = desk.window.drawer.panel("problems").model.problems
    assert problems
    desk.window.leading.go_to(problems[0])
    where = problems[0].node
    assert desk.document.place == where.rpartition("/")[0]
    assert desk.document.selection.node == where.rpartition("/")[2]
