"""The update in the window: a third phase of the run, stepped, shown, written out, switched off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from graph import PortRef, load
from graph import edits as e
from graph.rules import Adam
from graph.training import Training
from gui.accessible.words import node_description, port_values
from gui.answers import run_now
from gui.document import Document
from gui.examples import examples
from gui.sentence import sentence_of
from tests.canvas_desk import by_hand
from tests.composite_graphs import two_blocks
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
BY_PATH = {path.stem: path for path in examples()}
BOTH = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.window.workspaces.show("step")
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


def test_the_update_is_stepped_shown_and_taken_back(desk):
    document, head = desk.document, desk.document.playhead
    document.do(e.SetGraph({"training": Training(optimizer=Adam(lr=0.1))}), "train")
    desk.press_key(Key.Key_U, BOTH)
    desk.qtbot.waitUntil(lambda: document.trace.update is not None)
    phases = [step.phase for step in head.steps]
    assert phases == ["forward"] * 4 + ["reverse"] * 4 + ["update"] * 2
    assert head.position == 9  # where the first of them is done
    desk.view.grab()
    assert desk.texts("update") == {"w.y": "Δ −0.1"}
    assert node_description(desk.scene, "w").count("update step") == 1
    assert "change by the update minus 0.1" in port_values(desk.scene, PortRef("w", "y"))
    said = sentence_of(document)
    assert said.lead == "Update, step 9 of 10"
    assert said.text == "w (Parameter): w + Δ = 3 + (−0.1) = 2.9, Δ by Adam at rate 0.1"
    desk.press_key(Key.Key_PageDown)
    desk.view.grab()
    assert desk.texts("update") == {"w.y": "Δ −0.1", "b.y": "Δ −0.1"}
    assert head.is_at_end
    desk.window.commands.by_id["chain_rule"].trigger()
    panel = desk.window.drawer.panel("chain_rule")
    desk.qtbot.waitUntil(lambda: panel.sheet.isVisible() and not panel.is_busy)
    told = panel.sheet.accessibleDescription()
    assert "b by Adam: It moves by its mean gradient over the root of its mean square." in told
    assert "b_new = b + Δ = 1 − 0.1 = 0.9" in told
    desk.view.setFocus()
    desk.press_key(Key.Key_PageUp)
    desk.press_key(Key.Key_PageUp)
    assert head.step.phase == "reverse"
    desk.view.grab()
    assert desk.texts("update") == {}
    document.selection.set_nodes({"b"})
    desk.press_key(Key.Key_Z)  # it is frozen: its step goes at once
    desk.qtbot.waitUntil(lambda: len(document.trace.update.moved) == 1)
    assert not desk.window.live.is_verifying  # nothing else of the run is another
    desk.press_key(Key.Key_U, BOTH)
    desk.qtbot.waitUntil(lambda: document.trace.update is None)
    assert [step.phase for step in head.steps].count("update") == 0


def test_why_there_is_no_update_is_said(desk):
    document = desk.document
    document.do(e.SetGraph({"training": Training(frozen=("w", "b"))}), "freeze")
    desk.press_key(Key.Key_U, BOTH)
    desk.qtbot.waitUntil(lambda: bool(desk.refused))
    assert desk.refused[-1].startswith("parameters: found none that is trained")
    assert document.trace.update is None


def documented(graph) -> Document:
    document = Document()
    document.replace(graph, None)
    run_now(document)
    return document


def test_a_file_that_says_how_it_is_trained_is_stepped_to_the_update(qapp):
    graph = by_hand()
    assert documented(graph).trace.update is None
    graph.apply(e.SetGraph({"training": Training(optimizer=Adam(lr=0.5), lr_factors={"b": 0.0})}))
    document = documented(graph)
    document.playhead.last()
    assert sentence_of(document).text == (
        "b (Parameter): b stays as it is: Δ = 0, Δ by Adam at rate 0"
    )
    before = document.shown.update(PortRef("w", "y")).array
    training = replace(graph.training, optimizer=Adam(lr=0.25))
    assert document.do(e.SetGraph({"training": training}), "slower")
    run_now(document)
    after = document.shown.update(PortRef("w", "y")).array
    np.testing.assert_allclose(after, before / 2)
    assert document.playhead.is_at_end


def test_the_update_of_a_composite_is_one_step_and_two_inside(qapp):
    graph = two_blocks()
    graph.apply(e.SetGraph({"training": Training()}))
    document = documented(graph)
    head = document.playhead
    steps = [(step.node, step.port) for step in head.steps if step.phase == "update"]
    assert steps == [("one", ""), ("two", "")]
    head.last()
    assert sentence_of(document).text == "two (Block): its parameters are updated by Adam"
    head.previous()
    head.next_part()
    assert sentence_of(document).text == "two (Block): inside, lin"
    document.show_place("two")
    assert [(x.node, x.port) for x in head.steps if x.phase == "update"] == [
        ("lin", "weight"),
        ("lin", "bias"),
    ]
    weight, bias = PortRef("lin", "weight"), PortRef("lin", "bias")
    moved = document.whole_trace.update.moved[PortRef("two/lin", "weight")]
    np.testing.assert_array_equal(document.shown.update(weight).array, moved.delta)
    assert document.shown.update(bias).state == "blank"
    head.last()
    assert document.shown.update(bias).is_value
    assert "becomes" in sentence_of(document).text


def test_each_copy_of_the_unrolled_view_shows_what_is_added_to_its_parameter(desk):
    document = desk.document
    document.replace(load(BY_PATH["rnn"]), None)
    desk.settle()
    desk.window.commands.by_id["update_phase"].trigger()
    desk.qtbot.waitUntil(lambda: document.trace.update is not None)
    desk.window.commands.by_id["unroll"].trigger()
    view = desk.window.unrolling.view
    desk.qtbot.waitUntil(lambda: view.document.copies is not None)
    document.playhead.last()
    shown = view.document.shown
    assert shown.has_updates
    moved = document.trace.update.moved
    ref = next(ref for ref in moved if ref.node in document.trace.plan.check.time.inside)
    for t in range(document.trace.time_steps):
        copy = view.document.copies.id_of(ref.node, t)
        assert shown.update(PortRef(copy, ref.port)).array is moved[ref].delta
    document.playhead.end_forward()
    assert not view.document.shown.has_updates


def test_what_is_to_be_predicted_is_not_told_by_the_update(qapp):
    graph = by_hand()
    graph.apply(e.SetGraph({"training": Training()}))
    document = documented(graph)
    document.playhead.last()
    assert document.shown.update(PortRef("w", "y")).is_value
    document.playhead.set_limit((5, 0))
    assert document.shown.update(PortRef("w", "y")).state == "blank"
    assert not document.shown.has_updates
