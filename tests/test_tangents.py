"""Forward mode: pushed tangents against gradients and against differences, at every place."""

from __future__ import annotations

import numpy as np
import pytest

from graph import Graph, PortRef, load
from graph.tensor import Tensor
from gui.examples import examples
from runtime import Cancelled, Engine, MemoryRefused, RunError
from runtime.explaining import as_text, explain_step
from runtime.modules.arithmetic import Multiply
from runtime.stops.arrivals import Arrivals
from runtime.tangents import Seed, pushed
from runtime.tangents.pushing import push
from runtime.tangents.seeding import seed_shape
from tests.composite_graphs import two_blocks
from tests.recurrent_cases import CASES, graph_of
from tests.recurrent_graphs import Pair
from tests.reference.random_graphs import random_graph

CLOSE = 1e-9
BY_PATH = {path.stem: path for path in examples()}
BY_HAND = BY_PATH["backprop_by_hand"]


def run(graph: Graph):
    return Engine(graph, dtype="float64").run()


def own(array: np.ndarray) -> Tensor:
    return Tensor.of(array)


def direction(trace, ref: PortRef, draw: np.random.RandomState) -> Seed:
    return Seed(ref, vector=own(draw.standard_normal(seed_shape(trace.plan, ref))))


def slope(trace, seed: Seed) -> float:
    """What the gradient says of a step along a seed."""
    gradient = trace.part(seed.port) if trace.plan.edges.get(seed.port) else None
    gradient = trace.gradient(seed.port) if gradient is None else gradient
    if gradient is None:
        return 0.0
    return float((gradient * np.reshape(seed.vector.values(), gradient.shape)).sum())


def rise(found, trace) -> float:
    """The tangent of the target, weighted by the seed of the reverse pass."""
    end = found.tangents.get(trace.plan.end)
    return 0.0 if end is None else float((end * trace.plan.seed_gradient).sum())


def ports_of(trace):
    """All floating ports that can be seeded: outputs, parameters, and the ends of edges."""
    for ref in dict.fromkeys((*trace.ports, *(target for _, target in trace.edges))):
        try:
            if np.prod(seed_shape(trace.plan, ref)):
                yield ref
        except RunError:
            continue


def duality_holds(graph: Graph, most: int = 40) -> int:
    """<gradient, seed> is the target's tangent, for a seed at each port; how many were held."""
    trace, draw, held = run(graph), np.random.RandomState(7), 0
    for ref in list(ports_of(trace))[:most]:
        seed = direction(trace, ref, draw)
        up, down = rise(push(trace, seed), trace), slope(trace, seed)
        assert up == pytest.approx(down, rel=CLOSE, abs=CLOSE), ref
        held += 1
    return held


@pytest.mark.parametrize("name", sorted(BY_PATH))
def test_the_targets_tangent_is_gradient_times_seed_on_every_example(name):
    assert duality_holds(load(BY_PATH[name])) >= 2


@pytest.mark.parametrize("seed", range(25))
def test_on_random_graphs(seed):
    assert duality_holds(random_graph(seed), most=8) >= 1


@pytest.mark.parametrize("case", CASES)
def test_on_recurrent_networks_also_truncated(case):
    assert duality_holds(graph_of(case, "float64")) > 4


@pytest.mark.parametrize("seed", range(6))
def test_time_is_pushed_through_as_if_it_were_drawn_step_by_step(seed):
    pair = Pair(4, seed)
    loop, flat = run(pair.loop), run(pair.flat)
    ref = PortRef(pair.params[0], "y")
    vector = own(np.random.RandomState(1).standard_normal(loop.value(ref).shape))
    ends = [push(trace, Seed(ref, vector=vector)) for trace in (loop, flat)]
    up, down = (rise(found, trace) for found, trace in zip(ends, (loop, flat), strict=True))
    assert up == pytest.approx(down, rel=CLOSE)


