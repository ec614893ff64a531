"""The workspace Diagnose: widths, findings, bars, thresholds, badges, and where NaN begins.

One window a test; the figures themselves are tested in test_health.py and test_origin.py.
"""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidgetItem

from graph import Graph, PortRef, load
from gui.canvas import geometry as geo
from gui.canvas.tips import tip_at
from gui.health import diagnosis
from gui.health.scale import Scale
from gui.title_bar import WorkspaceTab
from runtime import gradient_check
from runtime import trace as trace_module
from runtime.health import Thresholds
from runtime.tangents import Seed
from tests.accessible_walk import nameless
from tests.canvas_desk import LEFT, NONE
from tests.composite_graphs import two_blocks
from tests.window_desk import desk_for

EXAMPLES = Path(__file__).parents[1] / "assets" / "examples"
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def show(desk, graph: Graph) -> None:
    """Show a graph with all its steps done."""
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: desk.document.is_fresh)
    desk.document.playhead.last()


def diagnose(desk, name_or_graph) -> None:
    """Go to the workspace with a graph, and wait for its figures."""
    is_name = isinstance(name_or_graph, str)
    graph = load(EXAMPLES / f"{name_or_graph}.gradwire") if is_name else name_or_graph
    show(desk, graph)
    desk.press_key(Key.Key_3, CONTROL)
    trace = desk.document.whole_trace
    found = desk.window.diagnosis
    desk.qtbot.waitUntil(lambda: found.health is not None)
    desk.qtbot.waitUntil(lambda: found.health.revision == trace.revision)
    desk.qtbot.wait(20)


def panel(desk):
    return desk.window.drawer.panel("health")


def width(desk, target: str) -> float | None:
    mark = desk.view.canvas.overlays.edge(PortRef.parse(target))
    return None if mark is None else mark.width


def click_row(desk, text: str) -> None:
    rows = panel(desk).findings
    (row,) = [i for i, told in enumerate(rows.texts) if told.startswith(text)]
    item: QListWidgetItem = rows.item(row)
    QTest.mouseClick(rows.viewport(), LEFT, NONE, rows.visualItemRect(item).center())


def logs() -> Graph:
    """x -> Log -> Sum, where one entry of x is 0."""
    graph = Graph(dtype="float64")
    graph.add("Input", "x", shape=(3,), at=(0, 0))
    graph.add("Log", "log", at=(200, 0))
    graph.add("Sum", "loss", at=(400, 0))
    graph.connect("x.y", "log.x")
    graph.connect("log.y", "loss.x")
    graph.set_tensor("x.y", np.array([1.0, 0.0, 2.0]))
    return graph


# --- the workspace ---------------------------------------------------------------------------


def test_the_workspace_brings_widths_and_the_panel_and_takes_them_along(desk):
    show(desk, load(EXAMPLES / "xor.gradwire"))
    tabs = {tab.text(): tab for tab in desk.window.title_bar.findChildren(WorkspaceTab)}
    assert list(tabs)[:3] == ["Build", "Step", "Diagnose"]
    QTest.mouseClick(tabs["Diagnose"], LEFT)
    assert desk.window.workspaces.current == "diagnose"
    assert desk.window.drawer.current == "health"
    desk.qtbot.waitUntil(lambda: width(desk, "relu.x") is not None)
    assert desk.window.diagnosis.legend.isVisible()
    desk.press_key(Key.Key_1, CONTROL)
    assert desk.window.drawer.current == ""
    desk.qtbot.waitUntil(lambda: width(desk, "relu.x") is None)
    assert not desk.window.diagnosis.legend.isVisible()


def test_each_workspace_remembers_its_panel(desk):
    desk.press_key(Key.Key_3, CONTROL)
    desk.window.drawer.show_tab("problems")
    desk.press_key(Key.Key_1, CONTROL)
    assert desk.window.drawer.current == ""
    desk.press_key(Key.Key_3, CONTROL)
    assert desk.window.drawer.current == "problems"
    desk.window.workspaces.keep()  # as when a window closes
    other = desk.windows.new()
    assert other.workspaces.current == "diagnose"
    assert other.drawer.current == "problems"
    assert other.diagnosis.shows_widths


def test_what_is_ahead_of_the_playhead_is_neither_drawn_nor_said(desk):
    diagnose(desk, "xor")
    desk.document.playhead.go(desk.document.playhead.forward_end)
    desk.qtbot.waitUntil(lambda: width(desk, "loss.prediction") is None)
    desk.qtbot.waitUntil(lambda: "still to come" in panel(desk).summary.said)
    assert set(panel(desk).bars.heights().values()) == {0.0}
    desk.window.stepping.next()
    desk.qtbot.waitUntil(lambda: width(desk, "loss.prediction") is not None)
    assert width(desk, "relu.x") is None
    QTest.mouseClick(panel(desk).to_end, LEFT)
    desk.qtbot.waitUntil(lambda: width(desk, "relu.x") is not None)
    desk.qtbot.waitUntil(lambda: panel(desk).summary.said.startswith("Nothing is wrong"))
    assert all(panel(desk).bars.heights().values())


