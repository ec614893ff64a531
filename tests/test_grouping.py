"""Grouping and its inverses: no number changes, undo is exact, refusals say why."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, dumps, loads
from graph import edits as e
from graph.errors import BadDefinition
from graph.free_ids import free_definition_name
from graph.grouping import group_edit, ungroup_edit, unique_edit
from graph.port import PortRef
from runtime import Engine
from tests.composite_graphs import group_some, two_blocks
from tests.reference.random_graphs import random_graph


def mlp() -> Graph:
    """x -> first -> act -> second -> loss, parameters by rule."""
    graph = Graph(target="loss")
    graph.add("Input", "x", shape=(2, 4), at=(0, 0))
    graph.add("Linear", "first", out_features=3, at=(200, 40))
    graph.add("ReLU", "act", at=(400, 40))
    graph.add("Linear", "second", out_features=2, at=(600, 40))
    graph.add("Sum", "loss", at=(800, 40))
    for source, target in (
        ("x.y", "first.x"), ("first.y", "act.x"), ("act.y", "second.x"), ("second.y", "loss.x"),
    ):  # fmt: skip
        graph.connect(source, target)
    graph.set_tensor("x.y", np.linspace(-1, 1, 8).reshape(2, 4))
    return graph


def loss(graph: Graph) -> float:
    """What the target is."""
    trace = Engine(graph).run()
    return float(trace.value(trace.target))


def test_crossing_edges_become_ports_named_after_the_inner_ones():
    graph = mlp()
    value = loss(graph)
    grouped = group_edit(graph, {"first", "act", "second"}, "Net")
    graph.apply(grouped.edit)
    assert grouped.id == "net"
    assert graph.nodes["net"].at == (400, 40)
    assert [str(edge) for edge in graph.edges] == ["x.y -> net.x", "net.y -> loss.x"]
    inside = graph.definitions["Net"].body
    assert [node.at for node in inside.nodes.values()] == [(0, 0), (200, 0), (400, 0)]
    assert loss(graph) == value
    assert PortRef("net/first", "weight") in graph.tensors


def test_ports_of_one_name_are_told_apart_by_their_nodes():
    graph = mlp()
    graph.add("Tanh", "side")
    graph.connect("x.y", "side.x")
    grouped = group_edit(graph, {"act", "side"}, "Pair")
    graph.apply(grouped.edit)
    interface = graph.definitions["Pair"].interface
    assert {inlet.name for inlet in interface.inputs} == {"act_x", "side_x"}
    assert {outlet.name for outlet in interface.outputs} == {"act_y", "side_y"}


def test_one_source_for_several_inner_inputs_is_one_port():
    graph = two_blocks()
    graph.apply(ungroup_edit(graph, "one"))
    grouped = group_edit(graph, {"lin", "act", "add"}, "Again")
    graph.apply(grouped.edit)
    (inlet,) = graph.definitions["Again"].interface.inputs
    assert set(inlet.to) == {PortRef("lin", "x"), PortRef("add", "a")}


def test_a_target_inside_becomes_a_port_and_the_target():
    graph = mlp()
    value = loss(graph)
    graph.apply(group_edit(graph, {"second", "loss"}, "End").edit)
    assert graph.target == "end.y"
    assert loss(graph) == value


@pytest.mark.parametrize("seed", range(25))
def test_grouping_and_its_undo_are_exact_on_random_graphs(seed):
    graph, random = random_graph(seed), np.random.RandomState(seed)
    value, states, inverses = loss(graph), [dumps(graph)], []
    for count in range(3):
        before = graph.copy()
        if group_some(before, random, f"Group{count}") is None:
            continue
        random_again = np.random.RandomState(seed * 31 + count)
        order = graph.order()
        start = random_again.randint(len(order))
        ids = set(order[start : start + random_again.randint(1, 9)]) - {"loss"}
        if ids:
            inverses.append(graph.apply(group_edit(graph, ids, f"Group{count}").edit))
            states.append(dumps(graph))
    assert abs(loss(graph) - value) < 1e-12 * max(1, abs(value))
    assert dumps(loads(states[-1])) == states[-1]
    for inverse, state in zip(reversed(inverses), reversed(states[:-1]), strict=True):
        graph.apply(inverse)
        assert dumps(graph) == state


@pytest.mark.parametrize("seed", range(15))
def test_ungrouping_changes_no_number_and_comes_back(seed):
    graph, random = random_graph(seed), np.random.RandomState(seed)
    value = loss(graph)
    for count in range(3):
        group_some(graph, random, f"Group{count}")
    while True:
        ids = [id_ for id_, node in graph.nodes.items() if node.module in graph.definitions]
        if not ids:
            break
        first = dumps(graph)
        inverse = graph.apply(ungroup_edit(graph, ids[0]))
        graph.apply(graph.apply(inverse))
        assert abs(loss(graph) - value) < 1e-12 * max(1, abs(value))
        second = dumps(graph)
        graph.apply(inverse)
        assert dumps(graph) == first
        graph.apply(ungroup_edit(graph, ids[0]))
        assert dumps(graph) == second


def test_parameters_by_rule_keep_their_numbers_through_every_change_of_address():
    graph = mlp()
    value = loss(graph)
    id_ = group_edit(graph, {"first", "act", "second"}, "Net")
    graph.apply(id_.edit)
    graph.rename("net", "other")
    assert loss(graph) == value
    graph.apply(unique_edit(graph, "other", "Own"))
    assert loss(graph) == value
    graph.apply(ungroup_edit(graph, "other"))
    assert loss(graph) == value


def test_an_instance_that_never_ran_keeps_the_numbers_of_its_address():
    graph = two_blocks()
    value = loss(graph)
    first = dumps(graph)
    inverse = graph.apply(graph.rename_edit("one", "uno"))
    assert loss(graph) == value
    graph.apply(inverse)
    assert dumps(graph) == first
    graph.apply(ungroup_edit(graph, "two"))
    assert loss(graph) == value


def test_unique_splits_one_instance_off():
    graph = two_blocks()
    value = loss(graph)
    graph.apply(unique_edit(graph, "two", free_definition_name(graph, "Block")))
    assert graph.nodes["two"].module == "Block2"
    assert loss(graph) == value
    graph.definitions["Block2"].body.apply(e.SetModule("act", "ReLU"))
    assert graph.definitions["Block"].body.nodes["act"].module == "Tanh"


def test_a_tied_instance_made_unique_keeps_the_shared_numbers():
    graph = two_blocks()
    graph.apply(e.SetShares("two", "one"))
    value = loss(graph)
    with pytest.raises(BadDefinition, match="other instances share"):
        graph.apply(unique_edit(graph, "one", "Own"))
    with pytest.raises(BadDefinition, match=r"shared with one.*Untie them first"):
        graph.apply(ungroup_edit(graph, "two"))
    graph.apply(unique_edit(graph, "two", "Own"))
    assert loss(graph) == value
    assert "shares" not in graph.nodes["two"].extra


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        ({"first", "second"}, r"act → second, expected .* Select act as well"),
        ({"x", "loss"}, "first → act → second → loss"),
        (set(), "no nodes"),
    ],
)
def test_what_cannot_be_one_node_is_refused(ids, reason):
    graph = mlp()
    with pytest.raises(BadDefinition, match=reason):
        group_edit(graph, ids, "Net")


def test_a_tie_across_the_border_is_refused():
    graph = two_blocks()
    graph.apply(e.SetShares("two", "one"))
    with pytest.raises(BadDefinition, match="two, which shares the parameters of one"):
        group_edit(graph, {"two"}, "Net")
    both = group_edit(graph, {"one", "two"}, "Net")
    value = loss(graph)
    graph.apply(both.edit)
    assert loss(graph) == value
    assert graph.definitions["Net"].body.nodes["two"].extra["shares"] == "one"


def test_what_is_no_instance_is_not_ungrouped():
    graph = mlp()
    for edit in (ungroup_edit, lambda g, id_: unique_edit(g, id_, "Own")):
        with pytest.raises(BadDefinition, match="act: found no composite"):
            edit(graph, "act")
