"""Taking nodes out of the graph without tearing it."""

import pytest
from PySide6.QtCore import Qt

from graph import Graph, PortRef
from graph import edits as e
from graph.reconnecting import reconnection
from tests.canvas_desk import by_hand
from tests.test_wiring import edges, entries
from tests.window_desk import desk_for

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def desk(qtbot, tmp_path, monkeypatch):
    with desk_for(qtbot, tmp_path, monkeypatch) as desk:
        desk.document.replace(by_hand(), None)
        desk.settle()
        yield desk


def test_ctrl_delete_wires_past_the_node(desk):
    desk.click(desk.middle("difference"))
    desk.press_key(Key.Key_Delete, CONTROL)
    assert "difference" not in desk.graph
    assert "y_true.y>loss.x" in edges(desk.graph)  # what fed its first input
    assert desk.document.history.undo_text == "Delete difference and reconnect"
    assert not desk.refused
    assert entries(desk) == 1
    desk.press_key(Key.Key_Z, CONTROL)
    assert {"y_true.y>difference.a", "x2.y>difference.b"} <= edges(desk.graph)


def test_a_chain_works_as_one(desk):
    desk.document.selection.set_nodes({"x1", "x2"})
    desk.press_key(Key.Key_Delete, CONTROL)
    assert "w.y>difference.b" in edges(desk.graph)
    assert entries(desk) == 1


def test_what_cannot_be_reconnected_is_said_in_one_sentence(desk):
    desk.document.selection.set_nodes({"w", "b"})
    desk.press_key(Key.Key_Delete, CONTROL)
    assert desk.refused == ["x1.a, x2.b: found nothing that fits in place of w, b. Wire it anew."]
    assert "w" not in desk.graph


def shapes() -> Graph:
    """x [5, 3] through a layer to [5, 4], an activation, and a product that needs four columns."""
    graph = Graph()
    graph.add("Input", "x", shape=(5, 3))
    graph.add("Input", "m", shape=(4, 2))
    graph.add("Linear", "h", out_features=4)
    graph.add("Tanh", "t")
    graph.add("MatMul", "p")
    graph.add("Sum", "s")
    for source, target in (
        ("x.y", "h.x"), ("h.y", "t.x"), ("t.y", "p.a"), ("m.y", "p.b"), ("t.y", "s.x"),
    ):  # fmt: skip
        graph.connect(source, target)
    return graph


def drawn(found) -> set[str]:
    return {f"{edge.source}>{edge.target}" for edge in found.edges}


def test_only_what_fits_is_reconnected():
    found = reconnection(shapes(), frozenset({"h", "t"}))
    assert drawn(found) == {"x.y>s.x"}
    assert found.loose == (PortRef("p", "a"),)
    found = reconnection(shapes(), frozenset({"t"}))
    assert drawn(found) == {"h.y>p.a", "h.y>s.x"}


def test_the_first_input_whose_source_fits_is_taken():
    graph = Graph()
    graph.add("Input", "wide", shape=(5, 3))
    graph.add("Input", "narrow", shape=(3,))
    graph.add("Input", "weight", shape=(3, 2))
    graph.add("Add", "sum")
    graph.add("Multiply", "product")
    graph.add("MatMul", "after")
    graph.connect("narrow.y", "sum.a")
    graph.connect("wide.y", "sum.b")
    graph.connect("sum.y", "after.a")
    graph.connect("weight.y", "after.b")
    assert drawn(reconnection(graph, frozenset({"sum"}))) == {"narrow.y>after.a"}
    graph.set("narrow", shape=(1,))
    assert drawn(reconnection(graph, frozenset({"sum"}))) == {"wide.y>after.a"}


def test_two_inputs_of_one_node_are_fitted_together():
    graph = Graph()
    graph.add("Input", "a", shape=(4,))
    graph.add("Input", "b", shape=(2,))
    graph.add("Sum", "one")
    graph.add("Sum", "two")
    graph.add("Add", "add")
    graph.connect("a.y", "one.x")
    graph.connect("b.y", "two.x")
    graph.connect("one.y", "add.a")
    graph.connect("two.y", "add.b")
    found = reconnection(graph, frozenset({"one", "two"}))
    assert drawn(found) == {"a.y>add.a"}  # [4] and [2] do not broadcast
    assert found.loose == (PortRef("add", "b"),)


def test_a_loop_of_removed_nodes_ends():
    graph = Graph()
    graph.add("Input", "x")
    previous = "x.y"
    for number in range(3000):
        id_ = graph.add("Negate", f"n{number}")
        graph.connect(previous, f"{id_}.x")
        previous = f"{id_}.y"
    graph.add("Abs", "end")
    graph.connect(previous, "end.x")
    found = reconnection(graph, frozenset(f"n{number}" for number in range(3000)))
    assert drawn(found) == {"x.y>end.x"}


def test_undone_bytes_are_the_first_ones(desk):
    from graph import dumps

    before = dumps(desk.graph)
    desk.document.selection.set_nodes({"x2", "difference"})
    desk.press_key(Key.Key_Delete, CONTROL)
    desk.document.undo()
    assert dumps(desk.graph) == before


def test_a_pin_is_never_loose_for_it_owns_a_tensor():
    graph = Graph()
    graph.add("Input", "x", shape=(3,))
    graph.add("Parameter", "w", shape=(2, 3))
    graph.add("Linear", "h", out_features=2)
    graph.connect("x.y", "h.x")
    graph.connect("w.y", "h.weight")
    assert reconnection(graph, frozenset({"w"})).loose == ()
    assert reconnection(graph, frozenset({"x"})).loose == (PortRef("h", "x"),)


@pytest.mark.parametrize("make", [by_hand, shapes], ids=["by_hand", "shapes"])
def test_whatever_is_taken_out_the_graph_takes_the_edges_that_are_left(make):
    whole = make()
    names = tuple(whole.nodes)
    for chosen in range(1, 2 ** len(names)):
        removed = frozenset(name for bit, name in enumerate(names) if chosen >> bit & 1)
        found = reconnection(whole, removed)
        twin = whole.copy()
        taken_out = map(e.RemoveNode, sorted(removed))
        twin.apply(e.Batch((*taken_out, *map(e.Connect, found.edges))))
        ends = {edge.target for edge in twin.edges} | set(found.loose)
        kept = {edge.target for edge in whole.edges if edge.target.node not in removed}
        assert kept <= ends
