"""The layout and the canvas speak about nodes of the same size."""

import pytest

from graph import Graph, arrange, default_catalogue
from graph.layout import node_size, port_line
from gui.canvas.looks import face_of


@pytest.mark.parametrize("module", sorted(default_catalogue().names()))
def test_the_layout_knows_how_large_nodes_are_drawn(module):
    graph = Graph()
    graph.add(module, "node")
    shape = face_of(graph, "node").shape
    assert node_size(graph, "node") == (shape.width, shape.bottom)
    heights = [y for _, y in (*shape.outputs.values(),)]
    if shape.outline == "layer":
        assert port_line(graph, "node") == heights[0]
    else:  # several outputs stand around the middle
        assert port_line(graph, "node") == sum(heights) / len(heights)


def test_a_chain_of_layers_and_operators_is_a_straight_line():
    graph = Graph()
    graph.add("Input", "x", shape=(4, 3))
    for module, id_ in (("Linear", "h"), ("ReLU", "relu"), ("Linear", "out")):
        graph.add(module, id_)
    for source, target in (("x.y", "h.x"), ("h.y", "relu.x"), ("relu.y", "out.x")):
        graph.connect(source, target)
    places = arrange(graph)
    assert len({y for _, y in places.values()}) == 1


def test_no_node_stands_on_the_way_of_a_long_edge():
    graph = Graph()
    for module, id_ in (("Input", "x"), ("Sin", "sin"), ("Cos", "cos"), ("Add", "y")):
        graph.add(module, id_)
    for source, target in (("x.y", "sin.x"), ("sin.y", "cos.x"), ("cos.y", "y.a"), ("x.y", "y.b")):
        graph.connect(source, target)
    places = arrange(graph)
    start, end = places["x"][1] + 30, places["y"][1] + 42
    for node in ("sin", "cos"):
        top = places[node][1]
        assert top > max(start, end) or top + 60 < min(start, end)
