"""All paths of the chain rule: counted, the strongest found, shares, what cancels."""

from __future__ import annotations

import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings

from graph import Graph, Tensor, load
from graph import edits as e
from gui.examples import examples
from runtime import Engine
from runtime.chains import Budget, find_paths
from runtime.chains.cancelling import cancelling_pairs
from runtime.errors import NoTarget, NoValue
from runtime.linking import find_links
from runtime.paths import first_value
from tests.catalogue_cases import error
from tests.composite_graphs import two_blocks
from tests.graph_strategy import graphs
from tests.recurrent_graphs import Pair
from tests.reference.random_graphs import random_graph

EXACT = 1e-10
ALL = 3000  # paths that are listed one by one
LARGE = Budget(pulls=10**6, multiply_adds=1 << 40)


def example(name: str) -> Graph:
    return load(next(path for path in examples() if path.stem == name))


def listed(trace, source, target=None) -> list[np.ndarray] | None:
    """Every contribution, by walking all chains of links; None where there are too many."""
    target = trace.plan.target if target is None else target
    start, end = trace.located(source), trace.located(target)
    links, _ = find_links(trace, start, end)
    into: dict[int, list] = {}
    for link in links:
        into.setdefault(link.target, []).append(link)
    first, last = first_value(trace.plan, start), trace.plan.slot_of[end]
    is_target = last == trace.plan.end
    seed = trace.plan.seed_gradient if is_target else np.ones(trace.value(end).shape)
    found, waiting = [], [(last, np.array(seed, "float64"))]
    while waiting:
        value, cotangent = waiting.pop()
        if value == first:
            found.append(cotangent)
        else:
            waiting += [(link.source, link.map.vjp(cotangent)) for link in into.get(value, ())]
        if len(found) + len(waiting) > ALL:
            return None
    return found


def agrees_with_a_listing(trace, source, top: int) -> bool:
    """Count, strongest, bound, shares and sum; False where there are too many paths to list."""
    every = listed(trace, source)
    if every is None:
        return False
    found = find_paths(trace, source, top=top)
    assert found.count == len(every)
    assert len(found.paths) == min(top, found.count)
    norms = sorted((float(np.linalg.norm(each)) for each in every), reverse=True)
    strongest = np.array([path.norm for path in found.paths])
    if found.found != "best found":
        np.testing.assert_allclose(strongest, norms[: len(strongest)], rtol=1e-7, atol=1e-300)
        left = norms[len(strongest)] if found.rest else 0.0
        assert left <= found.rest_norm * (1 + 1e-9)
    if found.count:
        assert error(np.sum(every, axis=0), found.total) < EXACT
    gradient = trace.gradient(source)
    if gradient is not None:
        assert error(found.total, gradient) < EXACT
    shares = [path.share for path in found.paths]
    if found.paths and None not in shares:
        assert math.fsum(shares) + found.rest_share == pytest.approx(1, abs=1e-6)
    return True


def sums_to_the_gradient(trace, source) -> None:
    """All paths of one source, each found by the search, add up."""
    whole = find_paths(trace, source, top=ALL, budget=LARGE)
    assert whole.found == "exact"
    added = np.sum([path.contribution for path in whole.paths], axis=0)
    assert error(added, trace.gradient(source)) < EXACT
    assert len({tuple((h.port, h.output, h.t) for h in p.hops) for p in whole.paths}) == whole.count


def scalar_graph(seed: int) -> Graph:
    """A random DAG of scalars: each node reads one or two of the last few values."""
    random = np.random.RandomState(seed)
    graph = Graph(target="loss")
    outputs = []
    for id_ in ("a", "b"):
        graph.add("Parameter", id_, shape=())
        graph.set_tensor(f"{id_}.y", Tensor.scalar(random.uniform(-1.5, 1.5)))
        outputs.append(f"{id_}.y")
    for number in range(random.randint(3, 26)):
        module = random.choice(["Add", "Subtract", "Multiply", "Maximum", "Tanh", "Sin", "ReLU"])
        id_ = graph.add(str(module), f"n{number}")
        near = outputs[-5:]
        for port in graph.module(id_).input_ports:
            graph.connect(near[random.randint(len(near))], f"{id_}.{port.name}")
        outputs.append(f"{id_}.y")
    graph.add("Add", "loss")
    graph.connect(outputs[-1], "loss.a")
    graph.connect(outputs[-2], "loss.b")
    return graph


