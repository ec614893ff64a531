"""Grouping, opening and leaving composites by real events on the real window."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import PortRef, dumps
from graph import edits as e
from gui.inspector.kept_tensor import array_of
from tests.block_graphs import two_blocks
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def blocks(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        take(made, two_blocks())
        yield made


@pytest.fixture
def flat(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        take(made, by_hand())
        yield made


def take(desk, graph):
    desk.document.replace(graph, None)
    desk.view.zoom_to_fit()
    desk.settle()
    desk.view.setFocus()


def choose(desk, *ids):
    desk.click(desk.middle(ids[0]))
    for id_ in ids[1:]:
        desk.click(desk.middle(id_), SHIFT)
    desk.view.setFocus()


def double_click(desk, id_):
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, desk.middle(id_))
    QApplication.processEvents()


def crumbs(desk):
    bar = desk.window.composites.breadcrumb
    return [step.text() for step in bar.steps] if bar.isVisible() else []


def loss(desk):
    return float(desk.document.whole_trace.value(desk.document.whole_check.target))


def test_grouping_makes_one_node_and_undo_brings_all_back(flat):
    before, number = dumps(flat.document.root), loss(flat)
    choose(flat, "x1", "x2")
    flat.press_key(Key.Key_G, CONTROL)
    assert flat.document.selection.node == "composite"
    assert flat.window.inspector.page.heading.subtitle.said == "Composite"
    assert {"x1", "x2"}.isdisjoint(flat.graph.nodes)
    flat.settle()
    assert loss(flat) == number
    assert flat.graph.module("composite").outline() == "composite"
    flat.press_key(Key.Key_Z, CONTROL)
    assert dumps(flat.document.root) == before
    assert set(flat.scene.items_by_id) == set(flat.graph.nodes)
    flat.press_key(Key.Key_Y, CONTROL)
    assert "composite" in flat.graph


def test_what_cannot_be_grouped_says_why(flat):
    choose(flat, "x1", "difference")
    flat.press_key(Key.Key_G, CONTROL)
    assert "x1" in flat.graph
    assert "leaves the nodes and comes back" in flat.refused[-1]


def test_ungrouping_puts_the_inside_back(flat):
    number = loss(flat)
    choose(flat, "x1", "x2")
    flat.press_key(Key.Key_G, CONTROL)
    grouped = dumps(flat.document.root)
    flat.press_key(Key.Key_G, CONTROL | SHIFT)
    assert flat.document.selection.nodes == {"x1", "x2"}
    assert not flat.graph.definitions  # the last instance took its definition along
    flat.settle()
    assert loss(flat) == number
    flat.press_key(Key.Key_Z, CONTROL)
    assert dumps(flat.document.root) == grouped


@pytest.mark.parametrize("way", ["double click", "enter", "keys", "menu"])
def test_the_inside_is_opened_and_left_by(way, blocks):
    if way == "double click":
        double_click(blocks, "one")
    else:
        choose(blocks, "one")
        if way == "menu":
            blocks.window.commands.by_id["open_inside"].trigger()
        else:
            blocks.press_key(Key.Key_Return, CONTROL if way == "keys" else NONE)
    assert blocks.document.place == "one"
    assert set(blocks.scene.items_by_id) == {"lin", "act"}
    assert crumbs(blocks) == ["Two blocks", "one"]
    if way == "enter":
        blocks.press_key(Key.Key_Backspace, CONTROL)
    else:
        QTest.mouseClick(blocks.window.composites.breadcrumb.steps[0], LEFT)
    assert blocks.document.place == ""
    assert blocks.document.selection.node == "one"
    assert crumbs(blocks) == []
    assert set(blocks.scene.items_by_id) == set(blocks.graph.nodes)


def test_inside_the_numbers_are_those_of_this_instance(blocks):
    blocks.document.playhead.last()
    trace = blocks.document.whole_trace
    for place in ("one", "two"):
        blocks.view.entering.go(place)
        shown = blocks.document.shown
        value, wanted = shown.value(PortRef("act", "y")), trace.value(f"{place}/act.y")
        assert np.array_equal(value.array, wanted)
        found = shown.gradient(PortRef("act", "x"))
        assert np.array_equal(found.array, trace.gradient(f"{place}/act.x"))
        blocks.view.zoom_to(1.0)
        assert "∂" in blocks.texts("gradient")["act.x"]
        factor = shown.factor(PortRef("act", "x")).map
        wanted = trace.jacobian(f"{place}/act.x")
        assert np.array_equal(factor.dense(), wanted.dense())


def test_an_edit_inside_changes_every_instance_and_says_so(blocks):
    double_click(blocks, "one")
    bar = blocks.window.composites.breadcrumb
    assert bar.told.text() == "Block. An edit changes 2 instances."
    id_ = blocks.drag_module("Tanh", 120, 160)
    assert id_ == "tanh"
    assert "tanh" in blocks.document.root.definitions["Block"].body
    blocks.view.entering.go("two")
    assert "tanh" in blocks.graph


@pytest.mark.parametrize("size", [(1280, 800), (1024, 640)])
def test_the_way_in_is_whole_at_every_width_of_the_window(blocks, size):
    title = e.SetGraph({"title": "A block of attention, twice, with a long title"})
    blocks.document.do(title, "Name it")
    double_click(blocks, "one")
    blocks.window.resize(*size)
    blocks.settle()
    bar, view = blocks.window.composites.breadcrumb, blocks.view
    blocks.qtbot.waitUntil(lambda: bar.unique.isVisible() and bar.geometry().right() < view.width())
    assert view.width() >= bar.geometry().right()
    for part in (bar.told, bar.unique, *bar.steps):
        assert part.width() >= part.sizeHint().width()
    assert bar.told.text() == "Block. An edit changes 2 instances."
    assert bar.steps[-1].text() == "one"


def test_the_fitted_inside_stands_clear_of_the_way_to_it(blocks):
    blocks.window.resize(1024, 640)
    double_click(blocks, "one")
    blocks.settle()
    bar = blocks.window.composites.breadcrumb
    blocks.view.zoom_to_fit()
    blocks.settle()
    items = blocks.view.canvas.items_by_id.values()
    assert min(blocks.view.mapFromScene(item.pos()).y() for item in items) > bar.geometry().bottom()
    blocks.press_key(Key.Key_Backspace, CONTROL)
    assert blocks.view.camera.above == 0


def test_inside_the_status_bar_counts_what_is_inside(blocks):
    assert blocks.window.status.texts()["counts"] == "5 nodes, 4 edges, 12 parameters"
    double_click(blocks, "one")
    blocks.settle()
    assert blocks.window.status.texts()["counts"] == "2 nodes, 1 edge, 6 parameters"


def test_a_layer_whose_attribute_is_set_from_outside_says_so(blocks):
    double_click(blocks, "one")
    blocks.settle()
    choose(blocks, "lin")
    before = dumps(blocks.document.root)
    blocks.window.commands.by_id["expand"].trigger()
    said = blocks.window.status.currentMessage()
    assert 'the attribute "out_features" of the composite' in said
    assert dumps(blocks.document.root) == before


def test_what_is_drawn_from_simpler_modules_stays_done(blocks):
    shown = blocks.document.root.definitions["Block"].interface
    blocks.document.do(e.SetInterface("Block", replace(shown, attributes=())), "Take it out")
    double_click(blocks, "one")
    blocks.settle()
    playhead = blocks.document.playhead
    blocks.press_key(Key.Key_PageDown)
    assert (playhead.position, playhead.step.node) == (1, "lin")
    choose(blocks, "lin")
    number = loss(blocks)
    blocks.window.commands.by_id["expand"].trigger()
    blocks.settle()
    assert blocks.graph.module("lin").outline() == "composite"
    assert abs(loss(blocks) - number) < 1e-12
    assert (playhead.position, playhead.step.node) == (1, "lin")
    blocks.press_key(Key.Key_PageDown, CONTROL)
    assert playhead.is_at_end
    choose(blocks, "lin", "act")
    blocks.press_key(Key.Key_G, CONTROL)
    blocks.settle()
    assert playhead.is_at_end


def test_make_unique_beside_it_leaves_the_other_instances(blocks):
    blocks.settle()
    number = loss(blocks)
    double_click(blocks, "two")
    QTest.mouseClick(blocks.window.composites.breadcrumb.unique, LEFT)
    assert blocks.document.root.nodes["two"].module == "Block2"
    assert blocks.document.place == "two"
    bar = blocks.window.composites.breadcrumb
    assert bar.told.text() == "Block2"
    assert not bar.unique.isVisible()
    blocks.settle()
    assert loss(blocks) == number
    choose(blocks, "act")
    blocks.press_key(Key.Key_Delete)
    assert "act" in blocks.document.root.definitions["Block"].body
    assert "act" not in blocks.document.root.definitions["Block2"].body


def test_undo_goes_to_the_place_where_the_edit_was(blocks):
    before = dumps(blocks.document.root)
    double_click(blocks, "one")
    id_ = blocks.drag_module("Tanh", 120, 160)
    blocks.press_key(Key.Key_Backspace, CONTROL)
    assert blocks.document.place == ""
    blocks.press_key(Key.Key_Z, CONTROL)
    assert blocks.document.place == "one"
    assert id_ not in blocks.graph
    assert dumps(blocks.document.root) == before
    blocks.view.entering.leave()
    blocks.press_key(Key.Key_Y, CONTROL)
    assert blocks.document.place == "one"
    assert id_ in blocks.graph
    assert set(blocks.scene.items_by_id) == set(blocks.graph.nodes)


def test_undoing_the_group_that_is_open_shows_what_is_around(flat):
    choose(flat, "x1", "x2")
    flat.press_key(Key.Key_G, CONTROL)
    flat.press_key(Key.Key_Return)
    assert flat.document.place == "composite"
    flat.press_key(Key.Key_Z, CONTROL)
    assert flat.document.place == ""
    assert {"x1", "x2"} <= set(flat.scene.items_by_id)


def test_the_definitions_ports_stand_as_tags_inside(blocks):
    from gui.canvas.tags import tags

    assert not list(tags(blocks.document))
    double_click(blocks, "one")
    found = {(tag.name, str(tag.port), tag.is_input) for tag in tags(blocks.document)}
    assert found == {("x", "lin.x", True), ("y", "act.y", False)}


def test_what_flows_at_a_tag_stands_below_it_as_far_as_the_playhead_is(blocks):
    from gui.canvas.notes import gradient_forms, value_forms
    from gui.canvas.tags import tag_lines, tags

    double_click(blocks, "one")
    document = blocks.document
    inlet, outlet = tags(document)
    document.playhead.first()
    assert tag_lines(document, outlet) == []
    document.playhead.last()
    trace = document.whole_trace
    for tag, port in ((inlet, PortRef("one", "x")), (outlet, PortRef("one", "y"))):
        (value, forward), (gradient, reverse) = tag_lines(document, tag)
        assert (forward, reverse) == ("forward", "reverse")
        read = document.whole_shown
        assert value == value_forms(read.value(port), "", False)[-1]
        back = read.gradient(port) if tag.is_input else read.port_gradient(port)
        assert gradient == gradient_forms(back, "", "", False)[-1]
        assert trace.value(port).shape == read.value(port).array.shape


def test_a_value_inside_is_set_for_this_instance_alone(blocks):
    double_click(blocks, "one")
    blocks.document.selection.set_edge("lin.bias")
    blocks.view.setFocus()
    blocks.press_key(Key.Key_Return)
    line = blocks.view.inline.field.line
    line.selectAll()
    QTest.keyClicks(line, "[1, 2]")
    QTest.keyClick(line, Key.Key_Return)
    tensors, bias = blocks.document.root.tensors, PortRef("one/lin", "bias")
    blocks.qtbot.waitUntil(lambda: array_of(tensors[bias]).tolist() == [1.0, 2.0])
    assert array_of(tensors[PortRef("two/lin", "bias")]).tolist() == [0.5, 0.25]


def test_grouping_inside_changes_no_number_of_any_instance(blocks):
    before, number = dumps(blocks.document.root), loss(blocks)
    double_click(blocks, "one")
    choose(blocks, "lin")
    blocks.press_key(Key.Key_G, CONTROL)
    assert blocks.document.selection.node == "composite"
    assert blocks.document.place == "one"
    blocks.settle()
    assert loss(blocks) == number
    blocks.press_key(Key.Key_Return)
    assert blocks.document.place == "one/composite"
    assert crumbs(blocks) == ["Two blocks", "one", "composite"]
    shown = blocks.document.shown
    blocks.document.playhead.last()
    wanted = blocks.document.whole_trace.value("one/composite/lin.y")
    assert np.array_equal(blocks.document.shown.value(PortRef("lin", "y")).array, wanted)
    assert shown is not blocks.document.shown
    blocks.press_key(Key.Key_Z, CONTROL)
    assert blocks.document.place == "one"
    assert dumps(blocks.document.root) == before


def test_ungrouping_inside_puts_nodes_back_for_every_instance(blocks):
    number = loss(blocks)
    double_click(blocks, "one")
    choose(blocks, "act")
    blocks.press_key(Key.Key_G, CONTROL)
    blocks.press_key(Key.Key_G, CONTROL | SHIFT)
    assert blocks.document.selection.nodes == {"act"}
    assert set(blocks.graph.nodes) == {"lin", "act"}
    assert list(blocks.document.root.definitions) == ["Block"]
    blocks.settle()
    assert loss(blocks) == number


def test_the_way_is_read_aloud_and_gone_by_keys(blocks):
    said = []
    bar = blocks.window.composites.breadcrumb
    bar.moved.connect(said.append)
    choose(blocks, "one")
    blocks.press_key(Key.Key_Return)
    assert said == ["Inside one. Block. An edit changes 2 instances."]
    assert [step.accessibleName() for step in bar.steps] == [
        "Go back to Two blocks",
        "one, shown now",
    ]
    assert bar.unique.text().replace("&", "") == "Make unique"
    bar.steps[0].setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bar.steps[0], Key.Key_Space)
    QApplication.processEvents()
    assert blocks.document.place == ""
    assert said[1:] == ["The whole document"]
    assert blocks.view.hasFocus()


def test_an_inside_without_nodes_is_no_empty_document(blocks):
    double_click(blocks, "one")
    blocks.press_key(Key.Key_A, CONTROL)
    blocks.press_key(Key.Key_Delete)
    assert not blocks.graph.nodes
    assert not blocks.window.welcome.isVisible()
    blocks.press_key(Key.Key_Z, CONTROL)
    assert set(blocks.graph.nodes) == {"lin", "act"}


def test_moves_inside_in_a_row_are_one_entry(blocks):
    before = dumps(blocks.document.root)
    double_click(blocks, "one")
    choose(blocks, "act")
    for _ in range(3):
        blocks.press_key(Key.Key_Right, ALT)
    body = blocks.document.root.definitions["Block"].body
    assert body.nodes["act"].at == (264.0, 0.0)
    blocks.press_key(Key.Key_Z, CONTROL)
    assert dumps(blocks.document.root) == before
    assert blocks.document.history.undo_text is None
