"""Where NaN begins, as a window shows it: a problem, a mark, a finding that lead there.

One window a test; where it begins is tested in test_origin.py.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtTest import QTest

from graph import PortRef
from gui.canvas.tips import tip_at
from runtime import trace as trace_module
from runtime.tangents import Seed
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.composite_graphs import two_blocks
from tests.health_desk import CONTROL, SHIFT, Key, click_row, diagnose, logs, panel, show
from tests.window_desk import desk_for


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def test_where_nan_begins_is_a_problem_that_leads_there(desk):
    show(desk, logs())
    status = desk.window.status
    desk.qtbot.waitUntil(lambda: status.texts()["problems"] == "1 warning")
    desk.press_key(Key.Key_M, CONTROL | SHIFT)
    problems = desk.window.drawer.panel("problems")
    (problem,) = problems.model.problems
    assert problem.message.startswith("log.y: found −∞ at [1] in the forward pass, made by Log")
    rect = problems.list.visualRect(problems.model.index(0, 0))
    QTest.mouseClick(problems.list.viewport(), LEFT, NONE, rect.center())
    assert desk.document.selection.node == "log"
    overlays = desk.view.canvas.overlays
    desk.qtbot.waitUntil(lambda: overlays.node("log") is not None)
    assert (overlays.node("log").text, overlays.node("log").icon) == ("−∞", "warning")
    assert "made by Log from log.x[1] = 0" in tip_at(desk.view, desk.middle("log"))
    desk.document.playhead.first()
    desk.qtbot.waitUntil(lambda: overlays.node("log") is None)
    (problem,) = problems.model.problems
    assert problem.message == (
        "log.y: found a number that is NaN or infinite in the forward pass, expected finite"
        " numbers. Go on to its step to see what led to it."
    )
    QTest.mouseClick(problems.list.viewport(), LEFT, NONE, rect.center())
    assert desk.document.playhead.whole == (1, 0)
    page = desk.window.inspector.page
    assert page.problems.sentences[0].said == problems.model.problems[0].message
    assert "made by Log from log.x[1] = 0" in problems.model.problems[0].message


def test_it_is_looked_for_in_the_background(desk, monkeypatch):
    looked = []
    real = trace_module.find_origin
    monkeypatch.setattr(
        trace_module,
        "find_origin",
        lambda trace: looked.append(threading.current_thread()) or real(trace),
    )
    show(desk, logs())
    desk.document.seeding.choose(Seed(PortRef("x", "y")))
    desk.qtbot.waitUntil(lambda: desk.document.whole_trace.push is not None)
    desk.document.playhead.first()
    desk.document.playhead.last()
    desk.qtbot.wait(20)
    assert looked
    assert threading.main_thread() not in looked
    assert desk.window.status.texts()["problems"] == "1 warning"


def test_without_layers_the_panel_says_so_in_place_of_bars(desk):
    diagnose(desk, logs())
    assert panel(desk).bars.bars == ()
    assert panel(desk).bars.empty == "No node of this graph owns a trainable tensor."
    diagnose(desk, "xor")
    assert panel(desk).bars.bars


def test_it_stands_first_in_the_panel_and_goes_with_its_cause(desk):
    diagnose(desk, logs())
    assert panel(desk).findings.texts[0] == "−∞ begins at log.y[1]"
    assert panel(desk).summary.said.startswith("Not all numbers are finite.")
    QTest.mouseClick(panel(desk).check.check, LEFT)
    verdict = panel(desk).check.verdict
    desk.qtbot.waitUntil(lambda: verdict.said == "2 of 2 edges are not finite.")  # no others
    desk.document.root.set_tensor("x.y", np.array([1.0, 1.0, 2.0]))
    desk.qtbot.waitUntil(lambda: panel(desk).findings.texts == [])
    assert "Nothing is wrong" in panel(desk).summary.said


def test_what_is_wrong_inside_a_composite_marks_it_and_leads_inside(desk):
    graph = two_blocks()
    graph.set_tensor("two/lin.bias", np.array([0.0, np.nan, 0.0]))
    diagnose(desk, graph)
    overlays = desk.view.canvas.overlays
    assert (overlays.node("two").icon, overlays.node("one").icon) == ("warning", "warning")
    assert panel(desk).findings.texts[0] == "NaN begins at two/lin.bias[1]"
    click_row(desk, "NaN begins")
    assert (desk.document.place, desk.document.selection.node) == ("two", "lin")
    desk.qtbot.waitUntil(lambda: overlays.node("lin") is not None)
    assert overlays.node("lin").text == "NaN"
    inspector = desk.window.inspector
    desk.qtbot.waitUntil(lambda: hasattr(inspector.page, "problems"))
    said = inspector.page.problems.sentences[0].said
    assert said.startswith("two/lin.bias: found NaN at [1], as it was given")
    assert nameless(desk.window) == []
