"""Parameters drawn anew: by a scheme and a seed, as one edit that undoes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graph import Graph, PortRef, check, dumps, load
from runtime import SGD, BadSetting, Engine, Trainer
from runtime.feeds import tensor_array
from runtime.training.initialising import SCHEMES, reinitialise
from tests.composite_graphs import two_blocks
from tests.training_cases import graph_of, numbers

XOR = Path(__file__).parents[1] / "assets" / "examples" / "xor.gradwire"


def kept(graph, port):
    return tensor_array(graph.tensors[PortRef.parse(port)])


def test_the_modules_own_rules_need_a_seed_alone():
    graph = graph_of("mlp")
    inverse = graph.apply(reinitialise(graph, seed=7))
    assert graph.seed == 7
    assert not [ref for ref in graph.tensors if ref.node in ("l1", "l2")]
    fresh = graph_of("mlp")
    before = dumps(fresh)
    fresh.apply(reinitialise(fresh, seed=7, nodes=["l1", "l2"]))
    feeds = {key: numbers("mlp")[key] for key in "xt"}
    runs = [Engine(each).run(feeds) for each in (graph, fresh)]
    for port in ("l1.weight", "l2.bias", "loss.y"):
        np.testing.assert_array_equal(*(run.value(port) for run in runs))
    assert fresh.seed == 0  # numbers were written out instead
    graph.apply(inverse)
    assert dumps(graph) == before


@pytest.mark.parametrize("scheme", [name for name in SCHEMES if name != "own"])
def test_a_scheme_draws_weights_and_clears_biases(scheme):
    graph = graph_of("norm")
    graph.apply(reinitialise(graph, scheme, 3))
    weights = kept(graph, "l1.weight")
    bounds = {"zeros": (0, 0), "ones": (1, 1), "uniform": (0, 1)}
    low, high = bounds.get(scheme, (-5, 5))
    assert low <= weights.min() <= weights.max() <= high
    assert (kept(graph, "bn.bias") == 0).all()
    assert (kept(graph, "bn.weight") == 1).all()  # a scale keeps its own rule
    assert (kept(graph, "bn.running_var") == 1).all()
    again = graph_of("norm")
    again.apply(reinitialise(again, scheme, 3))
    assert dumps(graph) == dumps(again)
    again.apply(reinitialise(again, scheme, 4))
    assert (dumps(graph) == dumps(again)) == (scheme in ("zeros", "ones"))


def test_xavier_keeps_its_spread():
    graph = Graph()
    graph.add("Parameter", "w", shape=(200, 100))
    graph.apply(reinitialise(graph, "xavier_uniform", 1))
    assert kept(graph, "w.y").std() == pytest.approx(np.sqrt(2 / 300), rel=0.02)


def test_only_the_chosen_nodes_change_also_inside_composites():
    graph = two_blocks()
    before = Engine(graph).run()
    graph.apply(reinitialise(graph, "kaiming_normal", 1, nodes=["one"]))
    assert {str(ref) for ref in graph.tensors} == {"x.y", "one/lin.weight", "one/lin.bias"}
    after = Engine(graph).run()
    assert (after.value("one/lin.weight") != before.value("one/lin.weight")).any()
    np.testing.assert_array_equal(after.value("two/lin.weight"), before.value("two/lin.weight"))


def test_tied_parameters_stay_their_owners():
    from graph import edits as e

    graph = two_blocks()
    graph.apply(e.SetShares("two", "one"))
    graph.apply(reinitialise(graph, "normal", 1))
    assert not [ref for ref in graph.tensors if ref.node.startswith("two/")]
    assert not check(graph).errors


def test_zeros_stay_symmetric_while_one_trains():
    """All hidden units get the same gradient, so that eight are no more than one."""
    symmetric, random = load(XOR), load(XOR)
    ports = symmetric.tensors.keys()
    symmetric.apply(reinitialise(symmetric, "ones"))
    random.apply(reinitialise(random, "xavier_uniform", 1))
    assert symmetric.tensors.keys() >= ports
    spreads = []
    for graph in (symmetric, random):
        trainer = Trainer(graph, SGD(lr=0.5))
        for _ in range(20):
            trainer.step()
        weights = trainer.parameters["hidden.weight"]
        spreads.append(float(np.ptp(weights, axis=0).max()))
    assert spreads[0] == 0 < spreads[1]
    graph = load(XOR)
    graph.apply(reinitialise(graph, "zeros"))
    trainer = Trainer(graph, SGD(lr=0.5))
    for _ in range(20):
        trainer.step()
    assert not trainer.parameters["hidden.weight"].any()  # nothing comes back through zeros


def test_what_cannot_be_drawn_is_said():
    graph = Graph()
    graph.add("Tanh", "act")
    with pytest.raises(BadSetting, match='scheme: found "xaver", expected one of own, normal'):
        reinitialise(graph, "xaver")
    for nodes in (None, ["act"]):
        with pytest.raises(BadSetting, match="found no parameter"):
            reinitialise(graph, "normal", 0, nodes)
    graph.add("Linear", "h", out_features=3, bias=False)  # nothing is wired: the size is not known
    with pytest.raises(BadSetting, match="h: found no parameter whose size is known"):
        reinitialise(graph, "normal", 0, ["h"])
