"""What is said of paths of the chain rule: contributions, shares, edges, what cancels."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from graph import Graph, GraphError, Tensor
from graph import edits as e
from runtime import Engine
from runtime.chains import find_paths, gradients_along, signed_norms
from runtime.chains.cancelling import cancelling_pairs
from runtime.errors import NoTarget, NoValue
from tests.catalogue_cases import error
from tests.chain_listing import EXACT, agrees_with_a_listing, example, ladder
from tests.composite_graphs import group_some, two_blocks
from tests.recurrent_graphs import Pair
from tests.reference.random_graphs import random_graph


def test_cancelling_paths_are_marked():
    found = find_paths(Engine(example("cancelling")).run(), "x.y")
    assert found.cancels
    assert float(found.total) == 0
    assert [path.number for path in found.paths] == [6, -6]
    assert [path.cancels_with for path in found.paths] == [1, 0]
    assert {path.share for path in found.paths} == {None}
    assert found.rest_share is None


def test_sums_that_vanish_have_two_sides():
    found = find_paths(Engine(example("cancelling")).run(), "x.y")
    assert signed_norms(found.paths) == (6, -6)
    assert signed_norms(()) == ()


@pytest.mark.parametrize("seed", range(4))
def test_what_comes_back_along_one_path_alone(seed):
    """At every hop its own shape, at the first one the contribution."""
    graph = random_graph(seed)
    trace = Engine(graph).run()
    for source in [ref for ref in trace.ports if trace.gradient(ref) is not None][:4]:
        found = find_paths(trace, source, top=20)
        for path in found.paths:
            along = gradients_along(found, path)
            assert [array.shape for array in along] == [hop.map.in_shape for hop in path.hops]
            if along:
                assert error(along[0], path.contribution) < EXACT
        signs = [np.vdot(path.contribution, found.paths[0].contribution) for path in found.paths]
        norms = signed_norms(found.paths)
        assert [abs(norm) for norm in norms] == [path.norm for path in found.paths]
        pairs = zip(norms, signs, strict=True)
        assert all(norm * sign > 0 for norm, sign in pairs if abs(sign) > 1e-9 * abs(norm))


def test_what_cancels_is_opposite_to_a_hundredth():
    p = np.array([3.0, 4.0])
    near, far, other = -0.995 * p, -0.9 * p, np.array([4.0, -3.0])
    assert cancelling_pairs([p, near]) == {0: 1, 1: 0}
    assert cancelling_pairs([p, far]) == {}
    assert cancelling_pairs([p, other]) == {}
    assert cancelling_pairs([p, p, near, -p]) == {0: 3, 3: 0, 1: 2, 2: 1}
    assert cancelling_pairs([p * 0, p * 0]) == {}
    assert cancelling_pairs([p * 1e300, near * 1e300]) == {0: 1, 1: 0}
    assert cancelling_pairs([p * math.nan, p, near]) == {1: 2, 2: 1}


def test_shares_and_edges_of_fan_out():
    trace = Engine(example("fan_out")).run()
    found = find_paths(trace, "x.y")
    total = float(trace.gradient("x.y"))
    assert [path.share for path in found.paths] == pytest.approx(
        [path.number / total for path in found.paths]
    )
    assert math.fsum(path.share for path in found.paths) == pytest.approx(1)
    assert any(path.opposes for path in found.paths)
    drawn = set(trace.edges)
    for path in found.paths:
        assert path.hops[0].edges[0][0] == ("x", "y")
        assert path.hops[-1].output == ("y", "y")
        for hop in path.hops:
            assert len(hop.edges) == 1
            assert hop.edges[0] in drawn
        for before, after in itertools.pairwise(path.hops):
            assert after.edges[0][0] == before.output


def test_paths_of_one_edge_alone():
    trace = Engine(example("fan_out")).run()
    whole = find_paths(trace, "x.y")
    parts = [find_paths(trace, target) for source, target in trace.edges if source == ("x", "y")]
    assert len(parts) >= 2
    assert sum(part.count for part in parts) == whole.count
    assert error(sum(part.total for part in parts), whole.total) < EXACT


def test_a_port_to_itself_and_no_path():
    trace = Engine(example("fan_out")).run()
    found = find_paths(trace, "y.y")
    (path,) = found.paths
    assert (found.count, path.hops, path.number, path.share) == (1, (), 1.0, 1.0)
    none = find_paths(trace, "y.y", "x.y")
    assert (none.count, none.paths, none.found, none.cancels) == (0, (), "exact", False)
    assert float(none.total) == 0


def test_dead_paths_are_paths_with_a_contribution_of_zero():
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=())
    graph.set_tensor("x.y", Tensor.scalar(-1.0))
    graph.add("ReLU", "dead")
    graph.add("Identity", "loss")
    graph.connect("x.y", "dead.x")
    graph.connect("dead.y", "loss.x")
    found = find_paths(Engine(graph).run(), "x.y")
    assert (found.count, found.paths[0].number, found.paths[0].share) == (1, 0.0, None)
    assert not found.cancels


def test_bypassed_nodes_let_their_first_input_through():
    graph = ladder(2)
    graph.apply(e.SetNode("s0", {"bypassed": True}))
    trace = Engine(graph).run()
    found = find_paths(trace, "x.y", "d0.y")
    assert {str(path.hops[0].port) for path in found.paths} == {"s0.x", "d0.a"}
    assert [path.number for path in found.paths] == [1, 1]
    assert agrees_with_a_listing(trace, "x.y", 4)
    graph.apply(e.SetNode("d0", {"bypassed": True}))  # its other input leads nowhere now
    trace = Engine(graph).run()
    assert find_paths(trace, "x.y").count == 2
    assert find_paths(trace, "d0.b").count == 0


def test_several_outputs_are_several_ways():
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=(4,))
    graph.set_tensor("x.y", np.arange(4.0))
    graph.add("Split", "parts", axis=0, sizes=(2, 2))
    graph.add("Multiply", "product")
    graph.add("Sum", "loss")
    graph.connect("x.y", "parts.x")
    graph.connect("parts.y0", "product.a")
    graph.connect("parts.y1", "product.b")
    graph.connect("product.y", "loss.x")
    found = find_paths(Engine(graph).run(), "x.y")
    assert [str(path.hops[0].output) for path in found.paths] == ["parts.y0", "parts.y1"]
    np.testing.assert_allclose(found.paths[0].contribution, [2, 3, 0, 0])
    np.testing.assert_allclose(found.paths[1].contribution, [0, 0, 0, 1])


def test_what_has_no_derivative_is_refused():
    graph = Graph()
    graph.add("Input", "x", shape=(3,))
    graph.set_tensor("x.y", np.arange(3.0))
    graph.add("ArgMax", "place")
    graph.connect("x.y", "place.x")
    trace = Engine(graph).run(phase="forward")
    with pytest.raises(NoValue, match=r"place\.y: found int64"):
        find_paths(trace, "x.y", "place.y")
    with pytest.raises(NoTarget, match="Name the port"):
        find_paths(trace, "x.y")
    with pytest.raises(NoValue, match="q"):
        find_paths(trace, "q.y", "x.y")
    with pytest.raises(ValueError, match="top: found 0"):
        find_paths(trace, "x.y", "x.y", top=0)


def test_a_target_that_is_no_scalar_has_its_seed_gradient():
    graph = Graph(target="double", seed_gradient=(1,))
    graph.add("Input", "x", shape=(3,))
    graph.set_tensor("x.y", np.arange(3.0))
    graph.add("Add", "double")
    graph.connect("x.y", "double.a")
    graph.connect("x.y", "double.b")
    trace = Engine(graph).run()
    found = find_paths(trace, "x.y")
    np.testing.assert_array_equal(found.total, [0, 2, 0])
    np.testing.assert_array_equal(found.total, trace.gradient("x.y"))
    np.testing.assert_array_equal(found.paths[0].contribution, [0, 1, 0])


def test_nothing_finite_has_no_share():
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=())
    graph.set_tensor("x.y", Tensor.scalar(0.0))
    graph.add("Sqrt", "root")
    graph.add("Add", "loss")
    graph.connect("x.y", "root.x")
    graph.connect("root.y", "loss.a")
    graph.connect("x.y", "loss.b")
    found = find_paths(Engine(graph).run(), "x.y")
    assert [path.number for path in found.paths] == [math.inf, 1]
    assert {path.share for path in found.paths} == {None}
    assert not found.cancels


def test_rounding_has_no_share():
    """A bias before a softmax moves all logits of a row alike: its gradient is zero."""
    trace = Engine(example("transformer_block")).run()
    bias = "transformer_block/attend/key.bias"
    found = find_paths(trace, bias)
    assert np.abs(trace.gradient(bias)).max() < 1e-15
    assert {path.share for path in found.paths} == {None}
    assert not found.cancels


# --- composites and time -----------------------------------------------------------------------


def test_paths_go_through_instances_over_the_edges_that_are_drawn():
    trace = Engine(two_blocks()).run()
    found = find_paths(trace, "x.y")
    assert found.count == 4
    assert agrees_with_a_listing(trace, "x.y", 4)
    drawn = {tuple(str(end) for end in edge) for edge in trace.edges}
    for path in found.paths:
        first = path.hops[0]
        assert [tuple(map(str, edge)) for edge in first.edges] == [
            ("x.y", "one.x"), ("one.x", str(first.port)),
        ]  # fmt: skip
        assert first.node in ("one/lin", "one/add")
        lit = {tuple(map(str, edge)) for hop in path.hops for edge in hop.edges}
        assert {("x.y", "one.x"), ("one.y", "two.x"), ("two.y", "loss.x")} <= lit
        assert lit <= drawn
    inside = find_paths(trace, "one.x", "one.y")
    assert inside.count == 2
    assert tuple(map(str, inside.paths[0].hops[0].edges[0])) == ("x.y", "one.x")
    from_weight = find_paths(trace, "one/lin.weight")
    assert from_weight.count == 2
    assert from_weight.paths[0].hops[0].edges == ((None, ("one/lin", "weight")),)


@pytest.mark.parametrize("seed", range(300, 306))
def test_grouping_changes_no_path_and_lights_drawn_edges_alone(seed):
    graph = random_graph(seed)
    before = strongest_of_all(Engine(graph.copy()).run())
    random, grouped = np.random.RandomState(seed), 0
    for name in ("First", "Second", "Third"):
        try:
            grouped += group_some(graph, random, name) is not None
        except GraphError:
            continue  # a stretch that cannot be a composite
    assert grouped
    trace = Engine(graph).run()
    after = strongest_of_all(trace)
    assert len(before) == len(after) > 0
    for (count, norms), (count_after, norms_after) in zip(before, after, strict=True):
        assert count == count_after
        np.testing.assert_allclose(norms, norms_after, rtol=1e-9)
    drawn = set(trace.edges)
    for source in trace.plan.sources:
        if trace.gradient(source.ref) is not None:
            for hop in (hop for path in find_paths(trace, source.ref).paths for hop in path.hops):
                assert hop.edges[-1][1] == hop.port
                assert set(hop.edges) <= drawn


def strongest_of_all(trace) -> list[tuple[int, list[float]]]:
    """Count and norms from every source, in an order of their own."""
    found = []
    for source in trace.plan.sources:
        if trace.gradient(source.ref) is not None:
            paths = find_paths(trace, source.ref, top=3)
            found.append((paths.count, [path.norm for path in paths.paths]))
    return sorted(found, key=lambda each: (each[0], [round(norm, 9) for norm in each[1]]))


def test_paths_over_time_say_at_which_step():
    trace = Engine(example("rnn")).run()
    found = find_paths(trace, "heard.weight")
    assert found.count == 6
    assert {path.hops[0].t for path in found.paths} == set(range(6))
    assert sorted(len(path.hops) for path in found.paths) == sorted(
        {len(path.hops) for path in found.paths}
    )
    assert agrees_with_a_listing(trace, "heard.weight", 3)
    for path in found.paths:
        times = [hop.t for hop in path.hops if hop.t is not None]
        assert times == sorted(times)
        assert times[-1] == 5
    early = find_paths(trace, "x.y", t=2)
    assert str(early.source) == "x@2.y"
    assert early.paths[0].hops[0].read_t == 2


@pytest.mark.parametrize("seed", range(6))
def test_a_loop_has_the_paths_of_the_same_network_unrolled(seed):
    pair = Pair(3, seed)
    loop, flat = Engine(pair.loop).run(), Engine(pair.flat).run()
    source = "c.y"
    if flat.gradient(source) is None:
        return
    ours, theirs = (find_paths(trace, source, top=6) for trace in (loop, flat))
    assert ours.found != "best found"
    np.testing.assert_allclose(
        [path.norm for path in ours.paths], [path.norm for path in theirs.paths], rtol=1e-9
    )
    assert error(ours.total, theirs.total) < EXACT


def test_a_delay_is_gone_over_from_one_step_to_the_next():
    trace = Engine(example("rnn")).run()
    found = find_paths(trace, "state.y", "state.y", t=(3, 5))
    assert (str(found.source), str(found.target), found.count) == ("state@3.y", "state@5.y", 1)
    hops = found.paths[0].hops
    assert [(hop.node, hop.t) for hop in hops] == [
        ("kept", 4), ("total", 4), ("state", 4), ("kept", 5), ("total", 5), ("state", 5),
    ]  # fmt: skip
    assert hops[0].edges == ((("state", "y"), ("kept", "x")),)
    assert hops[3].edges == hops[0].edges
    whole = trace.jacobian("state.y", "state.y", t=(3, 5))
    assert error(found.total, whole.vjp(np.ones(whole.out_shape))) < EXACT


def test_a_shared_parameter_has_a_path_through_each_reader():
    graph = Graph(target="loss")
    graph.add("Input", "x", shape=(2, 3))
    graph.set_tensor("x.y", np.linspace(-1, 1, 6).reshape(2, 3))
    graph.add("Linear", "first", out_features=3, bias=False)
    graph.add("Linear", "second", out_features=3, bias=False)
    graph.add("Sum", "loss")
    graph.add("Parameter", "shared", shape=(3, 3))
    graph.set_tensor("shared.y", np.arange(9.0).reshape(3, 3) / 9)
    for edge in ("x.y first.x", "first.y second.x", "second.y loss.x"):
        graph.connect(*edge.split())
    graph.connect("shared.y", "first.weight")
    graph.connect("shared.y", "second.weight")
    trace = Engine(graph).run()
    found = find_paths(trace, "shared.y")
    assert {str(path.hops[0].port) for path in found.paths} == {"first.weight", "second.weight"}
    added = found.paths[0].contribution + found.paths[1].contribution
    assert error(added, trace.gradient("shared.y")) < EXACT
    one = find_paths(trace, "second.weight")  # this edge alone
    assert one.count == 1
    assert error(one.total, trace.gradient("second.weight")) < EXACT


def test_tied_instances_add_up_in_their_owner():
    graph = two_blocks()
    graph.apply(e.SetShares("two", "one"))
    trace = Engine(graph).run()
    found = find_paths(trace, "one/lin.weight")
    assert {path.hops[0].node for path in found.paths} == {"one/lin", "two/lin"}
    assert agrees_with_a_listing(trace, "one/lin.weight", 3)


def test_no_path_goes_through_integers():
    graph = Graph(target="loss")
    graph.add("Parameter", "table", shape=(4, 2))
    graph.set_tensor("table.y", np.arange(8.0).reshape(4, 2))
    graph.add("ArgMax", "place", axis=0)
    graph.add("Gather", "rows", axis=0)
    graph.add("Sum", "loss")
    graph.connect("table.y", "place.x")
    graph.connect("table.y", "rows.x")
    graph.connect("place.y", "rows.indices")
    graph.connect("rows.y", "loss.x")
    trace = Engine(graph).run()
    found = find_paths(trace, "table.y")
    assert found.count == 1
    assert [str(hop.port) for hop in found.paths[0].hops] == ["rows.x", "loss.x"]
    with pytest.raises(NoValue, match="found int64"):
        find_paths(trace, "place.y")
