"""The inspector's pages of composites: definition, ports, exposed attributes, shared parameters."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from graph import PortRef, dumps
from tests.block_graphs import two_blocks
from tests.canvas_desk import LEFT
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        take(made, two_blocks())
        yield made


def take(desk, graph):
    desk.document.replace(graph, None)
    desk.view.zoom_to_fit()
    desk.settle()


def page(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()
    return desk.window.inspector.page


def undone(desk, before):
    desk.view.setFocus()
    desk.press_key(Key.Key_Z, CONTROL)
    return dumps(desk.document.root) == before


def test_the_definitions_name_doc_and_letter_are_set(desk):
    before = dumps(desk.document.root)
    rows = page(desk, "one").definition.rows
    desk.type_into(rows["doc"].field, "Two steps.")
    assert desk.document.root.definitions["Block"].interface.doc == "Two steps."
    desk.type_into(page(desk, "one").definition.rows["icon"].field, "Q")
    assert desk.scene.face("two").icon == "letter:Q"
    desk.type_into(page(desk, "one").definition.rows["name"].field, "Layer")
    assert {desk.graph.nodes[id_].module for id_ in ("one", "two")} == {"Layer"}
    assert desk.window.inspector.page.definition.name == "Layer"
    for _ in range(3):
        desk.document.undo()
    assert dumps(desk.document.root) == before


def test_a_refused_name_says_why_and_changes_nothing(desk):
    field = page(desk, "one").definition.rows["name"].field
    desk.type_into(field, "Linear")
    row = desk.window.inspector.page.definition.rows["name"]
    assert "another module of that name" in row.error.said
    assert "Block" in desk.document.root.definitions


def test_a_port_is_renamed_with_its_edges(desk):
    before = dumps(desk.document.root)
    line = page(desk, "one").definition.lines["outputs y"]
    desk.type_into(line.row.field, "hidden")
    assert desk.graph.incoming(PortRef("two", "x")).source == PortRef("one", "hidden")
    assert list(desk.scene.face("one").shape.outputs) == ["hidden"]
    desk.settle()
    assert not desk.document.check.errors
    assert undone(desk, before)


def test_ports_are_reordered(desk):
    from dataclasses import replace

    from graph import edits as e
    from graph.definition import Outlet

    old = desk.document.root.definitions["Block"].interface
    more = (*old.outputs, Outlet("inner", PortRef("lin", "y")))
    desk.document.do(e.SetInterface("Block", replace(old, outputs=more)), "More")
    before = dumps(desk.document.root)
    line = page(desk, "one").definition.lines["outputs inner"]
    QTest.mouseClick(line.buttons[0], LEFT)
    assert list(desk.scene.face("one").shape.outputs) == ["inner", "y"]
    assert undone(desk, before)


def test_an_inner_attribute_is_exposed_set_and_hidden_again(desk):
    desk.view.entering.go("one")
    before = dumps(desk.document.root)
    row = page(desk, "lin").form.rows["bias"]
    menu: QMenu = row.more.menu()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions()]
    assert texts == ["Expose as bias of Block", "Set together with out_features"]
    menu.actions()[0].trigger()
    desk.view.entering.leave()
    form = page(desk, "two").form
    assert set(form.rows) == {"out_features", "bias"}
    QTest.mouseClick(form.rows["bias"].field, LEFT)
    assert desk.graph.nodes["two"].attributes == {"bias": False}
    desk.settle()
    assert PortRef("two/lin", "bias") not in desk.document.whole_check.types
    assert PortRef("one/lin", "bias") in desk.document.whole_check.types
    desk.document.undo()
    desk.document.undo()
    assert dumps(desk.document.root) == before


def test_inside_with_nothing_selected_the_definition_is_shown(desk):
    desk.view.entering.go("one")
    QApplication.processEvents()
    shown = desk.window.inspector.page
    assert shown.subject == ("definition", "Block")
    desk.type_into(shown.form.rows["doc"].field, "Another line.")
    assert desk.document.root.definitions["Block"].interface.doc == "Another line."
    assert desk.document.place == "one"


def test_make_unique_from_the_inspector(desk):
    found = page(desk, "two")
    assert found.definition.count.said == "2 nodes are made of it."
    QTest.mouseClick(found.unique, LEFT)
    assert desk.graph.nodes["two"].module == "Block2"
    assert not desk.window.inspector.page.unique.isVisible()


def test_parameters_are_tied_and_the_gradient_is_the_sum_of_the_parts(desk):
    before = dumps(desk.document.root)
    found = page(desk, "two")
    choice = found.shared.choice
    choice.setFocus()
    QTest.keyClick(choice, Key.Key_Down)
    assert desk.graph.nodes["two"].extra["shares"] == "one"
    desk.settle()
    desk.document.playhead.first()
    found = page(desk, "two")
    assert all("not yet" in text for text in found.shared.texts)
    desk.document.playhead.last()
    trace = desk.document.whole_trace
    parts = [trace.part(f"{id_}/lin.bias") for id_ in ("one", "two")]
    whole = trace.gradient("one/lin.bias")
    assert np.allclose(parts[0] + parts[1], whole)
    (text,) = [t for t in desk.window.inspector.page.shared.texts if "lin.bias" in t]
    assert text.startswith("Gradient of lin.bias = (")
    assert "(one) + " in text
    assert "(two) = (" in text
    assert undone(desk, before)
