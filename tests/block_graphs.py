"""Graphs with composites, for tests of the window."""

from __future__ import annotations

import numpy as np

from graph import Graph, PortRef
from graph import edits as e
from graph.definition import Blueprint, Inlet, Interface, Outlet, Setting
from graph.records import Edge, Node


def block(name: str = "Block", features: int = 2) -> Blueprint:
    """Linear, ReLU, with `x`, `y` and `out_features` shown."""
    return Blueprint(
        name,
        Interface(
            doc="A layer and its activation.",
            icon="B",
            inputs=(Inlet("x", (PortRef("lin", "x"),)),),
            outputs=(Outlet("y", PortRef("act", "y")),),
            attributes=(Setting("out_features", (PortRef("lin", "out_features"),)),),
        ),
        (
            Node("lin", "Linear", {"out_features": features}, at=(0.0, 0.0)),
            Node("act", "ReLU", at=(240.0, 0.0)),
        ),
        (Edge(PortRef("lin", "y"), PortRef("act", "x")),),
    )


def two_blocks(tied: bool = False) -> Graph:
    """x -> Block one -> Block two -> MSELoss against t; float64, all parameters kept."""
    draw = np.random.RandomState(1)
    graph = Graph(title="Two blocks")
    graph.apply(e.Define(block()))
    graph.add("Input", "x", shape=(3, 2), at=(0, 0))
    graph.add("Block", "one", at=(240, 0))
    graph.add("Block", "two", at=(520, 0))
    graph.add("Input", "t", shape=(3, 2), at=(520, 144))
    graph.add("MSELoss", "loss", at=(800, 0))
    for source, target in (
        ("x.y", "one.x"),
        ("one.y", "two.x"),
        ("two.y", "loss.prediction"),
        ("t.y", "loss.target"),
    ):
        graph.connect(source, target)
    graph.set_tensor("x.y", draw.standard_normal((3, 2)))
    graph.set_tensor("t.y", draw.standard_normal((3, 2)))
    for id_ in ("one",) if tied else ("one", "two"):
        graph.set_tensor(f"{id_}/lin.weight", draw.standard_normal((2, 2)))
        graph.set_tensor(f"{id_}/lin.bias", np.array([0.5, 0.25]))
    if tied:
        graph.apply(e.SetShares("two", "one"))
    return graph
