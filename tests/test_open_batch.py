"""A batch of a training, opened in the stepper: a copy from its start, while the run goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import edits as e
from graph import load, save
from graph.rules import SGD, Adam
from graph.training import Training
from gui.sentence import sentence_of
from gui.updating.batches import alike
from tests.catalogue_cases import error
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    graph = load(EXAMPLES / "xor.gradwire")
    training = Training(epochs=100_000, optimizer=Adam(lr=0.01))
    graph.apply(e.SetGraph({"training": training}))
    save(graph, tmp_path / "xor.gradwire")
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.open(tmp_path / "xor.gradwire")
        made.settle()
        yield made


def test_the_batch_at_which_a_run_stands_is_stepped_and_closed(desk):
    window, document, wait = desk.window, desk.document, desk.qtbot.waitUntil
    running, updating = window.running, document.updating
    commands, bar = window.commands.by_id, window.timeline.batch
    assert not commands["open_batch"].isEnabled()
    own = document.trace.value(document.trace.target)
    running.one_batch()
    wait(lambda: running.state == "paused")
    running.one_batch()
    wait(lambda: running.state == "paused" and running.position.update == 2)

    commands["open_batch"].trigger()
    wait(lambda: updating.batch is not None and document.trace.plan.mode == "train")
    trace = document.trace
    assert trace.update.number == 3
    assert document.playhead.is_at_start
    assert window.workspaces.current == "step"
    assert bar.isVisible()
    assert bar.words.said == "Epoch 3, batch 1 of 1: update 3"
    before = running.parameters()
    for ref, moved in trace.update.moved.items():
        assert moved.before.tobytes() == before[str(ref)].tobytes(), ref
    running.one_batch()  # the run goes on with its own numbers
    wait(lambda: running.state == "paused" and running.position.update == 3)
    after = running.parameters()
    for ref, moved in trace.update.moved.items():
        assert error(moved.after, after[str(ref)]) <= 1e-12, ref
    assert document.trace is trace
    document.playhead.last()
    assert sentence_of(document).lead.startswith("Update, step")

    QTest.mouseClick(bar.button, Qt.MouseButton.LeftButton)
    wait(lambda: document.trace is not trace)
    assert updating.batch is None
    assert not bar.isVisible()
    assert document.trace.value(document.trace.target) == own
    assert document.is_saved


def test_a_batch_of_a_run_under_way_is_opened_and_an_edit_closes_it(desk):
    window, document, wait = desk.window, desk.document, desk.qtbot.waitUntil
    running = window.running
    running.start()
    wait(lambda: running.state == "running" and running.position is not None)
    at = running.position.update
    window.commands.by_id["open_batch"].trigger()
    wait(lambda: document.updating.batch is not None)
    assert document.updating.batch.position.update >= at
    assert running.state == "running"
    opened = document.updating.batch.position.update
    wait(lambda: running.position.update > opened)
    running.pause()
    wait(lambda: running.state == "paused")

    parameter = next(iter(document.trace.update.moved))
    document.do(e.SetTensor(parameter, None), "Clear")
    assert document.updating.batch is None
    assert desk.refused[-1] == "The batch is closed, for the graph has changed."
    running.travel(0)
    wait(lambda: running.travelled == 0)
    window.commands.by_id["open_batch"].trigger()
    wait(lambda: document.updating.batch is not None)
    assert document.updating.batch.position.update == 0

    window.commands.by_id["close_batch"].trigger()
    node = next(id_ for id_ in document.graph.nodes if document.graph.nodes[id_].module == "Linear")
    document.do(e.SetNode(node, {"label": "first"}), "Label")
    assert alike(running.run.graph, document.root)
    document.do(e.SetNode(node, {"bypassed": True}), "Bypass")
    window.commands.by_id["open_batch"].trigger()
    assert desk.refused[-1].startswith("The graph is another than the run's.")
    assert document.updating.batch is None


def test_the_batch_at_which_a_training_failed_is_stepped_to_its_first_bad_number(desk):
    window, document, wait = desk.window, desk.document, desk.qtbot.waitUntil
    training = Training(epochs=50, optimizer=SGD(lr=1e200))
    document.do(e.SetGraph({"training": training}), "Too fast")
    window.running.start()
    wait(lambda: window.running.state == "failed")
    window.commands.by_id["open_batch"].trigger()
    wait(lambda: document.updating.batch is not None and document.trace.plan.mode == "train")
    assert document.trace.update is None
    assert document.trace.origin is not None
    assert document.trace.origin.node == window.running.problem.node
    assert "not finite" in window.timeline.batch.note.said
