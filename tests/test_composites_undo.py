"""Undo and redo of everything done to composites, there and back byte for byte."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import dumps
from graph import edits as e
from graph.definition import Outlet
from graph.port import PortRef
from tests.block_graphs import two_blocks
from tests.canvas_desk import LEFT
from tests.window_desk import WindowDesk, desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
ACTS: dict[str, Callable[[WindowDesk], None]] = {}


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        graph = two_blocks()
        old = graph.definitions["Block"].interface
        outputs = (*old.outputs, Outlet("before", PortRef("lin", "y")))
        graph.apply(e.SetInterface("Block", type(old)(old.doc, old.icon, old.inputs, outputs, ())))
        made.document.replace(graph, None)
        made.view.zoom_to_fit()
        made.settle()
        made.view.setFocus()
        yield made


def act(does):
    """A row of what is tried: one entry of the history."""
    ACTS[does.__name__.replace("_", " ")] = does
    return does


def choose(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()
    desk.view.setFocus()


def go_in(desk, place="one"):
    desk.view.entering.go(place)
    QApplication.processEvents()
    desk.view.setFocus()


def page(desk):
    return desk.window.inspector.page


@act
def a_group(desk):
    choose(desk, "two", "loss")
    desk.press_key(Key.Key_G, CONTROL)


@act
def an_ungrouping(desk):
    choose(desk, "one")
    desk.press_key(Key.Key_G, CONTROL | SHIFT)


@act
def a_copy_made_unique(desk):
    choose(desk, "two")
    QTest.mouseClick(page(desk).unique, LEFT)


@act
def a_definition_renamed(desk):
    choose(desk, "one")
    desk.type_into(page(desk).definition.rows["name"].field, "Layer")


@act
def a_port_renamed(desk):
    choose(desk, "one")
    desk.type_into(page(desk).definition.lines["outputs y"].row.field, "hidden")


@act
def ports_in_another_order(desk):
    choose(desk, "one")
    QTest.mouseClick(page(desk).definition.lines["outputs y"].buttons[1], LEFT)


@act
def parameters_tied(desk):
    choose(desk, "two")
    page(desk).shared.choice.setFocus()
    QTest.keyClick(page(desk).shared.choice, Key.Key_Down)


@act
def an_instance_renamed(desk):
    choose(desk, "one")
    desk.type_into(page(desk).name.field, "first")


@act
def an_instance_deleted(desk):
    choose(desk, "one")
    desk.press_key(Key.Key_Delete)


@act
def an_instance_duplicated(desk):
    choose(desk, "one")
    desk.press_key(Key.Key_D, CONTROL)


@act
def a_node_inside_moved(desk):
    go_in(desk)
    choose(desk, "act")
    desk.press_key(Key.Key_Right, ALT)


@act
def a_node_inside_renamed(desk):
    go_in(desk)
    choose(desk, "lin")
    desk.type_into(page(desk).name.field, "dense")


@act
def a_node_inside_deleted(desk):
    go_in(desk)
    choose(desk, "act")
    desk.press_key(Key.Key_Delete)


@act
def a_node_inside_duplicated(desk):
    go_in(desk)
    choose(desk, "lin")
    desk.press_key(Key.Key_D, CONTROL)


@act
def a_node_put_inside(desk):
    go_in(desk)
    desk.drag_module("Tanh", 120, 200)


@act
def an_edge_inside_cut(desk):
    go_in(desk)
    desk.document.selection.set_edge("act.x")
    desk.view.setFocus()
    desk.press_key(Key.Key_Delete)


@act
def an_attribute_inside(desk):
    go_in(desk)
    choose(desk, "lin")
    QTest.mouseClick(page(desk).form.rows["bias"].field, LEFT)


@act
def an_attribute_exposed(desk):
    go_in(desk)
    choose(desk, "lin")
    menu = page(desk).form.rows["bias"].more.menu()
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()


@act
def a_group_inside(desk):
    go_in(desk)
    choose(desk, "lin")
    desk.press_key(Key.Key_G, CONTROL)


@act
def a_target_inside(desk):
    go_in(desk)
    choose(desk, "act")
    desk.press_key(Key.Key_T, CONTROL)


@pytest.mark.parametrize("name", ACTS)
def test_one_undo_takes_it_back_and_one_redo_brings_it_again(desk, name):
    document = desk.document
    before = dumps(document.root)
    ACTS[name](desk)
    QApplication.processEvents()
    after = dumps(document.root)
    assert after != before
    desk.view.setFocus()
    for _ in range(2):
        desk.press_key(Key.Key_Z, CONTROL)
        assert dumps(document.root) == before
        assert document.history.undo_text is None
        assert set(desk.scene.items_by_id) == set(document.graph.nodes)
        desk.press_key(Key.Key_Z, CONTROL | SHIFT)
        assert dumps(document.root) == after
        assert set(desk.scene.items_by_id) == set(document.graph.nodes)
    desk.view.entering.go("")
    desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(document.root) == before
    assert desk.refused == []
    desk.settle()
