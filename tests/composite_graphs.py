"""Graphs of composites for the tests: one written by hand, and groups in random graphs."""

from __future__ import annotations

import numpy as np

from graph import Graph
from graph import edits as e
from graph.definition import Blueprint, Inlet, Interface, Outlet, Setting
from graph.grouping import group_edit
from graph.port import PortRef
from graph.records import Edge, Node

BLOCK = Blueprint(
    "Block",
    Interface(
        "A layer with its activation.",
        "B",
        (Inlet("x", (PortRef("lin", "x"), PortRef("add", "a"))),),
        (Outlet("y", PortRef("add", "y")),),
        (Setting("width", (PortRef("lin", "out_features"),)),),
    ),
    (
        Node("lin", "Linear", {"out_features": 3}, at=(0, 0)),
        Node("act", "Tanh", at=(200, 0)),
        Node("add", "Add", at=(400, 0)),
    ),
    (
        Edge(PortRef("lin", "y"), PortRef("act", "x")),
        Edge(PortRef("act", "y"), PortRef("add", "b")),
    ),
)


def two_blocks() -> Graph:
    """x -> one -> two -> loss, where one and two are instances of `Block`."""
    graph = Graph(seed=5, target="loss")
    graph.apply(e.Define(BLOCK))
    graph.add("Input", "x", shape=(2, 3))
    graph.add("Block", "one")
    graph.add("Block", "two")
    graph.add("Sum", "loss")
    for source, target in (("x.y", "one.x"), ("one.y", "two.x"), ("two.y", "loss.x")):
        graph.connect(source, target)
    graph.set_tensor("x.y", np.linspace(-1, 1, 6).reshape(2, 3))
    return graph


def drawn_flat() -> Graph:
    """The same, drawn without composites; parameters have the addresses' numbers."""
    graph = Graph(seed=5, target="loss")
    graph.add("Input", "x", shape=(2, 3))
    graph.set_tensor("x.y", np.linspace(-1, 1, 6).reshape(2, 3))
    last = "x.y"
    for name in ("one", "two"):
        graph.add("Linear", f"{name}_lin", out_features=3)
        graph.add("Tanh", f"{name}_act")
        graph.add("Add", f"{name}_add")
        graph.connect(last, f"{name}_lin.x")
        graph.connect(last, f"{name}_add.a")
        graph.connect(f"{name}_lin.y", f"{name}_act.x")
        graph.connect(f"{name}_act.y", f"{name}_add.b")
        last = f"{name}_add.y"
    graph.add("Sum", "loss")
    graph.connect(last, "loss.x")
    return graph


def group_some(graph: Graph, random: np.random.RandomState, name: str) -> str | None:
    """Group a random stretch of the graph's order, which no path leaves and enters again."""
    order = graph.order()
    start = random.randint(len(order))
    ids = set(order[start : start + random.randint(1, 9)]) - {"loss"}
    if not ids:
        return None
    grouped = group_edit(graph, ids, name)
    graph.apply(grouped.edit)
    return grouped.id
