"""How the canvas follows edits: what it holds after one is what it would hold if built anew."""

import pytest

from graph import Edge, Graph, Node, PortRef
from graph import edits as e
from gui.canvas.touched import moved_nodes, touched_nodes
from tests.canvas_desk import Desk, by_hand


@pytest.fixture
def desk(qtbot):
    return Desk(qtbot, by_hand())


def drawn(desk: Desk) -> tuple:
    """All that the scene holds, as plain values."""
    places = {id_: item.pos().toTuple() for id_, item in desk.scene.items_by_id.items()}
    wires = {
        str(target): desk.scene.wires.line(target).round(6).tolist()
        for target in desk.scene.wires.targets
    }
    boxes = dict(zip(desk.scene.boxes.ids, desk.scene.boxes.array.tolist(), strict=True))
    return places, wires, boxes


def test_edits_leave_the_scene_as_if_it_were_built_anew(desk):
    do, graph = desk.document.do, desk.graph
    steps = [
        lambda: do(e.AddNode(Node("new", "Linear", at=(240, 400))), "a"),
        lambda: do(e.AddNode(Node("v", "Input", {"shape": (1,)}, at=(0, 400))), "b"),
        lambda: do(e.Connect(Edge(PortRef("v", "y"), PortRef("new", "bias"))), "b"),
        lambda: do(graph.attribute_edit("new", {"bias": False}), "c"),
        lambda: do(graph.rename_edit("x1", "product"), "d"),
        lambda: do(e.RemoveNode("x2"), "e"),
        lambda: do(e.SetNode("x", {"label": "the input"}), "f"),
        lambda: do(e.Move({"b": (8.0, 16.0), "loss": None}), "g"),
        desk.document.undo,
        desk.document.undo,
        desk.document.undo,
        desk.document.redo,
    ]
    for step in steps:
        assert step(), desk.refused
        now = drawn(desk)
        desk.scene.rebuild()
        assert drawn(desk) == now
        desk.view.grab()


def test_another_graph_replaces_everything(desk):
    desk.document.replace(Graph(), None)
    assert not desk.scene.items_by_id
    assert not len(desk.scene.wires)
    assert desk.scene.content_rect().isEmpty()
    desk.view.grab()


def test_touched_nodes_of_edits():
    batch = e.Batch((e.Disconnect(PortRef("a", "x")), e.Rename("b", "c"), e.Move({"d": (0, 0)})))
    assert touched_nodes(batch) == {"a", "b", "c"}
    assert moved_nodes(batch) == {"d"}
    assert touched_nodes(e.SetGraph({"title": "t"})) == frozenset()