def test_scalars_agree_with_a_listing_of_all_paths():
    compared, most = 0, 0
    for seed in range(100):
        trace = Engine(scalar_graph(seed)).run()
        for source, top in (("a.y", 1), ("a.y", 7), ("b.y", 40)):
            compared += agrees_with_a_listing(trace, source, top)
            found = find_paths(trace, source, top=top)
            assert found.found == "exact"
            most = max(most, found.count)
        if find_paths(trace, "a.y").count in range(1, ALL):
            sums_to_the_gradient(trace, "a.y")
    assert compared > 250
    assert most > 200


def test_tensors_agree_with_a_listing_of_all_paths():
    compared, words = 0, set()
    for seed in range(100):
        trace = Engine(random_graph(seed)).run()
        sources = [s.ref for s in trace.plan.sources if trace.gradient(s.ref) is not None]
        counts = {ref: find_paths(trace, ref, top=1).count for ref in sources}
        source = max(sources, key=lambda ref: (counts[ref] <= ALL, counts[ref]))
        if counts[source] > ALL:
            continue
        compared += agrees_with_a_listing(trace, source, 5)
        words.add(find_paths(trace, source, top=2).found)
        sums_to_the_gradient(trace, source)
    assert compared > 90
    assert "proven" in words


@given(graphs())
@settings(max_examples=40)
def test_random_graphs_of_the_whole_catalogue(graph):
    trace = Engine(graph).run()
    for source in [s.ref for s in trace.plan.sources if trace.gradient(s.ref) is not None]:
        agrees_with_a_listing(trace, source, 3)


@pytest.mark.parametrize("name", ["vanishing", "transformer_block", "lstm", "rnn", "two_linears"])
def test_examples_agree_with_a_listing(name):
    trace = Engine(example(name)).run()
    compared = 0
    for source in trace.plan.sources:
        if trace.gradient(source.ref) is not None:
            compared += agrees_with_a_listing(trace, source.ref, 4)
    assert compared >= 3


# --- astronomically many -----------------------------------------------------------------------


def ladder(rungs: int, shape: tuple[int, ...] = (), second: str = "Sin") -> Graph:
    """x -> (itself + a curve of it) -> ...: two ways at each rung."""
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=shape)
    graph.set_tensor("x.y", np.linspace(0.3, 0.7, math.prod(shape)).reshape(shape))
    last = "x.y"
    for rung in range(rungs):
        graph.add(second, f"s{rung}")
        graph.add("Add", f"d{rung}")
        for edge in ((last, f"s{rung}.x"), (last, f"d{rung}.a"), (f"s{rung}.y", f"d{rung}.b")):
            graph.connect(*edge)
        last = f"d{rung}.y"
    graph.add("Sum" if shape else "Identity", "loss")
    graph.connect(last, "loss.x")
    return graph


def test_a_ladder_of_2_to_the_60_paths_answers_within_a_second():
    trace = Engine(ladder(60)).run()
    start = time.perf_counter()
    found = find_paths(trace, "x.y", top=10)
    assert time.perf_counter() - start < 1
    assert (found.count, found.found) == (2**60, "exact")
    # The way over all identities is 1; any other one has slopes of at most 1 in it.
    slopes = sorted((abs(math.cos(float(trace.value(f"s{n}.x")))) for n in range(60)), reverse=True)
    products = [1.0]  # of the few largest slopes: the strongest paths take no others
    for count in range(1, 5):
        products += map(math.prod, itertools.combinations(slopes[:14], count))
    expected = sorted(products, reverse=True)[:10]
    np.testing.assert_allclose([path.norm for path in found.paths], expected, rtol=1e-12)


