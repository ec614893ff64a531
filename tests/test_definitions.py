"""Definitions: what they may contain, how edits reach their instances, and the file."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from graph import FileError, Graph, GraphError, check, dumps, loads
from graph import edits as e
from graph.definition import MAX_DEPTH, Blueprint, Inlet, Interface, Outlet, Setting
from graph.errors import BadAttribute, BadDefinition, PortOccupied, UnknownPort, WiringError
from graph.port import PortRef
from graph.records import Edge, Node
from runtime import Engine
from tests.composite_graphs import BLOCK, two_blocks


def test_an_instance_has_the_ports_types_and_attributes_of_its_definition():
    graph = two_blocks()
    assert list(graph.module("one").ports) == ["x", "y"]
    assert graph.types.of(PortRef("two", "y")).shape == (2, 3)
    assert graph.module("one").settings == {"width": 3}
    assert "Block" in graph.catalogue
    assert graph.catalogue.groups()["Composites"][0].doc == "A layer with its activation."
    with pytest.raises(GraphError, match=r"one\.depth: found an attribute that does not exist"):
        graph.set("one", depth=2)
    with pytest.raises(UnknownPort, match=r"two\.z"):
        graph.connect("x.y", "two.z")


def test_an_exposed_attribute_reaches_inside_and_one_instance_alone():
    graph = two_blocks()
    graph.set("two", width=1)
    assert graph.types.of(PortRef("two", "y")).shape == (2, 3)  # [2, 1] added to [2, 3]
    trace = Engine(graph).run()
    assert trace.value("two/lin.y").shape == (2, 1)
    assert trace.value("one/lin.y").shape == (2, 3)


def test_what_does_not_fit_is_refused_at_the_port_outside():
    graph = two_blocks()
    graph.add("Input", "words", shape=(2, 3), dtype="int64")
    graph.disconnect("one.x")
    with pytest.raises(WiringError, match=r"one\.x: found integer"):
        graph.connect("words.y", "one.x")


def test_an_edit_inside_changes_every_instance_and_comes_back():
    graph = two_blocks()
    first = dumps(graph)
    body = graph.definitions["Block"].body
    told = []
    graph.subscribe(told.append)
    inverse = body.apply(e.SetAttributes("lin", {"out_features": 1}))
    assert isinstance(told[0], e.Within)
    assert Engine(graph).run().value("two/lin.y").shape == (2, 1)
    graph.apply(inverse)
    assert dumps(graph) == first


@pytest.mark.parametrize(
    "edit",
    [
        e.RemoveNode("add"),
        e.RemoveNode("lin"),
        e.Rename("lin", "fc"),
        e.Batch((e.Rename("lin", "fc"), e.Rename("fc", "dense"), e.RemoveNode("act"))),
        e.Connect(Edge(PortRef("act", "y"), PortRef("add", "a"))),
        e.SetModule("act", "ReLU"),
        e.SetModule("lin", "Tanh", {}),
        e.Move({"lin": (3, 4)}),
        e.AddNode(Node("more", "Sigmoid")),
    ],
)
def test_what_stands_outside_follows_and_undo_is_exact(edit):
    graph = two_blocks()
    graph.set_tensor("one/lin.weight", np.eye(3))
    graph.set_tensor("two/lin.bias", np.ones(3))
    graph.configure(target="two/add.y")
    if isinstance(edit, e.Connect):  # the input that it takes is no port any more
        graph.definitions["Block"].body.disconnect("add.b")
    first = dumps(graph)
    inverse = graph.apply(e.Within("Block", edit))
    second = dumps(graph)
    assert second != first
    assert dumps(loads(second)) == second
    again = graph.apply(inverse)
    assert dumps(graph) == first
    graph.apply(again)
    assert dumps(graph) == second


def test_a_renamed_node_keeps_its_tensors_links_and_the_target():
    graph = two_blocks()
    graph.set_tensor("one/lin.weight", np.eye(3))
    graph.configure(target="two/add.y")
    graph.apply(e.Within("Block", e.Batch((e.Rename("lin", "fc"), e.Rename("add", "sum")))))
    assert [str(port) for port in graph.tensors] == ["x.y", "one/fc.weight"]
    interface = graph.definitions["Block"].interface
    assert interface.inputs[0].to == (PortRef("fc", "x"), PortRef("sum", "a"))
    assert interface.attributes[0].to == (PortRef("fc", "out_features"),)
    assert graph.target == "two/sum.y"


def test_ports_go_with_what_they_stand_for_and_edges_with_ports():
    graph = two_blocks()
    graph.apply(e.Within("Block", e.RemoveNode("add")))
    assert [str(edge) for edge in graph.edges] == ["x.y -> one.x"]
    assert graph.definitions["Block"].interface.outputs == ()


def test_a_refused_edit_inside_changes_nothing():
    graph = two_blocks()
    first = dumps(graph)
    for edit in (
        e.AddNode(Node("self", "Block")),
        e.Batch((e.RemoveNode("add"), e.AddNode(Node("self", "Block")))),
        e.Batch((e.Rename("lin", "fc"), e.RemoveNode("nothing"))),
    ):
        with pytest.raises(GraphError):
            graph.apply(e.Within("Block", edit))
        assert dumps(graph) == first
    assert Engine(graph).run().gradient("one/lin.weight") is not None


@pytest.mark.parametrize(
    ("blueprint", "reason"),
    [
        (replace(BLOCK, name=""), "1 to 256 plain characters"),
        (replace(BLOCK, name="Linear"), "another module of that name"),
        (replace(BLOCK, name="Block"), "another definition of that name"),
        (
            replace(
                BLOCK, name="A", interface=Interface(inputs=(Inlet("x", (PortRef("no", "x"),)),))
            ),
            "found no no.x inside",
        ),
        (
            replace(
                BLOCK, name="A", interface=Interface(inputs=(Inlet("x", (PortRef("act", "x"),)),))
            ),
            "found an edge from lin.y at act.x",
        ),
        (
            replace(
                BLOCK,
                name="A",
                interface=Interface(
                    inputs=(Inlet("y", (PortRef("lin", "x"),)),),
                    outputs=(Outlet("y", PortRef("act", "y")),),
                ),
            ),
            "the name y twice",
        ),
        (
            replace(
                BLOCK,
                name="A",
                edges=(*BLOCK.edges, Edge(PortRef("add", "y"), PortRef("lin", "x"))),
            ),
            "a cycle",
        ),
    ],
)
def test_a_definition_that_cannot_be_is_refused_and_named(blueprint, reason):
    graph = two_blocks()
    first = dumps(graph)
    with pytest.raises(GraphError, match=reason.replace(".", r"\.")):
        graph.apply(e.Define(blueprint))
    assert dumps(graph) == first


def test_a_definition_in_use_stays_and_one_without_use_comes_back_in_its_place():
    graph = two_blocks()
    with pytest.raises(BadDefinition, match="found 2 nodes made of it, first one"):
        graph.apply(e.Undefine("Block"))
    for name in ("First", "Second"):
        graph.apply(e.Define(replace(BLOCK, name=name)))
    first = dumps(graph)
    graph.apply(graph.apply(e.Undefine("First")))
    assert dumps(graph) == first


def test_a_port_in_use_is_not_taken_away():
    graph = two_blocks()
    bare = replace(BLOCK.interface, outputs=())
    with pytest.raises(PortOccupied, match=r"one\.y: found an edge, one\.y -> two\.x"):
        graph.apply(e.SetInterface("Block", bare))
    inverse = graph.apply(e.SetInterface("Block", replace(BLOCK.interface, doc="Other.", icon="O")))
    assert graph.catalogue.require("Block").doc == "Other."
    graph.apply(inverse)
    assert graph.definitions["Block"].interface == BLOCK.interface


def test_a_node_of_another_module_keeps_no_tensor_that_the_file_would_refuse():
    graph = two_blocks()
    graph.set_tensor("one/lin.weight", np.eye(3))
    first = dumps(graph)
    inverse = graph.apply(e.SetModule("one", "Tanh"))
    second = dumps(graph)
    assert "one/lin" not in second.decode()
    assert dumps(loads(second)) == second
    again = graph.apply(inverse)
    assert dumps(graph) == first
    graph.apply(again)
    assert dumps(graph) == second


def test_an_interface_that_is_refused_leaves_no_trace_at_the_instances():
    graph = two_blocks()
    graph.set("one", width=3)
    with pytest.raises(BadAttribute, match=r"one\.width"):
        graph.apply(e.SetInterface("Block", replace(BLOCK.interface, attributes=())))
    graph.apply(e.AddNode(Node("three", "Block", {"width": 3})))
    assert graph.module("three").settings["width"] == 3
    graph.apply(e.Rename("one", "first"))
    assert graph.module("first").settings["width"] == 3


@pytest.mark.parametrize("gone", ["inputs", "outputs", "attributes"])
def test_what_an_outer_definition_shows_is_not_taken_away(gone):
    graph = Graph()
    graph.apply(e.Define(BLOCK))
    interface = Interface(
        inputs=(Inlet("first", (PortRef("one", "x"),)),),
        outputs=(Outlet("last", PortRef("one", "y")),),
        attributes=(Setting("size", (PortRef("one", "width"),)),),
    )
    graph.apply(e.Define(Blueprint("Whole", interface, (Node("one", "Block"),))))
    before = dumps(graph)
    name = {"inputs": "first", "outputs": "last", "attributes": "size"}[gone]
    with pytest.raises(BadDefinition, match=f"Take {name} out of Whole first"):
        graph.apply(e.SetInterface("Block", replace(BLOCK.interface, **{gone: ()})))
    assert dumps(graph) == before
    graph.apply(e.SetInterface("Whole", replace(interface, **{gone: ()})))
    graph.apply(e.SetInterface("Block", replace(BLOCK.interface, **{gone: ()})))
    assert dumps(loads(dumps(graph))) == dumps(graph)


def test_a_setting_fits_the_instances_of_all_definitions_that_hand_it_on():
    graph = Graph()
    graph.apply(e.Define(BLOCK))
    shown = Interface(attributes=(Setting("size", (PortRef("one", "width"),)),))
    graph.apply(e.Define(Blueprint("Whole", shown, (Node("one", "Block"),))))
    graph.add("Whole", "whole", size=5)
    before = dumps(graph)
    bias = replace(BLOCK.interface, attributes=(Setting("width", (PortRef("lin", "bias"),)),))
    with pytest.raises(BadAttribute, match=r"whole\.size"):
        graph.apply(e.SetInterface("Block", bias))
    assert dumps(graph) == before
    assert check(graph).flat.graph.nodes["whole/one/lin"].attributes["out_features"] == 5


def test_a_renamed_definition_takes_its_instances_along():
    graph = two_blocks()
    before = Engine(graph).run().value("loss.y")
    first = dumps(graph)
    inverse = graph.apply(e.RenameDefinition("Block", "Layer"))
    assert graph.nodes["one"].module == "Layer"
    assert Engine(graph).run().value("loss.y") == before
    graph.apply(inverse)
    assert dumps(graph) == first


def nested(levels: int) -> Graph:
    """Definitions L1 in L2 in L3 ...; the last has one instance."""
    graph = Graph()
    inner = "Tanh"
    for level in range(1, levels + 1):
        graph.apply(
            e.Define(
                Blueprint(
                    f"L{level}",
                    Interface(
                        inputs=(Inlet("x", (PortRef("a", "x"),)),),
                        outputs=(Outlet("y", PortRef("b", "y")),),
                    ),
                    (Node("a", inner), Node("b", inner)),
                    (Edge(PortRef("a", "y"), PortRef("b", "x")),),
                )
            )
        )
        inner = f"L{level}"
    return graph


def test_definitions_nest_sixteen_deep_and_no_deeper():
    graph = nested(MAX_DEPTH)
    with pytest.raises(BadDefinition, match="more than 16 instances inside each other"):
        graph.apply(e.Define(Blueprint("More", nodes=(Node("a", f"L{MAX_DEPTH}"),))))
    with pytest.raises(BadDefinition, match="more than 16"):
        nested(MAX_DEPTH + 1)
    small = nested(4)
    small.add("L4", "deep")
    small.add("Input", "x", shape=())
    small.connect("x.y", "deep.x")
    small.set_tensor("x.y", np.array(0.5))
    value = 0.5
    for _ in range(16):
        value = np.tanh(value)
    trace = Engine(small).run()
    assert trace.value("deep.y") == pytest.approx(value, abs=1e-15)
    assert trace.value("deep/b/b/b/b.y") == trace.value("deep.y")


def test_a_small_file_cannot_ask_for_a_huge_graph():
    graph = nested(3)
    inner = "L3"
    for level in range(4):  # 8 * 9^4 nodes
        nodes = tuple(Node(f"n{i}", inner) for i in range(9))
        inner = f"Wide{level}"
        graph.apply(e.Define(Blueprint(inner, nodes=nodes)))
    for id_ in ("some", "more", "most"):
        graph.add(inner, id_)
    with pytest.raises(BadDefinition, match="found more nodes than that"):
        graph.add(inner, "too_much")
    document = json.loads(dumps(graph))
    document["nodes"].append({"id": "too_much", "module": inner})
    with pytest.raises(FileError, match="found more nodes than that"):
        loads(json.dumps(document))


def test_the_file_is_the_same_after_a_round_trip_and_reads_any_order():
    graph = nested(3)
    graph.add("L3", "deep", label="Deep")
    once = dumps(graph)
    assert dumps(loads(once)) == once
    document = json.loads(once)
    document["definitions"] = dict(reversed(document["definitions"].items()))
    other = loads(json.dumps(document))
    assert list(other.definitions) == ["L3", "L2", "L1"]
    assert dumps(loads(dumps(other))) == dumps(other)


@pytest.mark.parametrize(
    ("change", "where", "reason"),
    [
        ({"dok": ""}, "$.definitions.A", 'unknown field "dok"'),
        ({"inputs": [{"name": "x"}]}, "$.definitions.A.inputs[0]", 'the key "to"'),
        ({"inputs": [{"name": "x", "to": ["a"]}]}, "$.definitions.A.inputs[0].to", "NODE.PORT"),
        ({"outputs": [{"name": "y", "from": "b.y"}]}, "$.definitions.A", "found no b.y inside"),
        ({"nodes": [{"id": "b", "module": "A"}]}, "$.definitions", "A → A"),
        ({"nodes": [{"id": "b", "module": "B"}]}, "$.definitions", "inside itself"),
        ({"doc": "\u202e"}, "$.definitions.A.doc", "bidirectional"),
    ],
)
def test_a_bad_definition_in_a_file_is_refused_where_it_stands(change, where, reason):
    document = {
        "gradwire": 1,
        "definitions": {"A": change, "B": {"nodes": [{"id": "a", "module": "A"}]}},
    }
    with pytest.raises(FileError) as refused:
        loads(json.dumps(document))
    assert refused.value.where == where
    assert reason in str(refused.value)


def test_tensors_stand_only_where_an_inner_node_keeps_them():
    graph = two_blocks()
    graph.set_tensor("one/lin.weight", np.eye(3))
    for port in ("one/lin.y", "one/no.weight", "one/lin/x.y", "one.y"):
        with pytest.raises(GraphError, match="found a port that keeps no tensor"):
            graph.set_tensor(port, np.eye(3))


def test_a_copy_has_definitions_of_its_own():
    graph = two_blocks()
    twin = graph.copy()
    graph.definitions["Block"].body.apply(e.RemoveNode("act"))
    assert "act" in twin.definitions["Block"].body
    assert Engine(twin).run().value("two/act.y").shape == (2, 3)
    twin.definitions["Block"].body.add("ReLU", "own")
    assert "own" not in graph.definitions["Block"].body


def test_no_class_of_a_definition_is_left_behind():
    import gc
    import weakref

    graph = two_blocks()
    kind = weakref.ref(graph.catalogue.require("Block"))
    graph.definitions["Block"].body.add("ReLU", "more")
    graph.module("one")
    gc.collect()
    assert kind() is None
