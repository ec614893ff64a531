"""Paths listed one by one, to hold searches against; and graphs with many."""

from __future__ import annotations

import math

import numpy as np
import pytest

from graph import Graph, Tensor, load
from gui.examples import examples
from runtime.chains import Budget, find_paths
from runtime.linking import find_links
from runtime.paths import first_value
from tests.catalogue_cases import error

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