def test_a_ladder_of_tensors_is_counted_and_searched_within_its_budget():
    trace = Engine(ladder(60, (3,), "Tanh")).run()
    start = time.perf_counter()
    found = find_paths(trace, "x.y", top=3, budget=Budget(pulls=3000))
    assert time.perf_counter() - start < 3
    assert found.count == 2**60
    assert found.paths[0].norm == pytest.approx(math.sqrt(3))  # all identities
    if found.found == "proven":
        assert found.rest_norm <= found.paths[-1].norm * (1 + 1e-7)
    else:
        assert found.rest_norm > found.paths[-1].norm


def test_equal_paths_without_number_are_proven_at_once():
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=(3,))
    graph.set_tensor("x.y", np.ones(3))
    last = "x.y"
    for rung in range(60):
        graph.add("Add", f"d{rung}")
        graph.connect(last, f"d{rung}.a")
        graph.connect(last, f"d{rung}.b")
        last = f"d{rung}.y"
    graph.add("Sum", "loss")
    graph.connect(last, "loss.x")
    found = find_paths(Engine(graph).run(), "x.y", top=5)
    assert (found.count, found.found, len(found.paths)) == (2**60, "proven", 5)
    assert {round(path.norm, 12) for path in found.paths} == {round(math.sqrt(3), 12)}
    assert found.paths[0].share == pytest.approx(2.0**-60)
    assert found.rest_share == pytest.approx(1)


def test_neither_overflow_nor_underflow_confuses_the_order():
    graph = Graph(target="loss")
    graph.add("Parameter", "x", shape=())
    graph.set_tensor("x.y", Tensor.scalar(1.0))
    for name, factor in (("small", 1e-200), ("large", 1e200)):
        graph.add("Constant", f"{name}_factor", shape=())
        graph.set_tensor(f"{name}_factor.y", Tensor.scalar(factor))
    graph.add("Add", "both")
    for port, order in (("a", ("small", "small", "large", "large")), ("b", ("large", "small"))):
        last = "x.y"
        for place, name in enumerate(order):
            graph.add("Multiply", f"{port}{place}")
            graph.connect(last, f"{port}{place}.a")
            graph.connect(f"{name}_factor.y", f"{port}{place}.b")
            last = f"{port}{place}.y"
        graph.connect(last, f"both.{port}")
    graph.add("Identity", "loss")
    graph.connect("both.y", "loss.x")
    found = find_paths(Engine(graph).run(), "x.y")
    np.testing.assert_allclose([path.number for path in found.paths], [1, 1])


def test_the_same_question_has_the_same_answer():
    trace = Engine(example("vanishing")).run()
    first, second = (find_paths(trace, "x.y", top=20) for _ in range(2))
    assert [[h.port for h in p.hops] for p in first.paths] == [
        [h.port for h in p.hops] for p in second.paths
    ]


def test_a_spent_budget_is_said_and_bounded():
    trace = Engine(example("vanishing")).run()
    found = find_paths(trace, "x.y", top=10, budget=Budget(pulls=1))
    assert found.found == "best found"
    assert 1 <= len(found.paths) < 10
    strongest = find_paths(trace, "x.y", top=1).paths[0].norm
    assert found.rest_norm >= strongest
    assert "budget" in found.why


def test_progress_is_told_and_can_end_the_work():
    class Enough(Exception):
        pass

    def stop(share):
        raise Enough

    for graph in (ladder(30), example("vanishing")):
        trace = Engine(graph).run()
        told: list[float] = []
        find_paths(trace, "x.y", progress=told.append)
        assert told == sorted(told)
        assert told[-1] == 1.0
        assert len(told) > 3
        with pytest.raises(Enough):
            find_paths(trace, "x.y", progress=stop)


# --- what a path says --------------------------------------------------------------------------


def test_cancelling_paths_are_marked():
    found = find_paths(Engine(example("cancelling")).run(), "x.y")
    assert found.cancels
    assert float(found.total) == 0
    assert [path.number for path in found.paths] == [6, -6]
    assert [path.cancels_with for path in found.paths] == [1, 0]
    assert {path.share for path in found.paths} == {None}
    assert found.rest_share is None


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
    assert find_paths(trace, "x.y").count == 4
    assert agrees_with_a_listing(trace, "x.y", 4)


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