def test_the_example_by_hand():
    trace = run(load(BY_HAND))
    found = push(trace, Seed(PortRef("w", "y")))
    tangents = {name: float(found.tangent(name)) for name in ("w.y", "x1.y", "x2.y", "loss.y")}
    assert tangents == {"w.y": 1.0, "x1.y": 2.0, "x2.y": 2.0, "loss.y": 2.0}
    assert [step.node for step in found.steps] == ["x1", "x2", "difference", "loss"]
    assert found.tangent("b.y") is None
    assert found.why_none("b.y") == "no path"


def test_tangents_agree_with_differences():
    graph = load(BY_PATH["xor"])
    trace = run(graph)
    ref = next(ref for ref in ports_of(trace) if ref.port == "weight")
    vector = np.random.RandomState(0).standard_normal(trace.value(ref).shape)
    found, h = push(trace, Seed(ref, vector=own(vector))), 1e-6
    ends = []
    for sign in (1, -1):
        moved = load(BY_PATH["xor"])
        moved.set_tensor(ref, trace.value(ref) + sign * h * vector)
        ends.append(run(moved))
    seen = 0
    for port in trace.ports:
        tangent = found.tangent(port)
        if tangent is not None:
            above, below = (end.value(port) for end in ends)
            np.testing.assert_allclose(tangent, (above - below) / (2 * h), atol=1e-7)
            seen += 1
    assert seen > 3


def test_one_entry_gives_a_column_of_the_jacobian():
    trace = run(load(BY_PATH["xor"]))
    ref = next(ref for ref in ports_of(trace) if ref.port == "weight")
    target = trace.target
    columns = np.reshape(trace.total(ref, target).dense(), trace.value(ref).shape)
    for index in np.ndindex(trace.value(ref).shape):
        found = push(trace, Seed(ref, index=index))
        assert found.tangent(target) == pytest.approx(columns[index], rel=CLOSE)


def test_seeded_at_an_edge_it_goes_over_that_edge_alone():
    graph = load(BY_PATH["fan_out"])
    trace = run(graph)
    source = next(s for s, _ in trace.edges if s and len(trace.plan.readers[s]) > 1)
    whole = push(trace, Seed(source)).tangents[trace.plan.end]
    edges = [push(trace, Seed(ref)) for ref in trace.plan.readers[source]]
    assert sum(float(e.tangents[trace.plan.end]) for e in edges) == pytest.approx(float(whole))
    assert all(found.tangent(source) is None for found in edges)
    assert all(float(e.tangent(e.seed.port)) == 1.0 for e in edges)


def test_through_composites_it_is_read_at_their_ports():
    graph = two_blocks()
    trace = run(graph)
    source = next(ref for ref in ports_of(trace) if ref.node in graph.nodes)
    found = push(trace, Seed(source))
    whole = [ref for ref in trace.plan.flat.outputs if found.tangent(ref) is not None]
    assert whole
    for ref in whole:
        inner = trace.plan.flat.inner(ref)
        np.testing.assert_array_equal(found.tangent(ref), found.tangent(inner))


def test_ones_go_in_at_all_time_steps():
    trace = run(load(BY_PATH["rnn"]))
    ref = next(r for r in ports_of(trace) if trace.plan.times(r) and r not in trace.plan.slot_of)
    found = push(trace, Seed(ref))
    assert found.tangent(ref).shape == trace.value(ref).shape
    assert {step.t for step in found.steps} >= set(range(trace.time_steps))
    index = (1, *(0,) * (trace.value(ref).ndim - 1))
    late = push(trace, Seed(ref, index=index))
    assert min(step.t for step in late.steps if step.t is not None) == 1


def test_a_run_with_it_has_a_phase_between_the_two():
    trace = run(load(BY_HAND))
    both = pushed(trace, Seed(PortRef("w", "y")))
    phases = [step.phase for step in both.steps]
    assert phases == ["forward"] * 4 + ["tangent"] * 4 + ["reverse"] * 4
    assert [step.index for step in both.steps] == list(range(12))
    assert both.parts(both.steps[4]) == ()
    assert both.push.seed.port == PortRef("w", "y")
    again = pushed(both, Seed(PortRef("b", "y")))
    assert [step.node for step in again.steps if step.phase == "tangent"] == [
        "x2", "difference", "loss",
    ]  # fmt: skip


