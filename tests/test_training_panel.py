"""The Training tab: its pages, and the curves of a run with their cursor."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph
from gui.theme import Theme
from gui.training.curves.lines import lines_of, moving_mean, thinned
from gui.training.curves.records import Record, figures_of
from gui.training.runs import Run
from runtime import SGD, Trainer
from runtime.data.batches import Split
from runtime.data.generated import generate
from runtime.training.fitting import Fitting
from runtime.training.worker import ring
from runtime.training.worker.messages import Kept
from runtime.training.worker.series import gathered
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import desk_for

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def recorded(name: str, lr: float, epochs: int = 4) -> Record:
    """A run of moons, learned by a small graph: every number is what training gave."""
    graph = Graph(target="loss", mode="train")
    graph.add("Input", "x", shape=("B", 2))
    graph.add("Input", "t", shape=("B",), dtype="int64")
    graph.add("Linear", "out", out_features=2)
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (("x.y", "out.x"), ("out.y", "loss.logits"), ("t.y", "loss.target")):
        graph.connect(source, target)
    trainer, updates = Trainer(graph, SGD(lr=lr)), []
    step = trainer.step

    def noting(feeds=None):
        loss = step(feeds)
        updates.append(trainer.last)
        return loss

    trainer.step = noting
    split = Split(validation=0.25)
    how = Fitting(epochs, 8, split=split, metrics=("accuracy",))
    history = trainer.fit(generate("moons", samples=64), how)
    table = np.array([(u.number, u.loss, u.rate, u.norm) for u in updates])
    return Record(name, *table.T, gathered(history.epochs), 6)


@pytest.fixture(scope="module")
def runs() -> tuple[Record, Record]:
    return recorded("Run 1", 0.1), recorded("Run 2", 0.5)


def test_curves_are_the_numbers_of_the_run(runs):
    record = runs[1]
    assert figures_of([record]) == ("loss", "accuracy", "rate", "norm")
    by_kind = {line.kind: line for line in lines_of([record], "loss")}
    assert list(by_kind["batches"].y) == list(record.loss)
    assert by_kind["train"].y[1] == pytest.approx(record.loss[6:12].mean())
    assert list(by_kind["validation"].x) == [6, 12, 18, 24]
    over = {line.kind: line for line in lines_of([record], "loss", "epoch", 5)}
    assert list(over["validation"].x) == [1, 2, 3, 4]
    assert over["train"].y[10] == pytest.approx(record.loss[6:11].mean())
    assert over["train"].at(0.5) == over["train"].y[2]
    assert over["train"].at(0.0) is None


def test_new_numbers_are_painted_once(qtbot):
    """Although the axes take another range for them."""
    from gui.training.plots.plot import Plot, Stroke  # pyqtgraph is loaded late

    painted = []

    class Counted(Plot):
        def paintEvent(self, event):
            painted.append(self.box.viewRange())
            super().paintEvent(event)

    plot = Counted(Theme("light"), "Loss")
    qtbot.addWidget(plot)
    plot.resize(300, 160)
    plot.show_strokes([Stroke("a", np.arange(2.0), np.arange(2.0))])
    plot.show()
    qtbot.waitUntil(lambda: bool(painted))
    qtbot.wait(60)
    painted.clear()
    x = np.arange(50.0)
    plot.show_strokes([Stroke("a", x, x * x), Stroke("b", x, -x, label="down")])
    qtbot.wait(60)
    assert len(painted) == 1
    (across, up), *_ = painted
    assert across[0] <= 0 < 49 <= across[1]
    assert up[0] <= -49 < 2401 <= up[1]


def test_a_moving_mean_is_the_mean_and_forgets_what_is_not_finite():
    numbers = np.random.RandomState(0).standard_normal(50)
    for window in (1, 2, 7, 50, 90):
        naive = [numbers[max(i + 1 - window, 0) : i + 1].mean() for i in range(50)]
        assert moving_mean(numbers, window) == pytest.approx(naive)
    numbers[20] = np.inf
    found = moving_mean(numbers, 4)
    assert list(np.flatnonzero(np.isnan(found))) == [20, 21, 22, 23]
    assert found[24] == pytest.approx(numbers[21:25].mean())
    x, y = thinned(np.arange(10_001), np.arange(10_001), 100)
    assert len(x) <= 101
    assert x[-1] == y[-1] == 10_000


def curves_of(desk):
    """The page, once pyqtgraph has come in the background."""
    late = desk.window.drawer.panel("training").page("curves")
    desk.qtbot.waitUntil(lambda: late.page is not None)
    return late.page


def test_a_key_leads_to_the_curves_and_a_cursor_reads_them_all(desk, runs):
    desk.press_key(Key.Key_4, CONTROL)
    assert desk.window.workspaces.current == "train"
    assert desk.window.drawer.current == "training"
    page = curves_of(desk)
    assert page.empty.isVisible()
    page.show_records(runs)
    loss, other = page.charts
    assert (loss.figure, other.figure) == ("loss", "accuracy")
    assert not nameless(page)

    # The newest numbers first, the current run above; arrows go from epoch to epoch.
    newest = runs[1].by_epoch["train", "loss"][1, -1]
    assert float(page.reading.entries[1].number) == pytest.approx(newest, 1e-3)
    assert page.reading.entries[1].name == "Run 2, training"
    loss.plot.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Left)
    desk.press_key(Key.Key_Left)
    assert loss.plot.cursor_x == other.plot.cursor_x == 18
    assert page.place.said == "Update 18"
    third = runs[1].by_epoch["validation", "loss"][1, 2]
    assert float(page.reading.entries[2].number) == pytest.approx(third, 1e-3)

    # The mouse reads both plots at once; a logarithmic axis drops nothing that is positive.
    desk.qtbot.waitUntil(lambda: loss.plot.pixel_of(6) < loss.plot.pixel_of(12))
    QTest.mouseMove(other.plot.viewport(), QPoint(round(other.plot.pixel_of(12)) + 1, 40))
    assert page.place.said == "Update 12"
    QTest.mouseClick(loss.log, LEFT, NONE, QPoint(8, loss.log.height() // 2))
    assert loss.plot.is_log
    assert not other.plot.is_log

    # Another figure, another axis, another smoothing.
    other.choice.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Down)
    assert other.figure == "rate"
    assert {line.y[0] for line in other.lines} == {0.1, 0.5}
    page.axis.setFocus(Qt.FocusReason.TabFocusReason)
    desk.press_key(Key.Key_Down)
    assert max(line.x[-1] for line in loss.lines) == 4
    desk.theme.choose("dark")
    page.show_records(())
    assert page.empty.isVisible()


def test_asking_for_the_moments_of_a_run_makes_no_path(monkeypatch, tmp_path):
    """The window asks four times for each picture of a run."""
    first = Run(1, Graph(), tmp_path / "1")
    for update in (0, 10, 20):
        first.hear(Kept(update, (10,) if update == 20 else ()))
    second = Run(2, Graph(), tmp_path / "2", first, 15)
    second.hear(Kept(30, ()))
    monkeypatch.setattr(ring, "place_of", None)
    assert first.moments == {0: tmp_path / "1" / f"{0:012d}", 20: tmp_path / "1" / f"{20:012d}"}
    assert list(second.moments) == [0, 30]
    assert second.moments[30].parent == tmp_path / "2"
