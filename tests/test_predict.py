"""Predict mode: numbers are hidden everywhere until they are typed, with hints and a score."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import load
from graph.edits import SetTensor
from graph.tensor import Tensor
from gui.examples import examples
from gui.predict import panel as panel_module
from tests.canvas_desk import LEFT, by_hand
from tests.predict_desk import predict, show, type_answer, uncommon
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
ANSWERS = ("6", "7", "-3", "3", "-1", "-1", "1", "1", "1", "2", "3")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def test_the_whole_example_is_predicted_by_keys_alone(desk):
    show(desk, by_hand())
    panel = predict(desk)
    window, head = desk.window, desk.document.playhead
    assert window.workspaces.current == "step"
    assert window.drawer.current == "predict"
    assert window.commands.by_id["predict"].isChecked()
    for number, answer in enumerate(ANSWERS):
        assert len(window.predicting.score.marks) == number
        type_answer(desk, answer)
    assert head.is_at_end
    assert panel.result.said == "11 of 11 right, 11 at the first try."
    assert panel.marks.model().rowCount() == 11
    assert desk.texts("gradient")["x1.a"].startswith("∂ 2")
    QTest.mouseClick(panel.again, LEFT)
    assert head.is_at_start
    assert panel.question.said == "What is the value of x1?"


def test_a_wrong_answer_shows_nothing_and_hints_come_one_by_one(desk):
    show(desk, by_hand())
    panel = predict(desk)
    for answer in ANSWERS[:2]:
        type_answer(desk, answer)
    type_answer(desk, "3")
    assert panel.verdict.said == "The sign is wrong."
    type_answer(desk, "three")
    assert panel.verdict.said == 'Found "three", expected a number such as -0.67 or 2/3.'
    assert desk.document.playhead.position == 2
    for count in range(1, 4):
        QTest.mouseClick(panel.hint, LEFT)
        assert len(panel.hints.found) == count
    assert not panel.hint.isEnabled()
    assert panel.hints.accessibleDescription().strip().split("\n\n") == [
        "Rule: Subtract the second tensor from the first.",
        "Symbols: The rule in the graph's own names.\n  difference = y_true − x2",
        "Numbers: The rule with its numbers.\n  difference = 4 − 7 = ?",
    ]
    panel.answer.field.setFocus()
    panel.answer.field.clear()
    type_answer(desk, "-3")
    QTest.mouseClick(panel.show_button, LEFT)  # the loss
    words = [mark.words for mark in desk.window.predicting.score.marks]
    assert words == ["right", "right", "right after 1 wrong try and 3 hints", "shown"]
    assert desk.document.playhead.position == 4


def test_next_leads_to_the_field_and_going_back_is_free(desk):
    show(desk, by_hand())
    panel = predict(desk)
    for answer in ANSWERS[:3]:
        type_answer(desk, answer)
    head = desk.document.playhead
    desk.view.setFocus()
    desk.press_key(Key.Key_PageUp)
    desk.press_key(Key.Key_PageUp)
    assert head.position == 1
    assert panel.question.said == "What is the value of loss?"
    desk.press_key(Key.Key_PageDown)
    assert head.position == 2
    assert desk.view.hasFocus()
    desk.press_key(Key.Key_PageDown)
    desk.press_key(Key.Key_PageDown)
    assert head.position == 3
    type_answer(desk, "3")
    assert head.position == 4


def test_before_an_audience_the_next_step_shows_the_answer(desk):
    show(desk, by_hand())
    desk.window.workspaces.step()
    desk.view.setFocus()
    desk.press_key(Key.Key_F11)
    desk.press_key(Key.Key_P, CONTROL)
    predicting, head = desk.window.predicting, desk.document.playhead
    assert predicting.is_on
    assert desk.window.presenting.is_on
    assert not desk.window.steps.isVisible()
    desk.press_key(Key.Key_PageDown)
    assert head.position == 1
    assert desk.window.canvas.canvas.overlays.node("x2").text == "x2 = ?"
    desk.press_key(Key.Key_Escape)
    assert desk.window.steps.isVisible()
    desk.press_key(Key.Key_PageDown)
    assert head.position == 1


def test_a_tangent_ends_when_one_begins_to_predict(desk):
    show(desk, by_hand())
    desk.document.selection.set_nodes({"x"})
    desk.window.commands.by_id["push_tangent"].trigger()
    desk.qtbot.waitUntil(lambda: desk.document.whole_trace.push is not None)
    predict(desk)
    desk.qtbot.waitUntil(lambda: desk.document.whole_trace.push is None)
    assert desk.document.seeding.seed is None
    assert desk.window.predicting.is_on
    assert all(step.phase != "tangent" for step in desk.document.playhead.steps)


def test_no_tangent_is_pushed_that_would_tell_the_gradients(desk):
    show(desk, by_hand())
    predict(desk)
    desk.document.selection.set_nodes({"w"})
    desk.window.commands.by_id["push_tangent"].trigger()
    assert desk.document.seeding.seed is None
    (refused,) = desk.refused
    assert refused.startswith("A tangent would tell the gradients.")
    desk.settle()
    assert desk.document.whole_trace.push is None


def test_play_stops_at_the_question(desk):
    show(desk, by_hand())
    predict(desk)
    player = desk.window.stepping.player
    desk.view.setFocus()
    desk.press_key(Key.Key_F9)
    desk.qtbot.waitUntil(lambda: not player.is_playing)
    assert desk.document.playhead.is_at_start


def test_it_begins_where_the_playhead_stands_and_ends_with_the_same_key(desk):
    show(desk, by_hand())
    head = desk.document.playhead
    head.go(3)
    panel = predict(desk)
    assert panel.question.said == "What is the value of loss?"
    predict(desk)
    assert not desk.window.predicting.is_on
    assert head.limit is None
    assert panel.begin.isVisible()
    head.last()
    assert head.is_at_end


def test_another_value_asks_on_with_the_new_numbers(desk):
    show(desk, by_hand())
    predict(desk)
    type_answer(desk, "6")
    edit = SetTensor(next(r for r in desk.graph.tensors if r.node == "b"), Tensor.scalar(5.0))
    assert desk.document.do(edit, "Set b")
    desk.settle()
    assert desk.document.playhead.position == 1
    type_answer(desk, "11")
    assert desk.document.playhead.position == 2


def test_what_is_asked_about_can_be_removed(desk):
    show(desk, by_hand())
    panel = predict(desk)
    for answer in ANSWERS[:9]:
        type_answer(desk, answer)
    desk.document.selection.set_nodes(["x1"])
    desk.view.setFocus()
    desk.press_key(Key.Key_Delete)
    assert "x1" not in desk.graph
    desk.settle()
    assert desk.window.predicting.is_on
    assert desk.document.undo()
    desk.settle()
    assert panel.question.said.startswith("What ")


def test_another_document_ends_it(desk):
    show(desk, by_hand())
    predict(desk)
    show(desk, uncommon())
    assert not desk.window.predicting.is_on
    assert desk.document.playhead.limit is None
    assert not desk.window.canvas.canvas.overlays


def test_of_large_tensors_the_shape_is_picked(desk):
    path = next(path for path in examples() if path.stem == "xor")
    desk.open(path)
    panel = predict(desk)
    assert panel.question.said == "What is the shape of hidden?"
    texts = [button.text() for button in panel.answer.shapes]
    assert "[4, 8]" in texts
    QTest.mouseClick(panel.answer.shapes[texts.index("[4]")], LEFT)
    assert panel.verdict.said == "Not right yet."
    QTest.mouseClick(panel.answer.shapes[texts.index("[4, 8]")], LEFT)
    assert panel.question.said == "What is the shape of relu?"
    assert panel.verdict.said == "Right: [4, 8]."


def test_a_composite_is_one_question_and_its_inside_asks_its_own(desk):
    path = next(path for path in examples() if path.stem == "transformer_block")
    desk.open(path)
    panel = predict(desk)
    assert panel.question.said == "What is the shape of transformer_block?"
    QTest.mouseClick(panel.hint, LEFT)
    QTest.mouseClick(panel.hint, LEFT)
    desk.window.composites.step_into()
    desk.window.composites.step_into()
    QApplication.processEvents()
    assert desk.document.place == "transformer_block/attend"
    assert panel.question.said == "What is the shape of attend_norm?"
    desk.window.composites.leave()
    assert panel.question.said == "What is the shape of attend?"


def test_time_steps_ask_each_by_itself(desk):
    path = next(path for path in examples() if path.stem == "rnn")
    desk.open(path)
    panel, predicting = predict(desk), desk.window.predicting
    for _ in range(4):
        QTest.mouseClick(panel.show_button, LEFT)
    assert panel.heading.said.startswith("Forward, step 5 of 54, t = 1: ")
    assert predicting.step.t == 1
    assert desk.document.shown.t == 0


def test_answers_and_questions_are_said_aloud(desk, monkeypatch):
    said = []
    monkeypatch.setattr(panel_module, "announce", lambda about, sentence: said.append(sentence))
    show(desk, by_hand())
    predict(desk)
    type_answer(desk, "-6")
    type_answer(desk, "6")
    assert said == [
        "What is the value of x1?",
        "The sign is wrong. What is the value of x1?",
        "Right: 6. What is the value of x2?",
    ]


def test_the_question_mark_stands_where_the_answer_belongs(desk):
    show(desk, by_hand())
    predict(desk)
    overlays = desk.window.canvas.canvas.overlays
    assert overlays.node("x1").text == "x1 = ?"
    for answer in ANSWERS[:9]:
        type_answer(desk, answer)
    (edge,) = [e for e in desk.graph.edges if str(e.target) == "x1.a"]
    assert overlays.edge(edge.target).text == "∂ ?"


def test_a_sum_at_an_input_is_asked_when_its_last_part_has_been_found(desk):
    desk.document.replace(load(next(p for p in examples() if p.stem == "fan_out")), None)
    desk.settle()
    desk.document.playhead.go(5)
    panel = predict(desk)
    type_answer(desk, "-0.8323")
    assert panel.question.said == "Several edges bring gradients back. What is their sum, ∂L/∂x?"
    assert not desk.document.playhead.is_at_end
    assert desk.window.canvas.canvas.overlays.node("x").text == "∂L/∂x = ?"
    for _ in range(3):
        QTest.mouseClick(panel.hint, LEFT)
    assert "−0.8323 + 0.9093 + 1 = ?" in panel.hints.accessibleDescription()
    panel.answer.field.setFocus()
    type_answer(desk, "1.077")
    assert desk.document.playhead.is_at_end
    assert panel.result.said == "2 of 2 right, 1 at the first try; 3 hints."
