"""The panel of memory: what is held is drawn, chosen for a budget, and told; by mouse and keys."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from graph import Graph, load
from gui.drawer.memory import chart as chart_module
from gui.drawer.memory import panel as panel_module
from gui.drawer.memory import work as work_module
from gui.drawer.memory.chart import LEFT as CHART_LEFT
from gui.drawer.memory.chart import RIGHT as CHART_RIGHT
from gui.drawer.memory.work import compare
from gui.numbers import format_count
from runtime.backend import CPU
from runtime.recompute.playing import Playing
from runtime.tangents.counting import count_forward
from tests.block_graphs import two_blocks
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.watch_bursts import Bursts
from tests.window_desk import desk_for

Key = Qt.Key


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        yield made


def show(desk, graph):
    """Open the panel on a graph, and wait for its figures."""
    desk.document.replace(graph, None)
    desk.settle()
    desk.window.drawer.show_tab("memory")
    panel = desk.window.drawer.panel("memory")
    wait(desk, panel)
    return panel


def wait(desk, panel):
    now = desk.document.whole_trace, desk.window.checkpoints.all
    desk.qtbot.waitUntil(
        lambda: panel.found is not None and (panel.found.trace, panel.found.checkpoints) == now,
        timeout=20_000,
    )


def press(button):
    QTest.mouseClick(button, LEFT)


def test_a_budget_chooses_checkpoints_and_the_chart_tells_what_they_save(desk):
    """The whole way: stored, chosen, stepped, cleared, with the mouse and the keys."""
    with Bursts().watching() as bursts:
        panel = show(desk, load("assets/examples/vanishing.gradwire"))
        stored = panel.found.storing
        assert [line.name for line in panel.chart.lines] == ["stored"]
        assert panel.chart.lines[0].moments == stored.moments
        assert "Checkpoints (K at selected nodes" in panel.summary.said
        assert not panel.clear_button.isEnabled()

        desk.type_into(panel.budget.lineEdit(), "75")
        budget = stored.peak * 75 // 100
        press(panel.choose_button)
        desk.qtbot.waitUntil(lambda: desk.window.checkpoints.all != (), timeout=20_000)
        wait(desk, panel)
        sparing = panel.found.sparing
        assert sparing.peak <= budget < stored.peak
        assert "stay within" in panel.notice.said
        assert "computed again" in panel.summary.said
        again = [x.node for x in sparing.moments if x.kind == "recompute"]
        trace = panel.found.trace
        assert panel.found.added == sum(count_forward(trace.records[node]) for node in again)
        assert f"{format_count(panel.found.added)} operations more" in panel.summary.said
        assert panel.summary.said.endswith("All gradients are the same to the bit.")
        assert [line.name for line in panel.chart.lines] == ["stored", "recomputed"]
        assert desk.document.history.undo_text == "Choose checkpoints"

        place = next(i for i, x in enumerate(sparing.moments) if x.kind == "recompute")
        x = round(panel.chart.x_of(place + 0.5))
        QTest.mouseClick(panel.chart, LEFT, NONE, QPoint(x, 60))
        assert panel.chart.place == place
        assert panel.chart.words(place).startswith(f"Computed again: {sparing.moments[place].node}")
        step = desk.document.playhead.step
        assert (step.phase, step.node) == ("forward", sparing.moments[place].node)

        panel.chart.setFocus(Qt.FocusReason.TabFocusReason)
        QTest.keyClick(panel.chart, Key.Key_Left)
        moment = sparing.moments[place - 1]
        step = desk.document.playhead.step
        assert (step.phase, step.node) == (moment.kind, moment.node)
        assert panel.chart.place == place - 1

        press(panel.clear_button)
        wait(desk, panel)
        assert desk.window.checkpoints.all == ()
        assert panel.found.sparing is None
        assert panel.notice.said == ""
    assert bursts.found == []


def test_it_follows_the_playhead(desk):
    panel = show(desk, by_hand())
    desk.document.playhead.first()
    assert panel.chart.place == -1
    desk.document.playhead.next()
    first = panel.found.storing.moments[panel.chart.place]
    assert (first.kind, first.node) == ("forward", desk.document.playhead.step.node)
    desk.document.playhead.last()
    last = panel.found.storing.moments[panel.chart.place]
    assert (last.kind, last.node) == ("reverse", desk.document.playhead.step.node)


def test_eager_and_lazy_stand_side_by_side(desk):
    panel = show(desk, load("assets/examples/logistic_regression.gradwire"))
    said = panel.evaluation.said
    assert said["A node is computed"] == ("once it is wired", "after the whole plan")
    assert said["Forward steps"] == ("3", "2, not probability")
    assert [strip.name for strip in panel.evaluation.strips.strips] == ["Eager", "Lazy"]
    strips = panel.evaluation.strips
    strip, span = strips.span_at(60, 26)
    assert (strip.name, span.work) == ("Lazy", "plan")
    assert "Check of the whole graph, plan" in strips.words(strip, span)


def test_a_checkpoint_that_a_hand_sets_is_seen_and_clears_what_the_search_said(desk):
    panel = show(desk, two_blocks())
    press(panel.choose_button)
    desk.qtbot.waitUntil(lambda: panel.notice.said != "", timeout=20_000)
    desk.document.selection.set_nodes({"one"})
    desk.view.setFocus()
    desk.press_key(Key.Key_K)
    wait(desk, panel)
    assert "one" in panel.found.checkpoints
    assert panel.notice.said == ""


def test_it_says_why_there_is_nothing_to_show(desk):
    graph = by_hand()
    graph.remove("loss")
    graph.remove("difference")
    graph.add("Sin", "other")
    graph.connect("x1.y", "other.x")
    desk.document.replace(graph, None)
    desk.settle()
    desk.window.drawer.show_tab("memory")
    panel = desk.window.drawer.panel("memory")
    assert panel.chart.isHidden()
    assert panel.summary.said == desk.document.whole_trace.why_forward_only
    assert not panel.choose_button.isEnabled()


def test_nothing_is_computed_while_it_is_hidden_and_never_in_the_windows_thread(desk, monkeypatch):
    threads = []

    def spied(*args):
        threads.append(threading.current_thread())
        return compare(*args)

    monkeypatch.setattr(panel_module, "compare", spied)
    panel = show(desk, by_hand())
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    desk.window.drawer.close_drawer()
    desk.document.selection.set_nodes({"x1"})
    desk.view.setFocus()
    desk.press_key(Key.Key_K)
    assert len(threads) == 1
    desk.window.drawer.show_tab("memory")
    wait(desk, panel)
    assert len(threads) == 2
    desk.window.drawer.close_drawer()
    desk.window.drawer.show_tab("memory")
    assert len(threads) == 2  # what is known is shown


def test_a_comparison_can_be_cancelled_and_begun_again(desk, monkeypatch):
    go_on, play = threading.Event(), Playing.play

    def slowly(self, watch=None):
        for moment in play(self, watch):
            go_on.wait(5)
            yield moment

    desk.document.replace(by_hand(), None)
    desk.settle()
    monkeypatch.setattr(Playing, "play", slowly)
    desk.window.drawer.show_tab("memory")
    panel = desk.window.drawer.panel("memory")
    desk.qtbot.waitUntil(lambda: panel.progress.cancel.isVisible())
    press(panel.progress.cancel)
    assert panel.progress.words.said == "The comparison was cancelled."
    go_on.set()
    press(panel.progress.again)
    wait(desk, panel)
    assert panel.progress.isHidden()


def test_where_there_is_little_room_tabs_show_one_part(desk):
    panel = show(desk, by_hand())
    assert panel.tabs.isHidden()
    assert panel.chart.isVisible()
    assert panel.evaluation.isVisible()
    desk.window.resize(1024, 640)
    desk.qtbot.waitUntil(lambda: panel.tabs.isVisible())
    assert panel.chart.isVisible()
    assert not panel.evaluation.isVisible()
    panel.tabs.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.tabs, Key.Key_Right)
    assert panel.evaluation.isVisible()
    assert not panel.chart.isVisible()


def test_the_runs_are_drawn_once_however_often_the_playhead_moves(desk, monkeypatch):
    panel = show(desk, by_hand())
    panel.chart.grab()
    drawn, points = [], chart_module.polygon
    monkeypatch.setattr(chart_module, "polygon", lambda p: drawn.append(len(p)) or points(p))
    before = panel.chart.grab().toImage()
    desk.document.playhead.first()
    for _ in range(5):
        desk.document.playhead.next()
        panel.chart.grab()
    assert drawn == []
    assert panel.chart.grab().toImage() != before
    assert len(panel.found.storing.moments) == 8
    panel.chart.resize(
        round(CHART_LEFT + CHART_RIGHT) + 4, panel.chart.height()
    )  # fewer pixels than actions
    panel.chart.grab()
    assert drawn == [2 * 4 + 2, 4 * 4, 2 * 4]  # values over the ground, gradients over them, a line


def test_the_canvas_says_at_every_step_whose_value_is_in_memory(desk):
    """As it is found in a run that is made here, one action after the other."""
    panel = show(desk, load("assets/examples/autoencoder.gradwire"))
    desk.window.checkpoints.choose(("bend", "open"))
    wait(desk, panel)
    trace, scene = desk.document.whole_trace, desk.view.canvas
    run = Playing(trace.plan, CPU, panel.found.sparing.schedule, trace.loaded)
    own = {slot: step.node for step in trace.plan.forward for slot in step.outputs}
    said, real = [], []
    for place, moment in enumerate(run.play()):
        panel.chart.chosen.emit(place)
        marks = {id_: scene.overlays.node(id_) for id_ in set(own.values())}
        said.append({id_ for id_, mark in marks.items() if mark and mark.icon == "held"})
        real.append({own[slot] for slot in run.values if slot in own})
        assert marks["loss"] is None or marks["loss"].text == "kept"
        assert moment.kind != "recompute" or marks[moment.node].text == "again"
    assert said == real
    assert any(x.kind == "recompute" for x in run.moments)
    desk.window.drawer.close_drawer()
    assert scene.overlays.node("loss") is None


def test_a_composite_says_how_many_of_its_nodes_are_kept_and_they_say_it_themselves(desk):
    panel = show(desk, two_blocks())
    places = {(x.kind, x.node): place for place, x in enumerate(panel.found.storing.moments)}
    desk.document.playhead.go_whole(0)
    panel.chart.chosen.emit(places["forward", "one/act"])
    overlays = desk.view.canvas.overlays
    assert overlays.node("one").text == "2 of 2 kept"
    assert overlays.node("two") is None
    panel.chart.chosen.emit(places["forward", "two/lin"])
    assert overlays.node("one").text == "1 of 2 kept"  # a ReLU reads its own output alone
    desk.document.show_place("one")
    assert overlays.node("act").text == "kept"
    assert overlays.node("lin").text == "let go"
    desk.document.show_place("")
    panel.chart.chosen.emit(len(panel.found.storing.moments) - 1)
    assert overlays.node("two").text == "0 of 2 kept"


def test_a_large_run_is_compared_when_one_asks_for_it(desk, monkeypatch):
    monkeypatch.setattr(panel_module, "LARGE", 3)
    desk.document.replace(by_hand(), None)
    desk.settle()
    desk.window.drawer.show_tab("memory")
    panel = desk.window.drawer.panel("memory")
    assert panel.progress.words.said == "Comparing runs of this graph takes a while."
    assert panel.found is None
    press(panel.progress.again)
    wait(desk, panel)
    assert panel.chart.isVisible()


def test_a_target_without_a_step_has_nothing_to_keep(desk):
    graph = Graph(target="w")
    graph.add("Parameter", "w", shape=())
    panel = show(desk, graph)
    assert panel.found.storing.moments == ()
    panel.chart.grab()
    panel.evaluation.grab()
    panel.chart.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.chart, Key.Key_Right)
    assert panel.chart.place == -1


def test_gradients_that_differ_are_called_a_fault(desk, monkeypatch):
    monkeypatch.setattr(work_module, "same_bits", lambda one, other: False)
    panel = show(desk, by_hand())
    first = next(iter(panel.found.storing.gradients))
    assert panel.notice.said == f"Gradients differ, at {first} first. This is a fault of Gradwire."
    assert "the same to the bit" not in panel.summary.said


def test_the_unrolled_graph_has_both_marks_at_each_time_step(desk):
    panel = show(desk, load("assets/examples/lstm.gradwire"))
    desk.window.checkpoints.choose(("cell",))
    wait(desk, panel)
    moments = panel.found.sparing.moments
    place = next(i for i, x in enumerate(moments) if x.kind == "recompute" and x.t == 3)
    desk.window.unrolling.toggle()
    panel.chart.chosen.emit(place)
    view = desk.window.unrolling.view
    ids = {moment: id_ for id_, moment in view.document.copies.moments.items()}
    overlays = view.canvas.overlays
    said = [overlays.node(ids["cell", t]).text for t in range(6)]
    assert said == ["kept", "kept", "kept", "again", "let go", "let go"]
    assert overlays.gutter(ids["cell", 2]) == ("checkpoint",)
    assert desk.document.playhead.t == 3
    assert desk.view.canvas.overlays.node("cell").text == "again"
    desk.window.unrolling.leave()
