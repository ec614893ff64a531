"""A training in the window, by keys and mouse: train, look back, branch, compare, take over."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph, PortRef, Tensor
from graph.edits import SetTensor
from graph.rules import SGD
from gui.training.moments import places
from gui.training.tree.differences import differences
from gui.training.tree.model import BY, RUN
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import desk_for

CONTROL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def moons() -> Graph:
    """64 samples in batches of 16, 3 epochs: 12 updates."""
    graph = Graph(title="Moons", target="loss", mode="train")
    graph.add("Data", "data", source="builtin:moons", options={"samples": 80}, batch=16,
              validation=0.2)  # fmt: skip
    graph.add("Linear", "hidden", out_features=4)
    graph.add("Tanh", "act")
    graph.add("Linear", "out", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (("data.x", "hidden.x"), ("hidden.y", "act.x"), ("act.y", "out.x"),
                           ("out.y", "loss.logits"), ("data.t", "loss.target")):  # fmt: skip
        graph.connect(source, target)
    training = replace(graph.training, epochs=3, optimizer=SGD(lr=0.5), metrics=("accuracy",))
    graph.configure(training=training)
    return graph


def page_of(desk, id_: str):
    """Turn to a page of the panel by its tab; the page once it is there."""
    panel = desk.window.drawer.panel("training")
    panel.show_page(id_)
    late = panel.page(id_)
    desk.qtbot.waitUntil(lambda: late.page is not None and late.page.size() == late.size())
    return late.page


def test_train_look_back_branch_compare_and_take_over(desk):
    window, running = desk.window, desk.window.running
    desk.document.replace(moons(), None)
    desk.settle()
    desk.press_key(Key.Key_4, CONTROL)
    panel = window.drawer.panel("training")
    line = panel.line
    desk.qtbot.waitUntil(lambda: "12 in 3 epochs" in line.words.said)
    assert line.words.said.startswith("64 samples in batches of 16: 4 updates an epoch")
    assert window.timeline.run.isHidden()

    # One batch, then on to the end.
    desk.press_key(Key.Key_F7, CONTROL)
    desk.qtbot.waitUntil(lambda: running.state == "paused" and bool(running.position))
    assert running.position.update == 1
    words = "Run 1 stands still at epoch 1 of 3, batch 1 of 4, update 1 of 12."
    desk.qtbot.waitUntil(lambda: line.words.said == words)
    assert window.commands.by_id["train_run"].text() == "Continue &training"
    desk.press_key(Key.Key_F5, CONTROL)
    desk.qtbot.waitUntil(lambda: running.state == "ended")
    desk.qtbot.waitUntil(lambda: len(running.series.epochs) == 3 and running.position.update == 12)
    desk.qtbot.waitUntil(lambda: "all epochs are done" in line.words.said)

    # The curves are the run's own numbers.
    page = page_of(desk, "curves")
    desk.qtbot.waitUntil(lambda: bool(page.records) and len(page.records[0].update) == 12)
    by_kind = {drawn.kind: drawn for drawn in page.charts[0].lines}
    assert list(by_kind["batches"].y) == list(running.series.loss)
    assert by_kind["train"].y[-1] == pytest.approx(running.series.loss[8:].mean())
    assert page.charts[1].figure == "accuracy"

    # Back in the run by keys; what is shown then are the parameters of that moment.
    newest = running.parameters()["hidden.weight"].copy()
    bar, places_ = window.timeline.run, places(running)
    for back in (2, 3):
        desk.press_key(Key.Key_PageUp, CONTROL | ALT)
        words = f"Run 1, update {places_[-back]}"
        desk.qtbot.waitUntil(lambda words=words: bar.words.said == words)
        assert running.travelled == places_[-back]
    assert not np.array_equal(running.parameters()["hidden.weight"], newest)
    desk.qtbot.waitUntil(lambda: line.branch.isVisible() and line.take_over.isVisible())

    # A click in the curves leads to the moment nearest to it.
    plot = page.charts[0].plot
    QTest.mouseClick(plot.viewport(), LEFT, NONE, QPoint(round(plot.pixel_of(places_[2])), 40))
    desk.qtbot.waitUntil(lambda: running.travelled == places_[2])

    # The slider leads there too, and with its last place back to the newest state.
    QTest.mousePress(bar.slider, LEFT, NONE, QPoint(int(bar.slider.x_of(0)), 15))
    desk.qtbot.waitUntil(lambda: running.travelled == 0)
    # Although the knob is held; a moment is said once it has been read.
    desk.qtbot.waitUntil(lambda: bar.words.said == "Run 1, update 0")
    QTest.mouseMove(bar.slider, QPoint(int(bar.slider.x_of(1)), 15))
    desk.qtbot.waitUntil(lambda: running.travelled == places_[1])
    QTest.mouseRelease(bar.slider, LEFT, NONE, QPoint(int(bar.slider.x_of(1)), 15))
    desk.qtbot.waitUntil(lambda: bar.words.said == f"Run 1, update {places_[1]}")
    QTest.keyClick(bar.slider, Key.Key_End)
    desk.qtbot.waitUntil(lambda: running.travelled is None)

    # A branch with another rate is a second run below the first one.
    QTest.mouseClick(bar.slider, LEFT, NONE, QPoint(int(bar.slider.x_of(1)), 15))
    desk.qtbot.waitUntil(
        lambda: running.travelled == places(running)[1] and line.branch.isVisible()
    )
    start = running.travelled
    rate = window.inspector.page.training.optimizer.rows["lr"].field
    desk.type_into(rate, "0.05")
    QTest.mouseClick(line.branch, LEFT)
    desk.qtbot.waitUntil(lambda: len(running.runs) == 2 and running.state == "ended")
    runs = page_of(desk, "runs")
    desk.qtbot.waitUntil(lambda: runs.model.rowCount() == 1)
    first = runs.model.item(0, RUN)
    assert first.child(0, RUN).text() == f"Run 2, from update {start}"
    assert first.child(0, BY).text() == "Learning rate 0.5 → 0.05"
    desk.qtbot.waitUntil(lambda: {drawn.run for drawn in runs.chart.lines} == {"Run 1", "Run 2"})
    first.setCheckState(Qt.CheckState.Unchecked)
    desk.qtbot.waitUntil(lambda: {drawn.run for drawn in runs.chart.lines} == {"Run 2"})

    # The first run's settings come back as one edit.
    runs.tree.setCurrentIndex(first.index())
    QTest.mouseClick(runs.use, LEFT)
    assert desk.graph.training.optimizer == SGD(lr=0.5)
    assert desk.document.history.undo_text == "Use the settings of Run 1"

    # The form stands on top in this workspace; the line says that the run trains something else.
    form = window.inspector.page.training
    place = window.inspector.page.training_place
    assert place.y() < window.inspector.page.rows["title"].y()
    desk.type_into(form.epochs.field, "4")
    desk.qtbot.waitUntil(lambda: line.words.said.endswith("The graph was changed since."))

    # Figures of the parameters, and histograms of the moments.
    parameters = page_of(desk, "parameters")
    desk.qtbot.waitUntil(lambda: parameters.table.current == "hidden.weight")
    desk.qtbot.waitUntil(lambda: parameters.strips.updates == tuple(running.moments))
    series, plot = running.series, parameters.plot
    plot.setFocus(Qt.FocusReason.TabFocusReason)
    for back in (1, 2):
        desk.press_key(Key.Key_Left)
        assert plot.cursor_x == series.watched[-back]
        norms = [row.norm for row in parameters.table.rows.rows]
        assert norms == list(series.gradient_norms[-back])
    last = parameters.strips.histograms[-1]
    assert last.total == 8
    assert last.high == running.parameters()["hidden.weight"].max()
    assert not nameless(panel)

    # What was learned is taken over as one edit, and undone.
    before = dict(desk.graph.tensors)
    desk.qtbot.waitUntil(lambda: line.take_over.isVisible())
    QTest.mouseClick(line.take_over, LEFT)
    kept = {str(ref): tensor for ref, tensor in desk.graph.tensors.items()}
    assert set(kept) == {"hidden.weight", "hidden.bias", "out.weight", "out.bias"}
    desk.document.undo()
    assert dict(desk.graph.tensors) == before


def test_what_cannot_be_trained_is_said_before_it_begins(desk):
    desk.press_key(Key.Key_4, CONTROL)
    line = desk.window.drawer.panel("training").line
    train = desk.window.commands.by_id["train_run"]
    desk.qtbot.waitUntil(lambda: line.words.said == "There is nothing to train yet.")
    assert not train.isEnabled()

    graph = moons()
    graph.set("data", source="moons.csv")
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: line.words.said.startswith('data: found "moons.csv"'))
    graph = moons()
    graph.disconnect("act.x")
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: line.words.said.startswith("act.x: found no edge"))
    assert not train.isEnabled()
    graph = Graph(target="loss")
    graph.add("Constant", "x", shape=())
    graph.add("Square", "loss")
    graph.connect("x.y", "loss.x")
    graph.apply(SetTensor(PortRef("x", "y"), Tensor.scalar(2.0)))
    desk.document.replace(graph, None)
    words = "The graph has no parameters that could be trained."
    desk.qtbot.waitUntil(lambda: line.words.said == words)


def test_runs_differ_by_what_was_changed():
    one, other = moons(), moons()
    assert differences(one, other) == []
    other.set("data", batch=32)
    other.configure(seed=3, training=replace(other.training, epochs=5))
    other.add("Dropout", "drop")
    assert differences(one, other) == [
        "Epochs 3 → 5",
        "Seed 0 → 3",
        "with drop",
        "data: batch 16 → 32",
    ]
