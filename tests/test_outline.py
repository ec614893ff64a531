"""The outline: nodes, their ports, what they carry, and the selection, by mouse and keys."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef
from graph import edits as e
from graph.tensor import Tensor
from tests.canvas_desk import LEFT, NONE, by_hand
from tests.window_desk import desk_for

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        desk.qtbot.waitUntil(lambda: desk.window.outline.topLevelItemCount() == 8)
        yield desk


def ports(outline, id_) -> list[str]:
    row = outline.row(id_)
    return [row.child(number).text(0) for number in range(row.childCount())]


def carried(outline) -> dict[str, str]:
    """What the rows in sight carry."""
    return {outline.topLevelItem(i).text(0): outline.topLevelItem(i).text(1) for i in range(8)}


def open_row(desk, id_) -> None:
    desk.window.outline.expandItem(desk.window.outline.row(id_))


def test_no_digit_of_a_number_is_cut(desk):
    outline = desk.window.outline
    desk.document.do(e.SetTensor(PortRef("b", "y"), Tensor.scalar(-0.0123456)), "value")
    desk.settle()
    row = outline.row("b")
    desk.qtbot.waitUntil(lambda: row.text(1) == "−0.01235")
    assert outline.columnWidth(1) >= outline.sizeHintForColumn(1)


def test_the_outline_and_the_canvas_select_the_same(desk):
    outline = desk.window.outline
    place = outline.visualItemRect(outline.row("x2")).center()
    QTest.mouseClick(outline.viewport(), LEFT, NONE, place)
    assert desk.document.selection.node == "x2"
    desk.click(desk.middle("b"))
    assert outline.selected_ids() == {"b"}
    desk.press_key(Key.Key_A, CONTROL)
    assert outline.selected_ids() == set(desk.graph.nodes)
    desk.document.selection.clear()
    assert outline.selected_ids() == set()


def test_it_follows_the_graph(desk):
    outline = desk.window.outline
    assert outline.texts() == list(desk.graph.nodes)
    open_row(desk, "x2")
    assert ports(outline, "x2") == ["a ← x1.y", "b ← b.y", "y → difference.b"]
    desk.document.do(e.RemoveNode("x1"), "Delete x1")
    desk.document.do(e.SetNode("x2", {"label": "sum"}), "Label x2")
    named = ["sum" if id_ == "x2" else id_ for id_ in desk.graph.nodes]
    desk.qtbot.waitUntil(lambda: outline.texts() == named)
    assert "x1" not in named
    assert ports(outline, "x2") == ["a", "b ← b.y", "y → difference.b"]
    for _ in range(2):
        desk.document.undo()
    desk.qtbot.waitUntil(lambda: outline.texts() == list(desk.graph.nodes))
    desk.document.do(e.Rename("x1", "product"), "Rename x1")
    desk.qtbot.waitUntil(lambda: outline.texts() == list(desk.graph.nodes))
    assert ports(outline, "x2")[0] == "a ← product.y"
    assert outline.row("x2").isExpanded()


def test_pins_and_several_edges_are_told(desk):
    graph = Graph()
    graph.add("Input", "x", shape=("B", 2), at=(0, 0))
    graph.add("Linear", "h", out_features=3, at=(240, 0))
    graph.add("ReLU", "r", at=(480, 0))
    graph.add("Tanh", "t", at=(480, 120))
    for source, target in (("x.y", "h.x"), ("h.y", "r.x"), ("h.y", "t.x")):
        graph.connect(source, target)
    desk.document.replace(graph, None)
    desk.settle()
    outline = desk.window.outline
    desk.qtbot.waitUntil(lambda: outline.texts() == list(graph.nodes))
    open_row(desk, "h")
    assert ports(outline, "h") == ["x ← x.y", "weight", "bias", "y → 2 edges"]
    row = outline.row("h")
    shapes = ["[B, 2]", "[3, 2]", "[3]", "[B, 3]"]
    desk.qtbot.waitUntil(lambda: [row.child(n).text(1) for n in range(4)] == shapes)
    assert row.text(1) == "[B, 3]"


def test_rows_carry_what_the_playhead_shows(desk):
    outline = desk.window.outline
    desk.window.stepping.first()
    desk.qtbot.waitUntil(lambda: carried(outline)["x"] == "2")
    assert carried(outline)["x1"] == ""
    desk.press_key(Key.Key_PageDown)
    desk.qtbot.waitUntil(lambda: carried(outline)["x1"] == "6")
    assert carried(outline)["loss"] == ""
    open_row(desk, "x1")
    row = outline.row("x1")
    desk.qtbot.waitUntil(lambda: [row.child(n).text(1) for n in range(3)] == ["3", "2", "6"])


def test_keys_go_through_nodes_and_ports_and_enter_goes_to_the_canvas(desk):
    outline = desk.window.outline
    desk.window.panes.enter(outline)
    assert outline.hasFocus()
    for _ in range(4):
        desk.press_key(Key.Key_Down)
    start = outline.place_of(outline.currentItem())
    assert desk.document.selection.node == start
    while outline.place_of(outline.currentItem()) != "x2":
        desk.press_key(Key.Key_Down)
    desk.press_key(Key.Key_Right)
    assert outline.currentItem().isExpanded()
    desk.press_key(Key.Key_Down)
    assert desk.document.selection.edge == PortRef("x2", "a")
    assert outline.currentItem().text(0) == "a ← x1.y"
    for _ in range(2):
        desk.press_key(Key.Key_Down)
    assert desk.document.selection.node == "x2"
    assert outline.currentItem().text(0) == "y → difference.b"
    desk.press_key(Key.Key_Return)
    assert desk.view.hasFocus()
    assert desk.scene.focused == PortRef("x2", "y")


def test_what_is_chosen_comes_into_sight_on_the_canvas(desk):
    desk.view.zoom_to(1)
    desk.view.camera.look_at(desk.view.mapToScene(0, 9000))
    desk.qtbot.wait(300)
    desk.window.panes.enter(desk.window.outline)
    desk.press_key(Key.Key_Home)
    desk.press_key(Key.Key_Down)
    id_ = desk.document.selection.node
    desk.qtbot.waitUntil(lambda: desk.view.viewport().rect().contains(desk.middle(id_)))


def test_an_edge_chosen_elsewhere_is_shown_where_its_node_is_open(desk):
    outline = desk.window.outline
    open_row(desk, "x1")
    desk.document.selection.set_edge("x1.b")
    assert [item.text(0) for item in outline.selectedItems()] == ["b ← x.y"]
    desk.document.selection.set_edge("loss.x")
    assert outline.selectedItems() == []


@pytest.mark.parametrize("count", [1000, 10_000])
def test_a_long_outline_is_made_piece_by_piece(desk, count):
    graph = Graph()
    for number in range(count):
        graph.add("Parameter", f"n{number}", at=(number % 40 * 200, number // 40 * 200))
    desk.document.replace(graph, None)
    outline = desk.window.outline
    desk.qtbot.waitUntil(lambda: outline.topLevelItemCount() == count, timeout=60_000)
    assert outline.row(f"n{count - 1}").text(0) == f"n{count - 1}"
    desk.graph.remove("n7")
    desk.qtbot.waitUntil(lambda: outline.topLevelItemCount() == count - 1, timeout=20_000)
    QApplication.processEvents()


def test_a_row_is_dressed_when_it_comes_into_sight(desk):
    graph, outline = Graph(), desk.window.outline
    for number in range(200):
        graph.add("Parameter", f"n{number}", shape=(), at=(number % 40 * 200, number // 40 * 200))
    desk.document.replace(graph, None)
    desk.qtbot.waitUntil(lambda: outline.topLevelItemCount() == 200)
    first, last = outline.row("n0"), outline.row("n199")
    assert not first.icon(0).isNull()
    assert first.toolTip(0) == "n0 (Parameter)"
    assert last.icon(0).isNull()
    assert last.text(0) == "n199"
    outline.verticalScrollBar().setValue(outline.verticalScrollBar().maximum())
    assert not last.icon(0).isNull()  # at once: no frame shows it bare
    assert last.toolTip(0) == "n199 (Parameter)"
    assert outline.row("n100").icon(0).isNull()


def test_another_theme_paints_the_rows_anew(desk):
    outline = desk.window.outline

    def ink():
        image = outline.row("x1").icon(0).pixmap(16, 16).toImage()
        return {image.pixelColor(x, y).name() for x in range(16) for y in range(16)}

    before = outline.row("x1").foreground(1).color().name()
    assert desk.theme.color("muted").name() in ink()
    desk.theme.choose("dark")
    desk.qtbot.waitUntil(lambda: outline.row("x1").foreground(1).color().name() != before)
    assert desk.theme.color("muted").name() in ink()
    assert outline.texts() == list(desk.graph.nodes)


def test_it_follows_thousands_of_nodes_that_go_and_come(desk):
    graph = Graph()
    for number in range(2000):
        graph.add("Parameter", f"n{number}", shape=(), at=(number % 40 * 200, number // 40 * 200))
    desk.document.replace(graph, None)
    outline = desk.window.outline
    desk.qtbot.waitUntil(lambda: outline.topLevelItemCount() == 2000, timeout=20_000)
    kept = [f"n{number}" for number in range(0, 2000, 100)]
    gone = (e.RemoveNode(id_) for id_ in graph.nodes if id_ not in kept)
    desk.document.do(e.Batch(tuple(gone)), "Delete")
    desk.qtbot.waitUntil(lambda: outline.texts() == kept, timeout=20_000)
    desk.document.undo()
    desk.qtbot.waitUntil(lambda: outline.topLevelItemCount() == 2000, timeout=20_000)
    assert outline.texts() == list(graph.nodes)
    desk.document.do(e.SetNode("n7", {"label": "seven"}), "Label")
    desk.document.do(e.Move(dict.fromkeys(graph.nodes, (0.0, 0.0))), "Move")
    desk.qtbot.waitUntil(lambda: outline.row("n7").text(0) == "seven", timeout=20_000)
