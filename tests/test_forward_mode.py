"""Forward mode in the window: a tangent is seeded in the inspector, stepped, read and stopped."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from graph import PortRef, load
from gui.accessible.words import node_description, port_values
from gui.answers import Request, compute, run_now
from gui.document import Document
from gui.examples import examples
from gui.sentence import sentence_of
from runtime.tangents import Seed
from tests.canvas_desk import LEFT, by_hand
from tests.composite_graphs import two_blocks
from tests.inspector_desk import InspectorDesk
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
BY_PATH = {path.stem: path for path in examples()}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.window.workspaces.show("step")
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


def push_from(desk, id_: str) -> None:
    desk.click(desk.middle(id_))
    desk.window.inspector.page.tangent.push.click()
    desk.settle()


def test_a_tangent_is_pushed_stepped_and_stopped(desk):
    document, head = desk.document, desk.document.playhead
    push_from(desk, "w")
    assert [step.phase for step in head.steps] == (
        ["forward"] * 4 + ["tangent"] * 4 + ["reverse"] * 4
    )
    assert head.position == 8  # where its tangents can be seen, and no further
    desk.view.grab()
    assert desk.texts("tangent") == {
        "w.y": "d 1",
        "x1.y": "d 2",
        "x2.y": "d 2",
        "difference.y": "d −2",
        "loss.y": "d 2",
    }
    assert desk.texts("factor") == {
        "x1.a": "×2",
        "x2.a": "×1",
        "difference.b": "×−1",
        "loss.x": "×−1",
    }
    desk.press_key(Key.Key_PageUp)
    assert str(sentence_of(document)) == (
        "Tangent, step 7 of 12 difference (Subtract):"
        " tangent of y = −1 × tangent of b = −1 × 2 = −2"
    )
    desk.press_key(Key.Key_PageUp)
    desk.view.grab()
    assert desk.texts("tangent") == {"w.y": "d 1", "x1.y": "d 2", "x2.y": "d 2"}
    assert "tangent step" in node_description(desk.scene, "x2")
    assert port_values(desk.scene, PortRef("x2", "a")) == "value 6, tangent 2"
    assert port_values(desk.scene, PortRef("x2", "b")) == "value 1"

    desk.press_key(Key.Key_PageDown, CONTROL)
    desk.view.grab()
    assert desk.texts("gradient")["x1.a"] == "∂ 2 ×2"
    assert desk.texts("tangent")["difference.y"] == "d −2"

    section = desk.window.inspector.page.tangent
    QTest.mouseClick(section.stop, LEFT)
    desk.settle()
    assert [step.phase for step in head.steps] == ["forward"] * 4 + ["reverse"] * 4
    assert head.is_at_end
    desk.view.grab()
    assert not desk.texts("tangent")


def test_own_numbers_and_mistakes_in_them(desk):
    desk.click(desk.middle("x"))
    section = desk.window.inspector.page.tangent
    section.direction.kind.show_value("own")
    section.direction.kind.committed.emit()
    desk.type_into(section.direction.vector, "half")
    QTest.mouseClick(section.push, LEFT)
    assert section.error.said == 'value: found "half", expected a number.'
    assert desk.document.seeding.seed is None
    desk.type_into(section.direction.vector, "1 2 3")
    QTest.mouseClick(section.push, LEFT)
    assert section.error.said == "Tangent: found [3], expected []."
    desk.type_into(section.direction.vector, "0.5")
    QTest.mouseClick(section.push, LEFT)
    desk.settle()
    assert not section.error.said
    assert float(desk.document.trace.push.tangent("x1.y")) == 1.5
    desk.type_into(section.direction.vector, "2")  # pushed anew at once
    desk.settle()
    assert float(desk.document.trace.push.tangent("x1.y")) == 6.0


def test_it_follows_a_renamed_node_and_goes_with_a_removed_one(desk):
    document = desk.document
    push_from(desk, "w")
    document.do(document.graph.rename_edit("w", "weight"), "rename")
    desk.settle()
    assert document.seeding.seed.port == PortRef("weight", "y")
    assert float(document.trace.push.tangent("loss.y")) == 2.0
    document.undo()
    desk.settle()
    assert document.seeding.seed.port == PortRef("w", "y")
    desk.click(desk.middle("w"))
    desk.press_key(Key.Key_Delete)
    desk.settle()
    assert document.seeding.seed is None


def test_at_an_edge_it_goes_over_that_edge_alone(desk):
    desk.document.selection.set_edge(PortRef("x2", "a"))
    section = desk.window.inspector.page.tangent
    QTest.mouseClick(section.push, LEFT)
    desk.settle()
    desk.view.grab()
    found = desk.texts("tangent")
    assert found == {"x2.a": "d 1", "x2.y": "d 1", "difference.y": "d −1", "loss.y": "d 1"}
    desk.document.selection.set_edge(PortRef("difference", "a"))
    told = desk.window.inspector.page.tangent.told.said
    assert told == "No tangent: no path leads here from x2.a."


def test_where_live_mode_is_off_it_goes_through_the_run_that_there_is(desk):
    desk.window.live.switch(False)
    desk.settle()
    push_from(desk, "b")
    assert float(desk.document.trace.push.tangent("loss.y")) == 1.0


def test_a_tensor_is_seeded_entry_by_entry(qtbot):
    desk = InspectorDesk(qtbot, load(BY_PATH["xor"]))
    desk.run()
    desk.edge("hidden.weight")
    section = desk.page.tangent
    assert section.direction.kind.read() == "entry"
    desk.type_into(section.direction.index, "[8, 0]")
    desk.click(section.push)
    assert section.error.said == "Tangent: found [8, 0], expected an index from [0, 0] to [7, 1]."
    desk.type_into(section.direction.index, "[3, 1]")
    desk.click(section.push)
    assert desk.document.seeding.seed == Seed(PortRef("hidden", "weight"), index=(3, 1))
    desk.run()
    desk.document.playhead.last()
    trace = desk.document.whole_trace
    slope = float(trace.push.tangent(trace.target))
    assert slope == pytest.approx(float(trace.gradient("hidden.weight")[3, 1]))
    assert section.panel.isVisibleTo(section)
    head, weight = desk.document.playhead, PortRef("hidden", "weight")
    head.go(4)
    assert desk.document.shown.tangent(weight).state == "blank"
    head.go(5)  # the first tangent step, its own: the seed was there before it
    assert desk.document.shown.tangent(weight).is_value
    head.last()
    assert section.told.said == "The tangent enters here:"


def test_a_seed_that_fits_no_more_is_told_and_the_run_is_there(qtbot):
    desk = InspectorDesk(qtbot, load(BY_PATH["xor"]))
    desk.run()
    desk.node("x")
    desk.document.seeding.choose(Seed(PortRef("x", "y"), index=(7, 7)))
    desk.run()
    assert desk.page.tangent.error.said == (
        "x.y: found a tangent the index [7, 7], expected one of an entry of [4, 2]."
    )
    assert desk.document.whole_trace.push is None
    assert desk.document.playhead.steps


def test_each_output_of_a_node_can_be_seeded(qtbot):
    desk = InspectorDesk(qtbot, load(BY_PATH["lstm"]))
    desk.run()
    desk.node("cell")
    section = desk.page.tangent
    desk.choose(section.choice, 1)
    assert section.push.accessibleName() == "Push a tangent from cell.c_next through the graph"
    desk.click(section.push)
    assert section.told.said == "The tangent goes through the next run."
    desk.run()
    assert desk.document.whole_trace.push.seed.port == PortRef("cell", "c_next")
    assert section.told.said == "The tangent enters here:"


def documented(graph, seed: Seed) -> Document:
    document = Document()
    document.replace(graph, None)
    document.seeding.choose(seed)
    run_now(document)
    return document


def test_it_is_seen_at_each_time_step(qapp):
    document = documented(load(BY_PATH["rnn"]), Seed(PortRef("kept", "weight")))
    push, head = document.whole_trace.push, document.playhead
    for position, step in enumerate(head.steps, 1):
        if step.phase == "tangent" and step.t is not None:
            head.go(position)
            out = PortRef(step.node, "y")
            reading = document.shown.tangent(out)
            np.testing.assert_array_equal(reading.array, push.tangent(out, step.t))
            delayed = document.shown.tangent_over(PortRef("kept", "x"))
            if step.t == 0:
                assert delayed.state == "no path"
            else:
                np.testing.assert_array_equal(delayed.array, push.tangent("state.y", step.t - 1))


def test_each_copy_of_the_unrolled_view_shows_its_own_tangent(desk):
    document = desk.document
    document.replace(load(BY_PATH["rnn"]), None)
    desk.settle()
    document.seeding.choose(Seed(PortRef("x", "y"), index=(2, 0, 0)))
    desk.settle()
    document.playhead.last()
    desk.window.commands.by_id["unroll"].trigger()
    view = desk.window.unrolling.view
    desk.qtbot.waitUntil(lambda: view.isVisible())
    shown, push = view.document.shown, document.whole_trace.push
    assert shown.tangent(PortRef("state_t1", "y")).state == "no path"
    for t in (2, 3, 5):
        reading = shown.tangent(PortRef(f"state_t{t}", "y"))
        np.testing.assert_array_equal(reading.array, push.tangent("state.y", t))
    view.grab()


def test_inside_a_composite_its_own_tangents_are_seen(qapp):
    graph = two_blocks()
    whole = [id_ for id_, node in graph.nodes.items() if node.module in graph.definitions]
    source = next(id_ for id_ in graph.nodes if graph.module(id_).outline() == "source")
    document = documented(graph, Seed(PortRef(source, "y")))
    document.playhead.last()
    push = document.whole_trace.push
    address = next(id_ for id_ in whole if any(s.node.startswith(f"{id_}/") for s in push.steps))
    document.show_place(address)
    assert {step.phase for step in document.playhead.steps} >= {"forward", "tangent"}
    inner = next(step.node for step in push.steps if step.node.startswith(f"{address}/"))
    out = document.graph.module(inner.rpartition("/")[2]).output_ports[0].name
    reading = document.shown.tangent(PortRef(inner.rpartition("/")[2], out))
    np.testing.assert_array_equal(reading.array, push.tangent(PortRef(inner, out)))


def test_it_is_pushed_from_inside_a_composite_and_over_its_edges(desk):
    document = desk.document
    document.replace(two_blocks(), None)
    desk.settle()
    whole = next(id_ for id_, node in document.graph.nodes.items() if node.module == "Block")
    document.show_place(whole)
    inner = next(iter(document.graph.nodes))
    document.selection.set_nodes({inner})
    desk.window.commands.by_id["push_tangent"].trigger()
    desk.settle()
    assert document.seeding.seed.port.node == f"{whole}/{inner}"
    assert document.whole_trace.push is not None
    assert document.playhead.step.phase == "tangent"
    QTest.mouseClick(desk.window.composites.breadcrumb.steps[0], LEFT)
    edge = next(edge for edge in document.graph.edges if edge.target.node == whole)
    document.selection.set_edge(edge.target)
    desk.window.commands.by_id["push_tangent"].trigger()
    desk.settle()
    document.playhead.last()
    push, trace = document.whole_trace.push, document.whole_trace
    assert document.shown.tangent(edge.source).state == "no path"
    assert (document.shown.tangent_over(edge.target).array == 1).all()
    slope = float((push.tangents[trace.plan.end] * trace.plan.seed_gradient).sum())
    assert slope == pytest.approx(float(trace.part(edge.target).sum()))
    desk.window.commands.by_id["stop_tangent"].trigger()
    desk.settle()
    assert document.whole_trace.push is None


def test_a_run_that_is_cancelled_ends_in_the_tangent_too(qapp):
    request = Request(by_hand(), "always", seed=Seed(PortRef("w", "y")))
    seen = []
    compute(request, lambda step: seen.append(step.phase))
    assert seen == ["forward"] * 4 + ["reverse"] * 4 + ["tangent"] * 4


def test_seeds_of_parameters_stand_before_the_first_tangent_step(qapp):
    document = documented(load(BY_PATH["rnn"]), Seed(PortRef("kept", "weight")))
    head = document.playhead
    head.go(head.phase_end("forward") + 1)
    assert head.step.node == "kept"
    for port in ("kept.weight",):
        ref = PortRef.parse(port)
        assert document.shown.tangent(ref).is_value
        assert document.shown.tangent_over(ref).is_value
    assert document.shown.tangent(PortRef("state", "y")).state == "blank"
