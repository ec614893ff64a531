"""Cut, copy, paste and duplicate, by keys on the real window."""

import itertools
import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from graph import Graph, PortRef, dumps
from graph import edits as e
from graph.fragment import write_text
from graph.records import Edge, Node
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
CORNER = QPoint(2, 2)


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    QGuiApplication.clipboard().clear()
    with desk_for(qtbot, tmp_path, monkeypatch) as made:
        made.document.replace(by_hand(), None)
        made.settle()
        made.view.setFocus()
        away(made)
        yield made


def away(desk):
    """The pointer leaves the canvas."""
    QTest.mouseMove(desk.window.menuBar(), CORNER)
    QApplication.processEvents()


def choose(desk, *ids):
    desk.document.selection.set_nodes(ids)


def text():
    return QGuiApplication.clipboard().text()


def put(words):
    QGuiApplication.clipboard().setText(words)
    QApplication.processEvents()


def place(desk, id_):
    return desk.graph.nodes[id_].at


def test_copy_and_paste_take_nodes_edges_numbers_labels_and_notes(desk):
    desk.document.do(e.SetNode("w", {"label": "weight", "note": "seeded"}), "Label")
    before = dumps(desk.graph)
    choose(desk, "w", "x", "x1")
    desk.press_key(Key.Key_C, CONTROL)
    assert dumps(desk.graph) == before
    assert [node["id"] for node in json.loads(text())["nodes"]] == ["x", "w", "x1"]
    desk.press_key(Key.Key_V, CONTROL)
    assert desk.document.selection.nodes == {"w2", "x3", "x4"}
    graph = desk.graph
    assert {str(graph.incoming(PortRef("x4", p)).source) for p in "ab"} == {"w2.y", "x3.y"}
    assert (graph.nodes["w2"].label, graph.nodes["w2"].note) == ("weight", "seeded")
    assert graph.tensors[PortRef("w2", "y")] == graph.tensors[PortRef("w", "y")]
    assert desk.document.history.undo_text == "Paste 3 nodes"
    desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(desk.graph) == before


def test_pastes_in_a_row_cascade(desk):
    choose(desk, "loss")
    x, y = place(desk, "loss")
    desk.press_key(Key.Key_C, CONTROL)
    for count in (1, 2, 3):
        desk.press_key(Key.Key_V, CONTROL)
        made = desk.document.selection.node
        assert place(desk, made) == (x + 24 * count, y + 24 * count)


def test_paste_goes_to_the_pointer_over_the_canvas(desk):
    choose(desk, "x", "w")
    desk.press_key(Key.Key_C, CONTROL)
    desk.view.centerOn(600, -200)
    desk.move(desk.pixel(600, -200))
    desk.press_key(Key.Key_V, CONTROL)
    (x1, y1), (x2, y2) = (place(desk, id_) for id_ in ("x3", "w2"))
    assert (x1 + x2 + 96) / 2 == pytest.approx(600, abs=8)
    assert (y1 + y2 + 60) / 2 == pytest.approx(-200, abs=8)
    assert (x2 - x1, y2 - y1) == (0, 112)
    assert (x1 % 8, y1 % 8) == (0, 0)
    desk.press_key(Key.Key_V, CONTROL)
    assert place(desk, "w3") == (x2 + 24, y2 + 24)


def test_cut_and_paste_bring_the_same_graph_back_in_two_entries(desk):
    before = dumps(desk.graph)
    choose(desk, "x1", "w")
    desk.press_key(Key.Key_X, CONTROL)
    assert not {"x1", "w"} & set(desk.graph.nodes)
    assert desk.document.history.undo_text == "Cut 2 nodes"
    desk.press_key(Key.Key_V, CONTROL)
    assert place(desk, "x1") == (240, 56)
    assert desk.graph.incoming(PortRef("x1", "a")).source == PortRef("w", "y")
    desk.press_key(Key.Key_Z, CONTROL)
    desk.press_key(Key.Key_Z, CONTROL)
    assert dumps(desk.graph) == before


