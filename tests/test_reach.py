"""The ports that a port leads to."""

import numpy as np

from graph import Graph, PortRef
from runtime import Engine
from runtime.reach import reached_ports
from tests.composite_graphs import two_blocks
from tests.inspector_desk import network


def test_reached_ports_are_those_behind_an_edge():
    plan = Engine(network()).run().plan
    names = [str(port) for port in reached_ports(plan, PortRef("relu", "x"))]
    assert names == ["relu.y", "out.y", "loss.y"]
    assert list(reached_ports(plan, PortRef("loss", "y"))) == []
    assert [str(p) for p in reached_ports(plan, PortRef("out", "weight"))] == ["out.y", "loss.y"]


def test_one_edge_of_several_leads_its_own_way_alone():
    graph = Graph()
    graph.add("Input", "x", shape=(2,))
    graph.add("Sin", "one")
    graph.add("Cos", "other")
    graph.add("ArgMax", "place")
    graph.connect("x.y", "one.x")
    graph.connect("x.y", "other.x")
    graph.connect("one.y", "place.x")
    graph.set_tensor("x.y", np.ones(2))
    plan = Engine(graph).run(phase="forward").plan
    assert [str(p) for p in reached_ports(plan, PortRef("one", "x"))] == ["one.y"]
    assert [str(p) for p in reached_ports(plan, PortRef("x", "y"))] == ["one.y", "other.y"]
    assert list(reached_ports(plan, PortRef("place", "y"))) == []  # an integer has no derivative


def test_an_instance_leads_to_its_own_outputs_first():
    plan = Engine(two_blocks()).run().plan
    names = [str(port) for port in reached_ports(plan, PortRef("one", "x"))]
    assert names[0] == "one.y"
    assert names.count("one.y") == 1
    assert set(names) > {"one/lin.y", "two.y", "loss.y"}
    assert "two/add.y" not in names  # it is two.y
