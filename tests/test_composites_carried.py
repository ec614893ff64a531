"""Composites on the clipboard, in other windows and in the user's library, by real events."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from graph import Graph, PortRef, check, dumps, load
from graph import edits as e
from graph.fragment import cut_out, insertion, read_text, write_text
from gui.inspector.kept_tensor import array_of
from gui.palette import index_of
from tests.block_graphs import block, two_blocks
from tests.canvas_desk import LEFT, NONE
from tests.window_desk import DeliveredDrag, desk_for, move_pressed

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key, CONTROL = Qt.Key, Qt.KeyboardModifier.ControlModifier
WEIGHT = PortRef("one/lin", "weight")


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.windows.library.folder = tmp_path / "library"
        made.windows.library.look()
        made.windows.library.changed.emit()
        take(made, two_blocks())
        yield made


def take(desk, graph):
    desk.document.replace(graph, None)
    desk.view.zoom_to_fit()
    desk.settle()
    desk.view.setFocus()


def put(graph, fragment):
    edit, ids = insertion(graph, fragment, (24.0, 24.0))
    graph.apply(edit)
    return ids


def test_a_fragment_carries_the_definitions_of_its_nodes():
    graph = two_blocks()
    fragment = read_text(write_text(graph, ["one"]), "test", graph.catalogue)
    assert list(fragment.definitions) == ["Block"]
    other = Graph()
    assert put(other, fragment) == ("one",)
    assert other.definitions["Block"].blueprint() == graph.definitions["Block"].blueprint()
    assert np.array_equal(array_of(other.tensors[WEIGHT]), array_of(graph.tensors[WEIGHT]))


def test_a_definition_that_is_there_is_used_and_one_that_differs_gets_another_name():
    graph, other = two_blocks(), Graph()
    other.apply(e.Define(block(features=3)))
    fragment = cut_out(graph, ["one"])
    put(graph, fragment)
    assert list(graph.definitions) == ["Block"]
    assert graph.nodes["one2"].module == "Block"
    put(other, fragment)
    assert list(other.definitions) == ["Block", "Block2"]
    assert other.nodes["one"].module == "Block2"


def test_nested_definitions_come_inner_first_and_follow_their_new_names():
    from graph.grouping import group_edit

    graph = two_blocks()
    grouped = group_edit(graph, ["one", "two"], "Pair")
    graph.apply(grouped.edit)
    other = Graph()
    other.apply(e.Define(block(features=5)))
    put(other, cut_out(graph, [grouped.id]))
    assert list(other.definitions) == ["Block", "Block2", "Pair"]
    inner = other.definitions["Pair"].body.nodes.values()
    assert {node.module for node in inner} == {"Block2"}
    assert "unknown-module" not in {problem.code for problem in check(other).problems}


def test_copy_and_paste_within_a_window_and_into_another(desk):
    desk.click(desk.middle("one"))
    desk.press_key(Key.Key_C, CONTROL)
    desk.press_key(Key.Key_V, CONTROL)
    assert desk.graph.nodes["one2"].module == "Block"
    assert list(desk.graph.definitions) == ["Block"]
    desk.turn_to(desk.windows.new())
    assert QGuiApplication.clipboard().text()
    desk.view.setFocus()
    desk.press_key(Key.Key_V, CONTROL)
    assert list(desk.graph.definitions) == ["Block"]
    assert WEIGHT in desk.graph.tensors
    before = dumps(Graph())
    desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(desk.document.root) == before


def test_a_composite_is_kept_in_the_library_and_dragged_into_another_document(desk):
    desk.click(desk.middle("one"))
    desk.window.commands.by_id["keep_composite"].trigger()
    path = desk.windows.library.folder / "Block.gradwire"
    assert list(load(path).nodes) == ["one"]
    desk.turn_to(desk.windows.new())
    tree = desk.window.palette_panel.tree
    assert tree.topLevelItem(tree.topLevelItemCount() - 1).text(0) == "Library"
    id_ = desk.drag_module("library:Block", 200, 160)
    assert desk.graph.nodes[id_].module == "Block"
    assert WEIGHT in desk.graph.tensors
    desk.document.undo()
    assert not desk.graph.nodes
    assert not desk.graph.definitions


def test_the_file_keeps_its_own_definition_when_the_librarys_differs(desk):
    desk.click(desk.middle("one"))
    desk.window.commands.by_id["keep_composite"].trigger()
    desk.document.do(e.Within("Block", e.SetAttributes("lin", {"bias": False})), "No bias")
    kept = desk.document.root.definitions["Block"].blueprint()
    desk.window.palette_panel.chosen.emit("library:Block")
    assert desk.document.root.definitions["Block"].blueprint() == kept
    assert list(desk.document.root.definitions) == ["Block", "Block2"]


@pytest.mark.parametrize("answer", ["Yes", "Cancel"])
def test_what_is_in_the_library_is_replaced_after_a_question(desk, monkeypatch, answer):
    desk.click(desk.middle("one"))
    keep = desk.window.commands.by_id["keep_composite"]
    keep.trigger()
    path = desk.windows.library.folder / "Block.gradwire"
    before = path.read_bytes()
    desk.document.do(e.Within("Block", e.SetAttributes("lin", {"bias": False})), "No bias")
    asked = []
    monkeypatch.setattr(
        QMessageBox, "question", lambda *a: asked.append(a[2]) or QMessageBox.StandardButton[answer]
    )
    keep.trigger()
    assert asked == ["Replace Block in the library?"]
    assert (path.read_bytes() == before) == (answer == "Cancel")


def test_an_entry_that_cannot_be_read_says_so_and_changes_nothing(desk):
    folder = desk.windows.library.folder
    folder.mkdir()
    (folder / "Broken.gradwire").write_text("{", encoding="utf-8")
    desk.windows.library.look()
    desk.windows.library.changed.emit()
    before = dumps(desk.document.root)
    desk.window.palette_panel.chosen.emit("library:Broken")
    assert dumps(desk.document.root) == before
    assert "Broken.gradwire" in desk.window.notices.texts[-1]


@pytest.mark.parametrize("name", ["../../etc", "a/b", "..", "C:\\x", "nul\u0000"])
def test_a_definitions_name_leads_nowhere_outside_the_folder(desk, name):
    library = desk.windows.library
    assert library.path(name).parent == library.folder
    assert library.path(name).suffix == ".gradwire"
    assert ".." not in library.path(name).name


def test_a_layer_expands_into_simpler_modules(desk):
    desk.document.do(e.AddNode(_linear()), "Add")
    desk.graph.connect("one.y", "dense.x")
    desk.settle()
    before = desk.document.whole_trace.value("dense.y")
    desk.document.selection.set_nodes(["dense"])
    desk.window.commands.by_id["expand"].trigger()
    desk.settle()
    assert desk.graph.module("dense").outline() == "composite"
    assert np.allclose(desk.document.whole_trace.value("dense.y"), before, rtol=1e-12)


def _linear():
    from graph import Node

    return Node("dense", "Linear", {"out_features": 3}, at=(600.0, 300.0))


def test_a_definition_is_dragged_out_of_another_windows_palette(desk):
    other = desk.windows.new()
    other.show()
    desk.settle()
    tree = desk.window.palette_panel.tree
    index = index_of(tree, "Block")
    tree.scrollTo(index)
    start, viewport = tree.visualRect(index).center(), other.canvas.viewport()
    DeliveredDrag.place = (viewport, viewport.rect().center())
    QTest.mousePress(tree.viewport(), LEFT, NONE, start)
    for offset in (4, 12, 30):
        move_pressed(tree.viewport(), start + QPoint(offset, 2))
    QTest.mouseRelease(tree.viewport(), LEFT, NONE, start + QPoint(30, 2))
    desk.settle()
    graph = other.document.graph
    assert [node.module for node in graph.nodes.values()] == ["Block"]
    assert graph.definitions["Block"].blueprint() == desk.graph.definitions["Block"].blueprint()
    assert np.array_equal(array_of(graph.tensors[WEIGHT]), array_of(desk.graph.tensors[WEIGHT]))
    other.document.undo()
    assert not graph.nodes
    assert not graph.definitions
