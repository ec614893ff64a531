"""A node dropped on an edge comes to stand in it, and its followers make room."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef
from gui.canvas import module_mime
from gui.canvas.making_room import room_for
from tests.canvas_desk import LEFT, NONE, Desk, by_hand
from tests.test_wiring import choose, edges, entries, held_move

SHIFT = Qt.KeyboardModifier.ShiftModifier
HALVES = {"x1.y>abs.x", "abs.y>x2.a"}


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def on_edge(desk, target: str) -> tuple[float, float]:
    line = desk.scene.wires.line(PortRef.parse(target))
    return tuple(line[len(line) // 2])


def hover(desk, module: str, pixel: QPoint, modifiers=NONE) -> None:
    """What Qt delivers while a module hangs over the canvas."""
    data, copy, viewport = module_mime(module), Qt.DropAction.CopyAction, desk.view.viewport()
    for kind in (QDragEnterEvent, QDragMoveEvent):
        QApplication.sendEvent(viewport, kind(pixel, copy, data, LEFT, modifiers))
    desk.view.grab()


def drop(desk, module: str, pixel: QPoint, modifiers=NONE) -> None:
    hover(desk, module, pixel, modifiers)
    data, copy = module_mime(module), Qt.DropAction.CopyAction  # Qt keeps no hold of the data
    event = QDropEvent(pixel.toPointF(), copy, data, LEFT, modifiers)
    QApplication.sendEvent(desk.view.viewport(), event)


def gap(desk, left: str, right: str) -> float:
    items = desk.scene.items_by_id
    return items[right].box()[0] - items[left].box()[2]


def test_a_module_dropped_on_an_edge_stands_in_it(desk):
    before = {id_: node.at for id_, node in desk.graph.nodes.items()}
    drop(desk, "Abs", desk.pixel(*on_edge(desk, "x2.a")))
    assert edges(desk.graph) >= HALVES
    assert "x1.y>x2.a" not in edges(desk.graph)
    assert gap(desk, "x1", "abs") == 144
    for left, right in (("abs", "x2"), ("x2", "difference"), ("difference", "loss")):
        assert gap(desk, left, right) == 144
    for id_ in ("x", "w", "b", "y_true", "x1"):
        assert desk.graph.nodes[id_].at == before[id_]
    assert desk.scene.hidden_wire is None
    assert entries(desk) == 1
    desk.document.undo()
    assert {id_: node.at for id_, node in desk.graph.nodes.items()} == before
    assert "x1.y>x2.a" in edges(desk.graph)


def test_the_edge_shows_it_before_and_is_itself_again_when_the_drag_leaves(desk):
    hover(desk, "Abs", desk.pixel(*on_edge(desk, "x2.a")))
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    hover(desk, "Abs", desk.pixel(100, 500))
    assert desk.scene.hidden_wire is None
    hover(desk, "Abs", desk.pixel(*on_edge(desk, "x2.a")))
    QApplication.sendEvent(desk.view.viewport(), QDragLeaveEvent())
    assert desk.scene.hidden_wire is None


def test_shift_prevents_it(desk):
    pixel = desk.pixel(*on_edge(desk, "x2.a"))
    hover(desk, "Abs", pixel, SHIFT)
    assert desk.scene.hidden_wire is None
    drop(desk, "Abs", pixel, SHIFT)
    assert "x1.y>x2.a" in edges(desk.graph)
    assert "abs" in desk.graph


def test_what_does_not_fit_is_only_placed(desk):
    for module in ("Input", "MatMul"):
        pixel = desk.pixel(*on_edge(desk, "x2.a"))
        hover(desk, module, pixel)
        assert desk.scene.hidden_wire is None
        drop(desk, module, pixel)
    assert "x1.y>x2.a" in edges(desk.graph)
    assert len(desk.graph.edges) == 7


def test_a_node_without_edges_is_moved_into_an_edge(desk):
    drop(desk, "Abs", desk.pixel(200, 400))
    pixel = desk.pixel(*on_edge(desk, "x2.a"))
    desk.press(desk.middle("abs"))
    desk.move(desk.middle("abs") + QPoint(20, -20))
    desk.move(pixel)
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    desk.view.grab()
    desk.release(pixel)
    assert edges(desk.graph) >= HALVES
    assert desk.document.history.undo_text == "Put abs into the edge"
    desk.document.undo()
    assert "x1.y>x2.a" in edges(desk.graph)
    assert desk.graph.nodes["abs"].at == (152, 368)


def test_shift_and_escape_leave_the_edge_alone_while_a_node_is_moved(desk):
    drop(desk, "Abs", desk.pixel(200, 400))
    pixel = desk.pixel(*on_edge(desk, "x2.a"))
    start = desk.middle("abs")
    desk.press(start)
    held_move(desk, start + QPoint(20, 0), SHIFT)
    held_move(desk, pixel, SHIFT)
    assert desk.scene.hidden_wire is None
    held_move(desk, pixel)
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    desk.key(Qt.Key.Key_Escape)
    assert desk.scene.hidden_wire is None
    assert desk.graph.nodes["abs"].at == (152, 368)
    desk.release(pixel)
    assert "x1.y>x2.a" in edges(desk.graph)


def test_a_node_with_edges_is_only_moved(desk):
    pixel = desk.pixel(*on_edge(desk, "difference.b"))
    desk.drag(desk.middle("x"), pixel)
    assert len(desk.graph.edges) == 7
    assert "x.y>x1.b" in edges(desk.graph)


def test_a_double_click_on_an_edge_asks_what_goes_into_it(desk):
    pixel = desk.pixel(*on_edge(desk, "x2.a"))
    QTest.mouseDClick(desk.view.viewport(), LEFT, NONE, pixel)
    box = desk.view.placer.box
    assert box.hint.text() == "What can stand between x1.y and x2.a"
    assert "Input" not in box.rows.names()
    choose(desk, "abs")
    assert edges(desk.graph) >= HALVES
    assert entries(desk) == 1


def test_by_keyboard_the_selected_edge_takes_what_is_chosen(desk):
    desk.document.selection.set_edge("x2.a")
    desk.view.placer.add()
    choose(desk, "abs")
    assert edges(desk.graph) >= HALVES


def test_the_first_input_that_fits_and_the_first_output_the_target_takes(qtbot):
    graph = Graph()
    graph.add("Input", "i", shape=(4,), dtype="int64", at=(0, 0))
    graph.add("Input", "p", shape=(4, 3), at=(0, 160))
    graph.add("CrossEntropyLoss", "loss", at=(400, 60))
    graph.connect("i.y", "loss.target")
    graph.connect("p.y", "loss.prediction")
    desk = Desk(qtbot, graph)
    drop(desk, "ReLU", desk.pixel(*on_edge(desk, "loss.target")))  # integers are no input of it
    assert len(graph.edges) == 2
    drop(desk, "Add", desk.pixel(*on_edge(desk, "loss.prediction")))
    assert {"p.y>add.a", "add.y>loss.prediction"} <= edges(graph)


# --- room -----------------------------------------------------------------------------------


def chain(*lefts: float) -> tuple[Graph, dict[str, tuple[float, float, float, float]]]:
    """Nodes n0, n1, ... of width 96 in a row, wired one to the next."""
    graph = Graph()
    boxes = {}
    for number, left in enumerate(lefts):
        graph.add("Negate", f"n{number}", at=(left, 0))
        boxes[f"n{number}"] = (left, 0.0, left + 96, 60.0)
        if number:
            graph.connect(f"n{number - 1}.y", f"n{number}.x")
    return graph, boxes


def room(graph, boxes, left: float, target: str):
    edge = graph.incoming(PortRef(target, "x"))
    return room_for(graph, boxes.get, (left, 0.0, left + 96, 60.0), edge)


def test_wide_gaps_further_on_take_the_push_up():
    graph, boxes = chain(0, 240, 480, 1000)
    own, pushed = room(graph, boxes, 120, "n1")
    assert own == 120
    assert pushed == {"n1": 240, "n2": 240}  # 1000 − 576 leaves 280 over a column


def test_where_there_is_room_nothing_moves():
    graph, boxes = chain(0, 480)
    assert room(graph, boxes, 240, "n1") == (0, {})


def test_an_edge_that_runs_backwards_asks_for_no_room():
    graph, boxes = chain(500, 100)
    assert room(graph, boxes, 300, "n1") == (0, {})


def test_followers_by_two_ways_move_once_and_stay_on_the_grid():
    graph, boxes = chain(0, 245, 490)
    graph.add("Add", "sum", at=(730, 0))
    boxes["sum"] = (730.0, 0.0, 826.0, 60.0)
    graph.connect("n1.y", "sum.a")
    graph.connect("n2.y", "sum.b")
    _, pushed = room(graph, boxes, 245, "n1")
    assert set(pushed) == {"n1", "n2", "sum"}
    assert all(shift % 8 == 0 for shift in pushed.values())
    moved = {id_: boxes[id_][0] + pushed.get(id_, 0) for id_ in boxes}
    assert moved["n1"] - (245 + 96) >= 144
    assert moved["n2"] - (moved["n1"] + 96) >= 144
    assert moved["sum"] - (moved["n2"] + 96) >= 144


def test_a_long_chain_is_pushed_without_recursion():
    graph, boxes = chain(*(240 * n for n in range(3000)))
    own, pushed = room(graph, boxes, 240, "n1")
    assert own == 0
    assert len(pushed) == 2999


def test_a_drag_that_comes_in_over_the_border_pans_only_after_it_was_inside(desk, qtbot):
    def corner() -> float:
        return desk.view.mapToScene(QPoint(0, 0)).x()

    before = corner()
    hover(desk, "Abs", QPoint(4, 300))
    qtbot.wait(80)
    assert corner() == before
    hover(desk, "Abs", QPoint(300, 300))
    hover(desk, "Abs", QPoint(4, 300))
    qtbot.waitUntil(lambda: corner() < before - 20)
    QApplication.sendEvent(desk.view.viewport(), QDragLeaveEvent())
    rest = corner()
    qtbot.wait(60)
    assert corner() == rest


def test_shift_counts_at_once_though_the_pointer_rests(desk):
    drop(desk, "Abs", desk.pixel(200, 400))
    pixel = desk.pixel(*on_edge(desk, "x2.a"))
    desk.press(desk.middle("abs"))
    desk.move(desk.middle("abs") + QPoint(20, -20))
    desk.move(pixel)
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    QTest.keyPress(desk.view, Qt.Key.Key_Shift)
    assert desk.scene.hidden_wire is None
    QTest.keyRelease(desk.view, Qt.Key.Key_Shift, SHIFT)  # as it was before the release
    assert desk.scene.hidden_wire == PortRef("x2", "a")
    desk.release(pixel)
    assert edges(desk.graph) >= HALVES
