"""Annotations are laid out as one looks, and end up where they would stand if laid out anew."""

import random

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from graph import Graph, PortRef, Tensor, load
from gui.canvas import plate_field
from gui.examples import examples
from tests.canvas_desk import Desk, by_hand
from tests.effort import tries


@pytest.fixture
def in_groups(monkeypatch):
    """As with hundreds of ports: laid out group by group, and settled once nothing changes."""
    for name, value in (("AT_ONCE", 5), ("GROUP", 3), ("SETTLED", 0)):
        monkeypatch.setattr(plate_field, name, value)


def lattice(side: int) -> Graph:
    """Nodes in rows and columns, wired across and down, so near that annotations want room."""
    graph = Graph(title="Lattice")
    for row in range(side):
        graph.add("Parameter", f"p{row}", at=(0, 112 * row), shape=(2,))
        graph.set_tensor(f"p{row}.y", Tensor.of(np.array([0.5, row + 1.0])))
    for row in range(side):
        before = f"p{row}"
        for column in range(1, side):
            id_ = f"n{row}_{column}"
            graph.add("Add", id_, at=(200 * column, 112 * row + 24 * (column % 2)))
            graph.connect(f"{before}.y", f"{id_}.a")
            graph.connect(f"p{(row + column) % side}.y", f"{id_}.b")
            before = id_
    graph.add("Concat", "all", at=(200 * side, 0), inputs=side)
    graph.add("Sum", "loss", at=(200 * side + 200, 0))
    for row in range(side):
        graph.connect(f"n{row}_{side - 1}.y", f"all.x{row}")
    graph.connect("all.y", "loss.x")
    return graph


def looks(desk) -> dict[PortRef, list]:
    found: dict[PortRef, list] = {}
    for plate in desk.scene.field.all:
        found.setdefault(plate.port, []).append(plate.look)
    return {port: sorted(looks, key=repr) for port, looks in found.items()}


def settle(desk) -> None:
    for _ in range(1_000):
        desk.view.grab()
        QApplication.processEvents()
        if desk.scene.field.is_settled:
            return
    raise AssertionError("found annotations that never come to rest")


def test_what_settles_stands_where_it_would_if_laid_out_anew(qtbot, in_groups):
    desk = Desk(qtbot, lattice(4))
    desk.run()
    desk.view.zoom_to(1.0)
    dice, ids = random.Random(7), sorted(desk.graph.nodes)
    for _ in range(tries(12, 300)):
        for _ in range(dice.randrange(1, 6)):
            id_ = dice.choice(ids)
            x, y = desk.scene.items_by_id[id_].pos().toTuple()
            place = (x + dice.randrange(-160, 160), y + dice.randrange(-160, 160))
            act = dice.choice(
                (
                    lambda id_=id_, place=place: desk.scene.place_nodes({id_: place}),
                    lambda: desk.view.camera.pan(QPoint(dice.randrange(-300, 300), 40)),
                    lambda: desk.document.playhead.go(dice.randrange(60)),
                    desk.view.grab,
                    QApplication.processEvents,
                )
            )
            act()
        desk.scene.place_nodes({id_: place})  # else what one panned to is kept as it was
        settle(desk)
        kept = looks(desk)
        desk.scene.refresh()
        settle(desk)
        assert kept == looks(desk)
        if dice.random() < 0.2:
            desk.view.camera.look_at(desk.scene.content_rect().center())


def test_a_port_goes_out_of_sight_under_a_node(qtbot, in_groups):
    """What stands at it goes with it, also where a node has come to lie on that."""
    desk = Desk(qtbot, by_hand())
    desk.run()
    desk.view.zoom_to(1.0)
    settle(desk)
    port = PortRef("x", "y")
    (plate,) = (plate for plate in desk.scene.field.of(port) if plate.kind == "value")
    left, top, _, _ = plate.bounds
    desk.scene.place_nodes({"loss": (left + 8, top)})
    region = plate_field.region_around(
        desk.view.mapToScene(desk.view.viewport().rect()).boundingRect(), 1.0
    )
    place = desk.scene.port_place(port)
    desk.view.camera.pan(QPoint(int(region.left() - place[0]) - 2, 0))
    settle(desk)
    assert not desk.scene.field.of(port)
    assert desk.scene.field.all


@pytest.mark.parametrize("in_hand", [1, 5])
def test_what_a_node_without_edges_was_dragged_across_comes_back(qtbot, in_hand):
    graph = by_hand()
    for number in range(in_hand):
        graph.add("Input", f"loose{number}", at=(0, 300 + 80 * number))
    desk = Desk(qtbot, graph)
    desk.theme.motion = False
    desk.run()
    desk.view.zoom_to(1.0)
    settle(desk)
    before = looks(desk)
    desk.document.selection.set_nodes([f"loose{number}" for number in range(in_hand)])
    start, on_it = desk.middle("loose0"), desk.port("w.y") + QPoint(24, 0)
    desk.drag(start, on_it)
    settle(desk)
    assert PortRef("w", "y") not in looks(desk)
    desk.drag(on_it, start)
    settle(desk)
    assert looks(desk) == before


def test_pictures_keep_clear_of_delay_edges_that_a_drag_hangs_elsewhere(qtbot):
    desk = Desk(qtbot, load(next(path for path in examples() if path.stem == "lstm")))
    desk.theme.motion = False
    desk.run()
    for way in (QPoint(60, 60), QPoint(0, -160), QPoint(-90, 120)):
        desk.view.zoom_to(1.0)
        desk.view.reveal("cell")
        start = desk.middle("cell")
        desk.drag(start, start + way)
        settle(desk)
        after = looks(desk)
        desk.scene.refresh()
        settle(desk)
        assert after == looks(desk)
