"""Many ports asked at once: the answers are those of the graph, without a walk for each."""

import pytest

from graph import Graph, PortRef
from graph.other_end import OtherEnd
from tests.canvas_desk import by_hand


def classifier() -> Graph:
    graph = Graph()
    graph.add("Input", "x", shape=(5, 3))
    graph.add("Input", "i", shape=(5,), dtype="int64")
    graph.add("Linear", "h", out_features=4)
    graph.add("ReLU", "r")
    graph.add("MatMul", "m")
    graph.add("CrossEntropyLoss", "loss")
    for source, target in (("x.y", "h.x"), ("h.y", "r.x"), ("r.y", "loss.prediction")):
        graph.connect(source, target)
    return graph


def ports(graph: Graph, side: str) -> list[PortRef]:
    found = []
    for id_ in graph.nodes:
        module = graph.module(id_)
        of_side = module.output_ports if side == "output" else module.wired_ports
        found += [PortRef(id_, port.name) for port in of_side]
    return found


@pytest.mark.parametrize("make", [by_hand, classifier])
def test_the_answers_are_those_of_the_graph(make):
    graph = make()
    for source in ports(graph, "output"):
        from_source = OtherEnd(graph, source, True)
        for target in ports(graph, "input"):
            refusal = graph.can_connect(source, target, replace=True)
            from_target = OtherEnd(graph, target, False)
            assert from_source.fits(target) == from_target.fits(source) == (refusal is None)
            assert str(from_source.why_not(target)) == str(refusal)


def test_one_walk_answers_for_all_ports(monkeypatch):
    graph = Graph()
    graph.add("Input", "x")
    previous = "x"
    for number in range(400):
        id_ = graph.add("Negate", f"n{number}")
        graph.connect(f"{previous}.y", f"{id_}.x")
        previous = id_
    walked = []
    arriving = Graph.arriving
    monkeypatch.setattr(Graph, "arriving", lambda g, id_: walked.append(id_) or arriving(g, id_))
    other = OtherEnd(graph, PortRef("n200", "y"), True)
    fitting = [n for n in range(400) if other.fits(PortRef(f"n{n}", "x"))]
    assert fitting == list(range(201, 400))
    assert len(walked) < 1500  # not a walk of hundreds of nodes for each of 400 ports
