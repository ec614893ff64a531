"""What is shown at a time step: values, gradients, sums and sentences of one moment."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef
from gui.document import Document
from runtime import Engine
from tests.canvas_desk import by_hand
from tests.recurrent_graphs import Pair
from tests.test_delay_edges import looped
from tests.window_desk import LEFT, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
H, BACK = PortRef("h", "y"), PortRef("back", "x")


@pytest.fixture
def document(qapp):
    document = Document()
    document.replace(looped(), None)
    document.accept_trace(Engine(document.root).run())
    return document


def test_a_port_is_shown_at_the_time_step_of_the_step(document):
    trace, head = document.whole_trace, document.playhead
    for position, step in enumerate(trace.steps, start=1):
        head.go(position)
        if step.t is None:
            continue
        assert head.t == step.t
        shown = document.shown
        if step.phase == "forward" and step.node == "h":
            np.testing.assert_array_equal(shown.value(H).array, trace.value("h.y", step.t))
        if step.phase == "reverse" and step.node == "back":
            np.testing.assert_array_equal(shown.gradient(BACK).array, trace.gradient(BACK, step.t))
            expected = trace.jacobian(BACK, t=step.t).dense()
            np.testing.assert_array_equal(shown.factor(BACK).map.dense(), expected)


def test_any_time_step_is_shown_when_all_is_done(document):
    trace, head = document.whole_trace, document.playhead
    head.last()
    for t in (2, 0, 1):
        head.show_time(t)
        np.testing.assert_array_equal(document.shown.value(H).array, trace.value("h.y", t))
        np.testing.assert_array_equal(
            document.shown.port_gradient(H).array, trace.gradient("h.y", t)
        )
        np.testing.assert_array_equal(document.trace.value("h.y"), trace.value("h.y", t))
        edge = document.graph.incoming(BACK)
        carried = document.shown.carried(edge).array
        np.testing.assert_array_equal(carried, trace.value("back.x", t))
    head.show_time(99)
    assert head.t == 2


def test_a_later_time_step_is_blank_until_it_is_done(document):
    head, steps = document.playhead, document.whole_trace.steps
    first = next(i for i, step in enumerate(steps) if (step.node, step.t) == ("h", 0))
    head.go(first + 1)
    assert document.shown.value(H).is_value
    head.show_time(1)
    assert document.shown.value(H).state == "blank"
    edge = document.graph.incoming(BACK)
    assert document.shown.carried(edge).is_value  # what step 0 hands on
    head.show_time(2)
    assert document.shown.carried(edge).state == "blank"


def test_a_parameter_has_its_gradient_once_all_steps_gave_their_part(document):
    head, trace = document.playhead, document.whole_trace
    weight = PortRef("back", "weight")
    last = max(i for i, s in enumerate(trace.steps) if (s.phase, s.node) == ("reverse", "back"))
    head.go(last)
    assert document.shown.gradient(weight).state == "blank"
    head.go(last + 1)
    np.testing.assert_array_equal(
        document.shown.gradient(weight).array, trace.gradient("back.weight")
    )


@pytest.mark.parametrize("seed", range(4))
def test_random_loops_show_at_the_end_what_the_trace_has_at_each_step(qapp, seed):
    pair = Pair(steps=3, seed=seed)
    document = Document()
    document.replace(pair.loop, None)
    trace = Engine(pair.loop).run()
    document.accept_trace(trace)
    document.playhead.last()
    for t in range(pair.steps):
        document.playhead.show_time(t)
        for id_ in pair.ids:
            port = PortRef(id_, "y")
            assert np.array_equal(document.shown.value(port).array, trace.value(port, t))
            found, expected = document.shown.port_gradient(port), trace.gradient(port, t)
            assert found.is_value == (expected is not None)
            assert expected is None or np.array_equal(found.array, expected)
        for id_ in pair.params:
            expected = trace.gradient(f"{id_}.y")
            found = document.shown.port_gradient(PortRef(id_, "y"))
            assert expected is None or np.array_equal(found.array, expected)


# --- in the window ----------------------------------------------------------------------------


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(looped(), None)
        made.settle()
        made.view.setFocus()
        yield made


def test_keys_and_slider_move_through_time_and_the_sentence_says_when(desk):
    head, bar = desk.document.playhead, desk.window.timeline.time
    assert bar.isVisible()
    desk.press_key(Key.Key_PageDown, CONTROL)
    assert head.t == 0
    assert "t = 0" in desk.window.sentence.sentence.lead
    desk.press_key(Key.Key_PageDown, CONTROL | SHIFT)
    assert head.t == 1
    assert bar.words.text() == "t = 1, time step 2 of 3"
    desk.press_key(Key.Key_PageUp, CONTROL | SHIFT)
    assert head.t == 0
    QTest.mouseClick(bar.slider, LEFT, pos=QPoint(bar.slider.width() - 6, 15))
    QApplication.processEvents()
    assert head.t == 2
    assert head.is_at_end
    value = desk.document.whole_trace.value("h.y", 2)
    np.testing.assert_array_equal(desk.document.shown.value(H).array, value)


def test_playing_goes_forward_and_back_through_time(desk):
    seen = []
    head = desk.document.playhead
    head.moved.connect(lambda: seen.append(head.t))
    desk.press_key(Key.Key_PageUp, CONTROL)
    for _ in head.steps:
        desk.press_key(Key.Key_PageDown)
    runs = [t for t, before in zip(seen, [None, *seen], strict=False) if t != before]
    assert runs == [0, 1, 2, 1, 0]


def test_a_graph_without_time_has_no_such_level(desk):
    desk.document.replace(by_hand(), None)
    desk.settle()
    assert not desk.window.timeline.time.isVisible()
    assert desk.window.timeline.height() == 60
    assert not desk.window.commands.by_id["next_time"].isEnabled()
