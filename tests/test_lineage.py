"""Ancestors and descendants, the light on them, and folding away what leads nowhere."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Edge, Graph, Node, PortRef, Tensor
from graph import edits as e
from graph.topology import directed
from tests.canvas_desk import by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        graph = by_hand()
        graph.add("Exp", "aside", at=(240, 320))
        graph.add("Sin", "further", at=(480, 320))
        graph.connect("b.y", "aside.x")
        graph.connect("aside.y", "further.x")
        graph.configure(target="loss")
        desk.document.replace(graph, None)
        desk.settle()
        desk.view.zoom_to_fit()
        desk.view.setFocus()
        yield desk


def choose(desk, *ids):
    desk.document.selection.set_nodes(ids)
    QApplication.processEvents()


def ground(desk, id_):
    """The colour of a node's border, right where it is."""
    left, top, right, _ = desk.scene.items_by_id[id_].box()
    image = desk.view.viewport().grab().toImage()
    scale = image.devicePixelRatio()
    place = desk.pixel((left + right) / 2, top)
    shades = [
        image.pixelColor(QPoint(place.x(), place.y() + d) * scale).lightness() for d in (-1, 0, 1)
    ]
    return min(shades)


# --- the lineage --------------------------------------------------------------------------


@given(st.integers(1, 12), st.data())
def test_both_ways_agree_with_networkx(count, data):
    graph = Graph()
    ids = [graph.add("Concat", f"n{i}", inputs=4) for i in range(count)]
    for later in range(1, count):
        before = data.draw(st.lists(st.integers(0, later - 1), max_size=4))
        for port, earlier in enumerate(before):
            graph.connect(f"n{earlier}.y", f"n{later}.x{port}")
    starts = data.draw(st.sets(st.sampled_from(ids)))
    drawn = directed(graph.nodes, graph.edges)
    ancestors = set(starts).union(*(nx.ancestors(drawn, s) for s in starts))
    descendants = set(starts).union(*(nx.descendants(drawn, s) for s in starts))
    assert graph.upstream(starts) == ancestors
    assert graph.downstream(starts) == descendants


def test_a_and_d_add_ancestors_and_descendants_to_the_selection(desk):
    choose(desk, "x2")
    desk.press_key(Key.Key_A)
    assert desk.document.selection.nodes == {"x2", "x1", "b", "x", "w"}
    choose(desk, "x2")
    desk.press_key(Key.Key_D)
    assert desk.document.selection.nodes == {"x2", "difference", "loss"}


def test_of_an_edge_they_start_at_its_ends(desk):
    desk.document.selection.set_edge("x2.a")
    desk.press_key(Key.Key_A)
    assert desk.document.selection.nodes == {"x1", "x", "w"}
    desk.document.selection.set_edge("x2.a")
    desk.press_key(Key.Key_D)
    assert desk.document.selection.nodes == {"x2", "difference", "loss"}


def test_h_dims_the_rest_and_follows_the_selection(desk):
    plain = ground(desk, "y_true"), ground(desk, "x1")
    choose(desk, "x2")
    desk.press_key(Key.Key_H)
    assert ground(desk, "y_true") > plain[0] + 30
    assert ground(desk, "x1") == plain[1]
    assert "y_true.y" not in desk.texts("value")
    choose(desk, "y_true")
    assert ground(desk, "x1") > plain[1] + 30
    choose(desk)
    assert ground(desk, "x1") == plain[1]
    choose(desk, "x2")
    desk.press_key(Key.Key_H)
    assert ground(desk, "y_true") == plain[0]


def test_the_light_is_not_in_the_file_nor_in_the_history_nor_in_a_picture(desk):
    choose(desk, "x2")
    desk.press_key(Key.Key_H)
    assert desk.document.is_saved
    with_light = picture(desk)
    desk.press_key(Key.Key_H)
    assert picture(desk) == with_light