def test_what_cannot_be_seeded_is_refused_with_a_sentence():
    trace = run(load(BY_PATH["xor"]))
    ref = next(ref for ref in ports_of(trace) if ref.port == "weight")
    with pytest.raises(RunError, match=r"found a tangent the index \[99, 0\], expected one of"):
        push(trace, Seed(ref, index=(99, 0)))
    with pytest.raises(RunError, match=r"found a tangent \[3\], expected"):
        push(trace, Seed(ref, vector=own(np.zeros(3))))
    with pytest.raises(RunError, match="no such port"):
        push(trace, Seed(PortRef("nobody", "y")))
    digits = run(load(BY_PATH["digits"]))
    integer = next(r for r in digits.ports if not digits.types[r].is_floating)
    with pytest.raises(RunError, match="expected a floating port"):
        push(digits, Seed(integer))


def explained(name: str, port: str) -> str:
    trace = pushed(run(load(BY_PATH[name])), Seed(PortRef.parse(port)))
    steps = [step for step in trace.steps if step.phase == "tangent"]
    return as_text([explain_step(trace, step) for step in steps])


def test_a_tangent_step_is_written_out():
    rule = "Each tangent that arrives goes through the local Jacobian; they add up."
    assert explained("fan_out", "x.y") == (
        f"Tangent, step 4 of 9, sin (Sin): {rule}\n"
        "  d sin = ∂sin/∂sin.x · d x = −0.4161 · 1 = −0.4161\n\n"
        f"Tangent, step 5 of 9, product (Multiply): {rule}\n"
        "  d product = ∂product/∂product.a · d x + ∂product/∂sin · d sin\n"
        "            = 0.9093 · 1 + 2 · (−0.4161)\n"
        "            = 0.077\n\n"
        f"Tangent, step 6 of 9, y (Add): {rule}\n"
        "  d y = ∂y/∂product · d product + ∂y/∂y.b · d x = 1 · 0.077 + 1 · 1 = 1.077\n"
    )
    assert "d loss = ∂loss/∂output · d output = −0.257" in explained("xor", "hidden.weight")


def test_what_comes_back_comes_at_the_same_steps_as_without_it():
    trace = run(load(BY_PATH["rnn"]))
    both = pushed(trace, Seed(PortRef("x", "y")))
    shift = len(both.steps) - len(trace.steps)
    for step in trace.steps:
        alone, beside = (Arrivals(each).at_node(step.node) for each in (trace, both))
        turn = len(trace.plan.forward)
        for one, other in zip(alone, beside, strict=True):
            at = one.position[0] + (shift if one.position[0] > turn else 0)
            assert (other.position, other.of) == ((at, one.position[1]), one.of)


def test_watching_it_can_end_it():
    trace, seen = run(load(BY_HAND)), []

    def watch(step):
        seen.append(step.node)
        if len(seen) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        push(trace, Seed(PortRef("w", "y")), watch)
    assert seen == ["x1", "x2"]


def test_a_gpu_pushes_the_same(gpu):
    engine = Engine(load(BY_PATH["xor"]), device=gpu.name)
    seed = Seed(PortRef("hidden", "weight"))
    there, here = push(engine.run(), seed), push(run(load(BY_PATH["xor"])), seed)
    np.testing.assert_allclose(there.tangent("relu.y"), here.tangent("relu.y"), rtol=CLOSE)
    assert float(there.tangent("loss.y")) == pytest.approx(float(here.tangent("loss.y")))


def test_it_is_refused_where_there_is_no_room(monkeypatch):
    trace = run(load(BY_HAND))
    monkeypatch.setattr("runtime.memory.SHARE", 0.0)
    with pytest.raises(MemoryRefused):
        push(trace, Seed(PortRef("w", "y")))


def test_a_wrong_jvp_is_named(monkeypatch):
    trace = run(load(BY_HAND))
    monkeypatch.setattr(Multiply, "jvp", lambda self, ctx, tangents, kept: (np.zeros(2),))
    with pytest.raises(RunError, match=r"x1: y: found a tangent of shape \[2\], expected \[\]"):
        push(trace, Seed(PortRef("w", "y")))
