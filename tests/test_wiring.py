"""Wires dropped in space, on nodes and on pins; ends taken off and given back."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, Tensor
from gui.canvas.connecting import connect
from tests.canvas_desk import LEFT, NONE, Desk, by_hand
from tests.canvas_pixels import is_as_painted_anew, painted_parts, seen

Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def edges(graph: Graph) -> set[str]:
    return {f"{edge.source}>{edge.target}" for edge in graph.edges}


def choose(desk, query: str) -> None:
    box = desk.view.placer.box
    QTest.keyClicks(box.line, query)
    QTest.keyClick(box.line, Key.Key_Return)


def entries(desk) -> int:
    """How many entries the history has."""
    count = 0
    while desk.document.history.undo_text is not None:
        desk.document.undo()
        count += 1
    for _ in range(count):
        desk.document.redo()
    return count


# --- dropped in space -----------------------------------------------------------------------


def test_an_output_dropped_in_space_asks_for_what_takes_it_and_wires_it(desk):
    desk.drag(desk.port("x.y"), desk.pixel(200, -120))
    box = desk.view.placer.box
    assert box.hint.text() == "What takes x.y (float64 [])"
    names = box.rows.names()
    assert "Input" not in names
    assert {"Negate", "Add"} <= set(names)
    assert "MatMul" not in names  # the graph would refuse a scalar there
    assert QApplication.focusWidget() is box.line
    choose(desk, "neg")
    assert "x.y>negate.x" in edges(desk.graph)
    assert desk.document.selection.node == "negate"
    x, y = desk.scene.port_place(PortRef("negate", "x"))
    assert abs(x - 200) <= 4
    assert abs(y + 120) <= 4
    assert entries(desk) == 1
    desk.document.undo()
    assert len(desk.graph.nodes) == 8


def test_an_input_dropped_in_space_asks_for_what_feeds_it(qtbot):
    graph = Graph()
    graph.add("Add", "a", at=(200, 0))
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("a.b"), desk.pixel(0, 200))
    box = desk.view.placer.box
    assert box.rows.names()[:3] == ["Input", "Constant", "Parameter"]
    assert box.current == "Input"
    QTest.keyClick(box.line, Key.Key_Return)
    assert edges(graph) == {"input.y>a.b"}
    assert graph.tensors[PortRef("input", "y")].values() == [1.0]
    x, y = desk.scene.port_place(PortRef("input", "y"))
    assert (abs(x) <= 4, abs(y - 200) <= 4) == (True, True)
    assert entries(desk) == 1


def test_the_wire_stays_drawn_while_the_box_is_open(desk):
    start, end = desk.port("loss.y"), desk.pixel(1100, -100)
    half = (start + end) / 2

    def ink_between() -> int:
        image = desk.view.viewport().grab().toImage()
        near = [(half.x() + dx, half.y() + dy) for dx in range(-40, 41) for dy in range(-40, 41)]
        text = desk.theme.color("text").rgb()
        return sum(image.pixel(x, y) == text for x, y in near)

    before = ink_between()
    desk.drag(start, end)
    assert ink_between() > before + 10
    QTest.keyClick(desk.view.placer.box.line, Key.Key_Escape)
    assert ink_between() == before
    assert entries(desk) == 0


def test_nothing_is_offered_that_the_graph_would_refuse(qtbot):
    graph = Graph()
    graph.add("Input", "i", shape=(3,), dtype="int64", at=(0, 0))
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("i.y"), desk.pixel(200, 100))
    for name in desk.view.placer.box.rows.names():
        twin = graph.copy()
        twin.add(name, "new")
        ports = [port.name for port in twin.module("new").wired_ports]
        assert any(twin.can_connect("i.y", f"new.{port}") is None for port in ports), name


# --- dropped on a node ----------------------------------------------------------------------


def test_a_wire_dropped_on_a_node_takes_its_first_free_port_that_fits(qtbot):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    graph.add("Input", "z", at=(0, 200))
    graph.add("Add", "a", at=(240, 40))
    graph.connect("z.y", "a.a")
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("x.y"), desk.middle("a"))
    assert edges(graph) == {"z.y>a.a", "x.y>a.b"}
    desk.drag(desk.port("x.y"), desk.middle("z"))
    assert "expected an input" in desk.refused[-1]


def test_what_gives_way_is_said_at_the_pointer(desk):
    desk.press(desk.port("b.y"))
    desk.move(desk.port("b.y") + QPoint(20, 0))
    desk.move(desk.port("x1.a"))
    assert desk.scene.wiring.notice == "Replaces w.y at x1.a"
    desk.view.grab()
    desk.move(desk.port("x2.b"))
    desk.release(desk.port("x1.a"))
    assert {"b.y>x1.a", "b.y>x2.b"} <= edges(desk.graph)
    assert "w.y>x1.a" not in edges(desk.graph)
    assert entries(desk) == 1


# --- ends taken off -------------------------------------------------------------------------


def near_end(desk, target: str, away: float) -> QPoint:
    """A pixel on an edge, so far from its end."""
    x, y = desk.scene.port_place(PortRef.parse(target))
    return desk.pixel(x - away, y)


@pytest.mark.parametrize("away", [0, 14, 20])
def test_an_end_is_taken_off_within_24_pixels_and_cut_in_space(desk, away):
    desk.drag(near_end(desk, "x2.b", away), desk.pixel(480, 420))
    assert "b.y>x2.b" not in edges(desk.graph)
    assert desk.view.placer.box is None
    desk.document.undo()
    assert "b.y>x2.b" in edges(desk.graph)


def test_farther_away_an_edge_is_only_selected(desk):
    desk.drag(near_end(desk, "x2.b", 40), desk.pixel(480, 420))
    assert len(desk.graph.edges) == 7
    assert desk.document.selection.edge == PortRef("x2", "b")


def test_the_pointer_shows_where_a_wire_can_be_taken(desk):
    cursors = []
    for pixel in (near_end(desk, "x2.b", 60), near_end(desk, "x2.b", 16), desk.middle("x2")):
        desk.move(pixel)
        cursors.append(desk.view.viewport().cursor().shape())
    arrow, cross = Qt.CursorShape.ArrowCursor, Qt.CursorShape.CrossCursor
    assert cursors == [arrow, cross, arrow]


def test_a_click_near_the_end_selects_the_edge(desk):
    desk.click(near_end(desk, "x2.b", 18))
    assert desk.document.selection.edge == PortRef("x2", "b")
    assert len(desk.graph.edges) == 7


def test_with_shift_an_end_in_space_asks_what_it_goes_to(desk):
    desk.drag(near_end(desk, "x2.b", 14), desk.pixel(480, 420), modifiers=SHIFT)
    assert desk.view.placer.box.hint.text() == "What takes b.y (float64 [])"
    assert desk.scene.hidden_wire == PortRef("x2", "b")
    choose(desk, "square")
    assert "b.y>square.x" in edges(desk.graph)
    assert "b.y>x2.b" not in edges(desk.graph)
    assert desk.scene.hidden_wire is None
    assert entries(desk) == 1
    desk.document.undo()
    assert "b.y>x2.b" in edges(desk.graph)


def test_escape_in_the_box_gives_the_end_back(desk):
    desk.drag(near_end(desk, "x2.b", 14), desk.pixel(480, 420), modifiers=SHIFT)
    QTest.keyClick(desk.view.placer.box.line, Key.Key_Escape)
    assert "b.y>x2.b" in edges(desk.graph)
    assert desk.scene.hidden_wire is None
    assert entries(desk) == 0


def test_an_output_with_several_edges_starts_a_new_one(qtbot):
    graph = Graph()
    graph.add("Input", "x", at=(0, 0))
    for number, id_ in enumerate(("p", "q", "r")):
        graph.add("Negate", id_, at=(240, 100 * number))
    graph.connect("x.y", "p.x")
    graph.connect("x.y", "q.x")
    desk = Desk(qtbot, graph)
    desk.drag(desk.port("x.y"), desk.port("r.x"))
    assert edges(graph) == {"x.y>p.x", "x.y>q.x", "x.y>r.x"}


# --- parameter pins -------------------------------------------------------------------------


def layer() -> Graph:
    """x = [1, 2] through a layer whose own weight is [[3, 4]] and bias [5]: y = 16."""
    graph = Graph()
    graph.add("Input", "x", shape=(2,), at=(0, 0))
    graph.add("Linear", "h", out_features=1, at=(240, 0))
    graph.add("Parameter", "w", shape=(1, 2), at=(0, 200))
    graph.add("Sum", "loss", at=(560, 0))
    graph.connect("x.y", "h.x")
    graph.connect("h.y", "loss.x")
    graph.set_tensor("x.y", Tensor.of_values("float64", (2,), [1.0, 2.0]))
    graph.set_tensor("h.weight", Tensor.of_values("float64", (1, 2), [3.0, 4.0]))
    graph.set_tensor("h.bias", Tensor.of_values("float64", (1,), [5.0]))
    graph.set_tensor("w.y", Tensor.of_values("float64", (1, 2), [10.0, 20.0]))
    return graph


def numbers(desk) -> tuple[float, list, list]:
    """The loss, the gradient at the pin, and that of the wired parameter."""
    desk.run()
    trace = desk.document.trace
    gradients = [trace.gradient(port) for port in ("h.weight", "w.y")]
    plain = [None if g is None else g.tolist() for g in gradients]
    return (float(trace.value("loss.y")), *plain)


def test_a_wire_on_a_pin_replaces_the_owned_parameter_and_cutting_gives_it_back(qtbot):
    desk = Desk(qtbot, layer())
    assert numbers(desk) == (16.0, [[1.0, 2.0]], None)
    pin = desk.port("h.weight") - QPoint(0, 4)
    desk.press(desk.port("w.y"))
    desk.move(pin + QPoint(0, 40))
    desk.move(pin)
    assert desk.scene.wiring.notice == "Replaces the own tensor of h.weight"
    desk.release(pin)
    assert numbers(desk) == (55.0, [[1.0, 2.0]], [[1.0, 2.0]])  # 1·10 + 2·20 + 5
    assert desk.graph.tensors[PortRef("h", "weight")].values() == [3.0, 4.0]
    desk.drag(desk.port("h.weight") - QPoint(0, 4), desk.pixel(240, 300))
    assert "w.y>h.weight" not in edges(desk.graph)
    assert numbers(desk) == (16.0, [[1.0, 2.0]], None)
    assert entries(desk) == 2


def test_a_pin_dropped_in_space_is_offered_a_parameter_of_its_shape(qtbot):
    desk = Desk(qtbot, layer())
    desk.drag(desk.port("h.weight") - QPoint(0, 4), desk.pixel(240, 300))
    choose(desk, "param")
    node = desk.graph.nodes["parameter"]
    assert node.attributes["shape"] == (1, 2)
    assert "parameter.y>h.weight" in edges(desk.graph)
    desk.run()
    drawn = desk.document.trace.value("parameter.y")
    assert (drawn != 0).all()


# --- without a mouse ------------------------------------------------------------------------


def test_the_door_wires_replaces_and_refuses_in_one_entry(desk):
    b, a = PortRef("b", "y"), PortRef("x1", "a")
    assert connect(desk.document, b, a)
    assert "b.y>x1.a" in edges(desk.graph)
    assert "w.y>x1.a" not in edges(desk.graph)
    assert desk.document.selection.edge == a
    assert entries(desk) == 1
    assert not connect(desk.document, PortRef("loss", "y"), a)
    assert "cycle" in desk.refused[-1]
    assert "b.y>x1.a" in edges(desk.graph)


# --- the border, the band, the grid ---------------------------------------------------------


def held_move(desk, pixel: QPoint, modifiers=NONE) -> None:
    """Move the mouse with its left button down and keys held."""
    viewport, kind = desk.view.viewport(), QEvent.Type.MouseMove
    place = QPointF(viewport.mapToGlobal(pixel))
    none = Qt.MouseButton.NoButton
    QApplication.sendEvent(
        viewport, QMouseEvent(kind, QPointF(pixel), place, none, LEFT, modifiers)
    )


@pytest.mark.parametrize("what", ["node", "wire", "band"])
def test_a_drag_at_the_border_pans(desk, qtbot, what):
    start = {"node": desk.middle("loss"), "wire": desk.port("loss.y"), "band": QPoint(300, 700)}
    edge = QPoint(desk.view.viewport().width() - 3, 400)
    before = desk.view.mapToScene(QPoint(0, 0)).x()
    desk.press(start[what])
    held_move(desk, edge)
    qtbot.waitUntil(lambda: desk.view.mapToScene(QPoint(0, 0)).x() > before + 60)
    held_move(desk, QPoint(600, 400))
    rest = desk.view.mapToScene(QPoint(0, 0)).x()
    qtbot.wait(60)
    assert desk.view.mapToScene(QPoint(0, 0)).x() == rest
    desk.key(Key.Key_Escape)
    assert entries(desk) == 0


def test_a_port_near_the_border_stays_under_the_wire(desk, qtbot):
    x, _ = desk.scene.port_place(PortRef("loss", "x"))
    width = desk.view.viewport().width()
    desk.view.centerOn(x - width / 2 + 10, 100)
    target = desk.port("loss.x")
    assert width - target.x() < 24
    desk.press(desk.port("x2.y"))
    held_move(desk, desk.port("x2.y") + QPoint(40, 0))
    held_move(desk, target)
    qtbot.wait(80)
    assert desk.port("loss.x") == target
    desk.release(target)
    assert "x2.y>loss.x" in edges(desk.graph)


def test_a_node_dragged_to_the_border_goes_on(desk, qtbot):
    start = desk.middle("loss")
    desk.press(start)
    edge = QPoint(desk.view.viewport().width() - 3, start.y())
    held_move(desk, edge)
    first = desk.scene.items_by_id["loss"].x()
    qtbot.waitUntil(lambda: desk.scene.items_by_id["loss"].x() > first + 60)
    desk.release(edge)
    assert desk.graph.nodes["loss"].at[0] > first + 60
    assert entries(desk) == 1


def test_a_band_that_touches_one_edge_alone_selects_it(desk):
    line = desk.scene.wires.line(PortRef("x1", "b"))
    x, y = line[len(line) // 2]
    desk.drag(desk.pixel(x + 2, y - 16), desk.pixel(x - 10, y + 16))
    assert desk.document.selection.edge == PortRef("x1", "b")
    desk.drag(desk.pixel(x + 30, y - 130), desk.pixel(x + 40, y - 100))
    assert desk.document.selection.kind == "graph"


def test_a_band_whose_corner_only_borders_an_edges_box_selects_nothing(desk):
    bounds = desk.scene.wires.bounds(PortRef("x1", "b"))
    corner = desk.pixel(bounds[2] - 30, bounds[1] + 2)
    desk.drag(corner, corner + QPoint(10, -14))
    assert desk.document.selection.kind == "graph"


def test_alt_lets_a_node_stand_off_the_grid(desk):
    start = desk.middle("loss")
    alt = Qt.KeyboardModifier.AltModifier
    desk.press(start)
    held_move(desk, start + QPoint(40, 30), alt)
    held_move(desk, start + QPoint(41, 33), alt)
    desk.release(start + QPoint(41, 33), modifiers=alt)
    assert desk.graph.nodes["loss"].at == (1001, 193)


def test_keys_that_go_on_with_a_mark_paint_no_more_than_without(desk, monkeypatch):
    """Which ports fit hangs on the mark alone, and the wire to the keys is painted above."""
    desk.run()
    desk.view.zoom_to(1.0)
    desk.view.focus.enter_at(PortRef("b", "y"))
    desk.key(Key.Key_M)
    seen(desk)
    parts, generation = painted_parts(desk, monkeypatch), desk.scene.field.generation
    desk.view.focus.enter_at(PortRef("x2", "a"))
    seen(desk)
    whole = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect()
    assert parts
    assert all(part.width() * part.height() < whole.width() * whole.height() / 4 for part in parts)
    assert desk.scene.field.generation == generation
    assert is_as_painted_anew(desk)
