"""The mapping that records share: it stays empty, and goes wherever a record goes."""

import copy
import pickle
from dataclasses import replace

import pytest

from graph import Graph, Tensor, dumps
from graph.nothing import NOTHING
from graph.port import PortRef
from graph.records import Edge, Node


def pickled(record):
    return pickle.loads(pickle.dumps(record))


def squared():
    graph = Graph()
    graph.add("Input", "x", shape=(), at=(0, 0))
    graph.add("Square", "y")
    graph.connect("x.y", "y.x")
    graph.set_tensor("x.y", Tensor.scalar(2.0))
    return graph


@pytest.mark.parametrize(
    "write",
    [
        lambda: NOTHING.__setitem__("a", 1),
        lambda: NOTHING.update(a=1),
        lambda: NOTHING.setdefault("a", 1),
        lambda: NOTHING.__ior__({"a": 1}),
    ],
)
def test_nobody_can_write_into_it(write):
    with pytest.raises(TypeError, match="expected none"):
        write()
    assert NOTHING == {}
    assert repr(NOTHING) == "{}"
    assert NOTHING.copy() is not NOTHING


@pytest.mark.parametrize("twin", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_of_a_record_shares_it(twin):
    assert twin(NOTHING) is NOTHING
    for record in (Node("a", "ReLU"), Edge(PortRef("a", "y"), PortRef("b", "x"))):
        made = twin(record)
        assert made == record
        assert made.extra is NOTHING
        assert replace(made, extra={"x-own": 1}).extra == {"x-own": 1}


@pytest.mark.parametrize("twin", [copy.deepcopy, pickled])
def test_a_graph_can_be_sent_to_another_process(twin):
    graph = squared()
    made = twin(graph)
    assert dumps(made) == dumps(graph)
    made.add("ReLU", "z")
    assert "z" not in graph