def test_duplicate_leaves_the_clipboard_alone_and_edges_from_outside(desk):
    put("mine")
    choose(desk, "x1", "x2")
    desk.press_key(Key.Key_D, CONTROL)
    assert text() == "mine"
    assert desk.document.history.undo_text == "Duplicate 2 nodes"
    (first, second) = sorted(desk.document.selection.nodes)
    assert desk.graph.incoming(PortRef(second, "a")).source == PortRef(first, "y")
    assert desk.graph.incoming(PortRef(first, "a")) is None
    assert place(desk, first) == (264, 80)
    desk.press_key(Key.Key_D, CONTROL)
    assert place(desk, sorted(desk.document.selection.nodes)[0]) == (288, 104)


def test_a_whole_file_from_a_mail_is_pasted(desk):
    other = Graph(title="Another", seed=7)
    other.add("Linear", "h", out_features=3)
    put("\n" + dumps(other).decode().replace("\n", "\r\n") + "\n\n")
    desk.press_key(Key.Key_V, CONTROL)
    assert desk.document.selection.node == "h"
    assert desk.graph.title == "Backpropagation by hand"
    assert desk.graph.nodes["h"].attributes == {"out_features": 3}


@pytest.mark.parametrize("words", ["2", "<b>no graph</b>", '{"gradwire": 1, "nodes": [7]}'])
def test_another_text_is_refused_at_the_canvas(desk, words):
    before = dumps(desk.graph)
    put(words)
    desk.press_key(Key.Key_V, CONTROL)
    assert dumps(desk.graph) == before
    assert desk.document.history.undo_text is None
    (sentence,) = desk.window.notices.texts
    assert sentence.startswith("Clipboard: ")
    assert desk.window.notices.isVisible()


def test_nothing_is_offered_where_there_is_nothing_to_do(desk):
    actions = desk.window.commands.by_id
    choose(desk)
    put("")
    QGuiApplication.clipboard().clear()
    QApplication.processEvents()
    names = ("cut", "copy", "paste", "duplicate")
    assert [actions[name].isEnabled() for name in names] == [False] * 4
    put("something")
    assert actions["paste"].isEnabled()
    choose(desk, "w")
    assert all(actions[name].isEnabled() for name in names)


def test_text_fields_keep_their_own_keys(desk):
    choose(desk, "w")
    before = dumps(desk.graph)
    field = next(f for f in desk.window.inspector.findChildren(QLineEdit) if f.text() == "w")
    field.setFocus()
    field.selectAll()
    desk.press_key(Key.Key_C, CONTROL)
    assert text() == "w"
    desk.press_key(Key.Key_V, CONTROL)
    desk.press_key(Key.Key_V, CONTROL)
    assert field.text() == "ww"
    assert dumps(desk.graph) == before


def test_hundreds_of_nodes_are_read_and_written_in_another_thread(desk, qtbot):
    graph = Graph()
    ids = [f"n{i}" for i in range(210)]
    graph.apply(
        e.Batch(
            tuple(
                e.AddNode(Node(id_, "Abs", at=(i % 30 * 144.0, i // 30 * 104.0)))
                for i, id_ in enumerate(ids)
            )
        )
    )
    for one, next_ in itertools.pairwise(ids):
        graph.apply(e.Connect(Edge(PortRef(one, "y"), PortRef(next_, "x"))))
    put(write_text(graph, set(ids)))
    desk.press_key(Key.Key_V, CONTROL)
    assert len(desk.graph.nodes) == 218
    desk.press_key(Key.Key_D, CONTROL)
    assert len(desk.graph.nodes) == 428
    assert len(desk.document.selection.nodes) == 210
    desk.press_key(Key.Key_C, CONTROL)
    assert len(json.loads(text())["edges"]) == 209
    desk.press_key(Key.Key_X, CONTROL)
    assert len(desk.graph.nodes) == 218
    desk.settle()
