"""A move of the playhead paints what it changed, as if all were painted anew."""

import numpy as np
import pytest

from graph import load
from gui.canvas.geometry import grown, meeting
from gui.canvas.node_layer import RIM
from gui.examples import examples
from gui.stepped import MOST, stepped_nodes
from tests.canvas_desk import Desk, by_hand
from tests.composite_graphs import two_blocks
from tests.effort import tries
from tests.test_sharpening import is_same, pixels


def example(name):
    return load(next(path for path in examples() if path.stem == name))


GRAPHS = {
    "by hand": by_hand,
    "composites": two_blocks,
    "in time": lambda: example("echo"),
    "layers": lambda: example("softmax_classifier"),
}


@pytest.fixture(params=GRAPHS)
def desk(qtbot, request):
    desk = Desk(qtbot, GRAPHS[request.param]())
    desk.run(0)
    desk.view.zoom_to_fit()
    desk.view.grab()
    return desk


def states(shown, graph):
    """What of each port is there, and which nodes are ahead."""
    ports = {edge.source for edge in graph.edges} | {edge.target for edge in graph.edges}
    read = (shown.value, shown.gradient, shown.port_gradient)
    found = {port: tuple(ask(port).state for ask in read) for port in ports}
    return found, {id_: (shown.is_ahead(id_), shown.progress(id_)) for id_ in graph.nodes}


def walk(desk, count):
    """Places of the playhead: near to each other, now and then far."""
    random = np.random.default_rng(5)
    head = desk.document.playhead
    for _ in range(count):
        if random.random() < 0.15:
            head.go(int(random.integers(len(head.steps) + 1)))
        else:
            (head.next if random.random() < 0.6 else head.previous)()
        yield


def test_what_is_not_named_stays_as_it_was(desk):
    graph, before, few = desk.graph, desk.document.shown, 0
    for _ in walk(desk, tries(40, 400)):
        shown = desk.document.shown
        nodes = stepped_nodes(before, shown, graph)
        if nodes is not None:
            few += 1
            (old_ports, old_nodes), (ports, ahead) = states(before, graph), states(shown, graph)
            assert {port for port in ports if ports[port] != old_ports[port]} <= {
                port for port in ports if port.node in nodes
            }
            assert {id_ for id_ in ahead if ahead[id_] != old_nodes[id_]} <= nodes
        before = shown
    assert few > 10


def test_what_is_painted_of_a_step_looks_as_painted_anew(desk):
    for _ in walk(desk, tries(5, 60)):
        mended = pixels(desk.view.grab().toImage())
        desk.scene.update()
        assert is_same(mended, pixels(desk.view.grab().toImage()))


def test_a_step_paints_the_nodes_that_look_otherwise_and_no_others(desk, monkeypatch):
    desk.view.zoom_to(1.0)
    desk.view.grab()
    spoilt, scene = [], desk.scene
    monkeypatch.setattr(
        scene.picture, "spoil", lambda boxes: spoilt.extend(tuple(box) for box in boxes)
    )
    rect = desk.view.mapToScene(desk.view.viewport().rect()).boundingRect().getCoords()
    seen = [scene.boxes.ids[row] for row in meeting(scene.boxes.array, rect).tolist()]
    boxes = {id_: grown(scene.items_by_id[id_].box(), RIM) for id_ in seen}

    def looks():
        return {id_: (scene.mood(id_), scene.texts(id_)) for id_ in seen}

    before, shown, few = looks(), desk.document.shown, 0
    for _ in walk(desk, tries(30, 300)):
        is_named, shown = scene.stepped_from(shown) is not None, desk.document.shown
        after = looks()
        if is_named:  # else all is painted anew
            few += 1
            assert {box for box in boxes.values() if box in spoilt} == {
                boxes[id_] for id_ in seen if before[id_] != after[id_]
            }
        before = after
        desk.view.grab()
        spoilt.clear()
    assert few > 5


def test_of_another_run_or_far_away_all_may_be_other(qtbot):
    desk = Desk(qtbot, example("softmax_classifier"))
    desk.run(2)
    first = desk.document.shown
    desk.document.playhead.go(len(desk.document.playhead.steps))
    assert stepped_nodes(first, desk.document.shown, desk.graph) is None  # the pass has turned
    desk.run(2)
    assert stepped_nodes(first, desk.document.shown, desk.graph) is None
    assert stepped_nodes(None, desk.document.shown, desk.graph) is None
    assert MOST > 1
