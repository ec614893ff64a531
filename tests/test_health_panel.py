"""The workspace Diagnose: widths, findings, bars, thresholds and badges.

One window a test; the figures themselves are tested in test_health.py.
"""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import PortRef, load
from gui.canvas import geometry as geo
from gui.canvas.tips import tip_at
from gui.health import diagnosis
from gui.health.scale import Scale
from gui.title_bar import WorkspaceTab
from runtime import gradient_check
from runtime.health import Thresholds
from tests.canvas_desk import LEFT, NONE
from tests.composite_graphs import two_blocks
from tests.health_desk import (
    CONTROL,
    EXAMPLES,
    SHIFT,
    Key,
    click_row,
    diagnose,
    panel,
    show,
    width,
)
from tests.window_desk import desk_for


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


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
    assert panel(desk).findings.hasFocus()  # the key is gone
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
    words = "9 of 9 edges and parameters agree"  # five edges, four parameters
    desk.qtbot.waitUntil(lambda: panel(desk).check.verdict.said.startswith(words))
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
