"""A large graph's scene is made in slices: nothing waits for it, and nothing is missing then."""

import random

import pytest
from PySide6.QtGui import QImage, QPainter

from graph import Graph, PortRef, Tensor
from graph import edits as e
from graph.records import Edge, Node
from gui.canvas.building import AT_ONCE
from tests.canvas_desk import Desk

MANY = 3 * AT_ONCE


def chain(count: int) -> Graph:
    """Nodes in a row that feed each other, 40 on a line."""
    graph = Graph()
    for number in range(count):
        graph.add("Tanh", f"n{number}", at=(number % 40 * 160.0, number // 40 * 120.0))
    for number in range(1, count):
        graph.connect(f"n{number - 1}.y", f"n{number}.x")
    return graph


@pytest.fixture
def desk(qtbot):
    desk = Desk(qtbot)
    desk.qtbot = qtbot
    return desk


def settle(desk: Desk) -> None:
    desk.qtbot.waitUntil(lambda: desk.scene.building.is_done)


def made(desk: Desk) -> tuple[dict, dict]:
    """Where all nodes stand, and where all wires run."""
    scene = desk.scene
    boxes = {id_: item.box() for id_, item in dict.items(scene.items_by_id)}
    lines = {str(target): scene.wires.line(target).tolist() for target in scene.wires.targets}
    return boxes, lines


def test_opening_does_not_wait_for_a_large_graph(desk):
    desk.document.replace(chain(MANY), None)
    assert not desk.scene.building.is_done
    assert len(dict.keys(desk.scene.items_by_id)) == 0
    content = desk.scene.content_rect()
    assert content.contains(39 * 160, (MANY // 40 - 1) * 120)  # the overview shows it all already
    settle(desk)
    assert content.contains(desk.scene.content_rect())
    assert made(desk)[0].keys() == set(desk.graph.nodes)
    assert made(desk)[1].keys() == {str(edge.target) for edge in desk.graph.edges}
    assert desk.scene.boxes.array.shape == (MANY, 4)


def test_a_small_graph_is_there_at_once(desk):
    desk.document.replace(chain(AT_ONCE), None)
    assert desk.scene.building.is_done
    assert len(desk.scene.wires) == AT_ONCE - 1


def test_the_window_gets_its_turn_between_two_slices(desk, monkeypatch):
    monkeypatch.setattr("gui.canvas.building.SLICE", 0.0)
    desk.document.replace(chain(MANY), None)
    desk.view.zoom_to(0.05)
    building, slices = desk.scene.building, []
    while not building.is_done:
        desk.qtbot.wait(1)
        slices.append((len(dict.keys(building.items)), len(desk.scene.wires)))
    nodes = [made for made, _ in slices]
    assert nodes == sorted(nodes)
    assert len(set(slices)) > 6


def test_what_is_asked_for_is_made(desk):
    desk.document.replace(chain(MANY), None)
    id_ = f"n{MANY - 1}"
    assert id_ in desk.scene.items_by_id
    assert desk.scene.items_by_id[id_].box()[:2] == desk.graph.nodes[id_].at
    assert desk.scene.items_by_id.get("nobody") is None
    assert len(dict.keys(desk.scene.items_by_id)) == 1
    assert len(desk.scene.items_by_id.values()) == MANY


@pytest.mark.parametrize("seed", range(4))
def test_edits_meanwhile_are_not_lost(desk, seed):
    draw = random.Random(seed)
    desk.document.replace(chain(MANY), None)
    document = desk.document
    for number in range(30):
        if not desk.scene.building.is_done:
            desk.qtbot.wait(1)
        ids = list(desk.graph.nodes) or ["none"]
        id_, other = draw.choice(ids), draw.choice(ids)
        edits = [
            e.RemoveNode(id_),
            e.Move({id_: (draw.randrange(900), draw.randrange(900))}),
            e.AddNode(Node(f"new{number}", "Add", {}, None, None, (8.0, 8.0 * number))),
            e.Batch(tuple(e.RemoveNode(i) for i in ids[: draw.choice((3, AT_ONCE + 9))])),
        ]
        document.do(draw.choice(edits), "Edit")
        if id_ in desk.graph and other in desk.graph:
            document.do(e.Connect(Edge(PortRef(id_, "y"), PortRef(other, "x"))), "Wire")
        if draw.random() < 0.3:
            document.undo()
    settle(desk)
    found = made(desk)
    assert found[0].keys() == set(desk.graph.nodes)
    assert found[1].keys() == {str(edge.target) for edge in desk.graph.edges}
    desk.scene.rebuild()
    desk.scene.building.finish()
    assert made(desk) == found


def test_a_picture_shows_what_was_not_made_yet(desk):
    desk.document.replace(chain(AT_ONCE + 1), None)
    image = QImage(64, 64, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    desk.view.paint_graph(painter, image.rect().toRectF())
    painter.end()
    assert desk.scene.building.is_done
    assert len(desk.scene.wires) == AT_ONCE


def test_thousands_of_nodes_go_and_come_back(desk):
    desk.document.replace(chain(MANY), None)
    settle(desk)
    before = made(desk)
    desk.view.select_all()
    desk.view.delete_selection()
    assert desk.scene.building.is_done  # nothing is to come of what went
    assert made(desk) == ({}, {})
    desk.document.undo()
    settle(desk)
    assert made(desk) == before


def test_another_number_moves_nothing(desk):
    desk.document.replace(chain(3), None)
    desk.document.do(e.AddNode(Node("w", "Parameter", {"shape": ()}, None, None, (0.0, -99.0))), "")
    told = []
    desk.scene.content_changed.connect(lambda: told.append(1))
    desk.document.do(e.SetTensor(PortRef("w", "y"), Tensor.scalar(2.0)), "Set")
    assert not told
    desk.document.do(e.Move({"w": (0.0, -200.0)}), "Move")
    assert told
