"""The mirror that a place shows stays in step with the document, whatever is done there."""

import numpy as np
import pytest

from graph import Graph, Node, PortRef, Tensor, dumps
from graph import edits as e
from graph.inside_grouping import group_inside
from graph.places import inside
from gui.document import Document
from tests.block_graphs import two_blocks

MODULES = ("Linear", "ReLU", "Tanh", "Add", "Parameter")


def looks(graph: Graph):
    """What of a graph can be told apart."""
    return (
        dict(graph.nodes),
        {(str(x.source), str(x.target)) for x in graph.edges},
        {str(ref): tensor for ref, tensor in graph.tensors.items()},
        graph.dtype,
        graph.target,
    )


def act(document: Document, random: np.random.RandomState) -> None:
    """Something that a person may do at the place that is shown; refusals are part of it."""
    graph = document.graph
    ids = list(graph.nodes)
    pick = ids[random.randint(len(ids))] if ids else ""
    module = graph.module(pick) if pick else None
    kind = random.randint(10)
    if kind == 0:
        name = MODULES[random.randint(len(MODULES))]
        document.do(e.AddNode(Node(graph.free_id(name), name, at=(8.0, 8.0))), "Add")
    elif kind == 1 and len(ids) > 1:
        document.do(e.RemoveNode(pick), "Remove")
    elif kind == 2 and pick:
        document.do(e.Move({pick: (float(random.randint(400)), 0.0)}), "Move")
    elif kind == 3 and pick:
        document.do(e.SetNode(pick, {"note": str(random.randint(9))}), "Note")
    elif kind == 4 and pick:
        document.do(graph.rename_edit(pick, f"n{random.randint(99)}"), "Rename")
    elif kind == 5 and module is not None and module.parameter_ports:
        port = PortRef(pick, module.parameter_ports[0].name)
        document.do(e.SetTensor(port, Tensor.of(random.standard_normal((2, 2)))), "Set")
    elif kind == 6 and graph.edges:
        document.do(e.Disconnect(graph.edges[random.randint(len(graph.edges))].target), "Cut")
    elif kind == 7 and len(ids) > 1 and module is not None:
        other = graph.module(ids[random.randint(len(ids))])
        for port in other.wired_ports if other is not None else ():
            target = PortRef(ids[random.randint(len(ids))], port.name)
            source = PortRef(pick, "y")
            if target.node in graph and graph.can_connect(source, target) is None:
                document.do(e.Connect(_edge(source, target)), "Wire")
                break
    elif kind == 8:
        document.undo()
    elif kind == 9 and pick and document.place and document.root.definitions:
        name = f"G{len(document.root.definitions)}"
        if name not in document.root.catalogue:
            grouped = group_inside(document.root, document.place, [pick], name)
            document.do_at("", grouped.edit, "Group")


def _edge(source, target):
    from graph import Edge

    return Edge(source, target)


def test_an_attribute_that_the_instance_sets_itself_stays_as_it_is_there(qapp):
    graph = two_blocks()
    graph.set("one", out_features=3)
    document = Document()
    document.replace(graph, None)
    document.show_place("one")
    assert document.do(e.SetAttributes("lin", {"out_features": 5}), "Set")
    assert document.graph.nodes["lin"].attributes["out_features"] == 3
    assert looks(document.graph) == looks(inside(document.root, "one"))
    document.show_place("two")
    assert document.graph.nodes["lin"].attributes["out_features"] == 5


@pytest.mark.parametrize("seed", range(12))
def test_the_mirror_is_what_is_inside_and_undo_brings_the_first_file_back(qapp, seed):
    random = np.random.RandomState(seed)
    document = Document()
    document.replace(two_blocks(), None)
    before, done, last = dumps(document.root), 0, ""
    for _ in range(60):
        if random.rand() < 0.2:
            places = ["", "one", "two"]
            document.show_place(places[random.randint(3)])
        act(document, random)
        now = dumps(document.root)
        done, last = done + (now != last), now
        if document.place:
            assert looks(document.graph) == looks(inside(document.root, document.place))
        else:
            assert document.graph is document.root
    assert done > 15
    while document.history.undo_text:
        assert document.undo()
    assert dumps(document.root) == before