def test_nothing_is_measured_while_nobody_looks(desk, monkeypatch):
    measured = []
    real = diagnosis.healths.measure
    monkeypatch.setattr(
        diagnosis.healths, "measure", lambda trace, progress: measured.append(trace) or real(trace)
    )
    show(desk, load(EXAMPLES / "xor.gradwire"))
    desk.qtbot.wait(30)
    assert not measured
    desk.press_key(Key.Key_W)
    desk.qtbot.waitUntil(lambda: width(desk, "relu.x") is not None)
    assert len(measured) == 1
    desk.document.playhead.go(3)
    desk.document.playhead.last()
    desk.qtbot.wait(30)
    assert len(measured) == 1


def test_a_fault_while_measuring_is_told(desk, monkeypatch):
    def fail(trace, progress):
        raise ArithmeticError("a fault of ours")

    monkeypatch.setattr(diagnosis.healths, "measure", fail)
    show(desk, load(EXAMPLES / "xor.gradwire"))
    desk.press_key(Key.Key_3, CONTROL)
    desk.qtbot.waitUntil(lambda: desk.failed != [])
    assert desk.failed == ["The health of this run could not be measured."]
    assert desk.window.diagnosis.health is None


def test_inside_time_the_widths_are_those_of_the_time_step(desk):
    diagnose(desk, "rnn")
    found, trace = desk.window.diagnosis, desk.document.whole_trace
    for t in (1, 4):
        desk.document.playhead.show_time(t)
        norm = float(np.linalg.norm(trace.gradient("state.x", t)))
        desk.qtbot.waitUntil(lambda n=norm: width(desk, "state.x") == found.scale.width(n))
    desk.press_key(Key.Key_U, CONTROL)
    unrolled = desk.window.unrolling.view.canvas.overlays
    for t in range(trace.time_steps):
        norm = float(np.linalg.norm(trace.gradient("state.x", t)))
        assert unrolled.edge(PortRef(f"state_t{t}", "x")).width == found.scale.width(norm)
    bars = {bar.node: bar for bar in panel(desk).bars.bars}
    assert len(bars["heard"].over_time) == trace.time_steps
    assert bars["said"].over_time == ()


def test_at_a_place_the_inside_is_drawn_and_around_it_the_whole(desk):
    diagnose(desk, two_blocks())
    trace = desk.document.whole_trace
    scale = desk.window.diagnosis.scale
    assert width(desk, "two.x") == scale.width(float(np.linalg.norm(trace.gradient("two.x"))))
    click = [bar.node for bar in panel(desk).bars.bars]
    assert click == ["one/lin", "two/lin"]
    bars = panel(desk).bars
    place = bars.place_of(1).center().toPoint()
    QTest.mouseClick(bars, LEFT, NONE, place)
    assert (desk.document.place, desk.document.selection.node) == ("two", "lin")
    norm = float(np.linalg.norm(trace.gradient("two/act.x")))
    desk.qtbot.waitUntil(lambda: width(desk, "act.x") == scale.width(norm))


# --- findings and thresholds -----------------------------------------------------------------


def test_a_deep_net_is_drawn_said_marked_and_led_into(desk):
    """Widths by decades; the summary; marks on nodes; rows and bars that lead to nodes."""
    diagnose(desk, "vanishing")
    found, trace = desk.window.diagnosis, desk.document.whole_trace
    widths = []
    for place in range(8):
        target = f"sigmoid{place}_act.x"
        norm = float(np.linalg.norm(trace.gradient(target)))
        widths.append(width(desk, target))
        assert widths[-1] == pytest.approx(found.scale.width(norm))
    assert widths == sorted(widths)
    assert 1 <= widths[0] < widths[-1] <= 6
    assert panel(desk).summary.said == (
        "Gradients: vanishing at 4 of 27 layers. Dead units at 2 activations."
    )
    assert panel(desk).findings.texts[0].startswith("sigmoid0 vanishes: ×5.2e−6")
    overlays = desk.view.canvas.overlays
    assert (overlays.node("relu0_act").icon, overlays.node("relu0_act").text) == ("dead", "2 of 4")
    assert overlays.node("sigmoid7") is None
    assert "no sample changes them" in overlays.node_tip("relu0_act")
    click_row(desk, "relu1_act")
    assert desk.document.selection.node == "relu1_act"
    bars = panel(desk).bars
    heights = bars.heights()
    assert heights["sigmoid0"] < heights["sigmoid3"] < heights["sigmoid_out"]
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bars, Key.Key_Right)
    assert bars.accessibleDescription().startswith("sigmoid1: norm 1.343e−5, 1.8e−5 times that of")
    QTest.keyClick(bars, Key.Key_End)
    QTest.keyClick(bars, Key.Key_Return)
    assert desk.document.selection.node == "residual_out"
    desk.document.selection.set_nodes({"relu3"})
    assert bars.bars[bars.current].node == "relu3"


