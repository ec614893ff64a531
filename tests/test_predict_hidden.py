"""Predict mode hides: what is asked stands in no widget, list, plate, tip or word said aloud."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph
from graph.tensor import Tensor
from gui.drawer.tabs import TABS
from gui.numbers import format_number
from tests.canvas_desk import LEFT
from tests.predict_desk import predict, show, type_answer, uncommon
from tests.told_everywhere import told_by, told_in
from tests.window_desk import WindowDesk, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def test_what_is_asked_stands_nowhere(desk):
    """In no widget, list, plate, tip or word of the screen reader, wherever one looks."""
    show(desk, uncommon())
    for tab in TABS:
        desk.window.drawer.show_tab(tab.id)  # all panels are made, with the end of the run in them
    assert not desk.document.playhead.limit
    desk.document.playhead.first()
    predict(desk)
    predicting, document = desk.window.predicting, desk.document
    while (question := predicting.question) is not None:
        secret = format_number(question.answer.item())
        node = predicting.step.node
        document.selection.set_nodes([node])
        look_ahead(desk)
        assert secret not in told_in(desk), question.text
        ends = [
            edge.target
            for edge in document.graph.edges
            if node in (edge.source.node, edge.target.node)
        ]
        done = len(predicting.score.marks)
        document.selection.set_edge(ends[done % len(ends)])
        desk.window.inspector.page.tabs.setCurrentIndex(done % 4)
        QApplication.processEvents()
        assert secret not in told_in(desk), question.text
        type_answer_of(desk, question)
        assert secret in told_by(desk.window)


def look_ahead(desk: WindowDesk) -> None:
    """Do what would show more: slide and step to the end, hover, look into every panel."""
    window = desk.window
    at = desk.document.playhead.whole
    for id_ in ("next", "last", "forward", "next_part"):
        window.commands.by_id[id_].trigger()
        assert desk.document.playhead.whole <= at, id_
    window.timeline.bar.setValue(window.timeline.bar.maximum())
    for id_ in desk.graph.nodes:
        pixel = desk.middle(id_)
        help_ = QHelpEvent(QEvent.Type.ToolTip, pixel, desk.view.mapToGlobal(pixel))
        QApplication.sendEvent(desk.view.viewport(), help_)
    for tab in TABS:
        window.drawer.show_tab(tab.id)
        panel = window.drawer.stack.currentWidget()
        assert (panel is window.drawer.panel(tab.id)) == tab.is_bound
    window.drawer.show_tab("predict")


def type_answer_of(desk: WindowDesk, question) -> None:
    field = desk.window.drawer.panel("predict").answer.field
    field.setFocus()
    field.clear()
    type_answer(desk, format_number(question.answer.item()).replace("−", "-"))


def test_panels_that_were_filled_at_the_end_tell_nothing_when_one_comes_back_to_them(desk):
    show(desk, uncommon())
    drawer, predicting = desk.window.drawer, desk.window.predicting
    bound = [tab.id for tab in TABS if tab.is_bound and tab.id != "predict"]
    desk.document.playhead.last()
    for id_ in bound:
        drawer.show_tab(id_)
        desk.qtbot.waitUntil(lambda: not getattr(drawer.stack.currentWidget(), "is_busy", False))
    desk.document.playhead.first()
    predict(desk)
    while predicting.question.text != "∂L/∂x":
        predicting.show_answer()
    secret = format_number(predicting.question.answer.item())
    for id_ in bound:
        drawer.show_tab(id_)
        QApplication.processEvents()
        assert secret not in told_by(drawer.stack.currentWidget()), id_


def test_a_shape_that_is_asked_stands_nowhere_but_among_the_choices(desk):
    graph = Graph(title="Shapes of their own")
    graph.add("Input", "x", shape=(5, 7), at=(0, 0))
    graph.add("Linear", "wide", out_features=11, at=(200, 0))
    graph.add("Linear", "wider", out_features=13, at=(400, 0))
    graph.add("Mean", "loss", at=(600, 0))
    for ends in ("x.y wide.x", "wide.y wider.x", "wider.y loss.x"):
        graph.connect(*ends.split())
    graph.set_tensor("x.y", np.random.RandomState(0).standard_normal((5, 7)))
    show(desk, graph)
    desk.window.outline.show()
    secrets = {"wide": "[5, 11]", "wider": "[5, 13]"}
    assert all(secret in told_in(desk) for secret in secrets.values())
    desk.document.playhead.first()
    panel = predict(desk)
    for id_, secret in secrets.items():
        assert panel.question.said == f"What is the shape of {id_}?"
        look_ahead(desk)
        for chosen in ([], [id_], ["loss"]):
            desk.document.selection.set_nodes(chosen)
            assert secret not in told_in(desk, besides=panel.answer)
        texts = [button.text() for button in panel.answer.shapes]
        QTest.mouseClick(panel.answer.shapes[texts.index(secret)], LEFT)
        assert secret in told_in(desk, besides=panel.answer)
    predict(desk)
    assert all(secret in told_in(desk) for secret in secrets.values())


def test_nan_ahead_is_no_problem_that_is_told(desk):
    graph = Graph(title="Root of a negative number")
    graph.add("Input", "x", shape=(), at=(0, 0))
    graph.set_tensor("x.y", Tensor.scalar(-4.0))
    for number, (id_, module) in enumerate(
        (("twice", "Square"), ("less", "Negate"), ("root", "Sqrt"))
    ):
        graph.add(module, id_, at=(200 * (number + 1), 0))
    for ends in ("x.y twice.x", "twice.y less.x", "less.y root.x"):
        graph.connect(*ends.split())
    show(desk, graph)
    problems = desk.window.drawer.panel("problems").model
    assert problems.problems
    predict(desk)
    assert not problems.problems
    for answer in ("16", "-16", "nan"):
        type_answer(desk, answer)
    assert problems.problems