def picture(desk):
    from PySide6.QtGui import QImage, QPainter

    image = QImage(600, 400, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    desk.view.paint_graph(painter, image.rect().toRectF())
    painter.end()
    return image


# --- folding away -------------------------------------------------------------------------


def test_shift_h_hides_what_has_no_path_to_the_target_and_says_so(desk):
    choose(desk, "aside", "x1")
    desk.press_key(Key.Key_H, SHIFT)
    status = desk.window.status
    assert status.texts()["folded"] == "2 nodes hidden, without a path to the target"
    assert desk.scene.node_at(desk.scene.items_by_id["aside"].pos() + QPoint(40, 30)) is None
    assert desk.document.selection.nodes == {"x1"}
    assert "aside" not in desk.scene.boxes.ids
    assert all(target.node not in ("aside", "further") for target in desk.scene.wires.targets)
    assert desk.document.is_saved
    desk.press_key(Key.Key_A, CONTROL)
    assert desk.document.selection.nodes == set(desk.graph.nodes) - {"aside", "further"}
    desk.press_key(Key.Key_H, SHIFT)
    assert status.texts()["folded"] == ""
    assert desk.scene.node_at(desk.scene.items_by_id["aside"].pos() + QPoint(40, 30)) is not None
    assert len(desk.scene.wires) == len(desk.graph.edges)


def test_the_keys_pass_over_what_is_hidden(desk):
    desk.press_key(Key.Key_H, SHIFT)
    been = []
    for _ in range(40):
        QTest.keyClick(desk.view, Key.Key_Tab)
        if desk.view.focus.place is None:
            break
        been.append(str(desk.view.focus.place).partition(".")[0])
        if not desk.view.hasFocus():
            break
    assert set(been) == set(desk.graph.nodes) - {"aside", "further"}


def test_another_target_folds_anew_and_a_new_path_brings_back(desk):
    desk.press_key(Key.Key_H, SHIFT)
    choose(desk, "x2")
    desk.press_key(Key.Key_T, CONTROL)
    desk.settle()
    assert desk.scene.folding.hidden == {"aside", "further", "difference", "loss", "y_true"}
    desk.document.undo()
    desk.settle()
    assert desk.scene.folding.hidden == {"aside", "further"}
    spare = e.AddNode(Node("spare", "Maximum", at=(600, 400)))
    wires = [
        e.Disconnect(PortRef("loss", "x")),
        e.Connect(Edge(PortRef("difference", "y"), PortRef("spare", "a"))),
        e.Connect(Edge(PortRef("further", "y"), PortRef("spare", "b"))),
        e.Connect(Edge(PortRef("spare", "y"), PortRef("loss", "x"))),
    ]
    desk.document.do(e.Batch((spare, *wires)), "Wire")
    desk.settle()
    assert desk.scene.folding.hidden == set()


def test_what_is_added_stays_in_sight_and_what_is_gone_to_brings_all_back(desk):
    desk.press_key(Key.Key_H, SHIFT)
    made = desk.drag_module("ReLU", 100, -120)
    desk.settle()
    assert not desk.scene.hides(made)
    outline = desk.window.outline
    place = outline.visualItemRect(outline.row("aside")).center()
    QTest.mouseClick(outline.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert not desk.scene.folding.is_on
    assert desk.document.selection.nodes == {"aside"}
    assert not desk.window.commands.by_id["fold_away"].isChecked()


def test_without_a_target_or_with_nothing_to_hide_a_sentence_says_so(desk):
    for id_ in ("aside", "further"):
        desk.document.do(e.RemoveNode(id_), "Delete")
    desk.settle()
    desk.press_key(Key.Key_H, SHIFT)
    assert desk.refused == ["Every node has a path to the target."]
    desk.document.replace(Graph(), None)
    graph = Graph()
    graph.add("Input", "x", shape=(2,), at=(0, 0))
    desk.document.replace(graph, None)
    desk.settle()
    desk.press_key(Key.Key_H, SHIFT)
    assert desk.refused[-1].startswith("The graph has no target")


def test_folding_a_thousand_nodes_holds_nothing_up(desk):
    graph = Graph()
    for number in range(1000):
        kind = "Exp" if number % 40 else "Input"
        graph.add(kind, f"n{number}", at=(number % 40 * 144, number // 40 * 100))
        if number % 40:
            graph.connect(f"n{number - 1}.y", f"n{number}.x")
        else:
            graph.set_tensor(f"n{number}.y", Tensor.scalar(0.0))
    graph.configure(target="n39")
    desk.document.replace(graph, None)
    desk.settle()
    desk.qtbot.waitUntil(lambda: desk.scene.building.is_done)
    desk.press_key(Key.Key_H, SHIFT)
    assert len(desk.scene.folding.hidden) == 960
    desk.press_key(Key.Key_H, SHIFT)
    assert len(desk.scene.wires) == len(graph.edges)
    choose(desk, "n5")
    desk.press_key(Key.Key_H)
    desk.press_key(Key.Key_A)
    desk.view.grab()
