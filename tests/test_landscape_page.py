"""The page Landscape: what is drawn is the loss, the ball is where it was put, racers race."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph, PortRef, Tensor
from graph import edits as e
from gui.training.landscape import question
from gui.training.landscape.page import LandscapePage
from runtime import SGD, Engine, Trainer
from runtime.training.landscape.objective import Objective
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import desk_for

EXAMPLES = Path(str(files("assets"))) / "examples"
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(
        question, "SIDES", (5, 9, 17)
    )  # few samples: what is drawn is not looked at
    monkeypatch.setattr(question, "POINTS", 21)
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def show(desk, name: str) -> LandscapePage:
    """The page for an example, once it is drawn."""
    desk.open(EXAMPLES / f"{name}.gradwire")
    desk.window.resize(1280, 800)
    desk.window.show()
    desk.window.workspaces.show("train")
    panel = desk.window.drawer.panel("training")
    panel.show_page("landscape")
    page = panel.page("landscape")
    settle(desk, page)
    return page


def settle(desk, page) -> None:
    desk.qtbot.waitUntil(lambda: not page.is_busy and bool(page.seen or page.problem.said))


def choose(page, kind: str) -> None:
    """Choose where to look by keys."""
    field = page.controls.kind
    field.setFocus(Qt.FocusReason.TabFocusReason)
    for _ in range(field.count()):
        if field.read() == kind:
            return
        QTest.keyClick(field, Key.Key_Down)
        if field.currentIndex() == field.count() - 1 and field.read() != kind:
            QTest.keyClick(field, Key.Key_Home)
    raise AssertionError(kind)


def pixel(page, *at) -> QPoint:
    return page.picture.scale.place(np.array(at)).toPoint()


def test_a_ball_is_put_into_the_valley_and_optimizers_race_from_it(desk):
    page = show(desk, "ball_in_the_valley")
    landscape = page.seen.picture
    x, y = np.moveaxis(landscape.window.grid(landscape.side), -1, 0)
    np.testing.assert_allclose(landscape.losses, np.sin(2 * x) + x**2 / 4 + y**2 / 2, atol=1e-12)
    assert page.seen.names == ("x", "y")
    assert page.seen.here.tolist() == [4.0, 1.5]
    assert page.reading.said == "x = 4, y = 1.5: loss 6.114"

    QTest.mouseClick(page.race.go, LEFT)  # from where the parameters stand
    settle(desk, page)
    found = {style.name: course for style, course in page.race.courses}
    assert list(found) == ["SGD", "momentum", "Adam"]
    graph = desk.document.root
    for name, momentum in (("SGD", 0.0), ("momentum", 0.9)):
        trainer = Trainer(graph, SGD(lr=0.03, momentum=momentum))
        for _ in range(150):
            trainer.step()
        ends = [trainer.parameters["x.y"], trainer.parameters["y.y"]]
        np.testing.assert_allclose(found[name].points[-1], np.array(ends), atol=1e-9)
    assert found["SGD"].losses[-1] > found["momentum"].losses[-1] + 1
    assert page.picture.raced.update == 150

    slider = page.race.slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(slider, Key.Key_Home)
    QTest.keyClick(slider, Key.Key_Right)
    assert page.picture.raced.update == 1
    assert page.race.at.said == "update 1 of 150"

    QTest.mouseClick(page.race.legend.ticks["Adam"], LEFT)  # fewer race again
    settle(desk, page)
    assert [style.name for style, _ in page.race.courses] == ["SGD", "momentum"]

    QTest.mouseClick(page.picture, LEFT, NONE, pixel(page, -2.0, 1.0))
    assert page.race.courses == []
    np.testing.assert_allclose(page.picture.start, [-2, 1], atol=0.05)
    before = page.picture.start.copy()
    QTest.keyClick(page.picture, Key.Key_Right)
    assert page.picture.start[0] > before[0]
    assert page.picture.start[1] == before[1]
    page.race.legend.ticks["momentum"].click()
    QTest.mouseClick(page.race.go, LEFT)
    settle(desk, page)
    ((style, course),) = page.race.courses
    assert style.name == "SGD"
    np.testing.assert_allclose(course.points[0], page.picture.start)
    np.testing.assert_allclose(course.points[-1], [-0.697, 0.01], atol=0.01)
    QTest.keyClick(page.picture, Key.Key_Home)
    settle(desk, page)
    assert page.picture.start.tolist() == [4.0, 1.5]

    for field, text, found in (
        (page.race.rate, "fast", "fast"),
        (page.race.rate, "-1", "SGD.lr: found -1.0"),
        (page.race.updates.lineEdit(), "100000", "race: found 100,000 updates"),
    ):
        desk.type_into(field, text)
        QTest.mouseClick(page.race.go, LEFT)
        settle(desk, page)
        assert found in page.problem.said
        assert page.picture.isVisible()
        assert page.race.courses == []
        desk.type_into(page.race.rate, "0.05")
    desk.type_into(page.race.updates.lineEdit(), "20")
    QTest.mouseClick(page.race.go, LEFT)
    settle(desk, page)
    assert page.problem.isHidden()
    assert page.race.at.said == "update 20 of 20"
    desk.document.do(e.SetTensor(PortRef("y", "y"), Tensor.scalar(1.0)), "Set y")
    settle(desk, page)
    assert page.race.rate.text() == "0.05"  # what was typed stays
    desk.window.undoing.undo()
    assert desk.document.is_saved  # one only looked
    assert nameless(page) == []


def test_the_picture_follows_edits_that_change_the_loss_and_no_others(desk):
    page = show(desk, "linear_regression")
    assert page.facts.said.startswith("Closed-form optimum at (1.931, 1.086): loss 0.01657.")
    scene = page.seen.scene
    desk.document.do(e.Move({"x": (8.0, 8.0)}), "Move")
    desk.document.do(e.SetNode("x", {"note": "inputs"}), "Note")
    assert not page.is_busy
    assert page.seen.scene is scene
    targets = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [5.0]])
    desk.document.do(e.SetTensor(PortRef("t", "y"), Tensor.of(targets)), "Set t")
    assert page.is_busy
    settle(desk, page)
    np.testing.assert_allclose(page.seen.optimum.at, [2, 0], atol=1e-9)
    objective = Objective(desk.document.root)
    assert page.seen.picture.loss == objective.loss(objective.start)

    wide = page.seen.picture.window.spans[0]
    page.picture.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(page.picture, Key.Key_Plus)
    settle(desk, page)
    assert page.seen.picture.window.spans[0] == pytest.approx(wide / 2)
    QTest.keyClick(page.picture, Key.Key_Home)
    settle(desk, page)
    assert page.seen.picture.window.spans[0] == pytest.approx(wide)


def test_one_looks_along_a_line_down_the_gradient_and_along_random_directions(desk):
    page = show(desk, "xor")
    choose(page, "gradient")
    settle(desk, page)
    trace = Engine(desk.document.root, mode="train").run()
    squares = sum(
        float((trace.gradient(f"{node}.{port}") ** 2).sum())
        for node in ("hidden", "output")
        for port in ("weight", "bias")
    )
    assert page.seen.picture.slope == pytest.approx(-squares)
    assert "a step makes the loss worse" in page.facts.said  # beyond the best rate
    assert not page.race.isVisible()  # there is one step only
    start = page.picture.start
    QTest.mouseClick(page.picture, LEFT, NONE, page.picture.rect().center())
    assert page.picture.start is start

    choose(page, "random")
    settle(desk, page)
    first = page.seen.directions.vectors
    QTest.mouseClick(page.controls.draw, LEFT)
    settle(desk, page)
    assert (page.seen.directions.vectors != first).any()
    assert page.seen.here.tolist() == [0, 0]

    choose(page, "entries")
    settle(desk, page)
    field = page.controls.second.tensor
    field.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field, Key.Key_Home)  # none
    settle(desk, page)
    assert page.seen.names == ("hidden.weight[0, 0]",)
    assert page.seen.picture.here == 1.7
    QTest.mouseClick(page.race.go, LEFT)
    settle(desk, page)
    assert all(course.points.shape[1] == 1 for _, course in page.race.courses)


def test_why_nothing_can_be_drawn_is_said_and_passes(desk):
    page = show(desk, "linear_regression")
    desk.document.do(e.Disconnect(PortRef("loss", "target")), "Cut")
    settle(desk, page)
    assert "loss.target" in page.problem.said
    assert page.picture.isHidden()
    desk.window.undoing.undo()
    settle(desk, page)
    assert page.problem.isHidden()
    assert page.picture.isVisible()


def test_what_nobody_sees_is_not_worked_out(desk):
    page = show(desk, "linear_regression")
    scene = page.seen.scene
    desk.window.drawer.show_tab("problems")
    weight = Tensor.of(np.array([[0.25]]))
    desk.document.do(e.SetTensor(PortRef("line", "weight"), weight), "Set")
    assert not page.is_busy
    assert page.seen.scene is scene
    desk.window.drawer.show_tab("training")
    settle(desk, page)
    assert page.seen.here[0] == 0.25


def test_a_run_under_way_leaves_a_trail_and_its_whole_way_is_drawn_when_it_stands(desk):
    page = show(desk, "ball_in_the_valley")
    running = desk.window.running
    long = replace(desk.document.root.training, epochs=1_000_000)
    desk.document.do(e.SetGraph({"training": long}), "Train for long")
    running.start()
    desk.qtbot.waitUntil(lambda: page.picture.trail is not None and len(page.picture.trail) > 1)
    assert page.picture.trail.shape[1] == 2
    running.stop()
    desk.qtbot.waitUntil(lambda: running.state == "ended")
    settle(desk, page)
    assert page.picture.trail is None  # the whole way is drawn instead
    assert page.seen.scene.update == running.position.update
    assert page.seen.scene.theta[0] == running.parameters()["x.y"]
    way = page.seen.way
    assert len(way.points) > 2
    np.testing.assert_allclose(way.points[-1], page.seen.here)
    assert "100% of the run's way lies in this plane." in page.facts.said
    running.travel(running.moments[0])
    desk.qtbot.waitUntil(lambda: page.seen is not None and page.seen.scene.update == 0)
    assert page.seen.here.tolist() == [4.0, 1.5]  # where the run began
    running.travel(None)
    settle(desk, page)
    choose(page, "main")
    settle(desk, page)
    assert page.seen.way.share == pytest.approx(1)

    desk.document.do(e.SetTensor(PortRef("x", "y"), Tensor.scalar(1.0)), "Set x")
    settle(desk, page)
    assert page.seen.scene.update is None  # the document is another than the run's
    assert page.seen.scene.theta.tolist() == [1.0, 1.5]


def test_an_empty_document_says_what_is_missing(desk):
    desk.document.replace(Graph(), None)
    desk.window.show()
    desk.window.workspaces.show("train")
    panel = desk.window.drawer.panel("training")
    panel.show_page("landscape")
    page = panel.page("landscape")
    settle(desk, page)
    assert page.problem.said
    assert page.picture.isHidden()
