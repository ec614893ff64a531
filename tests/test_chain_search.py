"""The strongest of all paths are found: held against listings, and where nobody could list them."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings

from graph import Graph, Tensor
from runtime import Engine
from runtime.chains import Budget, find_paths
from runtime.chains.report import counted, paths_report
from runtime.chains.tables import print_paths
from runtime.chains.wording import count_text, path_text, share_text
from runtime.paths import count_paths
from runtime.report import as_json
from tests.chain_listing import (
    ALL,
    agrees_with_a_listing,
    example,
    ladder,
    listed,
    scalar_graph,
    sums_to_the_gradient,
)
from tests.effort import tries
from tests.graph_strategy import graphs
from tests.reference.random_graphs import random_graph
from tests.work_counter import counted_calls


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
        hops = {ref: trace.plan.hops(ref, trace.plan.end) for ref in sources}
        counts = {
            ref: count_paths(trace.plan.slot_of[ref], trace.plan.end, ways)
            for ref, ways in hops.items()
        }
        source = max(sources, key=lambda ref: (counts[ref] <= ALL, counts[ref]))
        if counts[source] > ALL:
            continue
        compared += agrees_with_a_listing(trace, source, 5)
        words.add(find_paths(trace, source, top=2).found)
        sums_to_the_gradient(trace, source)
    assert compared > 90
    assert words == {"exact", "proven"}


@given(graphs())
@settings(max_examples=tries(20, 40))
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
            assert find_paths(trace, source.ref, top=4).found != "best found"
    assert compared >= 3


@pytest.mark.parametrize("pulls", [1, 20, 200])
def test_what_is_proven_is_right_whatever_the_budget(pulls):
    """Bounds hold also where the search ended early."""
    words = []
    for seed in range(12):
        trace = Engine(random_graph(seed)).run()
        for source in [s.ref for s in trace.plan.sources if trace.gradient(s.ref) is not None]:
            every = listed(trace, source)
            if every is None or len(every) < 4:
                continue
            norms = sorted((float(np.linalg.norm(each)) for each in every), reverse=True)
            for top in (1, 3):
                found = find_paths(trace, source, top=top, budget=Budget(pulls=pulls))
                words.append(found.found)
                mine = [path.norm for path in found.paths]
                left = list(norms)
                for norm in mine:
                    left.pop(min(range(len(left)), key=lambda i: abs(left[i] - norm)))
                assert max(left) <= found.rest_norm * (1 + 1e-9)
                if found.found == "proven":
                    np.testing.assert_allclose(mine, norms[:top], rtol=1e-7)
    assert len(words) > 20
    assert "best found" in words or pulls == 200
    assert "proven" in words or pulls == 1


def test_single_precision_is_searched_in_double():
    trace = Engine(example("vanishing"), dtype="float32").run()
    found, exact = (find_paths(each, "x.y") for each in (trace, Engine(example("vanishing")).run()))
    assert found.total.dtype == found.paths[0].contribution.dtype == np.float64
    assert found.found == "proven"
    np.testing.assert_allclose(
        [path.norm for path in found.paths], [path.norm for path in exact.paths], rtol=1e-4
    )


# --- astronomically many -----------------------------------------------------------------------


def test_a_ladder_of_2_to_the_60_paths_is_searched_without_listing_them():
    trace = Engine(ladder(60)).run()
    with counted_calls() as work:
        found = find_paths(trace, "x.y", top=10)
    assert work.calls < 150_000
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
    with counted_calls() as work:
        found = find_paths(trace, "x.y", top=3, budget=Budget(pulls=3000))
    assert work.calls < 2_000_000
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


# --- in words ----------------------------------------------------------------------------------


def test_counts_of_any_size_can_be_written(capsys):
    assert (count_text(3), count_text(10**6)) == ("3", "1\u2009000\u2009000")
    assert count_text(2**200) == "about 1.61e60"
    assert (counted(2**53), counted(2**53 + 1)) == (2**53, "9007199254740993")
    huge = 2**15000
    assert int(counted(huge), 16) == huge
    trace = Engine(ladder(150)).run()
    found = find_paths(trace, "x.y", top=2)
    assert found.count == 2**150
    assert int(paths_report(found)["count"]) == 2**150
    assert as_json(paths_report(found))
    print_paths(found)
    assert "about 1.43e45 paths" in capsys.readouterr().out


def test_long_paths_are_shortened_in_the_middle():
    found = find_paths(Engine(ladder(8, second="Tanh")).run(), "x.y", top=1)
    whole = path_text(found.source, found.paths[0])
    assert whole == " → ".join(["x.y", *(f"d{n}.a" for n in range(8)), "loss.x"])
    assert path_text(found.source, found.paths[0], 10) == whole
    short = path_text(found.source, found.paths[0], 4)
    assert short == "x.y → d0.a → … 6 more … → d7.a → loss.x"


def test_shares_in_words():
    assert [share_text(s) for s in (None, 0.5, -0.0123456, 1e-16)] == [
        "", "50 %", "-1.23 %", "0 %",
    ]  # fmt: skip
