"""The page Sweep: one training for each learning rate, read by mouse and keys."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import PortRef, Tensor
from graph import edits as e
from graph.rules import SGD as SGD_RULE
from graph.training import Training
from runtime import SGD, Trainer
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT
from tests.window_desk import desk_for

EXAMPLES = Path(str(files("assets"))) / "examples"
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def test_rates_that_crawl_fit_and_diverge_are_found_and_the_best_is_taken_over(desk):
    desk.open(EXAMPLES / "linear_regression.gradwire")
    desk.document.do(e.SetGraph({"training": Training(optimizer=SGD_RULE())}), "SGD")
    desk.window.show()
    desk.window.workspaces.show("train")
    panel = desk.window.drawer.panel("training")
    panel.show_page("sweep")
    page = panel.page("sweep")
    assert not page.take.isEnabled()
    desk.type_into(page.low, "-1")
    QTest.mouseClick(page.go, LEFT)
    assert page.problem.said == "sweep: found -1 to 10, expected rates above 0 that rise."
    for field, text in (
        (page.low, "1e-3"),
        (page.high, "10"),
        (page.count, "5"),
        (page.updates, "120"),
    ):
        desk.type_into(field, text)
    QTest.mouseClick(page.go, LEFT)
    desk.qtbot.waitUntil(lambda: not page.is_busy)
    assert page.problem.isHidden()
    found = page.sweep
    np.testing.assert_allclose(found.rates, [1e-3, 1e-2, 0.1, 1, 10])
    trainer = Trainer(desk.document.root, SGD(lr=0.1))
    for _ in range(120):
        trainer.step()
    assert found.losses[2] == pytest.approx(float(trainer.step()))
    assert found.best == 2
    assert found.diverged.tolist() == [False, False, False, True, True]
    assert page.reading.said.startswith("Best after 120 updates: rate 0.1, loss 0.0")

    picture = page.picture
    picture.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(picture, Key.Key_Right)
    assert picture.at == 2
    QTest.keyClick(picture, Key.Key_Right)
    QTest.keyClick(picture, Key.Key_Right)
    assert page.reading.said == "Rate 10: diverged."
    assert picture.place_of(4).y() < picture.place_of(0).y()
    QTest.mouseMove(picture, picture.place_of(1).toPoint())
    assert page.reading.said.startswith("Rate 0.01: loss ")

    before = desk.document.root.training
    QTest.mouseClick(page.take, LEFT)
    assert desk.document.root.training.optimizer.lr == 0.01
    assert desk.document.history.undo_text == "Set the learning rate to 0.01"
    desk.window.undoing.undo()
    assert desk.document.root.training == before
    assert nameless(page) == []

    weight = Tensor.of(np.array([[0.25]]))
    desk.document.do(e.SetTensor(PortRef("line", "weight"), weight), "Set")
    assert page.reading.said.endswith("The graph has changed since.")


def test_a_sweep_can_be_cancelled_and_what_cannot_train_says_why(desk):
    desk.open(EXAMPLES / "digits.gradwire")
    desk.window.show()
    desk.window.workspaces.show("train")
    panel = desk.window.drawer.panel("training")
    panel.show_page("sweep")
    page = panel.page("sweep")
    desk.type_into(page.updates, "100000")
    QTest.mouseClick(page.go, LEFT)
    desk.qtbot.waitUntil(page.progress.isVisible)
    QTest.mouseClick(page.progress.cancel, LEFT)
    assert not page.is_busy
    assert page.progress.isHidden()
    assert page.sweep is None
    target = desk.document.root.target
    cut = next(edge for edge in desk.document.root.edges if edge.target.node == target)
    desk.document.do(e.Disconnect(cut.target), "Cut")
    QTest.mouseClick(page.go, LEFT)
    desk.qtbot.waitUntil(lambda: not page.is_busy)
    assert str(cut.target) in page.problem.said