def test_thresholds_are_typed_kept_and_used(desk):
    diagnose(desk, "vanishing")
    fields = panel(desk).thresholds.fields
    desk.type_into(fields["vanishing"], "1e-5")
    desk.qtbot.waitUntil(lambda: "1 of 27 layers" in panel(desk).summary.said)
    assert desk.settings.health_thresholds == Thresholds(vanishing=1e-5)
    desk.type_into(fields["dead"], "0.9")
    desk.qtbot.waitUntil(lambda: "Dead" not in panel(desk).summary.said)
    desk.type_into(fields["dead"], "7")
    assert panel(desk).thresholds.problem.said == 'Dead from: found "7", expected 0.001 to 1.'
    assert fields["dead"].read() == 0.9
    QTest.mouseClick(panel(desk).thresholds.defaults, LEFT)
    desk.qtbot.waitUntil(lambda: "4 of 27 layers" in panel(desk).summary.said)
    assert desk.settings.health_thresholds == Thresholds()


def test_an_edit_brings_other_figures(desk):
    diagnose(desk, "xor")
    before = desk.window.diagnosis.health
    desk.document.playhead.last()
    desk.document.root.set_tensor("hidden.weight", np.full((8, 2), -1.0))
    desk.document.root.set_tensor("hidden.bias", np.full(8, -1.0))
    desk.qtbot.waitUntil(lambda: desk.window.diagnosis.health is not before)
    desk.qtbot.waitUntil(lambda: "relu: 8 of 8 units dead" in panel(desk).findings.texts)


# --- where NaN begins ------------------------------------------------------------------------


def test_where_nan_begins_is_a_problem_that_leads_there(desk):
    show(desk, logs())
    assert desk.window.status.texts()["problems"] == "1 warning"
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


# --- badges ----------------------------------------------------------------------------------


def test_all_edges_are_checked_at_once_and_say_their_figure_on_hover(desk):
    diagnose(desk, "xor")
    desk.window.live.switch(False)
    QTest.mouseClick(panel(desk).check.check, LEFT)
    desk.qtbot.waitUntil(lambda: desk.document.report is not None)
    overlays, scene = desk.view.canvas.overlays, desk.view.canvas
    desk.qtbot.waitUntil(lambda: overlays.badges(PortRef("relu", "x")) == ("check",))
    assert overlays.badges(PortRef("hidden", "weight")) == ("check",)
    assert width(desk, "relu.x") is not None
    x, y = geo.point_on_wire(scene.wires.line(PortRef("loss", "target")), 0.5)[0]
    told = tip_at(desk.view, desk.pixel(x, y))
    assert "Finite differences agree (" in told
    assert "Norm of its gradient: " in told
    desk.qtbot.waitUntil(lambda: panel(desk).check.verdict.said.startswith("9 of 9 edges agree"))
    desk.view.setFocus()
    desk.press_key(Key.Key_W, SHIFT)
    assert overlays.badges(PortRef("relu", "x")) == ()
    desk.press_key(Key.Key_K, CONTROL)
    assert overlays.badges(PortRef("relu", "x")) == ("check",)


def test_a_check_can_be_cancelled_and_begun_again(desk, monkeypatch):
    """The worker waits at the first edge, so that it is under way when it is cancelled."""
    diagnose(desk, "xor")
    desk.qtbot.waitUntil(lambda: desk.document.report is not None)
    desk.document.accept_report(None, desk.document.run_revision)
    reached, free = threading.Event(), threading.Event()
    real = gradient_check.check_edge

    def slow(trace, ref):
        reached.set()
        assert free.wait(20)
        return real(trace, ref)

    monkeypatch.setattr(gradient_check, "check_edge", slow)
    QTest.mouseClick(panel(desk).check.check, LEFT)
    desk.qtbot.waitUntil(reached.is_set)
    desk.qtbot.waitUntil(panel(desk).check.progress.isVisible)
    assert desk.window.live.is_verifying
    QTest.mouseClick(panel(desk).check.progress.cancel, LEFT)
    free.set()
    assert not desk.window.live.is_verifying
    desk.qtbot.waitUntil(panel(desk).check.check.isVisible)
    desk.qtbot.wait(100)
    assert desk.document.report is None
    QTest.mouseClick(panel(desk).check.check, LEFT)
    desk.qtbot.waitUntil(lambda: desk.document.report is not None)


# --- parts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("norms", "ends"),
    [
        ([0.02, 3.0], (-2, 1)),
        ([1.0], (-1, 0)),
        ([0.0, float("nan"), float("inf")], (-1, 0)),
        ([1e-30, 1.0], (-1, 0)),
        ([1e-13, 1.0], (-12, 0)),
    ],
)
def test_the_scale_is_whole_decades(norms, ends):
    scale = Scale.over(norms)
    assert (scale.low, scale.high) == ends
    assert scale.width(10.0**scale.low) == pytest.approx(1)
    assert scale.width(10.0**scale.high) == pytest.approx(6)
    assert scale.powers[0] == scale.low
    assert scale.powers[-1] == scale.high
    assert len(scale.powers) <= 7
