"""Random loops of every kind of node: a compiled step gives what the tape does."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest

from tests.compiled_desk import both
from tests.effort import tries
from tests.odd_layouts import other_limits
from tests.odd_loops import odd_loop
from tests.test_compiled import agree

LIMIT = 1e-11  # sums over steps in another order


def drawn(start: int):
    """Loops from a seed on, with the seeds; what does not fit together is left out."""
    pairs = ((seed, odd_loop(seed)) for seed in itertools.count(start))
    return ((seed, graph) for seed, graph in pairs if graph is not None)


def agrees(seed: int, graph) -> None:
    random = np.random.RandomState(seed)
    with other_limits(random):
        fixed = [id_ for id_ in graph.nodes if random.randint(3) == 0]
        agree(*both(graph, fixed=fixed), LIMIT)


@pytest.mark.parametrize("start", range(0, 4000, 1000))
def test_odd_loops_compute_as_by_the_tape(start):
    for seed, graph in itertools.islice(drawn(start), tries(2, 600)):
        agrees(seed, graph)


def test_there_is_everything_in_them_that_a_loop_may_have():
    seen: Counter[str] = Counter()
    for _, graph in itertools.islice(drawn(0), 30):
        seen.update({graph.nodes[id_].module for id_ in graph.nodes})
        seen["truncated"] += graph.time.truncate is not None
        seen["delay of 2"] += any(edge.delay == 2 for edge in graph.edges)
        seen["own start"] += any(edge.initial is not None for edge in graph.edges)
        seen["bypassed"] += any(node.bypassed for node in graph.nodes.values())
        seen["other weights at each step"] += any(
            edge.source.node in ("each", "from_e") and edge.target.port in ("b", "weight")
            for edge in graph.edges
        )
    wanted = {"LSTMCell", "GRUCell", "RNNCell", "MatMul", "Linear", "Dropout", "BatchNorm"}
    assert wanted <= seen.keys()
    assert min(seen.values()) >= 1
